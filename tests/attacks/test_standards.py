"""Attacks that RFC 9700 §4 names and that take more than one party: a code that is put into another's session, a client
that is led to the wrong server, a token that is to become more, and what is carried from provider to provider."""

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.attacks.test_tokens import error, refresh, tokens, user_token
from tests.attacks.world import SECURE, House
from tests.support.server import Server
from tests.web.browser import FORM, Browser, call, exchange
from tests.web.raw import Answer, ask

ELSEWHERE = ("harbour.localhost", SECURE)


def pkce() -> tuple[str, dict[str, str | None]]:
    """A verifier, and what its client asks with."""
    verifier = secrets.token_urlsafe(48)
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return verifier, {"code_challenge": digest, "code_challenge_method": "S256"}


def post(server: Server, path: str, fields: dict[str, str], host: str = "localhost") -> Answer:
    """POST a form as a program does, to the provider at this host."""
    return ask(server.port, "POST", path, [FORM], urlencode(fields).encode(), host=host)


def members(answer: Answer) -> dict[str, Any]:
    """A JSON answer."""
    found: dict[str, Any] = json.loads(answer.text)
    return found


@pytest.mark.rfc("9700", "4.5", "a code that was stolen is worth nothing in the attacker's own session at the client")
@pytest.mark.rfc("7636", "1", "who intercepts a code can't redeem it")
def test_a_stolen_code_put_into_another_session_is_refused(
    server: Server, house: House, owner: Browser, guest: Browser
) -> None:
    """The client itself, honest and with its secret, redeems what the attacker brings: only the verifier differs, since
    it belongs to the session that the attacker began."""
    for victim, user, attackers in ((owner, house.owner, guest), (guest, house.guest, owner)):
        theirs, asked = pkce()
        stolen = victim.code(user, **asked)
        own, own_request = pkce()
        assert attackers.ask_for(**own_request, prompt="consent").status == 200
        assert error(exchange(server, stolen, code_verifier=own)) == (400, "invalid_grant")
        # The attempt has told nobody anything, and taken nothing from the one whose code it is.
        assert exchange(server, stolen, code_verifier=theirs).status == 200


@pytest.mark.rfc("9700", "4.5.3", "an attacker's code does not make the victim's session the attacker's: log-in CSRF")
def test_an_attackers_code_put_into_the_victims_session_is_refused(
    server: Server, house: House, owner: Browser, guest: Browser
) -> None:
    _, of_attacker = pkce()
    planted = guest.code(house.guest, **of_attacker)
    verifier, _ = pkce()  # the victim's client made this one
    assert error(exchange(server, planted, code_verifier=verifier)) == (400, "invalid_grant")
    assert error(exchange(server, planted)) == (400, "invalid_grant")


@pytest.mark.rfc("9207", "2.4", "a client that talks to several servers can tell whose answer it holds")
@pytest.mark.rfc("9700", "4.4.2", "the server helps its clients to notice that they were mixed up")
def test_mix_up_every_answer_names_its_issuer_and_a_code_is_good_at_that_one_alone(
    server: Server, house: House, owner: Browser
) -> None:
    verifier, asked = pkce()
    page = owner.ask_for(prompt="consent", **asked)
    answers = [
        owner.answer(page),
        owner.answer(owner.ask_for(prompt="consent", **asked), "deny"),
        owner.ask_for(scope="nonsense"),
        owner.ask_for(response_type="token"),
        Browser(server).ask_for(prompt="none"),
    ]
    for answer in answers:
        parameters = parse_qs(urlsplit(answer["location"]).query)
        assert parameters["iss"] == [server.origin], answer["location"]
    code = parse_qs(urlsplit(answers[0]["location"]).query)["code"][0]
    # A client that was misled sends the code, with all that it knows, to the attacker's server; who has all that
    # takes it to every other provider, and then has nothing that the client could not still use itself.
    whole = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": server.redirect_uri,
        "client_id": server.client_id, "client_secret": server.client_secret, "code_verifier": verifier,
    }  # fmt: skip
    for host in ELSEWHERE:
        assert error(post(server, "/oauth2/token", whole, host)) == (401, "invalid_client")
    without_secret = {name: value for name, value in whole.items() if name != "client_secret"}
    assert error(post(server, "/oauth2/token", without_secret)) == (401, "invalid_client")
    assert post(server, "/oauth2/token", whole).status == 200


