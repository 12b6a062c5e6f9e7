"""gatelodge provider: the portals of the installation."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import find, out
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.cli.switches import changed, option_of, with_switches
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.fapi2 import shortcomings
from gatelodge.service.records import Application
from gatelodge.service.refusals import Faults

if TYPE_CHECKING:
    from gatelodge.service.services import Services

HostArgument = Annotated[str, typer.Argument(metavar="HOST", help="The provider's host name.")]

commands = typer.Typer(help="The portals of the installation, each with an origin of its own.", no_args_is_help=True)


@commands.command("create")
@with_services
async def create(
    services: "Services",
    name: Annotated[str, typer.Option(help="What people call it.")],
    origin: Annotated[str, typer.Option(metavar="URL", help="Where it is: https://cloud.example.com.")],
    accent: Annotated[str | None, typer.Option(metavar="#RRGGBB", help="The colour of its buttons and links.")] = None,
    no_query_credentials: Annotated[
        bool, typer.Option("--no-query-credentials", help="Refuse secrets and tokens in a query string.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a provider."""
    make, query = services.provisioning.create_provider, not no_query_credentials
    made = await (
        make(name, origin, query_credentials=query)
        if accent is None
        else make(name, origin, accent, query_credentials=query)
    )
    if isinstance(made, Faults):
        raise out.faulty(made)
    if as_json:
        out.json(_shape(made))
    else:
        out.fields(_shape(made))


@commands.command("list")
@with_services
async def list_(services: "Services", as_json: JsonOption = False) -> None:
    """List providers."""
    every = await services.providers.all()
    if as_json:
        out.json([_shape(one) for one in every])
    else:
        rows = [(one.host, one.name, one.origin, one.accent, one.query_credentials) for one in every]
        out.table(("host", "name", "origin", "accent", "secrets in queries"), rows)


@commands.command("set")
@with_services
@with_switches
async def set_(
    services: "Services",
    host: HostArgument,
    given: Mapping[str, Any],
    query_credentials: Annotated[
        bool | None,
        typer.Option(
            "--query-credentials/--no-query-credentials",
            help="Secrets and tokens may come in a query string. At first: yes.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Set a provider's switches; what is not named stays. Every node follows within five seconds."""
    provider = await find.provider(services, host)
    policy = changed(provider.switches, given)
    done = await services.provisioning.set_policy(provider, policy, query_credentials=query_credentials)
    if isinstance(done, Faults):
        raise out.faulty(done, {name: option_of(name) for name in done.fields})
    _show(done, as_json=as_json)
    if done.policy.fapi2:
        for one in await services.all_applications.all(done.id):
            for sentence in _shortcomings(one):
                out.remark(f"{one.name} ({public_id(one.id)}) is not served any more: {sentence}")


def _shortcomings(one: Application) -> list[str]:
    return shortcomings(
        one.settings,
        confidential=one.confidential,
        redirect_uris=one.redirect_uris,
        grant_types=one.grant_types,
        resource_server=one.resource_server,
    )


@commands.command("show")
@with_services
async def show(services: "Services", host: HostArgument, as_json: JsonOption = False) -> None:
    """Show a provider and its switches as they are in force."""
    _show(await find.provider(services, host), as_json=as_json)


def _show(one: Provider, *, as_json: bool) -> None:
    if as_json:
        out.json(_shape(one) | {"policy": asdict(one.policy)})
    else:
        out.fields(_shape(one) | asdict(one.policy))


def _shape(one: Provider) -> dict[str, Any]:
    return {
        "id": public_id(one.id),
        "name": one.name,
        "host": one.host,
        "origin": one.origin,
        "accent": one.accent,
        "query_credentials": one.query_credentials,
    }
