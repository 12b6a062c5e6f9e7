"""Revocation on a real database (RFC 7009, and the contract's looser form)."""

import pytest

from gatelodge.protocol.credentials import Kind, Presented, parse, public_id
from gatelodge.protocol.errors import InvalidClient, InvalidGrant, InvalidRequest, OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import NOTHING
from gatelodge.service.applications import Registered
from gatelodge.service.bearer import Caller
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.minting import IdSource, Mint
from gatelodge.service.records import ApplicationForm
from gatelodge.service.user_tokens import MadeToken
from gatelodge.storage.schema import metadata
from tests.support.stores import dump
from tests.support.world import CALLBACK, House, World, sure


async def revoke(world: World, house: House, **sent: str) -> bool | OAuthError:
    """What the endpoint says."""
    return await world.revocation.revoke(house.provider, Parameters(sent), NOTHING)


async def works(world: World, house: House, token: str) -> bool:
    """Whether an API takes the token."""
    return isinstance(await world.call(house, token), Caller)


@pytest.mark.rfc(
    "7009", "2.1", "revoking a refresh token ends the access tokens of the same grant, and the other way round"
)
@pytest.mark.parametrize("which", ["access", "refresh"])
@pytest.mark.parametrize("name", ["token", "access_token"])
async def test_either_token_ends_both_at_once(which: str, name: str, world: World, home: House) -> None:
    held, other = await world.tokens(home), await world.tokens(home)
    text = held.access_token if which == "access" else held.refresh_token or ""
    assert await revoke(world, home, **{name: text}) is True
    assert not await works(world, home, held.access_token)
    assert isinstance(await world.refresh(home, held.refresh_token), InvalidGrant)
    assert await works(world, home, other.access_token)


async def test_an_expired_access_token_still_ends_its_grant(world: World, home: House) -> None:
    held = await world.tokens(home)
    world.now += 10**6
    assert await revoke(world, home, access_token=held.access_token) is True
    assert isinstance(await world.refresh(home, held.refresh_token), InvalidGrant)


async def test_a_user_token_ends_alone(world: World, home: House) -> None:
    made = [
        sure(await world.user_tokens.create(home.owner, name, frozenset({"read"}), None), MadeToken).text
        for name in ("One", "Two")
    ]
    assert await revoke(world, home, access_token=made[0]) is True
    assert [await works(world, home, text) for text in made] == [False, True]
    assert [token.name for token in await world.user_tokens.mine(home.owner)] == ["Two"]


async def test_a_token_that_an_application_got_as_itself_ends_alone_and_it_can_ask_again(
    world: World, home: House
) -> None:
    """Whoever finds one such token must not be able to lock the application out for good."""
    machine = await world.machine(home)
    one, two = [sure(await world.as_itself(machine), TokenAnswer).access_token for _ in range(2)]
    assert await revoke(world, home, token=one) is True
    assert await revoke(world, home, token=one) is False
    next_one = sure(await world.as_itself(machine), TokenAnswer).access_token
    assert [await works(world, home, text) for text in (one, two, next_one)] == [False, True, True]


@pytest.mark.rfc("7009", "2.2", "a token that is none is answered as a success")
async def test_what_is_no_token_here_is_answered_alike_and_changes_nothing(
    world: World, home: House, away: House, store_url: str
) -> None:
    held, theirs, code = await world.tokens(home), await world.tokens(away), await world.code(home)
    real = sure(parse(held.access_token, Kind.ACCESS_TOKEN), Presented)

    class SameId(IdSource):
        def next(self) -> int:
            return real.id

    forged = Mint(SameId()).secret(Kind.ACCESS_TOKEN).text
    unknown = world.mint.secret(Kind.REFRESH_TOKEN).text
    before = dump(store_url)
    for text in ("x", held.access_token[:-1], forged, unknown, theirs.access_token, theirs.refresh_token or "", code):
        assert await revoke(world, home, token=text) is False
    assert dump(store_url) == before
    assert set(before) == set(metadata.tables)


async def test_a_second_time_is_a_success_too_and_does_not_move_the_time(
    world: World, home: House, store_url: str
) -> None:
    held = await world.tokens(home)
    assert await revoke(world, home, token=held.access_token) is True
    before = dump(store_url)
    world.now += 60
    assert await revoke(world, home, token=held.access_token) is True
    assert dump(store_url) == before


@pytest.mark.rfc("7009", "2.1", "a client may revoke only tokens that were issued to it")
async def test_a_client_that_says_who_it_is_ends_its_own_tokens_only(world: World, home: House) -> None:
    held = await world.tokens(home)
    made = sure(await world.applications.register(home.owner, ApplicationForm("Other", "", (CALLBACK,))), Registered)
    other = {"client_id": public_id(made.application.id), "client_secret": made.client_secret or ""}
    own = {"client_id": home.client_id, "client_secret": home.client_secret}
    assert isinstance(await revoke(world, home, token=held.access_token, **other), InvalidGrant)
    assert await works(world, home, held.access_token)
    assert await revoke(world, home, token=held.access_token, **own) is True
    assert not await works(world, home, held.access_token)


@pytest.mark.rfc("7009", "2.1", "a client that authenticates must do so rightly")
async def test_a_client_that_cannot_prove_who_it_is_ends_nothing(world: World, home: House, away: House) -> None:
    held = await world.tokens(home)
    for wrong in (
        {"client_id": home.client_id},
        {"client_id": home.client_id, "client_secret": "made up"},
        {"client_id": away.client_id, "client_secret": away.client_secret},
    ):
        assert isinstance(await revoke(world, home, token=held.access_token, **wrong), InvalidClient)
    assert await works(world, home, held.access_token)


async def test_a_request_without_a_token_or_with_two_is_refused(world: World, home: House) -> None:
    held = await world.tokens(home)
    assert isinstance(await revoke(world, home), InvalidRequest)
    twice = {"token": held.access_token, "access_token": held.access_token}
    assert isinstance(await revoke(world, home, **twice), InvalidRequest)
    assert await works(world, home, held.access_token)


async def test_a_public_client_need_not_prove_anything_but_its_name(world: World, home: House) -> None:
    form = ApplicationForm("Public", "", (CALLBACK,), confidential=False)
    made = sure(await world.applications.register(home.owner, form), Registered)
    held = await world.tokens(home)
    # With the name of a client whose token it is not, nothing ends.
    refused = await revoke(world, home, token=held.access_token, client_id=public_id(made.application.id))
    assert isinstance(refused, InvalidGrant)
    assert await works(world, home, held.access_token)
