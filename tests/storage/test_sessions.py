"""ports.SessionStore."""

from dataclasses import replace

import pytest

from gatelodge.protocol.credentials import Kind
from gatelodge.service.ports import AlreadyExists
from gatelodge.service.records import Session
from tests.support.stores import Stores, dump
from tests.support.world import START, House, World


async def test_a_session_is_found_by_its_secret_until_it_expires(stores: Stores, world: World, home: House) -> None:
    secret = world.mint.secret(Kind.SESSION).presented
    session = Session(secret.id, home.owner, START, START + 60)
    await stores.sessions.create(session, secret.digest)
    p = home.provider.id
    assert await stores.sessions.find(p, secret, now=START) == session
    assert await stores.sessions.find(p, secret, now=START + 59) == session
    assert await stores.sessions.find(p, secret, now=START + 60) is None
    assert await stores.sessions.find(p, replace(secret, digest=b"x" * 32), now=START) is None
    assert await stores.sessions.find(p, replace(secret, id=secret.id + 1), now=START) is None


async def test_an_ended_session_is_gone_and_the_users_other_one_is_not(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    here, there = await world.session(home.owner), await world.session(home.owner)
    await stores.sessions.end(home.provider.id, here.id, now=START)
    assert [row["id"] for row in dump(store_url)["sessions"]] == [there.id]


async def test_a_session_of_a_disabled_user_is_none_even_if_it_began_in_the_same_moment(
    stores: Stores, world: World, home: House
) -> None:
    secret = world.mint.secret(Kind.SESSION).presented
    await stores.people.set_disabled(home.provider.id, home.owner.id, disabled=True, now=START)
    await stores.sessions.create(Session(secret.id, home.owner, START, START + 60), secret.digest)
    assert await stores.sessions.find(home.provider.id, secret, now=START) is None


async def test_sessions_that_are_over_leave_when_the_user_signs_in_anew(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    old, guests = await world.session(home.owner), await world.session(home.guest)
    world.now = old.expires_at
    new = await world.session(home.owner)
    assert {row["id"] for row in dump(store_url)["sessions"]} == {guests.id, new.id}


async def test_a_taken_id_is_refused(stores: Stores, world: World, home: House) -> None:
    session = await world.session(home.owner)
    with pytest.raises(AlreadyExists):
        await stores.sessions.create(replace(session, user=home.guest), b"d" * 32)
