"""Token exchange's use case, on both databases: what is given, and what ends it."""

import json
from dataclasses import replace

import pytest

from gatelodge.protocol.client import CLIENT_CREDENTIALS, FOR_USERS, TOKEN_EXCHANGE
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.token_exchange import ACCESS_TOKEN
from gatelodge.service.bearer import Caller
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.user_tokens import MadeToken
from tests.support.stores import dump
from tests.support.world import ACCESS_LIFETIME, EXCHANGED_LIFETIME, House, World, sure

READ = frozenset({"read"})


@pytest.fixture
async def narrower(world: World, home: House) -> House:
    """The house, with an application that asks people, acts as itself and exchanges tokens."""
    return await world.register(
        home,
        name="Narrower",
        grant_types=FOR_USERS | {CLIENT_CREDENTIALS, TOKEN_EXCHANGE},
        own_scope=frozenset({"read", "liveview"}),
    )


async def own_token(world: World, house: House, scope: frozenset[str] = frozenset({"read", "liveview"})) -> str:
    """A token of the owner's own that lasts."""
    return sure(await world.user_tokens.create(house.owner, "Script", scope, None), MadeToken).text


async def given(world: World, house: House, subject: str, **more: str | None) -> TokenAnswer:
    """What is given for the subject."""
    return sure(await world.exchange_token(house, subject, **more), TokenAnswer)


def error(answer: object) -> str:
    """The code of an error."""
    assert isinstance(answer, OAuthError), answer
    return answer.code


async def works(world: World, house: House, token: str) -> bool:
    """Whether the token opens the API."""
    return not isinstance(await world.call(house, token), OAuthError)


@pytest.mark.rfc("8693", "2.2.1", "the answer has access_token, issued_token_type, token_type, expires_in and scope")
async def test_a_users_token_becomes_a_short_one(world: World, narrower: House) -> None:
    answer = await given(world, narrower, await own_token(world, narrower), scope="read")
    assert answer.as_json() == {
        "access_token": answer.access_token,
        "token_type": "Bearer",
        "expires_in": EXCHANGED_LIFETIME,
        "scope": "read",
        "issued_token_type": ACCESS_TOKEN,
    }
    caller = await world.call(narrower, answer.access_token)
    assert getattr(caller, "user", None) == narrower.owner
    assert getattr(caller, "application", None) == narrower.calling
    assert error(await world.call(narrower, answer.access_token, "liveview")) == "insufficient_scope"
    world.now += EXCHANGED_LIFETIME
    assert not await works(world, narrower, answer.access_token)


async def test_no_longer_than_what_was_shown(world: World, narrower: House) -> None:
    short = sure(await world.user_tokens.create(narrower.owner, "Short", READ, 60), MadeToken)
    assert (await given(world, narrower, short.text)).expires_in == 60
    tokens = await world.tokens(narrower)
    world.now += ACCESS_LIFETIME - 100
    assert (await given(world, narrower, tokens.access_token)).expires_in == 100


async def test_ending_the_users_token_ends_what_came_of_it(world: World, narrower: House) -> None:
    made = sure(await world.user_tokens.create(narrower.owner, "Script", READ, None), MadeToken)
    first = await given(world, narrower, made.text)
    second = await given(world, narrower, first.access_token)
    assert await works(world, narrower, second.access_token)
    await world.user_tokens.revoke(narrower.owner, made.token.id)
    for token in (first, second):
        assert not await works(world, narrower, token.access_token)
        assert error(await world.exchange_token(narrower, token.access_token)) == "invalid_request"


async def test_ending_a_grant_ends_what_came_of_it_however_far(world: World, home: House, narrower: House) -> None:
    tokens = await world.tokens(narrower)
    first = await given(world, narrower, tokens.access_token)
    second = await given(world, narrower, first.access_token, scope="read")
    third = await given(world, narrower, second.access_token)
    # One in the middle ends itself and what came of it, and nothing above.
    assert await world.revoke(narrower, second.access_token) is True
    assert not await works(world, narrower, second.access_token)
    assert not await works(world, narrower, third.access_token)
    assert await works(world, narrower, first.access_token)
    assert await works(world, narrower, tokens.access_token)
    assert await world.authorized.end(narrower.owner, narrower.application.id)
    assert not await works(world, narrower, first.access_token)
    assert home.provider == narrower.provider


