"""Signing out: what an application may ask for, and what it is told (OpenID Connect RP-Initiated and Back-Channel
Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import InvalidRequest
from gatelodge.protocol.logout import (
    LOGOUT_TOKEN,
    Hint,
    Leaving,
    LogoutRequest,
    judge_logout,
    logout_token,
    named_client,
    read_hint,
    read_logout,
)
from gatelodge.protocol.parameters import Parameters, read_parameters

ISSUER = "https://north.example.com"
BYE = "https://shop.example/bye?from=north"
SHOP = Client(7, "Shop", True, settings=ClientSettings(post_logout_redirect_uris=(BYE,)))
NAME = public_id(7)
CLAIMS: Mapping[str, Any] = {"iss": ISSUER, "aud": NAME, "sub": "someone", "sid": "s1", "exp": 1, "at_hash": "h"}


def asking(**changes: str | None) -> LogoutRequest:
    """A good request with every parameter, changed."""
    return replace(LogoutRequest(NAME, "hint", BYE, "st 1"), **changes)


def fault(outcome: object) -> str:
    """What is wrong."""
    assert isinstance(outcome, InvalidRequest), outcome
    return outcome.description


@pytest.mark.rfc(
    "OpenID Connect RP-Initiated Logout",
    "2",
    "id_token_hint, logout_hint, client_id, post_logout_redirect_uri, state and ui_locales may come",
)
def test_every_parameter_is_read() -> None:
    sent = {
        "id_token_hint": "hint",
        "logout_hint": "ann@example.com",
        "client_id": NAME,
        "post_logout_redirect_uri": BYE,
        "state": "st 1",
        "ui_locales": "cs en",
    }
    assert read_logout(Parameters(sent)) == asking()
    assert read_logout(Parameters({})) == LogoutRequest(None, None, None, None)


def test_what_is_there_twice_or_far_too_long_is_refused() -> None:
    assert "more than once" in fault(read_logout(read_parameters(b"state=a", b"state=b")))
    assert fault(read_logout(Parameters({"state": "x" * 1001}))) == "state is too long"


@pytest.mark.rfc(
    "OpenID Connect RP-Initiated Logout", "2", "an ID token that comes as a hint must be one that this provider issued"
)
@pytest.mark.parametrize(
    "claims",
    [
        None,
        {**CLAIMS, "iss": "https://harbour.example.com"},
        {**CLAIMS, "iss": None},
        {**CLAIMS, "aud": [NAME, "other"]},
        {**CLAIMS, "aud": None},
        {**CLAIMS, "sid": 7},
        {name: claim for name, claim in CLAIMS.items() if name != "at_hash"},
        {},
    ],
)
def test_a_hint_that_is_none_of_ours_is_refused(claims: Mapping[str, Any] | None) -> None:
    assert fault(read_hint(claims, issuer=ISSUER)) == "id_token_hint is no ID token that was given here"


@pytest.mark.rfc("OpenID Connect RP-Initiated Logout", "2", "an ID token that has expired is still a hint")
def test_an_expired_hint_is_read() -> None:
    assert read_hint(CLAIMS, issuer=ISSUER) == Hint(NAME, "s1")
    assert read_hint({**CLAIMS, "sid": None}, issuer=ISSUER) == Hint(NAME, None)


@pytest.mark.rfc(
    "OpenID Connect RP-Initiated Logout",
    "2",
    "client_id beside id_token_hint must be the client that the ID token was issued to",
)
def test_client_and_hint_must_agree() -> None:
    assert named_client(asking(), Hint(NAME, "s1")) == NAME
    assert named_client(asking(client_id=None), Hint(NAME, "s1")) == NAME
    assert named_client(asking(), None) == NAME
    assert named_client(asking(client_id=None), None) is None
    assert "the ID token was made for" in fault(named_client(asking(), Hint("another", "s1")))


@pytest.mark.rfc(
    "OpenID Connect RP-Initiated Logout", "3", "the browser is sent to a registered address, with state as it came"
)
def test_a_good_request_leads_to_the_address_with_its_state() -> None:
    leaving = judge_logout(asking(), Hint(NAME, "s1"), SHOP)
    assert leaving == Leaving(7, BYE, "st 1", "s1")
    assert leaving.destination == f"{BYE}&state=st%201"
    assert Leaving(7, BYE).destination == BYE
    assert Leaving(7, None, "st 1").destination is None


@pytest.mark.rfc(
    "OpenID Connect RP-Initiated Logout", "3", "no redirect to an address that does not match a registered one exactly"
)
@pytest.mark.parametrize(
    "uri",
    [
        "https://shop.example/bye",
        f"{BYE}&more=1",
        f"{BYE}#part",
        BYE.replace("shop", "SHOP"),
        BYE.replace("https", "http"),
        BYE.replace(".example", ".example:443"),
        BYE.replace(".example", ".example:8443"),
        BYE.replace("https://", "https://shop.example@"),
        BYE.replace("bye", "%62ye"),
        BYE.replace("/bye", "//bye"),
        BYE.replace("/bye", "/./bye"),
        f"{BYE}/../bye",
        "//shop.example/bye?from=north",
        "https://shop.example.evil.example/bye?from=north",
        "https://evil.example/bye?from=north",
        f" {BYE}",
        f"{BYE}\n",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_another_is_refused(uri: str) -> None:
    outcome = judge_logout(asking(redirect_uri=uri), Hint(NAME, "s1"), SHOP)
    assert "registered" in fault(outcome)


def test_loopback_addresses_are_held_to_their_port() -> None:
    local = replace(SHOP, settings=ClientSettings(post_logout_redirect_uris=("http://127.0.0.1:9000/bye",)))
    assert "registered" in fault(judge_logout(asking(redirect_uri="http://127.0.0.1:9001/bye"), None, local))


@pytest.mark.rfc(
    "OpenID Connect RP-Initiated Logout",
    "2",
    "without id_token_hint or client_id nobody vouches for the address: no redirect",
)
def test_an_address_alone_is_refused() -> None:
    assert "beside it" in fault(judge_logout(asking(client_id=None), None, None))


def test_an_unknown_client_is_refused_and_one_that_is_switched_off_sends_nobody_anywhere() -> None:
    assert "names no application" in fault(judge_logout(asking(redirect_uri=None), None, None))
    assert "registered" in fault(judge_logout(asking(), None, replace(SHOP, disabled=True)))


def test_the_client_of_an_old_hint_may_be_gone() -> None:
    assert judge_logout(asking(client_id=None, redirect_uri=None), Hint("gone", "s1"), None) == Leaving(
        None, None, "st 1", "s1"
    )


@pytest.mark.rfc(
    "OpenID Connect Back-Channel Logout",
    "2.4",
    "a logout token has iss, aud, iat, exp, jti, events and sub or sid, and no nonce",
)
def test_the_claims_of_a_logout_token() -> None:
    claims = logout_token(issuer=ISSUER, client_id=NAME, subject="someone", session_id=9, token_id="t1", now=1000)
    assert claims == {
        "iss": ISSUER,
        "sub": "someone",
        "aud": NAME,
        "iat": 1000,
        "exp": 1120,
        "jti": "t1",
        "sid": public_id(9),
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }


@pytest.mark.rfc(
    "OpenID Connect Back-Channel Logout",
    "2.4",
    "a logout token says what it is in its typ, so that it passes for no other JWT",
)
def test_a_logout_tokens_type_is_its_own() -> None:
    assert LOGOUT_TOKEN == "logout+jwt"


@pytest.mark.rfc("OpenID Connect Back-Channel Logout", "2.4", "a logout token should expire after two minutes at most")
def test_a_logout_token_is_short_lived() -> None:
    claims = logout_token(issuer=ISSUER, client_id=NAME, subject="someone", session_id=9, token_id="t1", now=1000)
    assert claims["exp"] - claims["iat"] <= 120
