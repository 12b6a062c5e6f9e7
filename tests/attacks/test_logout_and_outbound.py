"""Signing out: people sent here with forged tokens and other people's addresses, signed out against their will, and
our own network explored by what applications name."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from gatelodge.identity.people import User
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.jwt import Jwt
from gatelodge.service.applications import Registered
from gatelodge.service.records import ApplicationForm
from gatelodge.service.services import Services
from gatelodge.service.signatures import read_jwt
from tests.attacks.world import App, House
from tests.support.elsewhere import Elsewhere, Page, elsewhere
from tests.support.server import DemoUser, Server
from tests.support.world import sure
from tests.web.browser import FORM, Browser, destination, exchange, field, token_request
from tests.web.raw import Answer, ask
from tests.web.served import BEHIND_A_PROXY, Copy, use

BYE = "https://shop.example/bye?from=north"
CALLBACK = "https://shop.example/cb"
ALL = {"scope": "openid read"}


@dataclass(frozen=True)
class Shop:
    """An application that people sign in to, and where it listens."""

    app: App
    there: Elsewhere
    server: Server

    def sign_in(self, browser: Browser, user: DemoUser, **more: str | None) -> dict[str, Any]:
        """What it is given when the user signs in by this browser."""
        asked = {"client_id": self.app.client_id, "redirect_uri": CALLBACK, **ALL, **more}
        code = browser.code(user, **asked)
        answer = exchange(
            self.server,
            code,
            client_id=self.app.client_id,
            client_secret=self.app.client_secret,
            redirect_uri=CALLBACK,
        )
        assert answer.status == 200, answer.text
        found: dict[str, Any] = json.loads(answer.text)
        return found


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The application's own server."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as made:
        made.pages["/out"] = Page(status=200)
        yield made


@pytest.fixture(scope="module")
def served(
    server: Server, house: House, there: Elsewhere, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that may ask the application's."""
    running = Copy(server, tmp_path_factory.mktemp("served"), {**BEHIND_A_PROXY, **there.settings})
    running.start()
    yield running
    assert running.stop() == 0
    log = running.log.read_text("utf-8")
    assert "Traceback" not in log, log
    assert "status=5" not in log, log


async def register(services: Services, email: str, host: str, settings: ClientSettings) -> App:
    """An application of the user's account."""
    (provider,) = [one for one in await services.providers.all() if one.host == host]
    user = await services.people.by_email(provider.id, email)
    assert isinstance(user, User)
    form = ApplicationForm("Shop", "", (CALLBACK,))
    made = await services.applications.register(user, form)
    assert isinstance(made, Registered)
    # Past the form, which would refuse some of what an attacker could wish for.
    await services.all_applications.update(provider.id, made.application.id, replace(form, settings=settings))
    return App(public_id(made.application.id), made.client_secret, CALLBACK)


@pytest.fixture
def shop(served: Server, there: Elsewhere) -> Shop:
    """The application, which nobody has signed in to yet."""
    settings = ClientSettings(
        post_logout_redirect_uris=(BYE,),
        backchannel_logout_uri=there.url("/out"),
        backchannel_logout_session_required=True,
    )
    app = use(served, lambda services: register(services, "owner@example.com", "localhost", settings))
    there.asked.clear()
    return Shop(app, there, served)


@pytest.fixture
def browser(served: Server) -> Browser:
    """A browser that nobody is signed in on."""
    return Browser(served)


def logout(**parameters: str | None) -> str:
    """The logout endpoint's address."""
    sent = {name: value for name, value in parameters.items() if value is not None}
    return f"/oauth2/logout?{urlencode(sent)}"


def signed_in(browser: Browser) -> bool:
    """Whether somebody is signed in on the browser."""
    return browser.get("/api-access").status == 200


def explained(answer: Answer) -> bool:
    """Whether a page says what is wrong, and leads nowhere."""
    return answer.status == 400 and "location" not in answer and "<h1>" in answer.text


