"""People of an account: what those with full access may do, on both databases, also at the same moment."""

import asyncio
from dataclasses import replace

import pytest

from gatelodge.identity.membership import Change
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.service.refusals import Faults, NotAllowed, NotFound
from tests.support.stores import Stores, dump
from tests.support.world import GUESTS_RIGHTS, START, House, World, sure

EVENTS = frozenset({"read", "events"})


async def another(world: World, house: House, name: str, role: Role, access: Access) -> User:
    """One more member of the house's account."""
    user = User(world.mint.id(), house.provider.id, f"{name}@{house.provider.host}", name)
    await world.stores.people.create_user(user, "hash", house.account.id, role, access, now=START)
    return user


async def rights_of(world: World, house: House, user: User) -> dict[int, frozenset[str]]:
    """What the user may do with each resource that they hold, from whichever account."""
    held = await world.stores.holdings.of_user(house.provider.id, user.id)
    return {one.resource_id: one.granted for one in held}


async def test_everybody_is_listed_owners_first(world: World, home: House) -> None:
    rows = await world.members.everybody(home.account)
    assert [(row.user, row.role, row.access, row.granted) for row in rows] == [
        (home.owner, Role.OWNER, Access.FULL, 0),
        (home.guest, Role.GUEST, Access.PARTIAL, 1),
    ]
    assert [(row.since, row.disabled_at) for row in rows] == [(START, None)] * 2


async def test_full_access_opens_the_account_and_nothing_else_does(world: World, home: House, away: House) -> None:
    assert await world.members.accounts(home.owner) == [home.account]
    assert await world.members.accounts(home.guest) == []
    assert await world.members.account(home.owner, home.account.id) == home.account
    assert await world.members.account(home.guest, home.account.id) == NotFound()
    assert await world.members.account(home.owner, away.account.id) == NotFound()
    assert await world.members.account(away.owner, home.account.id) == NotFound()


async def test_rights_are_replaced_as_a_whole_and_hold_at_once(world: World, home: House) -> None:
    second = world.mint.id()
    await world.stores.resources.add(home.provider.id, second, home.account.id, "Garden")
    done = await world.members.set_access(home.owner, home.account, home.guest.id, Access.PARTIAL, {second: EVENTS})
    assert done is None
    assert await rights_of(world, home, home.guest) == {second: EVENTS}


async def test_any_right_brings_read_with_it_and_none_brings_nothing(world: World, home: House) -> None:
    rights = {home.resource_id: frozenset({"liveview"})}
    await world.members.set_access(home.owner, home.account, home.guest.id, Access.PARTIAL, rights)
    assert await rights_of(world, home, home.guest) == {home.resource_id: frozenset({"read", "liveview"})}
    await world.members.set_access(
        home.owner, home.account, home.guest.id, Access.PARTIAL, {home.resource_id: frozenset()}
    )
    assert await rights_of(world, home, home.guest) == {}


async def test_rights_in_one_account_leave_those_in_another_alone(world: World, home: House) -> None:
    other = Account(world.mint.id(), home.provider.id, "Other")
    theirs = world.mint.id()
    await world.stores.people.create_account(other, now=START)
    await world.stores.resources.add(home.provider.id, theirs, other.id, "Barn")
    await world.stores.members.add(home.provider.id, other.id, home.guest.id, Role.GUEST, Access.PARTIAL, now=START)
    await world.stores.resources.grant(home.provider.id, theirs, home.guest.id, EVENTS)

    await world.members.set_access(home.owner, home.account, home.guest.id, Access.PARTIAL, {})
    assert await rights_of(world, home, home.guest) == {theirs: EVENTS}
    assert await world.members.change(home.owner, home.account, home.guest.id, Change.DISABLE) is None
    assert await rights_of(world, home, home.guest) == {theirs: EVENTS}
    assert await world.members.change(home.owner, home.account, home.guest.id, Change.REMOVE) is None
    assert await rights_of(world, home, home.guest) == {theirs: EVENTS}


