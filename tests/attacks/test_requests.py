"""Attacks on authorization requests and their answers: forged, replayed, weakened on the way, or led elsewhere."""

import html
import json
import re
import time
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.pkce import s256
from gatelodge.service.applications import Registered
from gatelodge.service.records import ApplicationForm
from gatelodge.service.services import Services
from tests.attacks.world import App, House
from tests.support.jar import Signer, secret_key
from tests.support.server import Server
from tests.web.browser import FORM, Browser, authorization_target, exchange, field
from tests.web.raw import Answer, ask
from tests.web.served import use

SIGNER = Signer()
CALLBACK = "https://signed.example/cb"
FORGED = [
    "foreign aud",
    "alg none",
    "HS256 with the secret",
    "HS256 with the public key",
    "another client's",
    "another client's iss",
    "expired",
    "client assertion",
    "nested",
    "redirected",
]


@dataclass(frozen=True)
class Signing:
    """Applications that sign: one that may, one that has to."""

    free: App
    strict: App


@pytest.fixture(scope="session")
def signing(server: Server, house: House) -> Signing:
    """Made once, on the shared server."""

    async def build(services: Services) -> Signing:
        (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
        owner = await services.people.by_email(provider.id, "owner@example.com")
        assert owner is not None

        async def made(name: str, settings: ClientSettings) -> App:
            form = ApplicationForm(name, "", (CALLBACK, f"{CALLBACK}/2"), settings=settings)
            done = await services.applications.register(owner, form)
            assert isinstance(done, Registered)
            return App(public_id(done.application.id), done.client_secret, CALLBACK)

        settings = ClientSettings(jwks=SIGNER.jwks)
        strict = replace(
            settings, require_signed_request_object=True, require_signed_authorization_response=True, require_pkce=True
        )
        return Signing(await made("Signs", settings), await made("Always Signs", strict))

    return use(server, build)


def push(server: Server, app: App, **fields: str) -> Answer:
    """Push a request as the application."""
    body = urlencode({"client_id": app.client_id, "client_secret": app.client_secret, **fields}).encode()
    return ask(server.port, "POST", "/oauth2/par", [FORM], body)


def come(browser: Browser, app: App, **parameters: str) -> Answer:
    """Come to the authorization endpoint with these parameters, as far as redirects here go."""
    return browser.follow(browser.get(f"/oauth2/auth?{urlencode({'client_id': app.client_id, **parameters})}"))


def request_object(server: Server, app: App, **changes: Any) -> str:
    """A good request object, changed."""
    asked = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "read", "state": "signed"}
    return SIGNER.request(app.client_id, server.origin, asked, now=int(time.time()), **changes)


def plain(app: App) -> dict[str, str]:
    """A good plain request."""
    return {"response_type": "code", "redirect_uri": app.redirect_uri, "scope": "read", "state": "s"}


def told(answer: Answer) -> dict[str, str]:
    """What a redirect tells the application."""
    assert answer.status == 303, answer.text
    return dict(parse_qsl(urlsplit(answer["location"]).query))


def forged(server: Server, signing: Signing, how: str) -> str:
    """A request object of the free application, as an attacker would make it."""
    app, now = signing.free, int(time.time())
    asked = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "read"}
    claims = {"iss": app.client_id, "aud": server.origin, "exp": now + 60, "nbf": now, **asked}
    assert app.client_secret is not None
    match how:
        case "foreign aud":
            return request_object(server, app, aud="https://honest.example")
        case "alg none":
            return "eyJhbGciOiJub25lIn0." + SIGNER.sign(claims).split(".")[1] + "."
        case "HS256 with the secret":
            return SIGNER.sign(claims, secret_key(app.client_secret), alg="HS256")
        case "HS256 with the public key":
            return SIGNER.sign(claims, secret_key(SIGNER.jwks), alg="HS256")
        case "another client's":
            return request_object(server, signing.strict)
        case "another client's iss":
            return request_object(server, app, iss=signing.strict.client_id)
        case "expired":
            return request_object(server, app, exp=now - 60)
        case "client assertion":
            return request_object(server, app, sub=app.client_id)
        case "nested":
            return request_object(server, app, request="a.b.c")
        case _:
            return Signer().sign({**claims, "redirect_uri": "https://evil.example/"})


