"""Tokens that are for an API in particular, and tokens that are JWTs: through every use case that meets them."""

import json
from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import Any

import pytest

from gatelodge.protocol.client_settings import JWT, ClientSettings
from gatelodge.protocol.credentials import Kind, parse, public_id
from gatelodge.protocol.errors import InvalidTarget, InvalidToken, OAuthError, UnauthorizedClient
from gatelodge.service.answering import SendBack
from gatelodge.service.bearer import Caller
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.signing import Signing
from tests.support.stores import dump
from tests.support.world import House, World, answer_of, request_of, sure

API, OTHER = "https://api.example.com/v1", "https://other.example.com"
INACTIVE = {"active": False}


async def resource_server(world: World, house: House, *uris: str, jwt: bool = False, **more: Any) -> House:
    """The same house, with a resource server in hand that is called so."""
    settings = ClientSettings(resource_uris=uris, access_token_format=JWT if jwt else "opaque", **more)
    return await world.register(
        house, name="API", redirect_uris=(), grant_types=frozenset(), resource_server=True, settings=settings
    )


async def jwt_application(world: World, house: House) -> House:
    """The same house, with an application in hand whose access tokens are JWTs."""
    return await world.register(house, settings=ClientSettings(access_token_format=JWT))


def payload(text: str) -> dict[str, Any]:
    """The claims of a JWT."""
    part = text.split(".")[1]
    members: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return members


@pytest.mark.rfc("8707", "2.1", "what is asked for with the authorization request is what the token is for")
@pytest.mark.rfc("8707", "2.2", "a token request narrows that, on refresh as well")
async def test_resources_from_the_request_to_the_token(world: World, home: House) -> None:
    api, other = await resource_server(world, home, API), await resource_server(world, home, OTHER)
    code = await world.code(home, resource=f"{API} {OTHER}")
    narrower = sure(await world.exchange(home, code, resource=API), TokenAnswer)
    assert (await told(world, api, narrower.access_token))["aud"] == API
    assert await world.introspect(other, narrower.access_token) == INACTIVE
    both = sure(await world.refresh(home, narrower.refresh_token), TokenAnswer)
    assert (await told(world, other, both.access_token))["aud"] == [API, OTHER]
    second = sure(await world.refresh(home, narrower.refresh_token, resource=OTHER), TokenAnswer)
    assert await world.introspect(api, second.access_token) == INACTIVE


async def told(world: World, house: House, token: str) -> dict[str, object]:
    """What introspection says of a token that is good there."""
    answer = await world.introspect(house, token)
    assert isinstance(answer, dict)
    assert answer["active"] is True
    return answer


@pytest.mark.rfc("8707", "2", "an unknown resource is answered with invalid_target, by redirect")
async def test_an_unknown_resource_is_refused_at_the_authorization_endpoint(world: World, home: House) -> None:
    answer = await world.authorize.begin(home.provider, request_of(home, resource="https://evil.example"))
    assert answer_of(sure(answer, SendBack))["error"] == "invalid_target"


@pytest.mark.rfc("8707", "2.2", "what was not granted is invalid_target at the token endpoint, and costs no code")
async def test_a_resource_that_was_not_granted_is_refused(world: World, home: House) -> None:
    await resource_server(world, home, API)
    await resource_server(world, home, OTHER)
    code = await world.code(home, resource=API)
    assert isinstance(await world.exchange(home, code, resource=OTHER), InvalidTarget)
    assert isinstance(await world.exchange(home, code, resource="https://evil.example"), InvalidTarget)
    tokens = sure(await world.exchange(home, code), TokenAnswer)
    assert isinstance(await world.refresh(home, tokens.refresh_token, resource=OTHER), InvalidTarget)


@pytest.mark.rfc("9068", "4", "an API refuses a token that is for another one")
@pytest.mark.rfc("8707", "2", "a token is good at the resource that it was asked for, and not elsewhere")
async def test_a_token_for_another_api_does_not_open_ours(world: World, home: House) -> None:
    api = await resource_server(world, home, API)
    tokens = await world.tokens(home, resource=API)
    assert isinstance(await world.call(home, tokens.access_token), InvalidToken)
    assert (await told(world, api, tokens.access_token))["sub"] == public_id(home.owner.id)
    ours = await world.tokens(home, resource=f"{home.provider.origin}/api/graphql")
    assert isinstance(await world.call(home, ours.access_token), Caller)
    assert await world.introspect(api, ours.access_token) == INACTIVE


async def test_without_a_resource_all_is_as_it_was(world: World, home: House) -> None:
    api, plain = await resource_server(world, home, API), await resource_server(world, home)
    tokens = await world.tokens(home)
    assert isinstance(await world.call(home, tokens.access_token), Caller)
    for server in (api, plain):
        assert "aud" not in await told(world, server, tokens.access_token)
    aimed = await world.tokens(home, resource=API)
    assert await world.introspect(plain, aimed.access_token) == INACTIVE  # it is called nothing: no such token is its


async def test_of_two_servers_that_claim_one_name_the_older_has_it(world: World, home: House) -> None:
    first, second = await resource_server(world, home, API), await resource_server(world, home, API)
    ours = await resource_server(world, home, home.provider.origin)
    tokens = await world.tokens(home, resource=API)
    assert (await told(world, first, tokens.access_token))["aud"] == API
    assert await world.introspect(second, tokens.access_token) == INACTIVE
    own = await world.tokens(home, resource=home.provider.origin)
    assert await world.introspect(ours, own.access_token) == INACTIVE


