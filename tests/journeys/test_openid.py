"""Signing in with OpenID Connect: a client that others wrote, which is told nothing but the issuer."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.http import NO_TLS
from tests.support.person import Person
from tests.support.server import DemoUser, Server


@pytest.fixture
def party(server: Server) -> Iterator["RelyingParty"]:
    """A site that people sign in to."""
    made = RelyingParty(server)
    yield made
    made.http.close()
    made.client.close()


@pytest.fixture
def owner(server: Server) -> DemoUser:
    """Who signs in."""
    return server.user("full")


class RelyingParty:
    """A site that lets people sign in with Gatelodge."""

    def __init__(self, server: Server) -> None:
        self.http = httpx.Client(verify=NO_TLS)
        self.metadata: dict[str, Any] = self.http.get(f"{server.origin}/.well-known/openid-configuration").json()
        keys = self.http.get(self.metadata["jwks_uri"]).json()
        self.keys = KeySet.import_key_set(keys)
        self.client = OAuth2Client(
            server.client_id,
            server.client_secret,
            scope="openid profile email",
            redirect_uri=server.redirect_uri,
            code_challenge_method="S256",
            token_endpoint=self.metadata["token_endpoint"],
        )

    def url(self, **more: str) -> str:
        """Where it sends people to sign in."""
        url, _ = self.client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier="v" * 43, **more
        )
        return str(url)

    def tokens(self, location: str) -> dict[str, Any]:
        """What it gets for the code that they come back with."""
        found: dict[str, Any] = self.client.fetch_token(authorization_response=location, code_verifier="v" * 43)
        return found

    def claims(self, id_token: str) -> dict[str, Any]:
        """What an ID token says, whose signature and times were looked at as the library does."""
        token = jwt.decode(id_token, self.keys, algorithms=self.metadata["id_token_signing_alg_values_supported"])
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.metadata["issuer"]},
            aud={"essential": True, "value": self.client.client_id},
        )
        registry.validate(token.claims)
        return dict(token.claims)

    def userinfo(self, access_token: str, how: str = "GET") -> dict[str, Any]:
        """What userinfo says: the token in the header, or in a form."""
        url, bearer = self.metadata["userinfo_endpoint"], {"Authorization": f"Bearer {access_token}"}
        if how == "form":
            answer = self.http.post(url, data={"access_token": access_token})
        else:
            answer = self.http.request(how, url, headers=bearer)
        assert answer.status_code == 200, answer.text
        members: dict[str, Any] = answer.json()
        return members


@pytest.mark.rfc("OpenID Connect Core", "5.3.1", "userinfo takes GET and POST, and the token in a header or a form")
@pytest.mark.rfc("OpenID Connect Discovery", "4.2", "the configuration is enough to sign somebody in")
def test_a_person_signs_in_by_the_issuer_alone(server: Server, owner: DemoUser, party: RelyingParty) -> None:
    with Person(server) as person:
        back = person.decide(owner, party.url(nonce="n-1", prompt="consent"))
        tokens = party.tokens(back.headers["location"])
        claims = party.claims(tokens["id_token"])
        assert claims["nonce"] == "n-1"
        assert {"acr", "amr", "auth_time", "at_hash", "sid"} <= claims.keys()
        for how in ("GET", "POST", "form"):
            told = party.userinfo(tokens["access_token"], how)
            assert (told["sub"], told["email"]) == (claims["sub"], owner.email)
        # Coming back, nobody is asked again, aloud or not.
        again = party.tokens(person.go(party.url(prompt="none")).headers["location"])
        assert party.claims(again["id_token"])["sub"] == claims["sub"]


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "prompt=login and max_age ask for the password again")
@pytest.mark.parametrize("how", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "select_account"}])
def test_signing_in_again_is_really_signing_in(
    server: Server, owner: DemoUser, party: RelyingParty, how: dict[str, str]
) -> None:
    with Person(server) as person:
        tokens = party.tokens(person.decide(owner, party.url(prompt="consent")).headers["location"])
        before = party.claims(tokens["id_token"])
        page = person.go(party.url(**how, login_hint=owner.email, id_token_hint=tokens["id_token"]))
        assert "/signin" in str(page.url)
        assert f'value="{owner.email}"' in page.text
        wrong = person.submit(page, "/signin", email=owner.email, password="wrong password")
        assert wrong.status_code == 422
        back = person.submit(page, "/signin", email=owner.email, password=owner.password)
        after = party.claims(party.tokens(back.headers["location"])["id_token"])
        assert after["auth_time"] >= before["auth_time"]
        assert after["sid"] == before["sid"]  # the same browser, the same person
        assert after["sub"] == before["sub"]


def test_who_only_signs_in_is_asked_about_no_camera(server: Server, owner: DemoUser, party: RelyingParty) -> None:
    with Person(server) as person:
        page = person.go(party.url(prompt="consent", claims=json.dumps({"userinfo": {"email": None}})))
        page = person.sign_in(owner, page)
        assert "wants to sign you in" in page.text
        assert "see your name" in page.text
        assert "see your e-mail address" in page.text
        assert "Which cameras" not in page.text
        answer = person.answer(person.submit(page, "/authorize/", answer="deny"))
        assert answer["error"] == "access_denied"


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.6", "prompt=none never shows a page")
@pytest.mark.parametrize(
    ("more", "signed_in", "error"),
    [
        ({}, False, "login_required"),
        ({"scope": "openid write"}, True, "consent_required"),
        ({"scope": "openid", "max_age": "0"}, True, "login_required"),
        ({"scope": "openid", "claims": '{"id_token":{"sub":{"value":"somebody else"}}}'}, True, "login_required"),
        ({"scope": "openid", "id_token_hint": "x"}, True, "invalid_request"),
    ],
)
def test_what_may_ask_nothing_hears_why_not(
    server: Server, owner: DemoUser, more: dict[str, str], signed_in: bool, error: str
) -> None:
    callback = "https://new.example.com/callback"  # of an application that nobody has let in yet
    words = ("--owner", owner.email, "--name", "New", "--description", "", "--redirect-uri", callback, "--json")
    client_id = json.loads(server.command("app", "create", *words).stdout)["client_id"]
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": callback,
        "scope": "openid",
        "prompt": "none",
        **more,
    }
    with Person(server) as person:
        if signed_in:
            person.sign_in(owner)
        answer = person.answer(person.go(f"{server.origin}/oauth2/auth?{urlencode(asked)}"))
    assert answer["error"] == error


@pytest.mark.rfc("OpenID Connect Core", "4", "a sign-in can begin here: the application is sent the issuer")
def test_the_portal_leads_to_where_an_application_begins_a_sign_in(
    server: Server, owner: DemoUser, party: RelyingParty
) -> None:
    begins = "https://app.example/login?from=portal"
    set_it = ("app", "set", server.client_id, "--set")
    assert server.command(*set_it, f"initiate_login_uri={begins}").returncode == 0
    refused = server.command(*set_it, "initiate_login_uri=http://app.example/login")
    assert refused.returncode == 1
    with Person(server) as person:
        person.decide(owner, party.url(prompt="consent"))
        page = person.go("/api-access")
        assert f'href="{begins}&amp;iss={quote(server.origin, safe="")}"' in page.text
        assert server.command(*set_it, "initiate_login_uri=").returncode == 0
        assert begins not in person.go("/api-access").text


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "the authorization endpoint takes GET and POST")
@pytest.mark.rfc("OpenID Connect Core", "15.1", "display, ui_locales, claims_locales and acr_values are taken")
def test_a_request_with_all_that_may_be_in_it_is_served(server: Server, owner: DemoUser, party: RelyingParty) -> None:
    more = {
        "display": "popup",
        "ui_locales": "cs fr-CA en",
        "claims_locales": "cs",
        "acr_values": "1 2",
        "max_age": "15000",
        "nobody_knows": "this",
        "prompt": "consent",
    }
    url = urlsplit(party.url(**more))
    with Person(server) as person:
        asked = person.http.post(url.path, data=dict(parse_qsl(url.query)))
        page = person.go(asked.headers["location"])
        page = person.sign_in(owner, page)
        back = person.submit(page, "/authorize/", answer="allow")
        claims = party.claims(party.tokens(back.headers["location"])["id_token"])
    assert claims["acr"] == "urn:gatelodge:acr:password"
    assert isinstance(claims["auth_time"], int)


@pytest.mark.rfc("OpenID Connect Core", "5.3", "pages of other sites may ask userinfo (CORS)")
def test_a_page_in_a_browser_may_ask_userinfo(server: Server, party: RelyingParty) -> None:
    origin = {"Origin": "https://app.example"}
    before = {**origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    allowed = party.http.options(party.metadata["userinfo_endpoint"], headers=before)
    assert allowed.status_code == 204
    assert "GET" in allowed.headers["access-control-allow-methods"]
    assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
    refused = party.http.get(party.metadata["userinfo_endpoint"], headers=origin)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"
