"""gatelodge token: the tokens that users make for their own scripts."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import find, out
from gatelodge.cli.find import ProviderOption
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.cli.scopes import read_scope
from gatelodge.identity.limits import resources_of
from gatelodge.identity.rights import in_order
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.limits import limit_of
from gatelodge.service.records import UserToken
from gatelodge.service.refusals import Faults, NotFound

if TYPE_CHECKING:
    from gatelodge.service.services import Services

commands = typer.Typer(help="The tokens that users make for their own scripts.", no_args_is_help=True)

UserOption = Annotated[str, typer.Option("--user", metavar="EMAIL", help="Whose token it is.")]

NEVER = "never"
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def read_lifetime(text: str) -> int | None:
    """Seconds in `90d`, `12h` and the like; None for `never`. Raises BadParameter."""
    if text == NEVER:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,8}[mhdw]", text):
        raise typer.BadParameter(f"'{text}' is no time: write 30m, 12h, 90d, 4w, or never.")
    return int(text[:-1]) * SECONDS[text[-1]]


def _checked(text: str) -> str:
    read_lifetime(text)
    return text


@commands.command("create")
@with_services
async def create(
    services: "Services",
    user: UserOption,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[str, typer.Option(help="The rights it gets, separated by commas: read,liveview.")],
    expires: Annotated[
        str, typer.Option(metavar="TIME", help="How long it lives: 30m, 12h, 90d, 4w, or never.", callback=_checked)
    ] = "90d",
    camera: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help="A camera that it is limited to; may be given again. Else all, also those added later."
        ),
    ] = None,
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token and show it, this once."""
    names, cameras = read_scope(scope), _read_cameras(camera)
    owner = await find.user(services, user, provider)
    made = await services.user_tokens.create(owner, name, names, read_lifetime(expires), resources=cameras)
    if isinstance(made, Faults):
        raise out.faulty(made, {"cameras": "--camera"})
    if as_json:
        out.json({"token": made.text} | _shape(made.token))
    else:
        out.fields({"token": made.text, "id": public_id(made.token.id), "expires": out.moment(made.token.expires_at)})
    out.remark("The token is shown this once.")


@commands.command("list")
@with_services
async def list_(
    services: "Services", user: UserOption, provider: ProviderOption = None, as_json: JsonOption = False
) -> None:
    """List a user's tokens that have not been revoked."""
    owner = await find.user(services, user, provider)
    tokens = await services.user_tokens.mine(owner)
    if as_json:
        out.json([_shape(token) for token in tokens])
        return
    known = {one.holding.resource_id: one.holding.name for one in await services.explain.user(owner)}
    out.table(
        ("id", "name", "scope", "cameras", "created", "expires", "last used"),
        [
            (
                public_id(one.id),
                one.name,
                _scope(one),
                [known.get(row_id, public_id(row_id)) for row_id in _cameras(one) or ()] or "all",
                out.moment(one.created_at),
                out.moment(one.expires_at),
                out.moment(one.last_used_at),
            )
            for one in tokens
        ],
    )


@commands.command("revoke")
@with_services
async def revoke(
    services: "Services",
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, as token list shows it.")],
    user: UserOption,
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a token, at once."""
    owner = await find.user(services, user, provider)
    row_id = parse_public_id(token_id)
    ended = NotFound() if row_id is None else await services.user_tokens.revoke(owner, row_id)
    if isinstance(ended, NotFound):
        raise out.Refused(f"{owner.email} has no token {token_id}; see gatelodge token list --user {owner.email}.")
    if as_json:
        out.json(_shape(ended))
    out.remark(f"The token {ended.name} has ended.")


def _read_cameras(texts: list[str] | None) -> frozenset[int] | None:
    ids: set[int] = set()
    for text in texts or ():
        row_id = parse_public_id(text)
        if row_id is None:
            raise out.Refused(f"--camera: {text} is no camera's id; give one as the Graph API does.")
        ids.add(row_id)
    return frozenset(ids) or None


def _cameras(token: UserToken) -> list[int] | None:
    named = resources_of(limit_of(token.details))
    return None if named is None else sorted(named)


def _scope(token: UserToken) -> list[str]:
    return [right.name for right in in_order(token.scope)]


def _shape(one: UserToken) -> dict[str, Any]:
    return {
        "id": public_id(one.id),
        "name": one.name,
        "scope": _scope(one),
        "cameras": None if (only := _cameras(one)) is None else [public_id(row_id) for row_id in only],
        "created_at": out.iso(one.created_at),
        "expires_at": out.iso(one.expires_at),
        "last_used_at": out.iso(one.last_used_at),
        "revoked_at": out.iso(one.revoked_at),
    }
