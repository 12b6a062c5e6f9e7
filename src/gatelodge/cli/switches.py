"""Options made of the switches of a provider's policy: a switch that is added there has its option here."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import Field, replace
from typing import Annotated, Any

import typer

from gatelodge.protocol.policy import Policy, switches


def with_switches(work: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Make the keyword `given` of an async command an option for each switch: those that the command line gave."""

    async def command(*arguments: Any, **options: Any) -> None:
        given = {one.name: options.pop(one.name) for one in switches()}
        await work(*arguments, given={name: value for name, value in given.items() if value is not None}, **options)

    own = [one for one in inspect.signature(work).parameters.values() if one.name != "given"]
    # What with_services looks at, and Typer after it.
    command.__signature__ = inspect.Signature([*own, *map(_option, switches())])  # type: ignore[attr-defined]  # PEP 362
    command.__name__, command.__doc__ = work.__name__, work.__doc__
    return command


def changed(policy: Policy, given: Mapping[str, Any]) -> Policy:
    """The policy with what was given."""
    return replace(policy, **given)


def option_of(name: str) -> str:
    """The option of a switch."""
    return f"--{name.replace('_', '-')}"


def _option(one: "Field[Any]") -> inspect.Parameter:
    kind: Any = type(one.default)
    names = [option_of(one.name)]
    if kind is bool:
        names = [f"{names[0]}/--no-{names[0].removeprefix('--')}"]
    help_ = " ".join(filter(None, [one.metadata.get("says", ""), f"At first: {_shown(one.default)}."]))
    metavar = "|".join(one.metadata.get("among", ())) or None
    if most := one.metadata.get("most"):
        metavar = f"{one.metadata['least']}-{most}"
    annotation: Any = Annotated[kind | None, typer.Option(*names, metavar=metavar, help=help_)]
    return inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return str(default)