async def test_cameras_of_others_and_unknown_rights_are_refused(world: World, home: House, away: House) -> None:
    other = Account(world.mint.id(), home.provider.id, "Other")
    theirs = world.mint.id()
    await world.stores.people.create_account(other, now=START)
    await world.stores.resources.add(home.provider.id, theirs, other.id, "Barn")
    for rights in (
        {away.resource_id: EVENTS},
        {theirs: EVENTS},
        {1: EVENTS},
        {home.resource_id: frozenset({"everything"})},
    ):
        said = await world.members.set_access(home.owner, home.account, home.guest.id, Access.PARTIAL, rights)
        assert "rights" in sure(said, Faults).fields
    # The store itself leaves out what is not the account's.
    p, a = home.provider.id, home.account.id
    rights = {theirs: EVENTS, away.resource_id: EVENTS}
    await world.stores.members.set_access(p, a, home.owner.id, home.guest.id, Access.PARTIAL, rights)
    assert await rights_of(world, home, home.guest) == {}


async def test_a_disabled_member_reaches_nothing_until_enabled_again(world: World, home: House) -> None:
    token = (await world.tokens(home, home.guest)).access_token
    assert await world.members.change(home.owner, home.account, home.guest.id, Change.DISABLE) is None
    assert await rights_of(world, home, home.guest) == {}
    assert await world.stores.people.memberships(home.provider.id, home.guest.id) == []
    (_, row) = await world.members.everybody(home.account)
    assert row.disabled_at == START
    caller = await world.call(home, token)  # the token is theirs, and may be good for something elsewhere
    assert caller is not None
    assert await world.members.change(home.owner, home.account, home.guest.id, Change.ENABLE) is None
    assert await rights_of(world, home, home.guest) == {home.resource_id: GUESTS_RIGHTS}


async def test_a_disabled_member_with_full_access_can_do_nothing(world: World, home: House) -> None:
    second = await another(world, home, "second", Role.OWNER, Access.FULL)
    assert await world.members.change(home.owner, home.account, second.id, Change.DISABLE) is None
    assert await world.members.accounts(second) == []
    assert await world.members.change(second, home.account, home.guest.id, Change.REMOVE) == NotFound()
    assert isinstance(await world.applications.account(second), NotAllowed)


async def test_a_removed_person_loses_this_account_and_keeps_what_they_made_in_it(
    world: World, home: House, store_url: str
) -> None:
    second = await another(world, home, "second", Role.OWNER, Access.FULL)
    assert await world.members.change(second, home.account, home.owner.id, Change.REMOVE) is None
    tables = dump(store_url)
    assert home.owner.id not in {row["user_id"] for row in tables["memberships"]}
    assert home.owner.id in {row["id"] for row in tables["users"]}
    assert [one.id for one in await world.applications.mine(second)] == [home.application.id]
    assert await world.applications.mine(home.owner) == []


async def test_full_access_takes_no_rights_along_and_partial_brings_what_is_said(
    world: World, home: House, store_url: str
) -> None:
    await world.members.set_access(home.owner, home.account, home.guest.id, Access.FULL, {home.resource_id: EVENTS})
    assert await world.members.account(home.guest, home.account.id) == home.account
    assert [row for row in dump(store_url)["resource_rights"] if row["user_id"] == home.guest.id] == []
    await world.members.set_access(home.owner, home.account, home.guest.id, Access.PARTIAL, {})
    assert await rights_of(world, home, home.guest) == {}


async def test_who_has_no_full_access_changes_nothing(world: World, home: House, away: House, store_url: str) -> None:
    before = dump(store_url)
    for actor in (home.guest, away.owner):
        for change in (Change.DISABLE, Change.ENABLE, Change.REMOVE):
            for person in (home.owner, home.guest):
                said = await world.members.change(actor, home.account, person.id, change)
                assert isinstance(said, NotFound | NotAllowed)
        for access in Access:
            said_of_access = await world.members.set_access(actor, home.account, home.guest.id, access, {})
            assert isinstance(said_of_access, NotFound)
    assert await world.members.change(home.owner, home.account, away.owner.id, Change.REMOVE) == NotFound()
    assert dump(store_url) == before


async def test_the_last_with_full_access_stays(world: World, home: House, store_url: str) -> None:
    before = dump(store_url)
    for actor in (home.owner, None):
        said = await world.members.change(actor, home.account, home.owner.id, Change.REMOVE)
        assert "Nobody else has full access" in sure(said, NotAllowed).reason
    assert dump(store_url) == before


