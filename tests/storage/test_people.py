"""ports.PeopleStore."""

from dataclasses import replace

import pytest

from gatelodge.identity.people import Access, Account, Membership, Role, User
from gatelodge.service.ports import AlreadyExists
from tests.support.stores import Stores, dump
from tests.support.world import START, House, World

NOW = START + 10


async def test_a_user_is_found_by_address_with_the_password_hash(stores: Stores, home: House) -> None:
    ann = User(7, home.provider.id, "ann@example.com", "Änn O’Neill")
    await stores.people.create_user(ann, "the hash", home.account.id, Role.GUEST, Access.FULL, now=NOW)
    assert await stores.people.by_email(home.provider.id, ann.email) == ann
    assert await stores.people.password_hash(home.provider.id, ann.email) == (ann, "the hash")
    assert await stores.people.by_email(home.provider.id, "nobody@example.com") is None
    assert await stores.people.password_hash(home.provider.id, "nobody@example.com") is None


async def test_memberships_say_which_account_and_as_what(stores: Stores, home: House) -> None:
    people, p = stores.people, home.provider.id
    assert list(await people.memberships(p, home.owner.id)) == [Membership(home.account, Role.OWNER, Access.FULL)]
    assert list(await people.memberships(p, home.guest.id)) == [Membership(home.account, Role.GUEST, Access.PARTIAL)]
    assert list(await people.memberships(p, 1)) == []


async def test_accounts_are_listed_by_name(stores: Stores, home: House) -> None:
    first = Account(8, home.provider.id, "Aardvark Farm")
    await stores.people.create_account(first, now=NOW)
    assert list(await stores.people.accounts(home.provider.id)) == [first, home.account]


async def test_users_are_listed_by_address_with_where_they_belong(stores: Stores, home: House) -> None:
    rows = await stores.people.users(home.provider.id)
    assert [row.user for row in rows] == [home.guest, home.owner]
    assert [row.memberships for row in rows] == [
        ((home.account.name, "guest", "partial"),),
        ((home.account.name, "owner", "full"),),
    ]
    assert {row.provider_host for row in rows} == {home.provider.host}
    assert {row.created_at for row in rows} == {START}


async def test_a_taken_name_address_or_id_is_refused_and_nothing_is_stored(
    stores: Stores, home: House, store_url: str
) -> None:
    before = dump(store_url)
    with pytest.raises(AlreadyExists):
        await stores.people.create_account(replace(home.account, id=9), now=NOW)
    with pytest.raises(AlreadyExists):
        await stores.people.create_account(replace(home.account, name="Other"), now=NOW)
    for twin in (replace(home.owner, id=9), replace(home.owner, email="other@example.com")):
        with pytest.raises(AlreadyExists):
            await stores.people.create_user(twin, "hash", home.account.id, Role.GUEST, Access.FULL, now=NOW)
    assert dump(store_url) == before


async def test_another_provider_may_have_an_account_of_the_same_name(stores: Stores, home: House, away: House) -> None:
    twin = Account(9, away.provider.id, home.account.name)
    await stores.people.create_account(twin, now=NOW)
    assert twin in await stores.people.accounts(away.provider.id)


async def test_a_new_password_ends_that_users_sessions_and_nobody_elses(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    await world.session(home.owner)
    guests = await world.session(home.guest)
    await stores.people.set_password(home.provider.id, home.owner.id, "new hash", now=NOW)
    found = await stores.people.password_hash(home.provider.id, home.owner.email)
    assert found == (home.owner, "new hash")
    assert [row["id"] for row in dump(store_url)["sessions"]] == [guests.id]


async def test_a_disabled_user_is_so_until_enabled_again_and_signed_out(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    p, people = home.provider.id, stores.people
    await world.session(home.owner)
    guests = await world.session(home.guest)
    await people.set_disabled(p, home.owner.id, disabled=True, now=NOW)
    assert await people.by_email(p, home.owner.email) == replace(home.owner, disabled=True)
    assert [row["id"] for row in dump(store_url)["sessions"]] == [guests.id]
    await people.set_disabled(p, home.owner.id, disabled=True, now=NOW + 5)  # the first time is what counts
    assert disabled_at(store_url) == [NOW]
    await people.set_disabled(p, home.owner.id, disabled=False, now=NOW + 6)
    assert await people.by_email(p, home.owner.email) == home.owner
    assert disabled_at(store_url) == []


def disabled_at(url: str) -> list[int]:
    """When those users who are disabled were disabled."""
    return [row["disabled_at"] for row in dump(url)["users"] if row["disabled_at"] is not None]
