"""Requests that were pushed (RFC 9126), signed (RFC 9101), and answered in each of the ways, on a real database."""

import asyncio
import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.errors import OAuthError, UntrustedRedirect
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pkce import s256
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.shown import NOTHING
from gatelodge.service.answering import SendBack
from gatelodge.service.authorize import Ask, Gone
from gatelodge.service.records import Application
from tests.support.jar import Signer
from tests.support.world import CALLBACK, LOOPBACK, House, World, answer_of, request_of, sure

SIGNER = Signer()
PREFIX = "urn:ietf:params:oauth:request_uri:"


async def app(world: World, house: House, **settings: Any) -> House:
    """The house with an application in hand whose settings are these."""
    settings.setdefault("jwks", SIGNER.jwks)
    return await world.register(house, redirect_uris=(CALLBACK, LOOPBACK), settings=ClientSettings(**settings))


def under(house: House, **switches: Any) -> House:
    """The house, whose provider has these switches."""
    return replace(house, provider=replace(house.provider, policy=Policy(**switches)))


async def push(world: World, house: House, **more: str | None) -> dict[str, Any] | OAuthError:
    """What the endpoint says to the application when it pushes a good request, changed by `more`."""
    asked = request_of(house, client_secret=house.client_secret, **more)
    return await world.pushed.push(house.provider, asked, NOTHING)


async def pushed(world: World, house: House, **more: str | None) -> str:
    """The request_uri of a pushed request."""
    answer = sure(await push(world, house, **more), dict)
    return str(answer["request_uri"])


async def begin(world: World, house: House, **parameters: str) -> str | SendBack | UntrustedRedirect:
    """What the authorization endpoint makes of these parameters and the client_id, and no others."""
    asked = Parameters({"client_id": house.client_id, **parameters})
    return await world.authorize.begin(house.provider, asked)


async def decide(world: World, house: House, handle: object, *, allow: bool = True) -> Ask | SendBack | Gone:
    """What comes of it when the owner decides on the request."""
    session = await world.session(house.owner)
    return await world.authorize.decide(house.provider, sure(handle, str), world.browser(), session, allow=allow)


def request_object(world: World, house: House, signer: Signer = SIGNER, **changes: Any) -> str:
    """A good request object, changed by `changes`."""
    asked = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "read liveview", "state": "as it was"}
    return signer.request(house.client_id, house.provider.origin, asked, now=world.now, **changes)


def code_of(error: object) -> str:
    """The error's word."""
    return sure(error, OAuthError).code


def claims_of(answer: SendBack) -> dict[str, Any]:
    """What the JWT of an answer says."""
    token = dict(parse_qsl(urlsplit(answer.url).query or urlsplit(answer.url).fragment))
    payload = (dict(answer.fields) or token)["response"].split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


# Pushed requests.


@pytest.mark.rfc("9126", "2.2", "the answer has a request_uri and for how long it can be used")
@pytest.mark.rfc("9126", "4", "the request is used by client_id and request_uri alone")
async def test_a_pushed_request_is_carried_out(world: World, home: House) -> None:
    answer = sure(await push(world, home, state="kept"), dict)
    assert answer["expires_in"] == 90
    assert answer["request_uri"].startswith(PREFIX)
    step = await decide(world, home, await begin(world, home, request_uri=answer["request_uri"]))
    assert answer_of(step)["state"] == "kept"
    assert "code" in answer_of(step)


@pytest.mark.rfc("9126", "2.2", "the request_uri can't be guessed, and is bound to the client")
@pytest.mark.parametrize("how", ["guessed", "mistyped", "another client", "another provider", "expired"])
async def test_a_request_uri_that_is_not_the_clients(world: World, home: House, away: House, how: str) -> None:
    uri = await pushed(world, home)
    asker = home
    match how:
        case "guessed":
            uri = uri[:-20] + "A" * 20
        case "mistyped":
            uri = uri[:-1]
        case "another client":
            asker = await app(world, home)
        case "another provider":
            asker = away
        case "expired":
            world.now += 90
    refused = sure(await begin(world, asker, request_uri=uri), UntrustedRedirect)
    assert "request_uri" in refused.description
    told = await begin(world, asker, request_uri=uri, redirect_uri=CALLBACK, state="s")
    assert answer_of(told)["error"] == "invalid_request_uri"
    assert answer_of(told)["iss"] == asker.provider.origin