@pytest.mark.parametrize("change", [Change.REMOVE, Change.DISABLE])
async def test_of_two_who_end_each_other_at_the_same_moment_one_stays(
    change: Change, world: World, home: House, store_url: str
) -> None:
    for round_ in range(5):
        one, other = [
            await another(world, home, f"{name}{round_}", Role.OWNER, Access.FULL) for name in ("one", "other")
        ]
        said = await asyncio.gather(
            world.members.change(one, home.account, other.id, change),
            world.members.change(other, home.account, one.id, change),
        )
        assert sorted(map(str, said)) == ["None", "NotFound()"]


async def test_a_crowd_that_leaves_at_the_same_moment_leaves_somebody(
    world: World, home: House, store_url: str
) -> None:
    crowd = [home.owner] + [await another(world, home, f"c{n}", Role.OWNER, Access.FULL) for n in range(4)]
    said = await asyncio.gather(*(world.members.change(one, home.account, one.id, Change.REMOVE) for one in crowd))
    assert len([one for one in said if one is None]) == len(crowd) - 1
    full = [row for row in dump(store_url)["memberships"] if row["account_id"] == home.account.id]
    assert [row["access"] for row in full if row["access"] == "full"] == ["full"]


async def test_a_user_disabled_by_the_operator_does_not_count_as_somebody_who_stays(world: World, home: House) -> None:
    second = await another(world, home, "second", Role.OWNER, Access.FULL)
    await world.stores.people.set_disabled(home.provider.id, second.id, disabled=True, now=START)
    said = await world.members.change(home.owner, home.account, home.owner.id, Change.REMOVE)
    assert isinstance(said, NotAllowed)
    assert isinstance(await world.members.change(second, home.account, home.guest.id, Change.REMOVE), NotFound)


async def test_the_operator_lets_a_user_into_one_more_account(world: World, home: House, away: House) -> None:
    other = Account(world.mint.id(), home.provider.id, "Other")
    await world.stores.people.create_account(other, now=START)
    assert await world.members.add(other, home.guest, Role.OWNER, Access.FULL) is None
    assert await world.members.accounts(home.guest) == [other]
    for person, role, access in (
        (home.guest, Role.GUEST, Access.FULL),  # belongs to it already
        (away.owner, Role.GUEST, Access.FULL),  # another provider's
        (replace(home.guest, id=1), Role.GUEST, Access.FULL),
        (home.owner, Role.OWNER, Access.PARTIAL),
    ):
        assert isinstance(await world.members.add(other, person, role, access), Faults)


async def test_groups_are_made_changed_and_deleted_with_full_access_alone(
    world: World, home: House, away: House, stores: Stores
) -> None:
    second = world.mint.id()
    await stores.resources.add(home.provider.id, second, home.account.id, "Garden")
    both = frozenset({home.resource_id, second})
    made = await world.groups.put(home.owner, home.account, None, " Yard ", both)
    assert [(one.name, one.resource_ids) for one in await world.groups.of(home.account)] == [("Yard", both)]
    assert not isinstance(made, Faults | NotFound)
    taken = await world.groups.put(home.owner, home.account, None, "Yard", both)
    assert "name" in sure(taken, Faults).fields
    for wrong in (frozenset[int](), frozenset({away.resource_id}), frozenset({1})):
        assert (
            "resources" in sure(await world.groups.put(home.owner, home.account, None, "Wrong", wrong), Faults).fields
        )
    for actor in (home.guest, away.owner):
        assert await world.groups.put(actor, home.account, made.id, "Mine", both) == NotFound()
        assert await world.groups.put(actor, home.account, None, "Mine", both) == NotFound()
        assert not await world.groups.delete(actor, home.account, made.id)
    assert await world.groups.put(away.owner, away.account, made.id, "Mine", both) == NotFound()
    changed = await world.groups.put(home.owner, home.account, made.id, "Garden", frozenset({second}))
    assert changed == replace(made, name="Garden", resource_ids=frozenset({second}))
    assert await world.groups.of(home.account) == [changed]
    assert await world.groups.delete(home.owner, home.account, made.id)
    assert await world.groups.of(home.account) == []
