"""ports.ConsentStore."""

import asyncio

import pytest
from sqlalchemy import Connection, update

from gatelodge.protocol.authorization_details import CameraAccess, format_details
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.service.ports import AlreadyExists
from gatelodge.service.records import AuthorizedApplication, Consent, Granted, NewCode
from gatelodge.storage.schema import grants
from tests.support.stores import Stores, dump, outside
from tests.support.world import CALLBACK, START, House, World, sure

READ, EVENTS = frozenset({"read"}), frozenset({"events"})


async def request_id(world: World, house: House) -> int:
    """A request that waits."""
    return sure(parse(await world.ask(house), Kind.REQUEST), Presented).id


def new_code(world: World) -> NewCode:
    """A code with a grant of its own."""
    return NewCode(world.mint.id(), b"d" * 32, world.mint.id(), CALLBACK, True, "c" * 43, START + 60)


def plain(scope: frozenset[str]) -> Granted:
    """All that was asked for is given."""
    return Granted(scope, scope)


async def allow(
    world: World, house: House, scope: frozenset[str], granted: Granted | None = None, *, now: int = START
) -> NewCode:
    """The owner lets the house's application have `scope`."""
    code, waits = new_code(world), await request_id(world, house)
    owner, client = house.owner.id, house.application.id
    assert await world.stores.consents.allow(
        house.provider.id, waits, owner, client, granted or plain(scope), code, now=now
    )
    return code


async def test_allowing_remembers_the_consent_and_gives_a_code_of_a_grant(
    stores: Stores, world: World, home: House
) -> None:
    p, client_id = home.provider.id, home.application.id
    assert await stores.consents.find(p, home.owner.id, client_id) is None
    code = await allow(world, home, READ)
    assert await stores.consents.find(p, home.owner.id, client_id) == Consent(READ, START)
    assert await stores.consents.find(p, home.guest.id, client_id) is None
    client, stored = await stores.tokens.find_code(p, client_id, None, code.id)
    assert client is not None
    assert stored is not None
    assert (stored.id, stored.digest, stored.grant_id, stored.client_id) == (
        code.id,
        code.digest,
        code.grant_id,
        client_id,
    )
    assert (stored.redirect_uri, stored.redirect_uri_sent, stored.challenge) == (CALLBACK, True, "c" * 43)
    assert (stored.scope, stored.expires_at, stored.used_at, stored.grant_ended) == (READ, START + 60, None, False)


async def test_what_is_allowed_later_is_added_and_each_code_has_its_own_scope(
    stores: Stores, world: World, home: House
) -> None:
    p, client_id = home.provider.id, home.application.id
    await allow(world, home, READ)
    second = await allow(world, home, EVENTS, now=START + 5)
    assert await stores.consents.find(p, home.owner.id, client_id) == Consent(READ | EVENTS, START)
    _, stored = await stores.tokens.find_code(p, client_id, None, second.id)
    assert stored is not None
    assert stored.scope == EVENTS


async def test_what_is_allowed_at_once_in_several_windows_is_all_remembered(
    stores: Stores, world: World, home: House
) -> None:
    scopes = [frozenset({one}) for one in ("read", "events", "liveview", "recordings", "write") * 2]
    for _ in range(3):
        await asyncio.gather(*[allow(world, home, scope) for scope in scopes])
        consent = await stores.consents.find(home.provider.id, home.owner.id, home.application.id)
        assert consent == Consent(frozenset[str]().union(*scopes), START)
        await stores.consents.end(home.provider.id, home.owner.id, home.application.id, now=START)