@pytest.mark.rfc("OpenID Connect RP-Initiated Logout", "2", "GET and POST are taken at the logout endpoint")
@pytest.mark.rfc("OpenID Connect RP-Initiated Logout", "3", "the redirect comes after the applications were told")
@pytest.mark.rfc("OpenID Connect Back-Channel Logout", "2.4", "sid is in the logout token, as it was in the ID token")
@pytest.mark.parametrize("how", ["GET", "POST", "slash"])
def test_an_application_signs_its_user_out(shop: Shop, house: House, browser: Browser, how: str) -> None:
    tokens = shop.sign_in(browser, house.owner)
    sent = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BYE, "state": "st 1"}
    if how == "POST":  # as from the application's page: without our cookies, which are Lax
        body = urlencode(sent).encode()
        answer = ask(shop.server.port, "POST", "/oauth2/logout", [FORM], body)
    else:
        answer = browser.get(logout(**sent).replace("?", "/?" if how == "slash" else "?"))
    assert tokens["id_token"] not in answer["location"]
    back = browser.follow(answer)
    assert back["location"] == f"{BYE}&state=st%201"
    (asked,) = shop.there.asked
    assert (asked.method, asked.target) == ("POST", "/out")
    claims = sure(read_jwt(asked.form["logout_token"]), Jwt).claims
    known = sure(read_jwt(tokens["id_token"]), Jwt).claims
    assert (claims["sid"], claims["sub"], claims["aud"]) == (known["sid"], known["sub"], shop.app.client_id)
    assert not signed_in(browser)
    silent = browser.ask_for(client_id=shop.app.client_id, redirect_uri=CALLBACK, prompt="none", **ALL)
    assert "error=login_required" in silent["location"]


@pytest.mark.rfc("OpenID Connect Back-Channel Logout", "2.5", "the portal's own Sign out is told just as well")
@pytest.mark.rfc("OpenID Connect Core", "11", "without offline_access a refresh token ends with the session")
def test_the_portals_own_sign_out_is_told_and_ends_what_was_to_last_as_long(
    shop: Shop, house: House, browser: Browser
) -> None:
    tokens = shop.sign_in(browser, house.owner)
    lasting = shop.sign_in(browser, house.owner, scope="read")
    assert browser.post("/signout", {"csrf": browser.csrf("/api-access")}).status == 303
    assert len(shop.there.asked) == 1
    own = {"client_id": shop.app.client_id, "client_secret": shop.app.client_secret, "grant_type": "refresh_token"}
    assert token_request(shop.server, **own, refresh_token=tokens["refresh_token"]).status == 400
    assert token_request(shop.server, **own, refresh_token=lasting["refresh_token"]).status == 200


@pytest.mark.rfc(
    "OpenID Connect RP-Initiated Logout",
    "2",
    "without a hint, or with one of another session, the person is asked, and signed out if they say so",
)
@pytest.mark.parametrize("hint", ["none", "client_id", "another session", "another user", "a later session"])
def test_nobody_is_signed_out_without_being_asked(shop: Shop, house: House, browser: Browser, hint: str) -> None:
    other = Browser(shop.server)
    sent: dict[str, str] = {}
    if hint == "client_id":
        sent = {"client_id": shop.app.client_id, "post_logout_redirect_uri": BYE}
    if hint == "another session":
        sent = {"id_token_hint": shop.sign_in(other, house.owner)["id_token"]}
    if hint == "another user":
        sent = {"id_token_hint": shop.sign_in(other, house.guest)["id_token"], "logout_hint": house.owner.email}
    if hint == "a later session":
        sent = {"id_token_hint": shop.sign_in(browser, house.owner)["id_token"]}
        browser.post("/signout", {"csrf": browser.csrf("/api-access")})
        shop.there.asked.clear()
    assert browser.sign_in(house.owner).status == 303
    page = browser.follow(browser.get(logout(**sent)))
    assert page.status == 200
    assert re.search(r'name="answer" value="yes">Sign out<', page.text)
    assert re.search(r'name="answer" value="no">Stay signed in<', page.text)
    assert signed_in(browser)
    answers = {"csrf": field(page, "csrf"), "request": field(page, "request")}
    assert destination(browser.post("/signout/confirm", {**answers, "answer": "no"})) == ""
    assert browser.post("/signout/confirm", answers).status == 303
    assert signed_in(browser)
    done = browser.follow(browser.post("/signout/confirm", {**answers, "answer": "yes"}))
    if hint == "client_id":
        assert done["location"] == BYE
    else:
        assert "You are signed out" in done.text
    assert not signed_in(browser)
    assert shop.there.asked == []  # nobody had signed in to it by this session


