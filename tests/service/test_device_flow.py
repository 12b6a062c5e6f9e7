"""The device flow's use case, on both databases and on two nodes."""

import asyncio
from dataclasses import replace

import pytest

from gatelodge.protocol.errors import OAuthError, TooManyRequests
from gatelodge.protocol.policy import Policy
from gatelodge.service.choosing import Choice
from gatelodge.service.device_flow import (
    BEGUN_THERE,
    PER_USER,
    Answered,
    Asking,
    Begun,
    TooMany,
    WrongCode,
)
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.keys import KeyRing
from gatelodge.service.records import Session
from tests.support.stores import dump, open_stores
from tests.support.world import DEVICE_CODE_LIFETIME, House, World, sure

HERE = "192.0.2.7"


@pytest.fixture
async def television(world: World, home: House) -> House:
    return await world.device(home)


@pytest.fixture
async def owner(world: World, home: House) -> Session:
    return await world.session(home.owner)


async def decide(
    world: World, house: House, begun: Begun, session: Session, *, allow: bool = True, choice: Choice | None = None
) -> object:
    """What comes of a person's answer."""
    return await world.devices.decide(
        house.provider, begun.user_code, session, address=HERE, allow=allow, choice=choice
    )


async def code_of(world: World, television: House) -> Begun:
    """A device of the house's that waits."""
    return sure(await world.begin_device(television), Begun)


def error(answer: object) -> str:
    """The code of an error."""
    assert isinstance(answer, OAuthError), answer
    return answer.code


@pytest.mark.rfc("8628", "3.2", "the answer has device_code, user_code, verification_uri, expires_in and interval")
@pytest.mark.rfc("8628", "3.3.1", "verification_uri_complete brings the user code along")
async def test_what_a_device_is_told(world: World, television: House) -> None:
    begun = await code_of(world, television)
    told = begun.as_json()
    assert told["verification_uri"] == "https://north.example.com/device"
    assert told["verification_uri_complete"] == f"https://north.example.com/device?user_code={begun.user_code}"
    assert (told["expires_in"], told["interval"]) == (DEVICE_CODE_LIFETIME, 5)
    assert str(told["device_code"]).startswith("gldc_")


async def test_nothing_that_is_stored_gives_a_code_away(world: World, television: House, store_url: str) -> None:
    begun = await code_of(world, television)
    (row,) = dump(store_url)["device_codes"]
    bare = begun.user_code.replace("-", "")
    assert bare not in repr(row)
    assert begun.device_code.split("_")[2][:43] not in repr(row)


@pytest.mark.rfc("8628", "3.5", "a device is told to wait, to slow down, and then gets its tokens, once")
async def test_a_device_is_let_in(world: World, television: House, owner: Session) -> None:
    begun = await code_of(world, television)
    assert error(await world.poll(television, begun.device_code)) == "authorization_pending"
    assert error(await world.poll(television, begun.device_code)) == "slow_down"
    world.now += 6
    assert error(await world.poll(television, begun.device_code)) == "slow_down"  # it is ten seconds by now
    world.now += 15
    assert error(await world.poll(television, begun.device_code)) == "authorization_pending"
    asking = sure(await world.devices.look(television.provider, begun.user_code, owner, address=HERE), Asking)
    assert (asking.client.name, asking.device.address, asking.owner) == ("Television", HERE, "North Cloud Farm")
    done = sure(await decide(world, television, begun, owner), Answered)
    assert done.allowed
    answer = sure(await world.poll(television, begun.device_code), TokenAnswer)
    assert answer.scope == "liveview read"
    caller = await world.call(television, answer.access_token)
    assert getattr(caller, "user", None) == television.owner
    refreshed = sure(await world.refresh(television, answer.refresh_token), TokenAnswer)
    assert refreshed.refresh_token != answer.refresh_token  # a public client rotates
    assert error(await world.poll(television, begun.device_code)) == "invalid_grant"
    assert isinstance(await world.call(television, answer.access_token), OAuthError)  # a replay ends what it gave


async def test_a_confidential_one_authenticates(world: World, home: House) -> None:
    recorder = await world.device(home, confidential=True)
    assert error(await world.begin_device(recorder, client_secret=None)) == "invalid_client"
    begun = await code_of(world, recorder)
    assert error(await world.poll(recorder, begun.device_code, client_secret=None)) == "invalid_client"


@pytest.mark.rfc("8628", "3.5", "access_denied once the user has said no")
async def test_a_device_is_not_let_in(world: World, television: House, owner: Session) -> None:
    begun = await code_of(world, television)
    assert not sure(await decide(world, television, begun, owner, allow=False), Answered).allowed
    assert error(await world.poll(television, begun.device_code)) == "access_denied"
    assert isinstance(await decide(world, television, begun, owner), WrongCode)


@pytest.mark.rfc("8628", "3.5", "expired_token once the time is over")
async def test_nobody_came_in_time(world: World, television: House, owner: Session) -> None:
    begun = await code_of(world, television)
    world.now += DEVICE_CODE_LIFETIME
    assert isinstance(await decide(world, television, begun, owner), WrongCode)
    assert error(await world.poll(television, begun.device_code)) == "expired_token"


