"""Client assertions (RFC 7521, RFC 7523, OpenID Connect Core §9): which one is good for whom, where and when."""

import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.client import ClientProof, read_proof
from gatelodge.protocol.client_assertion import (
    ASSERTION_TYPE,
    LEEWAY,
    LONGEST,
    MAX_JTI,
    USUAL,
    Assertion,
    Good,
    algorithms,
    judge_assertion,
)
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import KEY_JWT, SECRET_JWT
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import InvalidClient, InvalidRequest, OAuthError
from gatelodge.protocol.jwt import Jwt
from gatelodge.protocol.policy import Policy
from tests.protocol.examples import NATIVE_ID, SHOP_ID, SHOP_PUBLIC_ID, body
from tests.protocol.test_rfc6749_client_authentication import SECRET, basic

NOW = 1_800_000_000
ISSUER = "https://north.example.com"
TOKEN, HERE = f"{ISSUER}/oauth2/token", f"{ISSUER}/oauth2/revoke"
CLAIMS = {"iss": SHOP_PUBLIC_ID, "sub": SHOP_PUBLIC_ID, "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "j-1"}
FAPI2 = Policy(profile="fapi2")


def jwt(header: Mapping[str, Any] | None = None, /, **claims: Any) -> Jwt:
    """A good assertion, changed; a claim of None is left out."""
    changed = {name: one for name, one in {**CLAIMS, **claims}.items() if one is not None}
    return Jwt({"alg": "ES256", **(header or {})}, changed, None)


def judge(one: Jwt, policy: Policy = Policy()) -> Good | InvalidClient:  # noqa: B008 (a value)
    """What it is worth for the shop, at the revocation endpoint."""
    return judge_assertion(
        one, SHOP_PUBLIC_ID, issuer=ISSUER, addresses={TOKEN, HERE}, allowed=USUAL, policy=policy, now=NOW
    )


GOOD = Good("j-1", NOW + 60 + LEEWAY)


@pytest.mark.rfc("7523", "3", "an assertion that keeps every rule is taken")
@pytest.mark.rfc("OpenID Connect Core", "9", "iss, sub, aud, jti and exp are what a client's assertion says")
def test_a_good_assertion() -> None:
    assert judge(jwt()) == GOOD
    assert judge(jwt(iat=None)) == GOOD
    assert judge(jwt(nbf=NOW)) == GOOD


@pytest.mark.rfc("7523", "3", "iss, sub, aud and exp have to be there")
@pytest.mark.rfc("OpenID Connect Core", "9", "jti has to be there as well")
@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "jti"])
def test_a_claim_that_is_missing(name: str) -> None:
    claims = {one: value for one, value in CLAIMS.items() if one != name}
    assert isinstance(judge(Jwt({"alg": "ES256"}, claims, None)), InvalidClient)


@pytest.mark.rfc("7523", "3", "sub is the client_id, and for a client so is iss")
@pytest.mark.rfc("7521", "5.2", "the subject is whom the assertion is about, compared as it stands")
@pytest.mark.parametrize("other", [public_id(NATIVE_ID), SHOP_PUBLIC_ID.lower(), f"{SHOP_PUBLIC_ID} ", "", 1, [], {}])
def test_an_assertion_of_or_about_somebody_else(other: object) -> None:
    assert isinstance(judge(jwt(iss=other)), InvalidClient)
    assert isinstance(judge(jwt(sub=other)), InvalidClient)


@pytest.mark.rfc("7523", "3", "aud is this server: its issuer, its token endpoint, or the endpoint that is called")
@pytest.mark.rfc("7521", "5.2", "an assertion whose audience is not this server is refused")
def test_for_whom_an_assertion_is() -> None:
    for audience in (ISSUER, TOKEN, HERE, [ISSUER], [ISSUER, TOKEN]):
        assert judge(jwt(aud=audience)) == GOOD


@pytest.mark.rfc("7523", "3", "one that is for another server is refused, and one that is for several, too")
@pytest.mark.parametrize(
    "audience",
    [
        "https://harbour.example.com",
        "https://harbour.example.com/oauth2/token",
        f"{ISSUER}/",
        f"{ISSUER}/oauth2/introspect",
        f"{ISSUER}.evil.example",
        "HTTPS://NORTH.EXAMPLE.COM",
        [],
        "",
        [""],
        [ISSUER, "https://harbour.example.com"],
        [[ISSUER]],
        {"aud": ISSUER},
        1,
        True,
    ],
)
def test_an_assertion_for_somebody_else(audience: object) -> None:
    assert isinstance(judge(jwt(aud=audience)), InvalidClient)


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "aud is the issuer, as a string, and nothing else")
def test_for_whom_an_assertion_is_under_fapi() -> None:
    assert judge(jwt(), FAPI2) == GOOD
    for audience in (TOKEN, HERE, [ISSUER], [ISSUER, TOKEN], f"{ISSUER}/"):
        assert isinstance(judge(jwt(aud=audience), FAPI2), InvalidClient)


@pytest.mark.rfc("7523", "3", "an assertion expires, and is refused from then on; clocks may differ a little")
@pytest.mark.rfc("7523", "3", "one that is good for unreasonably long is refused")
@pytest.mark.rfc("7523", "3", "nor is one taken before its nbf, or from the future")
def test_when_an_assertion_is_good() -> None:
    assert isinstance(judge(jwt(exp=NOW - LEEWAY + 1)), Good)
    assert isinstance(judge(jwt(exp=NOW - LEEWAY)), InvalidClient)
    assert isinstance(judge(jwt(exp=NOW + LONGEST + LEEWAY)), Good)
    assert isinstance(judge(jwt(exp=NOW + LONGEST + LEEWAY + 1)), InvalidClient)
    for ahead, kind in ((LEEWAY, Good), (LEEWAY + 1, InvalidClient)):
        assert isinstance(judge(jwt(nbf=NOW + ahead)), kind)
        assert isinstance(judge(jwt(iat=NOW + ahead)), kind)


