"""OpenID Connect: other people's ID tokens, tokens at the wrong provider, and questions that want too much."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client_settings import PAIRWISE, ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.service.applications import Registered
from gatelodge.service.records import ApplicationForm
from gatelodge.service.services import Services
from tests.attacks.world import SECURE, House
from tests.support.server import Server
from tests.web.browser import FORM, Browser, authorization_target, exchange
from tests.web.raw import Answer, ask
from tests.web.served import use

THIEF = "https://thief.example/"


def given(server: Server, browser: Browser, house: House, **more: str | None) -> dict[str, str]:
    """The tokens that the demo application, or another, gets of the owner, with what it asks for beside `openid`."""
    exchanged = {name: more.pop(name) for name in ("client_secret",) if name in more}
    code = browser.code(house.owner, **{"scope": "openid", **more})
    same = {name: more[name] for name in ("client_id", "redirect_uri") if name in more}
    answer = exchange(server, code, **same, **exchanged)
    assert answer.status == 200, answer.text
    tokens: dict[str, str] = json.loads(answer.text)
    return tokens


def claims_of(token: str) -> dict[str, Any]:
    """What a JWT says; whose signature it has is nobody's business here."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def encoded(value: object) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def userinfo(server: Server, token: str, host: str = "localhost") -> Answer:
    """Ask who it is that the token speaks for."""
    return ask(server.port, "GET", "/oauth2/userinfo", [("Authorization", f"Bearer {token}")], host=host)


def error_of(answer: Answer) -> str:
    """The error in a redirect."""
    return parse_qs(urlsplit(answer["location"]).query)["error"][0]


def test_a_nonce_comes_back_in_its_own_id_token_alone(server: Server, house: House, owner: Browser) -> None:
    """A code that is put into another browser's sign-in brings the nonce of the thief's, which the client knows."""
    first = given(server, owner, house, nonce="of-the-first")
    second = given(server, owner, house, nonce="of-the-second")
    assert claims_of(first["id_token"])["nonce"] == "of-the-first"
    assert claims_of(second["id_token"])["nonce"] == "of-the-second"
    assert "nonce" not in claims_of(given(server, owner, house)["id_token"])


def test_a_hint_that_was_made_up_is_no_hint(server: Server, house: House, owner: Browser) -> None:
    token = given(server, owner, house)["id_token"]
    header, payload, signature = token.split(".")
    others = {**claims_of(token), "sub": "somebody else"}
    none = f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}."
    keys = json.loads(ask(server.port, "GET", "/oauth2/jwks").text)["keys"]
    kid = json.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
    public = json.dumps(next(key for key in keys if key["kid"] == kid)).encode()
    confused = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{encoded(others)}"
    mac = base64.urlsafe_b64encode(hmac.digest(public, confused.encode(), hashlib.sha256)).rstrip(b"=").decode()
    own_key = {"alg": "ES256", "typ": "JWT", "jwk": keys[0]}
    for hint in (
        f"{header}.{encoded(others)}.{signature}",
        none,
        f"{none}{signature}",
        f"{confused}.{mac}",
        f"{encoded(own_key)}.{payload}.{signature}",
        f"{header}.{payload}",
        "..",
        "a" * 4000,
    ):
        answer = owner.get(authorization_target(server, scope="openid", prompt="none", id_token_hint=hint))
        assert error_of(answer) == "invalid_request", hint
    good = owner.ask_for(scope="openid", prompt="none", id_token_hint=token)
    assert "code" in parse_qs(urlsplit(good["location"]).query)


def test_a_hint_of_another_application_or_provider_is_no_hint(server: Server, house: House, owner: Browser) -> None:
    other = house.other
    theirs = given(
        server,
        owner,
        house,
        client_id=other.client_id,
        client_secret=other.client_secret,
        redirect_uri=other.redirect_uri,
    )
    answer = owner.get(authorization_target(server, scope="openid", id_token_hint=theirs["id_token"]))
    assert error_of(answer) == "invalid_request"

    async def forged(services: Services) -> str:
        provider = next(one for one in await services.providers.all() if one.host == SECURE)
        mine = claims_of(given(server, owner, house)["id_token"])
        return await services.signing.sign(provider, {**mine, "iss": server.origin}, kind="JWT")

    answer = owner.get(authorization_target(server, scope="openid", id_token_hint=use(server, forged)))
    assert error_of(answer) == "invalid_request"


@pytest.mark.parametrize("uri", [THIEF, "https://localhost.thief.example/", "//thief.example/", "javascript:alert(1)"])
def test_a_question_without_a_page_redirects_nobody_elsewhere(server: Server, uri: str) -> None:
    for more in ({}, {"claims": "x"}, {"max_age": "x"}, {"id_token_hint": "x"}, {"nonce": "n"}):
        answer = Browser(server).get(
            authorization_target(server, scope="openid", prompt="none", redirect_uri=uri, **more)
        )
        assert answer.status == 400
        assert answer.all("location") == []


