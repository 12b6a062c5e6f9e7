"""ports.ResourceStore and ports.HoldingStore."""

import pytest

from gatelodge.identity.effective import Holding
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.service.ports import AlreadyExists, NotThere
from tests.support.stores import Stores
from tests.support.world import GUESTS_RIGHTS, START, House

NONE: frozenset[str] = frozenset()


async def test_full_access_holds_everything_partial_access_what_was_granted(stores: Stores, home: House) -> None:
    p, account = home.provider.id, home.account
    await stores.resources.add(p, 12, account.id, "Attic")
    door, attic = (home.resource_id, "Front door", account.name), (12, "Attic", account.name)
    assert list(await stores.holdings.of_user(p, home.owner.id)) == [
        Holding(*attic, Access.FULL, NONE),
        Holding(*door, Access.FULL, NONE),
    ]
    assert list(await stores.holdings.of_user(p, home.guest.id)) == [Holding(*door, Access.PARTIAL, GUESTS_RIGHTS)]


async def test_an_account_holds_all_that_is_its_own(stores: Stores, home: House) -> None:
    p, account = home.provider.id, home.account
    other = Account(13, p, "Other")
    await stores.people.create_account(other, now=START)
    await stores.resources.add(p, 12, account.id, "Attic")
    await stores.resources.add(p, 11, other.id, "Barn")
    assert list(await stores.holdings.of_account(p, account.id)) == [
        Holding(12, "Attic", account.name, Access.FULL, NONE),
        Holding(home.resource_id, "Front door", account.name, Access.FULL, NONE),
    ]
    assert list(await stores.holdings.of_account(p, 99)) == []


async def test_what_is_granted_later_takes_the_place_of_what_was(stores: Stores, home: House) -> None:
    p, guest = home.provider.id, home.guest.id
    for rights in (frozenset({"read", "events"}), frozenset({"read"}), NONE):
        await stores.resources.grant(p, home.resource_id, guest, rights)
        (holding,) = await stores.holdings.of_user(p, guest)
        assert holding.granted == rights


async def test_a_right_on_a_resource_of_an_account_that_one_left_or_never_joined_holds_nothing(
    stores: Stores, home: House
) -> None:
    p = home.provider.id
    other = Account(13, p, "Other")
    await stores.people.create_account(other, now=START)
    stranger = User(14, p, "stranger@example.com", "Stranger")
    await stores.people.create_user(stranger, "hash", other.id, Role.OWNER, Access.FULL, now=START)
    await stores.resources.grant(p, home.resource_id, stranger.id, GUESTS_RIGHTS)
    assert list(await stores.holdings.of_user(p, stranger.id)) == []


async def test_a_taken_id_or_an_account_or_user_that_is_not_there_is_refused(stores: Stores, home: House) -> None:
    p = home.provider.id
    with pytest.raises(AlreadyExists):
        await stores.resources.add(p, home.resource_id, home.account.id, "Twin")
    with pytest.raises(NotThere):
        await stores.resources.add(p, 12, 99, "Nobody's")
    with pytest.raises(NotThere):
        await stores.resources.grant(p, home.resource_id, 99, GUESTS_RIGHTS)