@pytest.mark.rfc("9126", "7.3", "a request_uri is used once")
@pytest.mark.rfc(
    "FAPI 2.0 Security Profile", "5.3.2.2", "one-time use is enforced when it is answered, not when loaded"
)
@pytest.mark.parametrize("allow", [True, False])
async def test_one_use_but_a_page_can_be_loaded_again(world: World, home: House, allow: bool) -> None:
    uri = await pushed(world, home)
    first, second = await begin(world, home, request_uri=uri), await begin(world, home, request_uri=uri)
    assert isinstance(await decide(world, home, second, allow=allow), SendBack)
    assert isinstance(await decide(world, home, first), Gone)
    assert isinstance(await begin(world, home, request_uri=uri), UntrustedRedirect)


async def test_of_answers_at_the_same_time_one_counts(world: World, home: House) -> None:
    uri = await pushed(world, home)
    handles = [await begin(world, home, request_uri=uri) for _ in range(3)]
    answers = await asyncio.gather(*(decide(world, home, handle) for handle in handles))
    assert sorted(type(one).__name__ for one in answers) == ["Gone", "Gone", "SendBack"]


async def test_whoever_takes_their_time_after_loading_is_answered(world: World, home: House) -> None:
    handle = await begin(world, home, request_uri=await pushed(world, home))
    world.now += 600
    assert isinstance(await decide(world, home, handle), SendBack)


@pytest.mark.rfc("9126", "2.1", "the client authenticates as at the token endpoint")
async def test_whoever_does_not_authenticate_pushes_nothing(world: World, home: House, away: House) -> None:
    plain = request_of(home)
    assert code_of(await world.pushed.push(home.provider, plain, NOTHING)) == "invalid_client"
    wrong = request_of(home, client_secret=away.client_secret)
    assert code_of(await world.pushed.push(home.provider, wrong, NOTHING)) == "invalid_client"
    nobody = request_of(home, client_id=None)
    assert code_of(await world.pushed.push(home.provider, nobody, NOTHING)) == "invalid_client"
    assert code_of(await push(world, replace(home, provider=away.provider))) == "invalid_client"


@pytest.mark.rfc("9126", "2.1", "the request is judged as at the authorization endpoint, and request_uri is refused")
@pytest.mark.rfc("9126", "2.3", "errors are answered as at the token endpoint")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"redirect_uri": "https://thief.example/"}, "invalid_request"),
        ({"redirect_uri": f"{CALLBACK}/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),  # it has registered two
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "A" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"request_uri": f"{PREFIX}x"}, "invalid_request"),
        ({"request": "x.y.z"}, "invalid_request_object"),
    ],
)
async def test_a_bad_request_can_not_be_pushed(
    world: World, home: House, change: dict[str, str | None], error: str
) -> None:
    assert code_of(await push(world, home, **change)) == error


@pytest.mark.rfc("9126", "4", "what stands beside a request_uri counts for nothing")
async def test_what_stands_beside_a_request_uri_is_passed_over(world: World, home: House) -> None:
    uri = await pushed(world, home, state="pushed")
    handle = await begin(world, home, request_uri=uri, state="other", scope="write", redirect_uri=LOOPBACK)
    step = sure(await decide(world, home, handle), SendBack)
    assert step.url.startswith(CALLBACK)
    assert answer_of(step)["state"] == "pushed"


@pytest.mark.rfc("9126", "5", "a server can demand that requests are pushed")
@pytest.mark.rfc("9126", "6", "an application can demand that its requests are pushed")
async def test_where_requests_have_to_be_pushed(world: World, home: House) -> None:
    asked = request_of(home)
    told = await world.authorize.begin(under(home, require_pushed_requests=True).provider, asked)
    assert answer_of(told)["error"] == "invalid_request"
    own = await app(world, home, require_pushed_authorization_requests=True)
    told = await world.authorize.begin(own.provider, request_of(own))
    assert answer_of(told)["error"] == "invalid_request"
    assert isinstance(await begin(world, own, request_uri=await pushed(world, own)), str)