def test_who_is_not_signed_in_is_sent_back_at_once(shop: Shop, browser: Browser) -> None:
    back = browser.follow(browser.get(logout(client_id=shop.app.client_id, post_logout_redirect_uri=BYE)))
    assert back["location"] == BYE
    assert "You are signed out" in browser.follow(browser.get("/oauth2/logout")).text


@pytest.mark.parametrize("also", [{}, {"csrf": "x"}, {"csrf": "theirs"}])
@pytest.mark.parametrize("header", [None, ("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")])
def test_another_site_signs_nobody_out(
    shop: Shop, house: House, browser: Browser, also: dict[str, str], header: tuple[str, str] | None
) -> None:
    browser.sign_in(house.owner)
    stranger = Browser(shop.server)
    stranger.sign_in(house.guest)
    page = stranger.follow(stranger.get("/oauth2/logout"))
    csrf = field(page, "csrf") if also.get("csrf") == "theirs" else also.get("csrf", "")
    fields = {"request": field(page, "request"), "answer": "yes", "csrf": csrf}
    assert browser.post("/signout/confirm", fields, *([header] if header else [])).status == 403
    # With a token of the browser's own, which another site can't know, still not from another site.
    if header is not None:
        fields["csrf"] = browser.csrf("/api-access")
        assert browser.post("/signout/confirm", fields, header).status == 403
    browser.get("/oauth2/logout")
    browser.follow(browser.get(logout(answer="yes")))
    assert signed_in(browser)