async def test_the_names_of_another_providers_apis_are_unknown(world: World, home: House, away: House) -> None:
    await resource_server(world, away, API)
    answer = await world.authorize.begin(home.provider, request_of(home, resource=API))
    assert answer_of(sure(answer, SendBack))["error"] == "invalid_target"


async def test_an_application_asks_for_a_resource_as_itself(world: World, home: House) -> None:
    api, machine = await resource_server(world, home, API, jwt=True), await world.machine(home)
    answer = sure(await world.as_itself(machine, resource=API), TokenAnswer)
    claims = payload(answer.access_token)
    assert (claims["aud"], claims["sub"], claims["client_id"]) == (API, machine.client_id, machine.client_id)
    assert (await told(world, api, answer.access_token))["sub"] == machine.client_id
    assert isinstance(await world.as_itself(machine, resource="https://evil.example"), InvalidTarget)


@pytest.mark.rfc("9068", "2.1", "the type is at+jwt, the signature is not none")
@pytest.mark.rfc("9068", "3", "without a resource, aud is the default one")
async def test_a_jwt_access_token_is_a_token_like_any_other(world: World, home: House, store_url: str) -> None:
    house, server = await jwt_application(world, home), await resource_server(world, home)
    tokens = await world.tokens(house)
    claims = payload(tokens.access_token)
    assert await world.signing.verified(home.provider, tokens.access_token, kind="at+jwt") == claims
    assert claims["aud"] == f"{home.provider.origin}/api/graphql"
    assert (claims["sub"], claims["client_id"]) == (public_id(home.owner.id), house.client_id)
    assert claims["exp"] - claims["iat"] == tokens.expires_in
    (row,) = [row for row in dump(store_url)["access_tokens"] if public_id(row["id"]) == claims["jti"]]
    assert row["digest"] == sha256(tokens.access_token.encode()).digest()
    assert tokens.token_type == "Bearer"
    caller = sure(await world.call(house, tokens.access_token), Caller)
    assert (caller.user, caller.application) == (home.owner, house.calling)
    answer = await told(world, server, tokens.access_token)
    assert {name: answer[name] for name in ("jti", "sub", "client_id", "exp")} == {
        name: claims[name] for name in ("jti", "sub", "client_id", "exp")
    }
    again = sure(await world.refresh(house, tokens.refresh_token), TokenAnswer)
    assert payload(again.access_token)["jti"] != claims["jti"]
    assert await world.revoke(house, tokens.access_token) is True
    for token in (tokens.access_token, again.access_token):
        assert isinstance(await world.call(house, token), InvalidToken)
        assert await world.introspect(server, token) == INACTIVE


async def test_an_api_that_verifies_tokens_itself_is_given_jwts(world: World, home: House) -> None:
    await resource_server(world, home, API, jwt=True)
    await resource_server(world, home, OTHER)
    assert payload((await world.tokens(home, resource=API)).access_token)["aud"] == API
    assert payload((await world.tokens(home, resource=f"{API} {OTHER}")).access_token)["aud"] == [API, OTHER]
    assert parse((await world.tokens(home, resource=OTHER)).access_token, Kind.ACCESS_TOKEN)
    assert (await world.tokens(home)).access_token.startswith("glat_")


@pytest.mark.rfc("9701", "4", "a resource server that asks for a JWT gets one")
@pytest.mark.rfc("9701", "5", "iss, aud, iat and token_introspection are there, the type is token-introspection+jwt")
@pytest.mark.rfc("9701", "8.1", "there is no sub and no exp, so that it passes for no access token")
@pytest.mark.parametrize("algorithm", ["", "RS256", "EdDSA"])
async def test_an_answer_can_be_signed(world: World, home: House, algorithm: str) -> None:
    server = await resource_server(world, home, introspection_signed_response_alg=algorithm)
    tokens = await world.tokens(home)
    text = sure(await world.introspect(server, tokens.access_token, signed=True), str)
    claims = await fresh(world).verified(home.provider, text, kind="token-introspection+jwt")
    assert claims is not None
    assert set(claims) == {"iss", "aud", "iat", "token_introspection"}
    assert (claims["iss"], claims["aud"], claims["iat"]) == (home.provider.origin, server.client_id, world.now)
    assert claims["token_introspection"] == await world.introspect(server, tokens.access_token)
    header = json.loads(urlsafe_b64decode(text.split(".")[0] + "=="))
    assert header["alg"] == (algorithm or "ES256")
    unknown = sure(await world.introspect(server, "nothing", signed=True), str)
    assert payload(unknown)["token_introspection"] == INACTIVE


@pytest.mark.rfc("9701", "5", "nobody but resource servers is answered, signed or not")
async def test_a_signed_answer_is_for_resource_servers_alone(world: World, home: House) -> None:
    tokens = await world.tokens(home)
    answer = await world.introspect(home, tokens.access_token, signed=True)
    assert isinstance(answer, UnauthorizedClient)
    assert isinstance(answer, OAuthError)


def fresh(world: World) -> Signing:
    """Another node."""
    return Signing(world.stores.signing_keys, world.sealer, world.mint, world.clock)


async def test_a_disabled_resource_server_is_nobody(world: World, home: House) -> None:
    api = await resource_server(world, home, API)
    await world.stores.applications.set_disabled(home.provider.id, api.application.id, disabled=True, now=world.now)
    answer = await world.authorize.begin(home.provider, request_of(home, resource=API))
    assert answer_of(sure(answer, SendBack))["error"] == "invalid_target"