async def test_what_the_person_leaves_out_is_not_given(world: World, home: House, owner: Session) -> None:
    television = await world.device(home)
    choosy = await world.register(
        television,
        name="Choosy",
        redirect_uris=(),
        confidential=False,
        grant_types=television.application.grant_types,
        optional_scope=frozenset({"liveview"}),
    )
    begun = await code_of(world, choosy)
    wrong = Choice(frozenset({"liveview"}), frozenset({1}))
    assert sure(await decide(world, choosy, begun, owner, choice=wrong), Asking).faults.keys() == {"cameras"}
    only = Choice(frozenset(), frozenset({home.resource_id}))
    sure(await decide(world, choosy, begun, owner, choice=only), Answered)
    answer = sure(await world.poll(choosy, begun.device_code), TokenAnswer)
    assert answer.scope == "read"
    assert answer.details is not None
    assert home.application.id != choosy.application.id


@pytest.mark.rfc("8628", "5.4", "what was decided before never lets a device in by itself")
async def test_a_second_device_asks_again(world: World, television: House, owner: Session) -> None:
    for _ in range(2):
        begun = await code_of(world, television)
        assert error(await world.poll(television, begun.device_code)) == "authorization_pending"
        sure(await decide(world, television, begun, owner), Answered)
        sure(await world.poll(television, begun.device_code), TokenAnswer)


async def test_ending_the_access_ends_what_the_device_has(world: World, television: House, owner: Session) -> None:
    begun = await code_of(world, television)
    sure(await decide(world, television, begun, owner), Answered)
    answer = sure(await world.poll(television, begun.device_code), TokenAnswer)
    (listed,) = await world.authorized.mine(television.owner)
    assert (listed.name, listed.scope, listed.on_device) == ("Television", frozenset({"read", "liveview"}), True)
    assert await world.authorized.end(television.owner, television.application.id)
    assert isinstance(await world.call(television, answer.access_token), OAuthError)
    assert error(await world.refresh(television, answer.refresh_token)) == "invalid_grant"


async def test_access_that_ends_before_the_device_comes(world: World, television: House, owner: Session) -> None:
    begun = await code_of(world, television)
    sure(await decide(world, television, begun, owner), Answered)
    assert await world.authorized.end(television.owner, television.application.id)
    assert error(await world.poll(television, begun.device_code)) == "invalid_grant"


@pytest.mark.rfc("8628", "5.1", "who types many codes has to wait, right or wrong, and only they")
async def test_guessing_is_slowed_down(world: World, television: House, home: House, owner: Session) -> None:
    begun = await code_of(world, television)
    for _ in range(PER_USER.amount):
        found = await world.devices.look(television.provider, "BBBB-BBBB", owner, address=HERE)
        assert isinstance(found, WrongCode)
    found = await world.devices.look(television.provider, begun.user_code, owner, address=HERE)
    assert isinstance(found, TooMany)
    assert 0 < found.seconds <= PER_USER.seconds
    guest = await world.session(home.guest)
    assert isinstance(await world.devices.look(television.provider, begun.user_code, guest, address=HERE), Asking)
    sure(await decide(world, television, begun, guest), Answered)  # no guess has ended the code


async def test_mistyping_costs_nothing(world: World, television: House, owner: Session) -> None:
    begun = await code_of(world, television)
    for typed in ["", "hello", "12345678"] * PER_USER.amount:
        assert isinstance(await world.devices.look(television.provider, typed, owner, address=HERE), WrongCode)
    assert isinstance(await world.devices.look(television.provider, begun.user_code, owner, address=HERE), Asking)


async def test_devices_without_end_are_refused_for_a_while(world: World, television: House) -> None:
    for _ in range(BEGUN_THERE.amount):
        await code_of(world, television)
    refusal = sure(await world.begin_device(television), TooManyRequests)
    assert (refusal.status, refusal.code) == (429, "temporarily_unavailable")
    assert 0 < refusal.seconds <= BEGUN_THERE.seconds
    assert isinstance(await world.begin_device(television, "198.51.100.1"), Begun)


async def test_an_application_that_loses_the_grant_or_is_disabled(
    world: World, television: House, owner: Session
) -> None:
    begun = await code_of(world, television)
    p, application = television.provider.id, television.application.id
    await world.stores.applications.set_disabled(p, application, disabled=True, now=world.now)
    assert isinstance(await decide(world, television, begun, owner), WrongCode)
    assert error(await world.poll(television, begun.device_code)) == "invalid_client"
    await world.stores.applications.set_disabled(p, application, disabled=False, now=world.now)
    off = replace(television, provider=replace(television.provider, policy=_off(television)))
    assert isinstance(await decide(world, off, begun, owner), WrongCode)
    assert error(await world.poll(off, begun.device_code)) == "unauthorized_client"


def _off(house: House) -> Policy:
    return replace(house.provider.policy, device_flow=False)


async def test_one_of_two_nodes_gives_the_tokens(
    world: World, television: House, owner: Session, keys: KeyRing, store_url: str
) -> None:
    begun = await code_of(world, television)
    async with open_stores(store_url) as stores:
        other = World(stores, keys)
        answers = await asyncio.gather(
            *(decide(node, television, begun, owner, allow=allow) for node in (world, other) for allow in (True, True))
        )
        assert sum(isinstance(one, Answered) for one in answers) == 1
        polled = await asyncio.gather(*(node.poll(television, begun.device_code) for node in (world, other) * 3))
    assert sum(isinstance(one, TokenAnswer) for one in polled) == 1
    assert {one.code for one in polled if isinstance(one, OAuthError)} == {"invalid_grant"}


async def test_a_code_typed_while_the_key_is_changed_is_found(
    world: World, television: House, owner: Session, keys: KeyRing
) -> None:
    begun = await code_of(world, television)
    keys.rotate()
    sure(await decide(world, television, begun, owner), Answered)
    sure(await world.poll(television, begun.device_code), TokenAnswer)
