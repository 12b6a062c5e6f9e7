"""gatelodge user: who can sign in."""

import secrets
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import find, out
from gatelodge.cli.find import ProviderOption
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.identity.people import Access, Role, User
from gatelodge.protocol.credentials import public_id
from gatelodge.service.refusals import Faults

if TYPE_CHECKING:
    from gatelodge.service.services import Services

commands = typer.Typer(help="Who can sign in.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input; else one is made and shown.")
]


@commands.command("create")
@with_services
async def create(
    services: "Services",
    email: Annotated[str, typer.Option(help="The address to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    account: Annotated[str, typer.Option(help="The account to belong to.")],
    role: Annotated[Role, typer.Option(help="How to belong to it.")] = Role.OWNER,
    access: Annotated[
        Access | None, typer.Option(help="How much of it to see: an owner all, a guest by default what is granted.")
    ] = None,
    password_stdin: PasswordOption = False,
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a user."""
    home = await find.account(services, account, provider)
    password, shown = _password(given=password_stdin)
    if access is None:
        access = Access.FULL if role is Role.OWNER else Access.PARTIAL
    made = await services.provisioning.create_user(home, email, name, password, role=role, access=access)
    if isinstance(made, Faults):
        raise out.faulty(made, {"password": "--password-stdin"})
    _show_password(made, shown, as_json=as_json)


@commands.command("list")
@with_services
async def list_(services: "Services", provider: ProviderOption = None, as_json: JsonOption = False) -> None:
    """List users."""
    rows = [row for one in await find.providers(services, provider) for row in await services.people.users(one.id)]
    if as_json:
        out.json(
            [
                _shape(row.user)
                | {
                    "provider": row.provider_host,
                    "memberships": [
                        {"account": account, "role": role, "access": access}
                        for account, role, access in row.memberships
                    ],
                    "created_at": out.iso(row.created_at),
                }
                for row in rows
            ]
        )
        return
    out.table(
        ("email", "name", "provider", "accounts", "created", "state"),
        [
            (
                row.user.email,
                row.user.name,
                row.provider_host,
                [f"{account} ({role}, {access})" for account, role, access in row.memberships],
                out.moment(row.created_at),
                "disabled" if row.user.disabled else "enabled",
            )
            for row in rows
        ],
    )


@commands.command("disable")
@with_services
async def disable(
    services: "Services", email: Email, provider: ProviderOption = None, as_json: JsonOption = False
) -> None:
    """Switch a user off: sessions end and tokens stop, at once."""
    user = await find.user(services, email, provider)
    await services.provisioning.set_disabled(user, disabled=True)
    if as_json:
        out.json(_shape(replace(user, disabled=True)))
    out.remark(f"{user.email} can't sign in any more, and no token of theirs works.")


@commands.command("enable")
@with_services
async def enable(
    services: "Services", email: Email, provider: ProviderOption = None, as_json: JsonOption = False
) -> None:
    """Switch a user on again."""
    user = await find.user(services, email, provider)
    await services.provisioning.set_disabled(user, disabled=False)
    if as_json:
        out.json(_shape(replace(user, disabled=False)))
    out.remark(f"{user.email} can sign in again.")


@commands.command("set-password")
@with_services
async def set_password(
    services: "Services",
    email: Email,
    password_stdin: PasswordOption = False,
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a user another password; every browser is signed out."""
    user = await find.user(services, email, provider)
    password, shown = _password(given=password_stdin)
    if faults := await services.provisioning.set_password(user, password):
        raise out.faulty(faults, {"password": "--password-stdin"})
    _show_password(user, shown, as_json=as_json)


def _password(*, given: bool) -> tuple[str, str | None]:
    """The password, and what of it to show: nothing of one that was given."""
    if given:
        try:
            return sys.stdin.readline().rstrip("\r\n"), None
        except UnicodeDecodeError:
            raise out.Refused("--password-stdin: The password must be written in UTF-8.") from None
    made = secrets.token_urlsafe(15)
    return made, made


def _show_password(user: User, password: str | None, *, as_json: bool) -> None:
    if as_json:
        out.json(_shape(user) | {"password": password})
    else:
        out.fields({"email": user.email} | ({"password": password} if password else {}))
    if password:
        out.remark("The password is shown this once.")


def _shape(user: User) -> dict[str, Any]:
    return {"id": public_id(user.id), "email": user.email, "name": user.name, "disabled": user.disabled}
