"""The owner's view: what can reach an account, and ending it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gatelodge.identity.membership import Change
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.protocol.credentials import Kind, parse
from gatelodge.protocol.errors import OAuthError
from gatelodge.service.reach import Reach
from gatelodge.service.user_tokens import DAY, MadeToken
from tests.support.stores import noted
from tests.support.world import START, House, World, sure

READ = frozenset({"read"})
RISKY = frozenset({"read", "audiotransmit"})


async def names(world: World, house: House) -> list[str]:
    """The names of what reaches the house's account, in order."""
    return [one.what.name for one in await world.reach.of(house.account)]


async def find(world: World, house: House, name: str) -> Reach:
    """The one of that name."""
    (found,) = [one for one in await world.reach.of(house.account) if one.what.name == name]
    return found


async def test_everything_that_reaches_is_listed_with_what_it_can_do(world: World, home: House) -> None:
    second = world.mint.id()
    await world.stores.resources.add(home.provider.id, second, home.account.id, "Garden")
    await world.user_tokens.create(home.guest, "Guest's", frozenset({"read", "liveview", "write"}), 7 * DAY)
    await world.user_tokens.create(home.owner, "Owner's", RISKY, None)
    await world.tokens(home, home.guest)
    await world.machine(home, "read", "recordings")
    guests = await find(world, home, "Guest's")
    assert (guests.is_token, guests.role, guests.rights) == (True, Role.GUEST, frozenset({"read", "liveview"}))
    assert (guests.resources, guests.all_resources, guests.elsewhere) == (("Front door",), False, False)
    assert (guests.what.user, guests.what.expires_at) == (home.guest, START + 7 * DAY)
    owners = await find(world, home, "Owner's")
    assert (owners.high_risk, owners.all_resources, owners.role) == (True, True, Role.OWNER)
    application = await find(world, home, home.application.name)
    assert (application.is_token, application.what.user, application.what.made_by) == (
        False,
        home.guest,
        home.account.name,
    )
    machine = await find(world, home, "Machine")
    assert (machine.what.user, machine.role, machine.rights) == (None, None, frozenset({"read", "recordings"}))


async def test_high_risk_comes_first_then_what_was_used_last(world: World, home: House) -> None:
    for name, scope in (("Never used", READ), ("Used", READ), ("Risky", RISKY)):
        made = sure(await world.user_tokens.create(home.owner, name, scope, None), MadeToken)
        if name == "Used":
            presented = parse(made.text, Kind.USER_TOKEN)
            assert presented is not None
            world.stores.tokens.note_use(home.provider.id, presented, presented.id, now=START + 5)
            await noted(world.stores)
    assert await names(world, home) == ["Risky", "Used", "Never used"]


async def test_what_reaches_nothing_now_is_left_out(world: World, home: House, away: House) -> None:
    p = home.provider.id
    await world.user_tokens.create(home.guest, "Without a right", frozenset({"events"}), None)
    await world.user_tokens.create(home.guest, "Expires", READ, DAY)
    revoked = sure(await world.user_tokens.create(home.guest, "Revoked", READ, None), MadeToken)
    await world.user_tokens.revoke(home.guest, revoked.token.id)
    await world.user_tokens.create(away.owner, "Away", READ, None)
    assert await names(world, home) == ["Expires"]
    world.now += DAY
    assert await names(world, home) == []
    await world.user_tokens.create(home.guest, "Guest's", READ, None)
    await world.tokens(home, home.guest)
    assert len(await names(world, home)) == 2
    await world.stores.applications.set_disabled(p, home.application.id, disabled=True, now=START)
    assert await names(world, home) == ["Guest's"]
    await world.members.change(home.owner, home.account, home.guest.id, Change.DISABLE)
    assert await names(world, home) == []
    await world.members.change(home.owner, home.account, home.guest.id, Change.ENABLE)
    await world.stores.people.set_disabled(p, home.guest.id, disabled=True, now=START)
    assert await names(world, home) == []


async def test_the_owner_ends_a_guests_token_wholly_and_is_told_where_else_it_may_serve(
    world: World, home: House
) -> None:
    other = Account(world.mint.id(), home.provider.id, "Other")
    await world.stores.people.create_account(other, now=START)
    await world.stores.members.add(home.provider.id, other.id, home.guest.id, Role.GUEST, Access.FULL, now=START)
    made = sure(await world.user_tokens.create(home.guest, "Guest's", READ, None), MadeToken)
    assert (await find(world, home, "Guest's")).elsewhere
    assert await world.reach.end_token(home.account, made.token.id)
    assert isinstance(await world.call(home, made.text), OAuthError)
    assert await names(world, home) == []
    assert not await world.reach.end_token(home.account, made.token.id)


async def test_the_owner_ends_what_a_guest_allowed_an_application(world: World, home: House) -> None:
    tokens = await world.tokens(home, home.guest)
    mine = await world.tokens(home, home.owner)
    assert not await world.reach.end_application(home.account, home.guest.id, 1)
    assert await world.reach.end_application(home.account, home.guest.id, home.application.id)
    assert isinstance(await world.call(home, tokens.access_token), OAuthError)
    assert isinstance(await world.refresh(home, tokens.refresh_token), OAuthError)
    assert not isinstance(await world.call(home, mine.access_token), OAuthError)
    assert await world.authorized.mine(home.guest) == []


async def test_what_does_not_reach_the_account_can_not_be_ended_from_it(world: World, home: House, away: House) -> None:
    """Or somebody could invite a stranger only to end what they have elsewhere."""
    other = Account(world.mint.id(), home.provider.id, "Other")
    await world.stores.people.create_account(other, now=START)
    boss = User(world.mint.id(), home.provider.id, "boss@example.com", "Boss")
    await world.stores.people.create_user(boss, "hash", other.id, Role.OWNER, Access.FULL, now=START)
    made = sure(await world.user_tokens.create(home.guest, "Guest's", READ, None), MadeToken)
    await world.tokens(home, home.guest)
    await world.stores.members.add(home.provider.id, other.id, home.guest.id, Role.GUEST, Access.FULL, now=START)
    for account in (other, away.account):
        assert not await world.reach.end_token(account, made.token.id)
        assert not await world.reach.end_application(account, home.guest.id, home.application.id)
    assert not isinstance(await world.call(home, made.text), OAuthError)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of SQLAlchemy's, in whichever engine, while the block runs."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("more", [0, 12])
async def test_it_takes_the_same_few_queries_however_much_there_is(more: int, world: World, home: House) -> None:
    for n in range(more):
        guest = User(world.mint.id(), home.provider.id, f"g{n}@example.com", f"G{n}")
        await world.stores.people.create_user(guest, "hash", home.account.id, Role.GUEST, Access.FULL, now=START)
        await world.user_tokens.create(guest, f"T{n}", READ, None)
        await world.stores.resources.add(home.provider.id, world.mint.id(), home.account.id, f"C{n}")
    with counted() as statements:
        assert len(await world.reach.of(home.account)) == more
    assert len(statements) == 8