@pytest.mark.rfc("9101", "10", "no request object passes that the application did not make for this server")
@pytest.mark.parametrize("how", FORGED)
def test_a_forged_request_object(server: Server, signing: Signing, owner: Browser, how: str) -> None:
    bad = forged(server, signing, how)
    answer = come(owner, signing.free, request=bad, redirect_uri=CALLBACK)
    assert told(answer)["error"] == "invalid_request_object"
    assert answer["location"].startswith(f"{CALLBACK}?")
    alone = come(owner, signing.free, request=bad)
    assert alone.status == 400
    assert "location" not in alone
    pushed = push(server, signing.free, request=bad)
    assert (pushed.status, json.loads(pushed.text)["error"]) == (400, "invalid_request_object")


@pytest.mark.rfc("9101", "6.3", "parameters on the way do not change what was signed")
def test_parameters_beside_a_request_object_change_nothing(server: Server, signing: Signing, owner: Browser) -> None:
    beside = {"redirect_uri": f"{CALLBACK}/2", "scope": "read write recordings_delete", "state": "forged"}
    page = come(owner, signing.free, request=request_object(server, signing.free, prompt="consent"), **beside)
    back = told(owner.answer(page))
    assert back["state"] == "signed"
    answer = exchange(
        server,
        back["code"],
        client_id=signing.free.client_id,
        client_secret=signing.free.client_secret,
        redirect_uri=CALLBACK,
    )
    assert json.loads(answer.text)["scope"] == "read"


@pytest.mark.rfc("9101", "10.5", "signing can't be left out where it is demanded")
def test_signature_and_signed_answer_can_not_be_left_out(server: Server, signing: Signing, owner: Browser) -> None:
    bare = plain(signing.strict)
    for mode in ("query", "fragment", "form_post", "jwt"):
        answer = come(owner, signing.strict, **bare, response_mode=mode)
        assert set(told(answer)) == {"response"}
    assert json.loads(push(server, signing.strict, **bare).text)["error"] == "invalid_request"


@pytest.mark.rfc("9700", "4.8.2", "a code_challenge can't be taken away where PKCE is demanded")
def test_pkce_can_not_be_stripped(server: Server, signing: Signing, house: House, owner: Browser) -> None:
    challenge = {"code_challenge": s256("v" * 43), "code_challenge_method": "S256"}
    signed = request_object(server, signing.strict)
    assert set(told(come(owner, signing.strict, request=signed, **challenge))) == {"response"}  # an error: see below
    pushed = push(server, signing.strict, request=signed)
    assert "code_challenge is required" in pushed.text
    code = owner.code(house.owner)
    assert json.loads(exchange(server, code, code_verifier="v" * 43).text)["error"] == "invalid_grant"


@pytest.mark.rfc("9126", "7.1", "a request_uri can't be guessed")
@pytest.mark.rfc("9126", "7.3", "a request_uri is good for one answer")
@pytest.mark.parametrize("how", ["guessed", "used", "another client", "another provider"])
def test_a_request_uri_in_the_wrong_hands(
    server: Server, signing: Signing, house: House, owner: Browser, how: str
) -> None:
    made = push(server, signing.free, **plain(signing.free), prompt="consent")
    uri = json.loads(made.text)["request_uri"]
    browser, app = owner, signing.free
    match how:
        case "guessed":
            uri = re.sub("_[^_]*$", f"_{'A' * 49}", uri)
        case "used":
            assert "code" in told(owner.answer(come(owner, app, request_uri=uri)))
        case "another client":
            app = house.other
        case _:
            browser = Browser(server, "harbour.localhost")
    answer = come(browser, app, request_uri=uri, redirect_uri="https://evil.example/")
    assert answer.status == 400
    assert "location" not in answer
    assert "evil" not in answer.text


@pytest.mark.rfc("9101", "5.2", "no request_uri makes the server call anything")
@pytest.mark.parametrize(
    "uri",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://evil.example/request.jwt",
        "http://localhost:1/",
        "file:///etc/passwd",
        "urn:ietf:params:oauth:request_uri:http://evil.example/",
        "urn:ietf:params:oauth:request_uri:",
        "//evil.example",
    ],
)
def test_a_request_uri_is_never_followed(server: Server, signing: Signing, owner: Browser, uri: str) -> None:
    answer = come(owner, signing.free, request_uri=uri, redirect_uri=CALLBACK)
    assert told(answer)["error"] in ("request_uri_not_supported", "invalid_request_uri")
    assert json.loads(push(server, signing.free, request_uri=uri).text)["error"] == "invalid_request"