async def test_ending_the_user_or_the_application(world: World, home: House, narrower: House) -> None:
    first = await world.tokens(home, home.guest)
    actor = sure(await world.as_itself(narrower), TokenAnswer)
    passed = await given(
        world, narrower, first.access_token, actor_token=actor.access_token, actor_token_type=ACCESS_TOKEN
    )
    p, theirs, ours = home.provider.id, home.application.id, narrower.application.id
    for application in (theirs, ours):
        assert await works(world, narrower, passed.access_token)
        await world.stores.applications.set_disabled(p, application, disabled=True, now=world.now)
        assert not await works(world, narrower, passed.access_token)
        await world.stores.applications.set_disabled(p, application, disabled=False, now=world.now)
    await world.stores.people.set_disabled(p, home.guest.id, disabled=True, now=world.now)
    assert not await works(world, narrower, passed.access_token)
    await world.stores.people.set_disabled(p, home.guest.id, disabled=False, now=world.now)
    assert await works(world, narrower, passed.access_token)
    await world.stores.applications.delete(p, theirs)
    assert not await works(world, narrower, passed.access_token)


@pytest.mark.rfc("8693", "4.1", "introspection tells who acts")
@pytest.mark.rfc("8693", "4.3", "the client_id is that of the client that asked")
async def test_introspection_tells_who_acts(world: World, home: House, narrower: House) -> None:
    api = await world.register(home, name="API", redirect_uris=(), resource_server=True)
    first = await world.tokens(home)
    actor = sure(await world.as_itself(narrower), TokenAnswer)
    passed = await given(
        world, narrower, first.access_token, actor_token=actor.access_token, actor_token_type=ACCESS_TOKEN
    )
    told = await world.introspect(api, passed.access_token)
    assert isinstance(told, dict)
    assert (told["active"], told["client_id"], told["sub"]) == (True, narrower.client_id, public_id(home.owner.id))
    assert told["act"] == {"sub": narrower.client_id}
    assert await world.authorized.end(home.owner, home.application.id)
    assert await world.introspect(api, passed.access_token) == {"active": False}


async def test_an_application_as_itself_narrows_what_it_has(world: World, narrower: House) -> None:
    actor = sure(await world.as_itself(narrower), TokenAnswer)
    passed = await given(world, narrower, actor.access_token, scope="read")
    assert await works(world, narrower, passed.access_token)
    assert await world.revoke(narrower, passed.access_token) is True
    assert not await works(world, narrower, passed.access_token)
    assert await works(world, narrower, actor.access_token)


async def test_the_limits_only_narrow(world: World, narrower: House) -> None:
    camera = public_id(narrower.resource_id)
    only = json.dumps([{"type": "camera_access", "cameras": [camera]}])
    other = json.dumps([{"type": "camera_access", "cameras": [public_id(narrower.resource_id + 1)]}])
    limited = sure(
        await world.user_tokens.create(
            narrower.owner, "Limited", READ, None, resources=frozenset({narrower.resource_id})
        ),
        MadeToken,
    )
    unlimited = await own_token(world, narrower)
    narrowed = await given(world, narrower, unlimited, authorization_details=only)
    assert narrowed.as_json()["authorization_details"] == json.loads(only)
    kept = await given(world, narrower, limited.text)
    assert kept.as_json()["authorization_details"] == json.loads(only)
    assert error(await world.exchange_token(narrower, limited.text, authorization_details=other)) == (
        "invalid_authorization_details"
    )
    everything = '[{"type":"camera_access"}]'
    assert error(await world.exchange_token(narrower, narrowed.access_token, authorization_details=everything)) == (
        "invalid_authorization_details"
    )


async def test_rights_are_those_of_this_moment(world: World, narrower: House) -> None:
    made = sure(await world.user_tokens.create(narrower.guest, "Guest", READ, None), MadeToken)
    passed = await given(world, narrower, made.text)
    caller = sure(await world.call(narrower, passed.access_token), Caller)
    assert len(await world.resources.of(caller)) == 1
    await world.stores.resources.grant(narrower.provider.id, narrower.resource_id, narrower.guest.id, frozenset())
    assert await world.resources.of(caller) == []


async def test_it_is_in_no_list_of_what_the_user_authorized(world: World, narrower: House) -> None:
    await given(world, narrower, await own_token(world, narrower))
    assert await world.authorized.mine(narrower.owner) == []


@pytest.mark.rfc("8693", "2.2.2", "a token that is unknown, expired or ended is invalid_request")
async def test_tokens_that_are_none(world: World, narrower: House) -> None:
    ended = sure(await world.user_tokens.create(narrower.owner, "Ended", READ, None), MadeToken)
    await world.user_tokens.revoke(narrower.owner, ended.token.id)
    expired = sure(await world.user_tokens.create(narrower.owner, "Expired", READ, 60), MadeToken)
    lasting = sure((await world.tokens(narrower)).refresh_token, str)
    world.now += 60
    for subject in ("", "x", "glut_", ended.text, expired.text, lasting):
        assert error(await world.exchange_token(narrower, subject)) == "invalid_request"
    good = await own_token(world, narrower)
    for actor in ("x", ended.text, good):
        answer = await world.exchange_token(narrower, good, actor_token=actor, actor_token_type=ACCESS_TOKEN)
        assert error(answer) == "invalid_request"


