"""gatelodge registration-token: with which programs register applications of an account (RFC 7591)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import find, out
from gatelodge.cli.find import ProviderOption
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.cli.tokens import SECONDS, read_lifetime
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.protocol.policy import REGISTRATION_OFF
from gatelodge.service.records import InitialToken
from gatelodge.service.refusals import Faults, NotAllowed, NotFound

if TYPE_CHECKING:
    from gatelodge.service.services import Services

commands = typer.Typer(help="Tokens with which programs register applications.", no_args_is_help=True)

UserOption = Annotated[
    str, typer.Option("--user", metavar="EMAIL", help="A user with full access to the account that gets them.")
]


def _checked(text: str) -> str:
    if read_lifetime(text) is None:
        raise typer.BadParameter(f"such a token always expires: write {', '.join(f'1{unit}' for unit in SECONDS)}.")
    return text


@commands.command("create")
@with_services
async def create(
    services: "Services",
    user: UserOption,
    name: Annotated[str, typer.Option(help="What it is for.")],
    expires: Annotated[
        str, typer.Option(metavar="TIME", help="How long it lives: 30m, 12h, 7d or 4w.", callback=_checked)
    ] = "7d",
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token and show it, this once."""
    owner = await find.user(services, user, provider)
    made = await services.initial_tokens.create(owner, name, read_lifetime(expires) or 0)
    if isinstance(made, NotAllowed):
        raise out.Refused(made.reason)
    if isinstance(made, Faults):
        raise out.faulty(made)
    if as_json:
        out.json({"token": made.text} | _shape(made.token))
    else:
        out.fields({"token": made.text, "id": public_id(made.token.id), "expires": out.moment(made.token.expires_at)})
    out.remark("The token is shown this once.")
    home = next(one for one in await services.providers.all() if one.id == owner.provider_id)
    if home.policy.registration == REGISTRATION_OFF:
        out.remark(f"It opens nothing yet: run gatelodge provider set {home.host} --registration token.")


@commands.command("list")
@with_services
async def list_(
    services: "Services", user: UserOption, provider: ProviderOption = None, as_json: JsonOption = False
) -> None:
    """List the tokens of the accounts that a user has full access to."""
    tokens = await services.initial_tokens.mine(await find.user(services, user, provider))
    if as_json:
        out.json([_shape(one) for one in tokens])
        return
    rows = [
        (
            public_id(one.id),
            one.name,
            out.moment(one.created_at),
            out.moment(one.expires_at),
            out.moment(one.last_used_at),
        )
        for one in tokens
    ]
    out.table(("id", "name", "created", "expires", "last used"), rows)


@commands.command("revoke")
@with_services
async def revoke(
    services: "Services",
    token_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, as registration-token list shows it.")],
    user: UserOption,
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a token, at once. What was registered with it stays."""
    owner = await find.user(services, user, provider)
    row_id = parse_public_id(token_id)
    ended = NotFound() if row_id is None else await services.initial_tokens.revoke(owner, row_id)
    if isinstance(ended, NotFound):
        raise out.Refused(f"There is no token {token_id}; see gatelodge registration-token list --user {owner.email}.")
    if as_json:
        out.json(_shape(ended))
    out.remark(f"The token {ended.name} has ended.")


def _shape(one: InitialToken) -> dict[str, Any]:
    return {
        "id": public_id(one.id),
        "name": one.name,
        "account": public_id(one.account_id),
        "created_at": out.iso(one.created_at),
        "expires_at": out.iso(one.expires_at),
        "last_used_at": out.iso(one.last_used_at),
    }
