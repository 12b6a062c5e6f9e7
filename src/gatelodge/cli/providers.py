"""gatelodge provider: the portals of the installation."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import out
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import public_id
from gatelodge.service.refusals import Faults

if TYPE_CHECKING:
    from gatelodge.service.services import Services

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


def _shape(one: Provider) -> dict[str, Any]:
    return {
        "id": public_id(one.id),
        "name": one.name,
        "host": one.host,
        "origin": one.origin,
        "accent": one.accent,
        "query_credentials": one.query_credentials,
    }
