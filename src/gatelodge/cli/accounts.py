"""gatelodge account: the customers' systems, which own resources."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import find, out
from gatelodge.cli.find import ProviderOption
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.identity.people import Account
from gatelodge.protocol.credentials import public_id
from gatelodge.service.refusals import Faults

if TYPE_CHECKING:
    from gatelodge.service.services import Services

commands = typer.Typer(help="The customers' systems, which own resources.", no_args_is_help=True)


@commands.command("create")
@with_services
async def create(
    services: "Services",
    name: Annotated[str, typer.Option(help="What it is called.")],
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an account of a provider."""
    home = await find.provider(services, provider)
    made = await services.provisioning.create_account(home, name)
    if isinstance(made, Faults):
        raise out.faulty(made)
    if as_json:
        out.json(_shape(made, home.host))
    else:
        out.fields(_shape(made, home.host))


@commands.command("list")
@with_services
async def list_(services: "Services", provider: ProviderOption = None, as_json: JsonOption = False) -> None:
    """List accounts."""
    every = [
        _shape(account, one.host)
        for one in await find.providers(services, provider)
        for account in await services.people.accounts(one.id)
    ]
    if as_json:
        out.json(every)
    else:
        out.table(("id", "name", "provider"), [tuple(one.values()) for one in every])


def _shape(account: Account, host: str) -> dict[str, Any]:
    return {"id": public_id(account.id), "name": account.name, "provider": host}
