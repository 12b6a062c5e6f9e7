"""The JWT bearer grant's use case, on both databases."""

import asyncio
from dataclasses import replace

import pytest

from gatelodge.protocol.client import FOR_USERS, JWT_BEARER
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import OAuthError
from gatelodge.service.choosing import Choice
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.keys import KeyRing
from tests.support.signing import Signer, unsigned, with_secret
from tests.support.stores import open_stores
from tests.support.world import EXCHANGED_LIFETIME, House, World, answer_of, sure


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture
async def nightly(world: World, home: House, signer: Signer) -> House:
    """The house, with an application that may act for its users while they are away."""
    return await world.register(
        home, name="Nightly", grant_types=FOR_USERS | {JWT_BEARER}, settings=ClientSettings(jwks=signer.jwks())
    )


def about(world: World, house: House, signer: Signer, subject: str, **claims: object) -> str:
    """An assertion about somebody."""
    return signer.assertion(house.client_id, house.provider.origin, world.now, **{"sub": subject, **claims})


def error(answer: object) -> str:
    """The code of an error."""
    assert isinstance(answer, OAuthError), answer
    return answer.code


@pytest.mark.rfc("7523", "2.1", "an assertion gets an access token for the user that it is about")
async def test_who_has_allowed_something_can_be_away(world: World, nightly: House, signer: Signer) -> None:
    await world.tokens(nightly)
    for subject in (public_id(nightly.owner.id), nightly.owner.email, nightly.owner.email.upper()):
        answer = sure(await world.assert_user(nightly, about(world, nightly, signer, subject)), TokenAnswer)
        assert (answer.scope, answer.expires_in, answer.refresh_token) == ("liveview read", EXCHANGED_LIFETIME, None)
        caller = await world.call(nightly, answer.access_token)
        assert getattr(caller, "user", None) == nightly.owner
    less = await world.assert_user(nightly, about(world, nightly, signer, nightly.owner.email), scope="read")
    assert sure(less, TokenAnswer).scope == "read"
    more = await world.assert_user(nightly, about(world, nightly, signer, nightly.owner.email), scope="write")
    assert error(more) == "invalid_scope"


@pytest.mark.rfc("7523", "3.1", "a user who is unknown, and one who has allowed nothing, are the same invalid_grant")
async def test_never_more_than_consent(world: World, home: House, away: House, nightly: House, signer: Signer) -> None:
    await world.tokens(nightly)
    await world.tokens(home, home.guest)  # to another application
    said = set()
    for subject in (home.guest.email, "nobody@example.com", public_id(1), "x", away.owner.email, nightly.client_id):
        answer = await world.assert_user(nightly, about(world, nightly, signer, subject))
        assert error(answer) == "invalid_grant"
        said.add(str(answer))
    assert len(said) == 1


async def test_ending_the_access_ends_it(world: World, nightly: House, signer: Signer) -> None:
    await world.tokens(nightly)
    answer = sure(await world.assert_user(nightly, about(world, nightly, signer, nightly.owner.email)), TokenAnswer)
    (listed,) = await world.authorized.mine(nightly.owner)
    assert listed.scope == {"read", "liveview"}
    assert await world.authorized.end(nightly.owner, nightly.application.id)
    assert isinstance(await world.call(nightly, answer.access_token), OAuthError)
    again = await world.assert_user(nightly, about(world, nightly, signer, nightly.owner.email))
    assert error(again) == "invalid_grant"


async def test_the_limits_of_the_consent_hold(world: World, nightly: House, signer: Signer) -> None:
    camera = public_id(nightly.resource_id)
    details = f'[{{"type":"camera_access","cameras":["{camera}"]}}]'
    handle, session = await world.ask(nightly, authorization_details=details), await world.session(nightly.owner)
    only = Choice(frozenset(), frozenset({nightly.resource_id}))
    answer_of(await world.authorize.decide(nightly.provider, handle, world.browser(), session, allow=True, choice=only))
    answer = sure(await world.assert_user(nightly, about(world, nightly, signer, nightly.owner.email)), TokenAnswer)
    assert answer.as_json()["authorization_details"] == [{"type": "camera_access", "cameras": [camera]}]


async def test_a_disabled_user_is_nobody(world: World, nightly: House, signer: Signer) -> None:
    await world.tokens(nightly)
    p = nightly.provider.id
    await world.stores.people.set_disabled(p, nightly.owner.id, disabled=True, now=world.now)
    answer = await world.assert_user(nightly, about(world, nightly, signer, nightly.owner.email))
    assert error(answer) == "invalid_grant"


@pytest.mark.rfc("7523", "3", "an assertion is good once, on all nodes together")
async def test_a_replayed_assertion(
    world: World, nightly: House, signer: Signer, keys: KeyRing, store_url: str
) -> None:
    await world.tokens(nightly)
    text = about(world, nightly, signer, nightly.owner.email)
    async with open_stores(store_url) as stores:
        nodes = (world, World(stores, keys)) * 3
        answers = await asyncio.gather(*(node.assert_user(nightly, text) for node in nodes))
    assert sum(isinstance(one, TokenAnswer) for one in answers) == 1
    assert {one.code for one in answers if isinstance(one, OAuthError)} == {"invalid_grant"}


@pytest.mark.rfc("7523", "3", "an assertion that is not signed by the client's key is refused")
@pytest.mark.rfc("7523", "3.1", "a faulty assertion is invalid_grant")
async def test_other_signatures(world: World, nightly: House, signer: Signer) -> None:
    await world.tokens(nightly)
    claims = {
        "iss": nightly.client_id,
        "sub": nightly.owner.email,
        "aud": nightly.provider.origin,
        "exp": world.now + 60,
        "jti": "1",
    }
    good = about(world, nightly, signer, nightly.owner.email)
    header, body, signature = good.split(".")
    for text in (
        about(world, nightly, Signer(), nightly.owner.email),
        unsigned(claims),
        with_secret(nightly.client_secret, claims),
        with_secret(signer.jwks(), claims),
        f"{header}.{body}.",
        f"{header}.{body[:-4]}.{signature}",
        "x",
        "a.b.c",
        about(world, nightly, signer, nightly.owner.email, aud="https://harbour.example.com"),
    ):
        assert error(await world.assert_user(nightly, text)) == "invalid_grant", text
    assert error(await world.assert_user(nightly, "")) == "invalid_request"
    assert isinstance(await world.assert_user(nightly, good), TokenAnswer)


async def test_not_everybody_may(world: World, home: House, nightly: House, signer: Signer) -> None:
    text = about(world, nightly, signer, nightly.owner.email)
    assert error(await world.assert_user(nightly, text, client_secret=None)) == "invalid_client"
    assert error(await world.assert_user(home, text)) == "unauthorized_client"
    off = replace(nightly.provider, policy=replace(nightly.provider.policy, jwt_bearer=False))
    assert error(await world.assert_user(replace(nightly, provider=off), text)) == "unauthorized_client"