def test_claims_can_not_say_anything_in_the_servers_place(server: Server, house: House, owner: Browser) -> None:
    wanted = {
        name: {"value": "forged", "essential": True}
        for name in ("iss", "aud", "exp", "nonce", "at_hash", "email_verified")
    }
    wanted["__proto__"] = wanted["name\r\nX: y"] = {"value": "forged", "essential": True}
    tokens = given(server, owner, house, claims=json.dumps({"id_token": wanted, "userinfo": wanted}))
    claims = claims_of(tokens["id_token"])
    assert (claims["iss"], claims["aud"]) == (server.origin, server.client_id)
    assert "forged" not in json.dumps(claims)
    told = userinfo(server, tokens["access_token"])
    assert told.status == 200
    assert "forged" not in told.text


def test_no_claim_is_told_that_the_user_was_not_asked_about(server: Server, house: House, owner: Browser) -> None:
    claims = json.dumps({"userinfo": {"email": None}})
    silent = owner.get(authorization_target(server, scope="openid", client_id=house.public.client_id))
    assert silent.status != 200
    guest = Browser(server)
    assert guest.sign_in(house.guest).status == 303
    asked = {"code_challenge": "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM", "code_challenge_method": "S256"}
    first = guest.ask_for(scope="openid", prompt="consent", **asked)
    assert "code=" in guest.answer(first)["location"]
    second = guest.ask_for(scope="openid", prompt="none", claims=claims, **asked)
    assert error_of(second) == "consent_required"


@pytest.mark.rfc("6750", "3.1", "a token without the scope is answered 403 insufficient_scope")
def test_a_token_without_openid_is_told_nothing(server: Server, house: House, owner: Browser) -> None:
    answer = exchange(server, owner.code(house.owner))
    refused = userinfo(server, json.loads(answer.text)["access_token"])
    assert refused.status == 403
    assert json.loads(refused.text)["error"] == "insufficient_scope"
    assert 'error="insufficient_scope"' in refused.all("www-authenticate")[0]
    assert 'scope="openid"' in refused.all("www-authenticate")[0]


def test_a_token_is_worth_nothing_at_another_provider(server: Server, house: House, owner: Browser) -> None:
    token = given(server, owner, house, scope="openid email")["access_token"]
    assert userinfo(server, token).status == 200
    refused = userinfo(server, token, host=SECURE)
    assert refused.status == 401
    assert "@" not in refused.text


@pytest.mark.rfc("6750", "2", "a token that is shown in two ways at once is refused")
def test_a_token_shown_twice_or_in_the_address_is_refused(server: Server, house: House, owner: Browser) -> None:
    token = given(server, owner, house)["access_token"]
    bearer, body = ("Authorization", f"Bearer {token}"), f"access_token={token}".encode()
    assert ask(server.port, "POST", "/oauth2/userinfo", [FORM], body).status == 200
    assert ask(server.port, "POST", "/oauth2/userinfo", [FORM, bearer], body).status == 400
    assert ask(server.port, "POST", "/oauth2/userinfo", [FORM], body + b"&" + body).status == 400
    assert ask(server.port, "POST", "/oauth2/userinfo", [("Content-Type", "text/plain")], body).status == 401
    assert ask(server.port, "GET", f"/oauth2/userinfo?access_token={quote(token)}").status == 401
    nothing = ask(server.port, "GET", "/oauth2/userinfo")
    assert nothing.status == 401
    assert "error" not in nothing.all("www-authenticate")[0]


def test_two_sectors_can_not_tell_that_it_is_the_same_person(server: Server, house: House, owner: Browser) -> None:
    hosts = ("one.example", "two.example")

    async def make(services: Services) -> list[tuple[str, str | None]]:
        providers: list[Provider] = list(await services.providers.all())
        provider = next(one for one in providers if one.host == "localhost")
        user = await services.people.by_email(provider.id, house.owner.email)
        assert user is not None
        made = []
        for host in hosts:
            form = ApplicationForm(host, "", (f"https://{host}/",), settings=ClientSettings(subject_type=PAIRWISE))
            registered = await services.applications.register(user, form)
            assert isinstance(registered, Registered)
            made.append((public_id(registered.application.id), registered.client_secret))
        return made

    subjects = []
    for host, (client_id, client_secret) in zip(hosts, use(server, make), strict=True):
        uri = f"https://{host}/"
        tokens = given(
            server,
            owner,
            house,
            scope="openid read",
            client_id=client_id,
            client_secret=client_secret,
            redirect_uri=uri,
        )
        sub = claims_of(tokens["id_token"])["sub"]
        assert json.loads(userinfo(server, tokens["access_token"]).text) == {"sub": sub}
        subjects.append(sub)
    public = claims_of(given(server, owner, house)["id_token"])["sub"]
    assert len({*subjects, public}) == 3
