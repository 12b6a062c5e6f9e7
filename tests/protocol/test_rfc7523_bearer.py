"""The JWT bearer grant (RFC 7521, RFC 7523 §2.1): the assertion, and what it gives."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gatelodge.protocol.client import JWT_BEARER
from gatelodge.protocol.errors import InvalidGrant, OAuthError
from gatelodge.protocol.issuance import Issuance
from gatelodge.protocol.jwt import Jwt
from gatelodge.protocol.jwt_bearer import LEEWAY, LONGEST, Good, judge_assertion, may_assert, within_consent
from gatelodge.protocol.policy import DEFAULT, Policy
from tests.protocol.examples import NATIVE, SHOP

CLIENT = "client1"
ISSUER = "https://north.example.com"
TOKEN = f"{ISSUER}/oauth2/token"
NOW = 1000
CLAIMS: dict[str, Any] = {"iss": CLIENT, "sub": "u", "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "j"}
AWAY = replace(SHOP, grant_types=SHOP.grant_types | {JWT_BEARER}, settings=replace(SHOP.settings, jwks='{"keys":[]}'))


def judged(header: Mapping[str, object] | None = None, policy: Policy = DEFAULT, **claims: Any) -> Good | InvalidGrant:
    """What comes of an assertion whose claims are changed; None leaves one out."""
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    jwt = Jwt({"alg": "ES256", **(header or {})}, said, None)
    return judge_assertion(jwt, CLIENT, audiences={ISSUER, TOKEN}, policy=policy, now=NOW)


def refused(answer: object) -> bool:
    """Whether it is refused as RFC 7523 §3.1 says."""
    assert isinstance(answer, InvalidGrant)
    return (answer.code, answer.status) == ("invalid_grant", 400)


@pytest.mark.rfc("7523", "3", "an assertion with iss, sub, aud and exp is taken")
def test_a_good_assertion() -> None:
    assert judged() == Good("u", "j", NOW + 60 + LEEWAY)
    assert judged({"typ": "JWT"}, aud=[TOKEN], iat=None) == Good("u", "j", NOW + 60 + LEEWAY)


@pytest.mark.rfc("7523", "3", "iss must be there: the client itself")
@pytest.mark.parametrize("iss", [None, "client2", "", 1, [CLIENT]])
def test_the_issuer(iss: object) -> None:
    assert refused(judged(iss=iss))


@pytest.mark.rfc("7523", "3", "sub must be there, and names the user")
@pytest.mark.parametrize("sub", [None, "", 5, ["u"], "x" * 300])
def test_the_subject(sub: object) -> None:
    assert refused(judged(sub=sub))


@pytest.mark.rfc("7523", "3", "aud must name this server; an assertion for another is refused")
@pytest.mark.parametrize("aud", [None, "https://other.example", [], [ISSUER, "https://other.example"], 7, f"{ISSUER}/"])
def test_the_audience(aud: object) -> None:
    assert refused(judged(aud=aud))


@pytest.mark.rfc("7523", "3", "exp must be there, and not have passed; one unreasonably far off is refused")
@pytest.mark.parametrize("exp", [None, NOW - LEEWAY, "later", True, NOW + LONGEST + LEEWAY + 1, float("inf")])
def test_the_end(exp: object) -> None:
    assert refused(judged(exp=exp))


@pytest.mark.rfc("7523", "3", "before nbf an assertion is not taken, nor one that was issued in the future")
@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_the_beginning(name: str) -> None:
    assert refused(judged(None, DEFAULT, **{name: NOW + LEEWAY + 1}))
    assert refused(judged(None, DEFAULT, **{name: "now"}))
    assert isinstance(judged(None, DEFAULT, **{name: NOW + LEEWAY}), Good)


@pytest.mark.rfc("7523", "3", "a jti makes an assertion good for one use, and here each has one")
@pytest.mark.parametrize("jti", [None, "", 5, "x" * 300])
def test_the_identifier(jti: object) -> None:
    assert refused(judged(jti=jti))


@pytest.mark.rfc("8725", "3.11", "a JWT that was signed for another end is refused")
@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "client-authentication+jwt", "logout+jwt", 5, ""])
def test_another_kind_of_jwt(typ: object) -> None:
    assert refused(judged({"typ": typ}))


@pytest.mark.rfc("7523", "3", "an assertion is signed, by a key")
@pytest.mark.rfc("8725", "3.1", "algorithms that are not asked for are refused, none and HMAC among them")
@pytest.mark.parametrize("alg", ["none", "HS256", "RS512", "es256"])
def test_the_algorithm(alg: str) -> None:
    assert refused(judged({"alg": alg}))


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.4.1", "RS256 is not taken")
def test_the_algorithm_under_fapi() -> None:
    assert refused(judged({"alg": "RS256"}, replace(DEFAULT, profile="fapi2")))
    assert isinstance(judged({"alg": "RS256"}), Good)


@pytest.mark.rfc("7521", "4.1", "who uses an assertion as a grant may be asked to authenticate: here it has to")
def test_not_everybody_may() -> None:
    assert may_assert(AWAY, DEFAULT) is None
    without_keys = replace(AWAY, settings=SHOP.settings)
    public = replace(NATIVE, grant_types=frozenset({JWT_BEARER}), settings=AWAY.settings)
    off = replace(DEFAULT, jwt_bearer=False)
    for client, policy in ((SHOP, DEFAULT), (without_keys, DEFAULT), (public, DEFAULT), (AWAY, off)):
        refusal = may_assert(client, policy)
        assert refusal is not None
        assert refusal.code == "unauthorized_client"


@pytest.mark.rfc("7521", "4.1", "no refresh token, and a short life")
@pytest.mark.rfc("7521", "4.1", "the scope is no more than what the user has allowed")
def test_what_is_given() -> None:
    consented = frozenset({"read", "liveview", "offline_access"})
    given = within_consent(consented, "[]", None, 9, 77, expires_at=1900)
    assert given == Issuance(
        77, frozenset({"read", "liveview"}), refreshable=False, details="[]", user_id=9, expires_at=1900
    )
    less = within_consent(consented, None, "read", 9, 77, expires_at=1900)
    assert isinstance(less, Issuance)
    assert less.scope == {"read"}
    for scope in ("write", "read write", "ä", "", "offline_access"):
        answer = within_consent(consented, None, scope, 9, 77, expires_at=1900)
        assert isinstance(answer, OAuthError)
        assert answer.code == "invalid_scope"