@pytest.mark.rfc("8414", "3.3", "the issuer in the metadata is the one that was asked for, whichever host is named")
def test_metadata_never_speaks_for_another_provider(server: Server, house: House) -> None:
    seen = set()
    for host in ("localhost", *ELSEWHERE):
        for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
            metadata = members(ask(server.port, "GET", path, host=host))
            issuer = metadata["issuer"]
            assert urlsplit(issuer).hostname == host
            addresses = [v for k, v in metadata.items() if k.endswith("_endpoint") or k == "jwks_uri"]
            assert all(address.startswith(f"{issuer}/") for address in addresses), addresses
            seen.add(issuer)
    assert len(seen) == 3
    forwarded = ask(
        server.port, "GET", "/.well-known/openid-configuration",
        [("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example;proto=https")],
    )  # fmt: skip
    assert "evil" not in forwarded.text


@pytest.mark.rfc("6749", "6", "a refresh never brings more than the user gave, and a narrowed token stays narrow")
@pytest.mark.rfc("9700", "4.14.2", "a refresh token is bound to the scope that was consented to")
def test_a_scope_is_not_upgraded_on_refresh(server: Server, house: House, owner: Browser) -> None:
    given = tokens(exchange(server, owner.code(house.owner, scope="read liveview")))
    for more in ("write", "read write", "read liveview recordings_delete", "openid", "read,openid", "read  write", "*"):
        assert error(refresh(server, given["refresh_token"], scope=more)) == (400, "invalid_scope"), more
    narrow = tokens(refresh(server, given["refresh_token"], scope="read"))
    assert narrow["scope"] == "read"
    query = b'{"query":"{cameras{edges{node{live{__typename}}}}}"}'
    headers = [("Content-Type", "application/json"), ("Authorization", f"Bearer {narrow['access_token']}")]
    refused = members(ask(server.port, "POST", "/api/graphql", headers, query))
    assert {one["extensions"]["missing"] for one in refused["errors"]} == {"liveview"}
    # What a client has narrowed is no consent to more, nor is it the end of what was consented to (RFC 6749 §6).
    for token in {given["refresh_token"], narrow.get("refresh_token", given["refresh_token"])}:
        assert error(refresh(server, token, scope="read write")) == (400, "invalid_scope")
        assert set(tokens(refresh(server, token))["scope"].split()) == {"read", "liveview"}


@pytest.mark.parametrize("host", ELSEWHERE)
@pytest.mark.rfc("9700", "2.3", "what one provider gave is worth nothing at another, whatever it is and wherever shown")
def test_nothing_that_one_provider_gave_opens_anything_at_another(
    server: Server, house: House, owner: Browser, host: str
) -> None:
    given = tokens(exchange(server, owner.code(house.owner)))
    shown = {
        "access": given["access_token"],
        "refresh": given["refresh_token"],
        "user": user_token(owner),
        "code": owner.code(house.owner),
        "secret": server.client_secret,
    }
    credentials = {"client_id": server.client_id, "client_secret": server.client_secret}
    userinfo = "/oauth2/userinfo"
    for kind, token in shown.items():
        assert call(server, token, host).status == 401, kind
        answer = ask(server.port, "GET", userinfo, [("Authorization", f"Bearer {token}")], host=host)
        assert answer.status in (401, 404), kind
        for name in ("code", "refresh_token", "subject_token", "device_code", "assertion"):
            for grant in (
                "authorization_code", "refresh_token", "client_credentials",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
            ):  # fmt: skip
                asked = {"grant_type": grant, name: token, "redirect_uri": server.redirect_uri, **credentials}
                refused = post(server, "/oauth2/token", asked, host)
                assert refused.status in (400, 401), (kind, name, grant)
                assert "access_token" not in refused.text
        looked = post(server, "/oauth2/introspect", {"token": token, **credentials}, host)
        assert looked.status == 401, kind
        assert "active" not in looked.text
        assert post(server, "/oauth2/revoke", {"token": token}, host).status == 200, kind
    # And none of that has ended anything at home.
    assert call(server, shown["access"]).status == 200
    assert call(server, shown["user"]).status == 200
    assert refresh(server, shown["refresh"]).status == 200
    assert exchange(server, shown["code"]).status == 200