@pytest.mark.rfc("9126", "7.4", "what has changed since a request was pushed counts when it is used")
async def test_what_has_changed_since_it_was_pushed_counts(world: World, home: House) -> None:
    own = await app(world, home)
    uri = await pushed(world, own)
    stricter = replace(own.application.settings, require_pkce=True)
    sure(await world.applications.configure(own.application, stricter), Application)
    assert answer_of(await begin(world, own, request_uri=uri))["error"] == "invalid_request"
    gone = await pushed(world, home)
    await world.stores.applications.set_disabled(home.provider.id, home.application.id, disabled=True, now=world.now)
    assert isinstance(await begin(world, home, request_uri=gone), UntrustedRedirect)


@pytest.mark.rfc("8707", "2", "resources that are asked for by PAR or in a request object are judged as any others")
async def test_resources_by_pushing_and_signing(world: World, home: House) -> None:
    own = await app(world, home)
    graph, unknown = f"{own.provider.origin}/api/graphql", "https://unknown.example"
    assert code_of(await push(world, own, resource=unknown)) == "invalid_target"
    assert isinstance(await push(world, own, resource=graph), dict)
    bad, good = (request_object(world, own, resource=[graph, *more]) for more in ([unknown], []))
    assert code_of(await push(world, own, request=bad)) == "invalid_target"
    assert isinstance(await push(world, own, request=good), dict)


async def test_the_lifetime_is_the_providers(world: World, home: House) -> None:
    answer = sure(await push(world, under(home, pushed_request_lifetime=300)), dict)
    assert answer["expires_in"] == 300
    world.now += 299
    assert isinstance(await begin(world, home, request_uri=answer["request_uri"]), str)


@pytest.mark.rfc("9101", "5.2", "a request_uri is never fetched")
@pytest.mark.parametrize(
    "uri", ["https://app.example.com/request.jwt", "http://127.0.0.1/", "urn:other:1", "file:///x"]
)
async def test_requests_are_fetched_from_nowhere(world: World, home: House, uri: str) -> None:
    told = await begin(world, home, request_uri=uri, redirect_uri=CALLBACK)
    assert answer_of(told)["error"] == "request_uri_not_supported"


# Signed requests.


@pytest.mark.rfc("9101", "6.3", "the parameters of the request object alone count")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA"])
async def test_a_signed_request_is_carried_out(world: World, home: House, algorithm: str) -> None:
    signer = Signer(algorithm)
    own = await app(world, home, jwks=signer.jwks)
    beside = {"state": "beside", "scope": "write", "redirect_uri": LOOPBACK, "response_type": "code"}
    handle = await begin(world, own, request=request_object(world, own, signer), **beside)
    step = sure(await decide(world, own, handle), SendBack)
    assert step.url.startswith(CALLBACK)
    assert answer_of(step)["state"] == "as it was"


@pytest.mark.rfc("9126", "3", "a request object can be pushed")
async def test_a_signed_request_can_be_pushed(world: World, home: House) -> None:
    own = await app(world, home, require_signed_request_object=True)
    alone = {"redirect_uri": None, "scope": None, "state": None, "response_type": None}
    uri = await pushed(world, own, request=request_object(world, own), **alone)
    step = await decide(world, own, await begin(world, own, request_uri=uri))
    assert answer_of(step)["state"] == "as it was"
    assert code_of(await push(world, own)) == "invalid_request"


@pytest.mark.rfc("9101", "6.2", "the signature is checked with the client's own keys")
@pytest.mark.rfc("9101", "7", "a request object that can't be verified is refused as invalid_request_object")
@pytest.mark.parametrize(
    "how", ["another key", "no kid, another key", "none", "other alg", "changed", "no keys", "garbage", "unknown kid"]
)
async def test_what_the_application_did_not_sign(world: World, home: House, how: str) -> None:
    own = await app(world, home)
    good = request_object(world, own)
    head, payload, signature = good.split(".")
    other = Signer()
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    match how:
        case "another key":
            bad = other.sign(claims)
        case "no kid, another key":
            bad = other.sign(claims, kid=None)
        case "none":
            bad = f"eyJhbGciOiJub25lIn0.{payload}."
        case "other alg":
            bad = Signer("RS256").sign(claims)
        case "changed":
            bad = f"{head}.{payload[:-4]}AAAA.{signature}"
        case "no keys":
            own, bad = home, request_object(world, home)
        case "unknown kid":
            bad = SIGNER.sign(claims, kid="other")
        case _:
            bad = "a.b"
    told = await begin(world, own, request=bad, redirect_uri=CALLBACK, state="beside")
    assert answer_of(told)["error"] == "invalid_request_object"
    assert answer_of(told)["state"] == "beside"
    assert isinstance(await begin(world, own, request=bad), UntrustedRedirect)


