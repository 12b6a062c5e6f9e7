"""gatelodge account: the customers' systems, which own resources."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatelodge.cli import find, out
from gatelodge.cli.find import ProviderOption
from gatelodge.cli.running import JsonOption, with_services
from gatelodge.identity.membership import Change
from gatelodge.identity.people import Access, Account, Role
from gatelodge.protocol.credentials import public_id
from gatelodge.service.records import Member
from gatelodge.service.refusals import Faults, NotFound

if TYPE_CHECKING:
    from gatelodge.service.services import Services

commands = typer.Typer(help="The customers' systems, which own resources.", no_args_is_help=True)

AccountArgument = Annotated[str, typer.Argument(metavar="NAME", help="The account.")]
UserOption = Annotated[str, typer.Option("--user", metavar="EMAIL", help="The user.")]


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


@commands.command("members")
@with_services
async def members(
    services: "Services", account: AccountArgument, provider: ProviderOption = None, as_json: JsonOption = False
) -> None:
    """List who belongs to an account."""
    home = await find.account(services, account, provider)
    everybody = await services.members.everybody(home)
    if as_json:
        out.json([_member_shape(one) for one in everybody])
        return
    out.table(
        ("email", "name", "role", "access", "since", "state"),
        [
            (
                one.user.email,
                one.user.name,
                one.role,
                one.access,
                out.moment(one.since, none="earlier"),
                "disabled" if one.user.disabled else "disabled here" if one.disabled_at is not None else "enabled",
            )
            for one in everybody
        ],
    )


@commands.command("add-member")
@with_services
async def add_member(
    services: "Services",
    account: AccountArgument,
    user: UserOption,
    role: Annotated[Role, typer.Option(help="How to belong to it.")] = Role.GUEST,
    access: Annotated[
        Access | None, typer.Option(help="How much of it to see: an owner all, a guest by default what is granted.")
    ] = None,
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a user belong to one more account; elsewhere nothing changes."""
    home = await find.account(services, account, provider)
    person = await find.user(services, user, provider)
    if access is None:
        access = Access.FULL if role is Role.OWNER else Access.PARTIAL
    if faults := await services.members.add(home, person, role, access):
        raise out.faulty(faults)
    await _show_member(services, home, person.id, as_json=as_json)
    out.remark(f"{person.email} belongs to {home.name}.")


@commands.command("remove-member")
@with_services
async def remove_member(
    services: "Services",
    account: AccountArgument,
    user: UserOption,
    provider: ProviderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a user out of an account, which nothing of theirs reaches from then on; elsewhere nothing changes."""
    home = await find.account(services, account, provider)
    person = await find.user(services, user, provider)
    said = await services.members.change(None, home, person.id, Change.REMOVE)
    if isinstance(said, NotFound):
        raise out.Refused(f"{person.email} does not belong to {home.name}.")
    if said is not None:
        raise out.Refused(said.reason)
    if as_json:
        out.json({"account": home.name, "email": person.email})
    out.remark(f"{person.email} does not belong to {home.name} any more.")


async def _show_member(services: "Services", account: Account, user_id: int, *, as_json: bool) -> None:
    if as_json:
        everybody = await services.members.everybody(account)
        out.json(next(_member_shape(one) for one in everybody if one.user.id == user_id))


def _member_shape(member: Member) -> dict[str, Any]:
    return {
        "id": public_id(member.user.id),
        "email": member.user.email,
        "name": member.user.name,
        "role": str(member.role),
        "access": str(member.access),
        "since": out.iso(member.since),
        "disabled": member.user.disabled or member.disabled_at is not None,
    }


def _shape(account: Account, host: str) -> dict[str, Any]:
    return {"id": public_id(account.id), "name": account.name, "provider": host}