@pytest.mark.rfc("OpenID Connect RP-Initiated Logout", "2", "post_logout_redirect_uri must be registered")
@pytest.mark.parametrize("vouched", ["hint", "client_id", "nobody"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        "https://shop.example/bye",
        f"{BYE}&more=1",
        f"{BYE}/../..",
        f"{BYE}#@evil.example",
        "https://shop.example@evil.example/bye?from=north",
        "https://evil.example/https://shop.example/bye?from=north",
        "https://shop.example.evil.example/bye?from=north",
        "https://shop.example:8443/bye?from=north",
        "https://SHOP.example/bye?from=north",
        "https://shop.example/%62ye?from=north",
        "//shop.example/bye?from=north",
        "///evil.example",
        "https:/shop.example/bye?from=north",
        "https:\\\\shop.example\\bye?from=north",
        "http://shop.example/bye?from=north",
        f"{BYE}\r\nSet-Cookie: a=b",
        f" {BYE}",
        "/signin?next=//evil.example",
        "javascript:alert(1)",
        CALLBACK,
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    shop: Shop, house: House, browser: Browser, uri: str, vouched: str
) -> None:
    sent = {"post_logout_redirect_uri": uri}
    if vouched == "hint":
        sent["id_token_hint"] = shop.sign_in(browser, house.owner)["id_token"]
    elif vouched == "client_id":
        browser.sign_in(house.owner)
        sent["client_id"] = shop.app.client_id
    else:
        browser.sign_in(house.owner)
    assert explained(browser.get(logout(**sent)))
    assert signed_in(browser)


def test_the_same_parameter_twice_leads_nowhere(shop: Shop, browser: Browser) -> None:
    twice = [("post_logout_redirect_uri", BYE), ("post_logout_redirect_uri", "https://evil.example/")]
    answer = browser.get(f"/oauth2/logout?{urlencode([('client_id', shop.app.client_id), *twice])}")
    assert explained(answer)


def forgeries(text: str) -> dict[str, str]:
    """ID tokens that are none, made of one that is."""
    token = sure(read_jwt(text), Jwt)
    header, payload, signature = text.split(".")
    claims = dict(token.claims)

    def coded(members: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()

    stranger = ECKey.generate_key("P-256")
    kid = token.header["kid"]
    return {
        "none": f"{coded({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{payload}.",
        "none with a signature": f"{coded({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{payload}.{signature}",
        "another key": jwt.encode({"alg": "ES256", "typ": "JWT", "kid": kid}, claims, stranger),
        "the key's own name for it": jwt.encode({"alg": "ES256", "typ": "JWT", "kid": "1"}, claims, stranger),
        "HS256 with what is public": jwt.encode(
            {"alg": "HS256", "typ": "JWT", "kid": kid}, claims, OctKey.import_key("x" * 64)
        ),
        "other claims": f"{header}.{coded({**claims, 'sub': 'somebody'})}.{signature}",
        "no signature": f"{header}.{payload}.",
        "no dots": text.replace(".", ""),
        "nothing in it": "..",
        "an embedded key": jwt.encode(
            {"alg": "ES256", "typ": "JWT", "kid": kid, "jwk": stranger.as_dict(private=False)}, claims, stranger
        ),
        "too long": text + "a" * 5000,
        "no text": "\0\0",
    }


@pytest.mark.rfc("OpenID Connect RP-Initiated Logout", "2", "the hint's signature and issuer are looked at")
def test_a_forged_hint_does_nothing(shop: Shop, house: House, browser: Browser) -> None:
    good = shop.sign_in(browser, house.owner)["id_token"]
    for name, text in forgeries(good).items():
        assert explained(browser.get(logout(id_token_hint=text, post_logout_redirect_uri=BYE))), name
        assert explained(browser.get(logout(id_token_hint=text, client_id=shop.app.client_id))), name
    assert signed_in(browser)


def test_other_tokens_that_we_signed_are_no_hints(shop: Shop, house: House, browser: Browser) -> None:
    shop.sign_in(browser, house.owner)
    browser.post("/signout", {"csrf": browser.csrf("/api-access")})
    told = shop.there.asked[0].form["logout_token"]
    assert explained(browser.get(logout(id_token_hint=told)))


def test_a_hint_and_another_client_do_not_go_together(shop: Shop, house: House, browser: Browser) -> None:
    hint = shop.sign_in(browser, house.owner)["id_token"]
    other = shop.server.client_id
    assert explained(browser.get(logout(id_token_hint=hint, client_id=other)))
    assert explained(browser.get(logout(client_id=other, post_logout_redirect_uri=BYE)))
    assert signed_in(browser)


def test_what_stands_for_a_request_cannot_be_made_or_changed(shop: Shop, house: House, browser: Browser) -> None:
    browser.sign_in(house.owner)
    page = browser.follow(browser.get(logout(client_id=shop.app.client_id, post_logout_redirect_uri=BYE)))
    good = field(page, "request")
    payload, _, signature = good.partition(".")
    evil = base64.urlsafe_b64encode(
        base64.urlsafe_b64decode(payload + "==").replace(b"shop.example", b"evil.example")
    ).rstrip(b"=")
    for bad in ("", ".", "x.y", payload, f"{evil.decode()}.{signature}", good[:-1], f"{good}x", "é.é", "\0"):
        assert explained(browser.get(f"/signout/confirm?{urlencode({'request': bad})}")), bad
        fields = {"csrf": field(page, "csrf"), "request": bad, "answer": "yes"}
        assert explained(browser.post("/signout/confirm", fields)), bad
    assert signed_in(browser)


def test_an_address_that_was_taken_back_meanwhile_leads_nowhere(shop: Shop, house: House, browser: Browser) -> None:
    browser.sign_in(house.owner)
    page = browser.follow(browser.get(logout(client_id=shop.app.client_id, post_logout_redirect_uri=BYE)))

    async def take_back(services: Services) -> None:
        (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
        (mine,) = [
            one for one in await services.all_applications.all(provider.id) if public_id(one.id) == shop.app.client_id
        ]
        await services.all_applications.update(provider.id, mine.id, ApplicationForm("Shop", "", (CALLBACK,)))

    use(shop.server, take_back)
    fields = {"csrf": field(page, "csrf"), "request": field(page, "request"), "answer": "yes"}
    assert explained(browser.post("/signout/confirm", fields))


def test_another_providers_tokens_requests_and_sessions_are_none(shop: Shop, house: House, browser: Browser) -> None:
    theirs = use(
        shop.server,
        lambda services: register(
            services,
            "harbour@example.com",
            "harbour.localhost",
            ClientSettings(post_logout_redirect_uris=("https://harbour.example/bye",)),
        ),
    )
    hint = shop.sign_in(browser, house.owner)["id_token"]
    harbour = Browser(shop.server, "harbour.localhost")
    harbour.sign_in(house.harbour)
    assert explained(harbour.get(logout(id_token_hint=hint)))
    assert explained(harbour.get(logout(client_id=shop.app.client_id, post_logout_redirect_uri=BYE)))
    assert explained(
        browser.get(logout(client_id=theirs.client_id, post_logout_redirect_uri="https://harbour.example/bye"))
    )
    begun = browser.get(logout(id_token_hint=hint, post_logout_redirect_uri=BYE))["location"]
    assert explained(harbour.get(begun))
    assert signed_in(harbour)
    assert signed_in(browser)


INSIDE = [
    "https://127.0.0.1:{port}/out",
    "https://localhost:{port}/out",
    "https://[::1]:{port}/out",
    "https://0.0.0.0:{port}/out",
    "https://2130706433:{port}/out",
    "https://0x7f.1:{port}/out",
    "https://[::ffff:127.0.0.1]:{port}/out",
    "https://169.254.169.254/latest/meta-data/",
    "http://localhost:{port}/out",
    "https://user:secret@localhost:{port}/out",
]


@pytest.mark.parametrize("uri", INSIDE)
def test_what_applications_name_reaches_nothing_beside_us(
    server: Server, house: House, there: Elsewhere, uri: str
) -> None:
    """On an installation whose operator has allowed no network, which is how it comes."""
    before = there.connections
    settings = ClientSettings(backchannel_logout_uri=uri.replace("{port}", str(there.port)))
    app = use(server, lambda services: register(services, "owner@example.com", "localhost", settings))
    browser = Browser(server)
    Shop(app, there, server).sign_in(browser, house.owner)
    assert browser.post("/signout", {"csrf": browser.csrf("/api-access")}).status == 303
    assert there.connections == before


def test_a_redirect_of_the_applications_leads_us_nowhere(
    shop: Shop, house: House, browser: Browser, tmp_path: Path
) -> None:
    with elsewhere(tmp_path, tls=False) as inside:
        inside.pages["/secrets"] = Page(b"secret")
        shop.there.pages["/out"] = Page(status=307, headers={"Location": inside.url("/secrets")})
        try:
            shop.sign_in(browser, house.owner)
            assert browser.post("/signout", {"csrf": browser.csrf("/api-access")}).status == 303
        finally:
            shop.there.pages["/out"] = Page(status=200)
        assert [one.target for one in shop.there.asked] == ["/out"]
        assert inside.connections == 0


def test_nothing_of_a_sign_out_is_in_the_log(shop: Shop, house: House, browser: Browser) -> None:
    hint = shop.sign_in(browser, house.owner)["id_token"]
    browser.follow(browser.get(logout(id_token_hint=hint, post_logout_redirect_uri=BYE, state="hush-hush")))
    log = shop.server.log.read_text("utf-8")
    assert "hush-hush" not in log
    assert hint not in log
    assert shop.there.asked[0].form["logout_token"] not in log
