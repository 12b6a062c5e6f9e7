"""ports.UserTokenStore."""

from dataclasses import replace

import pytest

from gatelodge.identity.people import User
from gatelodge.service.ports import AlreadyExists
from gatelodge.service.records import UserToken
from tests.support.stores import Stores, dump
from tests.support.world import START, House, World


async def make(world: World, user: User, name: str, expires_at: int | None = None) -> UserToken:
    """Store a token of this user."""
    token = UserToken(world.mint.id(), name, frozenset({"read", "events"}), START, expires_at, None, None)
    await world.stores.user_tokens.create(user, token, b"d" * 32)
    return token


async def test_the_users_live_tokens_are_listed_newest_first(stores: Stores, world: World, home: House) -> None:
    one, two = await make(world, home.owner, "One"), await make(world, home.owner, "Two", START + 60)
    await make(world, home.guest, "The guest's")
    assert list(await stores.user_tokens.of_user(home.provider.id, home.owner.id)) == [two, one]


async def test_a_revoked_token_is_shown_as_such_once_and_listed_no_more(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    p, owner, store = home.provider.id, home.owner.id, stores.user_tokens
    token, other = await make(world, home.owner, "One"), await make(world, home.owner, "Two")
    assert await store.revoke(p, home.guest.id, token.id, now=START + 5) is None  # not the guest's
    assert await store.revoke(p, owner, token.id, now=START + 5) == replace(token, revoked_at=START + 5)
    assert await store.revoke(p, owner, token.id, now=START + 6) is None
    assert list(await store.of_user(p, owner)) == [other]
    assert [row["revoked_at"] for row in dump(store_url)["user_tokens"]] == [START + 5, None]


async def test_a_taken_id_is_refused(stores: Stores, world: World, home: House, store_url: str) -> None:
    token = await make(world, home.owner, "One")
    before = dump(store_url)
    with pytest.raises(AlreadyExists):
        await stores.user_tokens.create(home.guest, token, b"e" * 32)
    assert dump(store_url) == before