async def test_a_key_is_found_without_its_name(world: World, home: House) -> None:
    own = await app(world, home)
    claims = {"iss": own.client_id, "aud": own.provider.origin, "exp": world.now + 60, "scope": "read"}
    signed = SIGNER.sign({**claims, "response_type": "code", "redirect_uri": CALLBACK}, kid=None)
    assert isinstance(await begin(world, own, request=signed), str)


@pytest.mark.rfc("9101", "10.5", "a server can demand signed requests, against downgrade")
async def test_where_requests_have_to_be_signed(world: World, home: House) -> None:
    own = await app(world, home)
    told = await world.authorize.begin(under(own, require_signed_requests=True).provider, request_of(own))
    assert answer_of(told)["error"] == "invalid_request"
    strict = await app(world, home, require_signed_request_object=True)
    told = await world.authorize.begin(strict.provider, request_of(strict))
    assert answer_of(told)["error"] == "invalid_request"
    assert isinstance(await begin(world, strict, request=request_object(world, strict)), str)


async def test_a_signed_request_is_answered_once(world: World, home: House) -> None:
    own = await app(world, home)
    signed = request_object(world, own)
    first, again = await begin(world, own, request=signed), await begin(world, own, request=signed)
    assert isinstance(await decide(world, own, first), SendBack)
    assert isinstance(await decide(world, own, again), Gone)
    later = request_object(world, own)
    assert isinstance(await push(world, own, request=later), dict)
    assert code_of(await push(world, own, request=later)) == "invalid_request_object"


async def test_a_request_object_without_a_jti_may_come_again(world: World, home: House) -> None:
    own = await app(world, home)
    signed = request_object(world, own, jti=None)
    for _ in range(2):
        assert isinstance(await decide(world, own, await begin(world, own, request=signed)), SendBack)


async def test_request_and_request_uri_together(world: World, home: House) -> None:
    uri = await pushed(world, home)
    told = await begin(world, home, request_uri=uri, request="a.b.c", redirect_uri=CALLBACK)
    assert answer_of(told)["error"] == "invalid_request"


# In which way the answer comes.


@pytest.mark.rfc("Multiple Response Types", "2.1", "the answer comes in the query or in the fragment")
async def test_in_query_or_fragment(world: World, home: House) -> None:
    query = sure(await decide(world, home, await world.ask(home, response_mode="query")), SendBack)
    assert set(parse_qs(urlsplit(query.url).query)) == {"code", "state", "iss"}
    fragment = sure(await decide(world, home, await world.ask(home, response_mode="fragment")), SendBack)
    assert set(parse_qs(urlsplit(fragment.url).fragment)) == {"code", "state", "iss"}
    assert urlsplit(fragment.url).query == ""


@pytest.mark.rfc("Form Post Response Mode", "2", "the answer's parameters are fields of a form")
async def test_by_a_form(world: World, home: House) -> None:
    step = sure(await decide(world, home, await world.ask(home, response_mode="form_post")), SendBack)
    assert step.url == CALLBACK
    assert set(step.fields) == {"code", "state", "iss"}
    refused = sure(await decide(world, home, await world.ask(home, response_mode="form_post"), allow=False), SendBack)
    assert refused.fields["error"] == "access_denied"
    told = sure(
        await world.authorize.begin(home.provider, request_of(home, response_mode="form_post", scope="x")), SendBack
    )
    assert (told.url, told.fields["error"]) == (CALLBACK, "invalid_scope")