async def test_a_request_is_allowed_once_however_many_answer_it(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    waits, owner, client = await request_id(world, home), home.owner.id, home.application.id
    answers = [
        stores.consents.allow(home.provider.id, waits, owner, client, plain(READ), new_code(world), now=START)
        for _ in range(10)
    ]
    assert sorted(await asyncio.gather(*answers)) == [False] * 9 + [True]
    rows = dump(store_url)
    assert (len(rows["grants"]), len(rows["codes"]), len(rows["consents"])) == (1, 1, 1)
    assert not await stores.requests.take(home.provider.id, waits)


async def test_a_taken_id_is_refused_and_the_request_still_waits(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    code, waits = await allow(world, home, READ), await request_id(world, home)
    before = dump(store_url)
    owner, client = home.guest.id, home.application.id
    with pytest.raises(AlreadyExists):
        await stores.consents.allow(home.provider.id, waits, owner, client, plain(READ), code, now=START)
    assert dump(store_url) == before


async def test_a_user_sees_who_may_act_for_them(stores: Stores, world: World, home: House) -> None:
    await world.tokens(home, scope="read liveview")
    application = home.application
    seen = AuthorizedApplication(
        application.id,
        application.name,
        application.description,
        home.account.name,
        frozenset({"read", "liveview"}),
        START,
        None,
        ((frozenset({"read", "liveview"}), None),),
    )
    assert list(await stores.consents.of_user(home.provider.id, home.owner.id)) == [seen]
    assert list(await stores.consents.of_user(home.provider.id, home.guest.id)) == []


async def test_the_last_use_is_that_of_the_users_latest_used_grant(stores: Stores, world: World, home: House) -> None:
    p = home.provider.id
    for user, at in ((home.owner, START + 9), (home.owner, START + 5), (home.guest, START + 20)):
        answer = await world.tokens(home, user)
        token = sure(parse(answer.access_token, Kind.ACCESS_TOKEN), Presented)
        row = await stores.tokens.find_bearer(p, token)
        assert row is not None
        stores.tokens.note_use(p, token, row.holder_id, now=at)
        await stores.tokens.revoke_grant(p, 0, now=START)  # so that the note is written by now
    (seen,) = await stores.consents.of_user(p, home.owner.id)
    assert seen.last_used_at == START + 9


async def test_ending_forgets_the_consent_and_ends_every_grant_of_that_user_alone(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    p, client_id = home.provider.id, home.application.id
    owners = [await world.tokens(home), await world.tokens(home, scope="events")]
    guests = await world.tokens(home, home.guest)
    waits = await world.code(home)
    assert await stores.consents.end(p, home.owner.id, client_id, now=START + 7)

    assert await stores.consents.find(p, home.owner.id, client_id) is None
    assert await stores.consents.find(p, home.guest.id, client_id) is not None
    for answer in owners:
        row = await stores.tokens.find_bearer(p, sure(parse(answer.access_token, Kind.ACCESS_TOKEN), Presented))
        assert row is not None
        assert row.ended
        refresh = sure(parse(answer.refresh_token or "", Kind.REFRESH_TOKEN), Presented)
        _, token = await stores.tokens.find_refresh_token(p, client_id, None, refresh.id)
        assert token is not None
        assert token.grant_ended
    _, code = await stores.tokens.find_code(p, client_id, None, sure(parse(waits, Kind.CODE), Presented).id)
    assert code is not None
    assert code.grant_ended
    row = await stores.tokens.find_bearer(p, sure(parse(guests.access_token, Kind.ACCESS_TOKEN), Presented))
    assert row is not None
    assert not row.ended
    ended_at = {row["user_id"]: row["revoked_at"] for row in dump(store_url)["grants"]}
    assert ended_at == {home.owner.id: START + 7, home.guest.id: None}

    assert not await stores.consents.end(p, home.owner.id, client_id, now=START + 8)
    assert {row["revoked_at"] for row in dump(store_url)["grants"]} == {START + 7, None}


async def test_limits_and_what_was_left_out_come_back_as_they_were_stored(
    stores: Stores, world: World, home: House
) -> None:
    p, client_id = home.provider.id, home.application.id
    details = (CameraAccess(READ, frozenset({home.resource_id, 7})), CameraAccess(READ | EVENTS, None))
    code = await allow(world, home, READ, Granted(READ | EVENTS, READ | EVENTS | {"liveview"}, details))
    found = await stores.consents.find(p, home.owner.id, client_id)
    assert found is not None
    assert found.scope == READ | EVENTS
    assert found.declined == {"liveview"}
    assert set(found.details or ()) == set(details)
    _, stored = await stores.tokens.find_code(p, client_id, None, code.id)
    assert stored is not None
    assert stored.details == format_details(details)

    await allow(world, home, READ, Granted(READ | EVENTS, READ | EVENTS | {"liveview"}, again=True))
    assert await stores.consents.find(p, home.owner.id, client_id) == found
    await allow(world, home, READ, plain(READ | EVENTS | {"liveview"}))
    assert await stores.consents.find(p, home.owner.id, client_id) == Consent(READ | EVENTS | {"liveview"}, START)


async def test_what_older_grants_still_give_is_shown_though_it_is_no_longer_remembered(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    p = home.provider.id
    one_camera = (CameraAccess(cameras=frozenset({home.resource_id})),)
    older = await allow(world, home, READ | EVENTS)
    await allow(world, home, READ, Granted(READ, READ | EVENTS, one_camera))
    (seen,) = await stores.consents.of_user(p, home.owner.id)
    assert seen.scope == READ | EVENTS
    assert {(READ, one_camera), (READ | EVENTS, None)} <= set(seen.pieces)
    await stores.tokens.revoke_grant(p, older.grant_id, now=START + 1)
    (seen,) = await stores.consents.of_user(p, home.owner.id)
    assert seen.scope == READ
    cameras = {one.cameras for _, details in seen.pieces for one in details or ()}
    assert cameras == {frozenset({home.resource_id})}

    def forget(connection: Connection) -> None:  # a grant of before there was the column
        connection.execute(update(grants).values(scope=None, authorization_details=None))

    outside(store_url, forget)
    (seen,) = await stores.consents.of_user(p, home.owner.id)
    assert seen.scope == READ
    assert {one.cameras for _, details in seen.pieces for one in details or ()} == cameras