@pytest.mark.parametrize("time", ["1800000060", True, math.nan, math.inf, -math.inf, 10**400, [], {}])
def test_a_time_that_is_none(time: object) -> None:
    for one in (jwt(exp=time), jwt(nbf=time), jwt(iat=time)):
        assert isinstance(judge(one), InvalidClient)


@pytest.mark.parametrize("jti", ["", "j" * (MAX_JTI + 1), 1, ["j"], True])
def test_a_jti_is_a_text_of_some_length(jti: object) -> None:
    assert isinstance(judge(jwt(jti=jti)), InvalidClient)


@pytest.mark.rfc("8725", "3.11", "what was signed for another end is no client assertion")
def test_an_assertion_says_what_it_is_or_nothing() -> None:
    for kind in ("JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"):
        assert judge(jwt({"typ": kind})) == GOOD
    for other in ("dpop+jwt", "at+jwt", "oauth-authz-req+jwt", "logout+jwt", "", None, 1, ["JWT"]):
        assert isinstance(judge(jwt({"typ": other})), InvalidClient)


@pytest.mark.rfc("8725", "3.1", "which algorithms are good is not for the assertion to say")
@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "ES256K", "", "es256"])
def test_an_algorithm_that_the_client_does_not_use(alg: str) -> None:
    assert isinstance(judge(jwt({"alg": alg})), InvalidClient)


@pytest.mark.rfc("8725", "3.2", "an HMAC for secrets, signatures for keys, and never the one in place of the other")
@pytest.mark.rfc("OpenID Connect Registration", "2", "a client may name the algorithm that it signs with")
@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.4.1", "PS256, ES256 and EdDSA are good, RS256 is not")
def test_which_algorithms_a_client_uses() -> None:
    by_key = ClientSettings(token_endpoint_auth_method=KEY_JWT)
    assert set(algorithms(by_key, Policy())) == {"ES256", "PS256", "EdDSA", "Ed25519"}
    assert algorithms(ClientSettings(token_endpoint_auth_method=SECRET_JWT), Policy()) == ("HS256",)
    named = {
        alg: algorithms(
            ClientSettings(token_endpoint_auth_method=KEY_JWT, token_endpoint_auth_signing_alg=alg), Policy()
        )
        for alg in ("ES256", "RS256", "EdDSA")
    }
    assert named == {"ES256": ["ES256"], "RS256": ["RS256"], "EdDSA": ["EdDSA", "Ed25519"]}
    rsa = ClientSettings(token_endpoint_auth_method=KEY_JWT, token_endpoint_auth_signing_alg="RS256")
    assert algorithms(rsa, FAPI2) == []
    assert "RS256" not in algorithms(by_key, FAPI2)


def read(one: Jwt | None, authorization: str | None = None, **parameters: str) -> ClientProof | OAuthError | None:
    """Whom a request with an assertion says that it comes from."""
    sent = body(client_assertion_type=ASSERTION_TYPE, **parameters)
    return read_proof(sent, authorization, query_allowed=True, assertion=Assertion(one) if one else None)


@pytest.mark.rfc("7521", "4.2", "client_id is not needed beside an assertion, and is the same if it comes")
@pytest.mark.rfc("7523", "3", "the client is whom the assertion is about")
def test_whom_an_assertion_is_about() -> None:
    for proof in (read(jwt()), read(jwt(), client_id=SHOP_PUBLIC_ID)):
        assert isinstance(proof, ClientProof)
        assert (proof.client_id, proof.secret) == (SHOP_ID, None)
        assert proof.assertion is not None
    assert isinstance(read(jwt(), client_id=public_id(NATIVE_ID)), InvalidClient)
    for subject in ("", "x", 1, None, ["x"], "zzzzzzzzzzz"):
        assert isinstance(read(jwt(sub=subject)), InvalidClient)


@pytest.mark.rfc("7521", "4.2", "a client does not prove who it is in two ways at once")
def test_an_assertion_beside_a_secret() -> None:
    assert isinstance(read(jwt(), client_secret=SECRET), InvalidRequest)
    assert isinstance(read(jwt(), basic(SHOP_PUBLIC_ID, SECRET)), InvalidRequest)
    assert isinstance(read(jwt(), "Bearer x"), InvalidRequest)


@pytest.mark.rfc("7521", "4.2", "client_assertion and client_assertion_type come together")
@pytest.mark.rfc("7523", "2.2", "the type is that of JWTs")
def test_an_assertion_says_its_type() -> None:
    assert isinstance(read(None), InvalidRequest)
    assertion = Assertion(jwt())
    for kind in ({}, {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}):
        assert isinstance(read_proof(body(**kind), None, query_allowed=True, assertion=assertion), InvalidRequest)


@given(
    st.dictionaries(st.text(), st.text()),
    st.fixed_dictionaries({name: st.text() | st.integers() | st.floats() | st.lists(st.text()) for name in CLAIMS}),
)
def test_any_assertion_gets_an_answer(header: dict[str, Any], claims: dict[str, Any]) -> None:
    one = Jwt({"alg": "ES256", **header}, claims, None)
    assert isinstance(judge(one), Good | InvalidClient)
    assert isinstance(read(one), ClientProof | OAuthError)