TRICKS = [
    f"{CALLBACK}/",
    f"{CALLBACK}.evil.example",
    f"{CALLBACK}/../evil",
    f"{CALLBACK}%2f",
    "https://signed.example@evil.example/cb",
    "https://evil.example\\@signed.example/cb",
    "https://signed.example:8443/cb",
    "https://SIGNED.example/cb",
    "https://signed.example//cb",
    "//signed.example/cb",
    "https://signed.example/cb?x=1",
    "https://signed.example/cb#",
    "http://signed.example/cb",
    "javascript:alert(1)",
]


@pytest.mark.rfc("9700", "2.1", "a redirect URI is compared exactly, whichever way it comes")
@pytest.mark.parametrize("uri", TRICKS)
def test_redirect_tricks_by_pushing_and_signing(server: Server, signing: Signing, owner: Browser, uri: str) -> None:
    asked = plain(signing.free) | {"redirect_uri": uri}
    assert json.loads(push(server, signing.free, **asked).text)["error"] == "invalid_request"
    signed = request_object(server, signing.free, redirect_uri=uri)
    assert json.loads(push(server, signing.free, request=signed).text)["error"] == "invalid_request"
    answer = come(owner, signing.free, request=request_object(server, signing.free, redirect_uri=uri))
    assert answer.status == 400
    assert "location" not in answer


@pytest.mark.rfc("9207", "2", "every answer names its issuer, so that it can't be taken for another server's")
@pytest.mark.rfc("9700", "4.4.2", "mix-up is defended against by the issuer in the answer")
@pytest.mark.parametrize("mode", ["query", "fragment", "form_post", "jwt", "fragment.jwt", "form_post.jwt"])
def test_mix_up(server: Server, owner: Browser, mode: str) -> None:
    for end in ("allow", "deny", "refused"):
        more = {"scope": "nonsense"} if end == "refused" else {"prompt": "consent"}
        page = owner.ask_for(response_mode=mode, **more)
        answer = page if end == "refused" else owner.answer(page, end)
        if "form_post" in mode:
            members = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text))
        else:
            parts = urlsplit(answer["location"])
            members = dict(parse_qsl(parts.fragment or parts.query))
        if mode.endswith("jwt"):
            assert set(members) == {"response"}
        else:
            assert members["iss"] == server.origin


@pytest.mark.rfc("Form Post Response Mode", "2", "what the application sent is text in the form, and nothing else")
@pytest.mark.parametrize(
    "state", ['"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "</form><form action=//evil.example>"]
)
def test_nothing_gets_into_the_form(server: Server, owner: Browser, state: str) -> None:
    answer = owner.answer(owner.ask_for(prompt="consent", response_mode="form_post", state=state))
    assert answer.status == 200
    assert answer["cache-control"] == "no-store"
    assert field(answer, "state") == state
    assert state not in answer.text
    assert re.findall(r'<form method="post" action="([^"]*)"', answer.text) == [server.redirect_uri]
    policy = dict(part.strip().split(" ", 1) for part in answer["content-security-policy"].split(";"))
    assert policy["form-action"] == "http://127.0.0.1:9000"
    assert policy["script-src"] == "'self'"
    assert "<script>" not in answer.text
    assert len(re.findall("<script", answer.text)) == 1
    assert html.unescape(field(answer, "iss")) == server.origin


@pytest.mark.parametrize("mode", ["form_post", "form_post.jwt", "fragment", "jwt", "x", "query\r\nLocation: //evil"])
def test_no_response_mode_leads_elsewhere(server: Server, owner: Browser, mode: str) -> None:
    answer = owner.get(authorization_target(server, redirect_uri="https://evil.example/", response_mode=mode))
    assert answer.status == 400
    assert "evil" not in answer.text
    fault = owner.get(authorization_target(server, response_mode=mode, scope="nonsense"))
    assert fault.status == 200 or fault["location"].startswith(server.redirect_uri)


def test_parameters_that_are_there_twice(server: Server, signing: Signing, owner: Browser) -> None:
    signed = request_object(server, signing.free)
    for name, value in (("request", signed), ("request_uri", "urn:x"), ("response_mode", "jwt")):
        twice = urlencode([("client_id", signing.free.client_id), (name, value), (name, value)])
        rest = urlencode({"redirect_uri": CALLBACK, "response_type": "code", "scope": "read"})
        answer = owner.get(f"/oauth2/auth?{twice}&{rest}")
        assert told(answer)["error"] == "invalid_request"