async def test_not_everybody_may(world: World, home: House, narrower: House) -> None:
    token = await own_token(world, narrower)
    assert error(await world.exchange_token(home, token)) == "unauthorized_client"
    assert error(await world.exchange_token(narrower, token, client_secret=None)) == "invalid_client"
    off = replace(narrower.provider, policy=replace(narrower.provider.policy, token_exchange=False))
    assert error(await world.exchange_token(replace(narrower, provider=off), token)) == "unauthorized_client"


async def test_what_is_shown_is_of_this_provider(world: World, narrower: House, away: House) -> None:
    assert error(await world.exchange_token(narrower, await own_token(world, away))) == "invalid_request"


async def test_its_rows_are_tied_to_each_other(world: World, narrower: House, store_url: str) -> None:
    await given(world, narrower, await own_token(world, narrower))
    rows = dump(store_url)
    (token,) = rows["access_tokens"]
    (grant,) = [row for row in rows["grants"] if row["id"] == token["grant_id"]]
    assert token["alone"]
    assert (grant["way"], grant["subject_token_id"]) == ("exchange", rows["user_tokens"][0]["id"])


API, OTHER_API = "https://api.example.com", "https://other.example.com"


async def resource_server(world: World, house: House, name: str, uri: str) -> House:
    """An API that passes calls on."""
    return await world.register(
        house,
        name=name,
        redirect_uris=(),
        resource_server=True,
        grant_types=frozenset({TOKEN_EXCHANGE}),
        settings=ClientSettings(resource_uris=(uri,)),
    )


@pytest.mark.rfc("8693", "2.1", "resource and audience say where the token is to be used")
@pytest.mark.rfc("8693", "2.2.2", "an API that is not known, or not granted, is invalid_target")
@pytest.mark.rfc("8707", "2.2", "a token for some APIs is narrowed to fewer of them")
async def test_where_it_is_to_be_used(world: World, narrower: House) -> None:
    await resource_server(world, narrower, "API", API)
    await resource_server(world, narrower, "Other API", OTHER_API)
    mine = await own_token(world, narrower)
    for name in ("resource", "audience"):
        answer = await given(world, narrower, mine, **{name: API})
        assert isinstance(await world.call(narrower, answer.access_token), OAuthError)  # it is not for our own API
        assert (
            error(await world.exchange_token(narrower, mine, **{name: "https://unknown.example"})) == "invalid_target"
        )
        assert error(await world.exchange_token(narrower, answer.access_token, **{name: OTHER_API})) == "invalid_target"
        assert isinstance(await world.exchange_token(narrower, answer.access_token, **{name: API}), TokenAnswer)


async def test_an_api_passes_a_call_on_and_is_named_as_who_acts(world: World, home: House, narrower: House) -> None:
    api = await resource_server(world, narrower, "API", API)
    other = await resource_server(world, narrower, "Other API", OTHER_API)
    came = await given(world, narrower, (await world.tokens(narrower)).access_token, resource=API)
    passed = await given(world, api, came.access_token, resource=OTHER_API)
    told = await world.introspect(other, passed.access_token)
    assert isinstance(told, dict)
    assert (told["active"], told["aud"], told["client_id"]) == (True, OTHER_API, api.client_id)
    assert told["act"] == {"sub": api.client_id}
    assert error(await world.exchange_token(other, came.access_token)) == "invalid_request"  # it is not for that one
    unaddressed = await world.tokens(home)
    assert error(await world.exchange_token(api, unaddressed.access_token)) == "invalid_request"


@pytest.mark.rfc("8693", "3", "a JWT of ours is taken, and given where one is asked for")
async def test_as_a_jwt(world: World, narrower: House) -> None:
    kind = "urn:ietf:params:oauth:token-type:jwt"
    answer = await given(world, narrower, await own_token(world, narrower), requested_token_type=kind)
    assert answer.access_token.count(".") == 2
    assert answer.issued_token_type == kind
    again = await given(world, narrower, answer.access_token, subject_token_type=kind, scope="read")
    assert await works(world, narrower, again.access_token)
    header, body, _ = answer.access_token.split(".")
    for forged in (f"{header}.{body}.x", f"{header}.{body}."):
        assert error(await world.exchange_token(narrower, forged, subject_token_type=kind)) == "invalid_request"
