"""What userinfo tells, on a real database (OpenID Connect Core §5.3)."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gatelodge.protocol.client_settings import PAIRWISE, ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import InsufficientScope, InvalidToken, OAuthError
from gatelodge.protocol.jwt import Jwt
from gatelodge.protocol.shown import NOTHING
from gatelodge.service import signatures
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.records import ApplicationForm
from gatelodge.service.user_tokens import MadeToken
from tests.service.test_id_tokens import claims_of, registered
from tests.support.stores import outside
from tests.support.world import House, World, sure


async def told(world: World, house: House, token: str) -> Mapping[str, object] | str | OAuthError | None:
    """What the endpoint says to the bearer of a token."""
    return await world.userinfo.answer(house.provider, [f"Bearer {token}"], NOTHING)


async def members(world: World, house: House, **more: str | None) -> dict[str, Any]:
    """The claims that the house's application is told of the owner, who let it in."""
    tokens = await world.tokens(house, None, **more)
    found = await told(world, house, tokens.access_token)
    assert isinstance(found, Mapping), found
    return dict(found)


@pytest.mark.rfc("OpenID Connect Core", "5.3.2", "userinfo tells sub, and the claims of the scopes that were granted")
@pytest.mark.rfc("OpenID Connect Core", "5.4", "profile and email give access to the claims that are theirs")
async def test_claims_go_by_the_scope(world: World, home: House) -> None:
    sub = public_id(home.owner.id)
    name, email = {"name": home.owner.name}, {"email": home.owner.email, "email_verified": False}
    assert await members(world, home, scope="openid read") == {"sub": sub}
    assert await members(world, home, scope="openid profile") == {"sub": sub, **name}
    assert await members(world, home, scope="openid email") == {"sub": sub, **email}
    assert await members(world, home, scope="openid profile email") == {"sub": sub, **name, **email}


@pytest.mark.rfc("OpenID Connect Core", "5.5", "claims for userinfo are asked for by name, and in userinfo alone")
async def test_claims_can_be_asked_for_by_name(world: World, home: House) -> None:
    claims = json.dumps({"userinfo": {"name": {"essential": True}, "picture": None}})
    assert await members(world, home, scope="openid", claims=claims) == {
        "sub": public_id(home.owner.id),
        "name": home.owner.name,
    }
    other = json.dumps({"userinfo": {"name": {"value": "Somebody else"}}})
    assert "name" not in await members(world, home, scope="openid", claims=other)


async def test_an_address_that_mail_has_reached_is_told_as_verified(world: World, home: House, store_url: str) -> None:
    from sqlalchemy import update

    from gatelodge.storage.schema import users

    outside(store_url, lambda connection: connection.execute(update(users).values(email_verified_at=1)))
    assert (await members(world, home, scope="openid email"))["email_verified"] is True


@pytest.mark.rfc("OpenID Connect Core", "5.3.3", "an answer that has an algorithm is a JWT with iss and aud")
@pytest.mark.rfc("OpenID Connect Core", "5.3.2", "sub is that of the ID token")
async def test_a_signed_answer_says_who_it_is_from_and_for(world: World, home: House) -> None:
    house = await registered(world, home, userinfo_signed_response_alg="RS256", subject_type=PAIRWISE)
    tokens = await world.tokens(house, scope="openid email")
    text = sure(await told(world, house, tokens.access_token), str)
    claims = await claims_of(world, house, text)
    assert sure(signatures.read_jwt(text), Jwt).header["alg"] == "RS256"
    assert (claims["iss"], claims["aud"]) == (house.provider.origin, house.client_id)
    assert claims["sub"] == (await claims_of(world, house, tokens.id_token))["sub"] != public_id(home.owner.id)
    assert claims["email"] == home.owner.email


@pytest.mark.rfc("OpenID Connect Core", "5.3.1", "userinfo is for access tokens that OpenID Connect was asked for with")
async def test_tokens_of_other_kinds_are_told_nothing(world: World, home: House) -> None:
    plain = await world.tokens(home)
    assert isinstance(await told(world, home, plain.access_token), InsufficientScope)
    machine = await world.machine(home)
    itself = sure(await world.as_itself(machine), TokenAnswer)
    assert isinstance(await told(world, machine, itself.access_token), InsufficientScope)
    own = sure(await world.user_tokens.create(home.owner, "Mine", frozenset({"read"}), None), MadeToken)
    assert isinstance(await told(world, home, own.text), InsufficientScope)
    tokens = await world.tokens(home, scope="openid")
    for wrong in (tokens.id_token or "", tokens.refresh_token or "", "x"):
        assert isinstance(await told(world, home, wrong), InvalidToken)
    assert await world.userinfo.answer(home.provider, [], NOTHING) is None


async def test_a_refresh_that_leaves_email_out_leaves_it_out_here(world: World, home: House) -> None:
    tokens = await world.tokens(home, scope="openid email read")
    narrowed = sure(await world.refresh(home, tokens.refresh_token, scope="openid read"), TokenAnswer)
    assert await told(world, home, narrowed.access_token) == {"sub": public_id(home.owner.id)}


@pytest.mark.rfc("OpenID Connect Core", "8", "whoever asks about a pairwise application's tokens is told its own sub")
@pytest.mark.rfc("9470", "6.2", "introspection tells auth_time and acr")
async def test_introspection_tells_the_same_subject_and_the_sign_in(world: World, home: House) -> None:
    house = await registered(world, home, subject_type=PAIRWISE)
    server = await world.register(home, resource_server=True, redirect_uris=())
    tokens = await world.tokens(house, scope="openid read")
    answer = sure(await world.introspect(server, tokens.access_token), dict)
    claims = await claims_of(world, house, tokens.id_token)
    assert (answer["sub"], answer["auth_time"], answer["acr"]) == (claims["sub"], claims["auth_time"], claims["acr"])
    plain = sure(await world.introspect(server, (await world.tokens(home)).access_token), dict)
    assert plain["sub"] == public_id(home.owner.id)
    assert not {"auth_time", "acr"} & plain.keys()


@pytest.mark.rfc("OpenID Connect Core", "8.1", "without a sector_identifier_uri, the sector is the redirect URIs' host")
async def test_the_sector_is_the_host_that_the_application_answers_at(world: World, home: House) -> None:
    pairwise = ClientSettings(subject_type=PAIRWISE)
    same = [await world.register(home, redirect_uris=(f"https://one.example/{n}",), settings=pairwise) for n in "ab"]
    other = await world.register(home, redirect_uris=("https://two.example/",), settings=pairwise)
    listed = await world.stores.applications.client(home.provider.id, same[0].application.id)
    assert listed is not None
    assert listed[0].settings.sector == "one.example"
    subjects = []
    for house in (*same, other):
        uris = house.application.redirect_uris
        tokens = await world.exchange(
            house, await world.code(house, scope="openid", redirect_uri=uris[0]), redirect_uri=uris[0]
        )
        subjects.append((await claims_of(world, house, sure(tokens, TokenAnswer).id_token))["sub"])
    assert subjects[0] == subjects[1] != subjects[2]
    form = ApplicationForm("x", "", ("https://two.example/",), settings=ClientSettings(sector="thief.example"))
    await world.stores.applications.update(home.provider.id, other.application.id, form)
    found = await world.stores.applications.client(home.provider.id, other.application.id)
    assert found is not None
    assert found[0].settings.sector == ""
