"""gatelodge key: the installation's own keys and those that providers sign with, by id and date; what they are is never
shown."""

from typing import TYPE_CHECKING, Annotated

import typer

from gatelodge.cli import find, out
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.policy import SIGNING_ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatelodge.identity.provider import Provider
    from gatelodge.service.records import SigningKey
    from gatelodge.service.services import Services

HostOption = Annotated[
    str | None, typer.Option("--provider", metavar="HOST", help="The signing keys of the provider with this host name.")
]

commands = typer.Typer(
    help="The installation's own keys, and those that providers sign with. What they are is never shown.",
    no_args_is_help=True,
)


@commands.command("list")
@with_services
async def list_(services: "Services", provider: HostOption = None, as_json: JsonOption = False) -> None:
    """List the installation's keys, oldest first; with --provider, a provider's signing keys."""
    if provider is not None:
        await _list_signing_keys(services, await find.provider(services, provider), as_json)
        return
    keys = services.keys.keys
    if as_json:
        out.json([{"id": one.id, "created_at": out.iso(one.created_at), "in_use": one is keys[-1]} for one in keys])
        return
    out.table(("id", "created", "in use"), [(one.id, out.moment(one.created_at), one is keys[-1]) for one in keys])
    for one in await services.providers.all():
        if await services.signing.all(one):
            out.remark(f"Signing keys of {one.host}: gatelodge key list --provider {one.host}")


async def _list_signing_keys(services: "Services", provider: "Provider", as_json: bool) -> None:
    keys = await services.signing.all(provider)
    if as_json:
        out.json([{**_shape(key), "stage": str(stage)} for key, stage in keys])
        return
    heads = ("id", "algorithm", "created", "used from", "stage")
    out.table(heads, [(*_row(key), str(stage)) for key, stage in keys])


@commands.command("rotate")
@with_services
async def rotate(
    services: "Services",
    provider: HostOption = None,
    algorithm: Annotated[
        str | None,
        typer.Option(help=f"Which of its keys, by default its own algorithm's: {', '.join(SIGNING_ALGORITHMS)}."),
    ] = None,
    at_once: Annotated[
        bool,
        typer.Option(
            "--at-once",
            help="Use the new key from now on and forget the earlier ones, for when one may have got out. What they "
            "signed is not believed any more.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a new key. One of the installation's is used from now on, and what the earlier ones signed stays good. With
    --provider, it is one that the provider signs with: it is told of first, and used when everybody has had the time
    to read it."""
    if provider is not None:
        await _rotate_signing_key(services, await find.provider(services, provider), algorithm, at_once, as_json)
        return
    if algorithm is not None or at_once:
        raise out.Refused("--algorithm and --at-once are about a provider's signing keys: name it with --provider.")
    made = services.keys.rotate()
    if as_json:
        out.json({"id": made.id, "created_at": out.iso(made.created_at), "in_use": True})
    else:
        out.fields({"id": made.id, "created": out.moment(made.created_at)})


async def _rotate_signing_key(
    services: "Services", provider: "Provider", algorithm: str | None, at_once: bool, as_json: bool
) -> None:
    allowed = provider.policy.algorithms
    if algorithm is not None and algorithm not in allowed:
        raise out.Refused(f"{provider.host} does not sign with '{algorithm}'; choose from {', '.join(allowed)}.")
    chosen = algorithm or provider.policy.signing_algorithm
    made = await services.signing.rotate(provider, chosen, at_once=at_once)
    if as_json:
        out.json(_shape(made))
    else:
        key_id, name, created, used_from = _row(made)
        out.fields({"id": key_id, "algorithm": name, "created": created, "used from": used_from})


def _shape(key: "SigningKey") -> "Mapping[str, object]":
    return {
        "id": public_id(key.id),
        "algorithm": key.algorithm,
        "created_at": out.iso(key.created_at),
        "used_from": out.iso(key.used_from),
    }


def _row(key: "SigningKey") -> tuple[str, str, str, str]:
    return public_id(key.id), key.algorithm, out.moment(key.created_at), out.moment(key.used_from)