@pytest.mark.rfc("JARM", "2.1", "a signed answer names issuer, audience and an end, and holds the answer's members")
@pytest.mark.rfc("JARM", "2.3", "each response mode has its signed form; jwt is query.jwt for a code")
@pytest.mark.rfc("9207", "2", "no iss parameter beside a JWT that names the issuer")
@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
async def test_signed(world: World, home: House, mode: str) -> None:
    step = sure(await decide(world, home, await world.ask(home, response_mode=mode)), SendBack)
    place = {"fragment.jwt": dict(parse_qsl(urlsplit(step.url).fragment)), "form_post.jwt": dict(step.fields)}
    assert set(place.get(mode, dict(parse_qsl(urlsplit(step.url).query)))) == {"response"}
    claims = claims_of(step)
    assert set(claims) == {"iss", "aud", "exp", "code", "state"}
    assert (claims["iss"], claims["aud"]) == (home.provider.origin, home.client_id)
    assert world.now < claims["exp"] <= world.now + 600
    refused = sure(await decide(world, home, await world.ask(home, response_mode=mode), allow=False), SendBack)
    assert claims_of(refused)["error"] == "access_denied"


@pytest.mark.rfc("JARM", "3", "authorization_signed_response_alg is what answers are signed with")
@pytest.mark.parametrize("algorithm", ["", "PS256"])
async def test_signed_with_the_algorithm_that_was_asked_for(world: World, home: House, algorithm: str) -> None:
    own = await app(world, home, authorization_signed_response_alg=algorithm)
    step = sure(await decide(world, own, await world.ask(own, response_mode="jwt")), SendBack)
    head = dict(parse_qsl(urlsplit(step.url).query))["response"].split(".")[0]
    assert json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["alg"] == algorithm or "ES256"


@pytest.mark.parametrize("mode", ["web_message", "none", "query jwt", "form_post.jwt.jwt", "QUERY"])
async def test_no_other_way(world: World, home: House, mode: str) -> None:
    told = await world.authorize.begin(home.provider, request_of(home, response_mode=mode))
    assert answer_of(told)["error"] == "invalid_request"


async def test_no_form_for_a_scheme_that_takes_none(world: World, home: House) -> None:
    native = await world.register(home, redirect_uris=("com.example.app:/cb",))
    asked = request_of(native, response_mode="form_post", redirect_uri="com.example.app:/cb")
    told = sure(await world.authorize.begin(native.provider, asked), SendBack)
    assert "invalid_request" in told.url


async def test_whoever_takes_signed_answers_only_gets_no_other(world: World, home: House) -> None:
    own = await app(world, home, require_signed_authorization_response=True)
    usual = sure(await decide(world, own, await world.ask(own)), SendBack)
    assert "code" in claims_of(usual)
    for mode in ("query", "fragment", "form_post", "nonsense"):
        told = sure(await world.authorize.begin(own.provider, request_of(own, response_mode=mode)), SendBack)
        assert claims_of(told)["error"] == "invalid_request"
    strict = under(home, require_signed_responses=True)
    assert "code" in claims_of(sure(await decide(world, strict, await world.ask(strict)), SendBack))


# OAuth 2.1.


@pytest.mark.rfc("OAuth 2.1", "7.5.1", "confidential clients can be held to PKCE as well")
async def test_pkce_where_it_is_demanded(world: World, home: House) -> None:
    own = await app(world, home, require_pkce=True)
    for house in (own, under(home, require_pkce=True)):
        told = await world.authorize.begin(house.provider, request_of(house))
        assert answer_of(told)["error"] == "invalid_request"
        with_it = request_of(house, code_challenge=s256("v" * 43), code_challenge_method="S256")
        assert isinstance(await world.authorize.begin(house.provider, with_it), str)


@pytest.mark.rfc("9396", "10", "an application can say which types of authorization_details it uses")
async def test_details_of_a_type_that_the_application_does_not_use(world: World, home: House) -> None:
    details = '[{"type":"camera_access"}]'
    other = await app(world, home, authorization_details_types=("payment",))
    told = await world.authorize.begin(other.provider, request_of(other, authorization_details=details))
    assert answer_of(told)["error"] == "invalid_authorization_details"
    same = await app(world, home, authorization_details_types=("camera_access",))
    assert isinstance(await world.ask(same, authorization_details=details), str)
