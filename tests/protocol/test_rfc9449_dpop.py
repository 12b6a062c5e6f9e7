"""DPoP proofs (RFC 9449): which one is good for which request, and what tokens are bound to."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.bearer import challenges, read_token, status_of
from gatelodge.protocol.binding import bind, is_held
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.code_grant import Code, Exchange, exchange_code
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.dpop import (
    ALGORITHMS,
    MAX_AGE,
    MAX_AHEAD,
    MAX_JTI,
    Proof,
    is_thumbprint,
    judge_proof,
    normalised,
    thumbprint,
    token_hash,
)
from gatelodge.protocol.errors import (
    InsufficientScope,
    InvalidDpopProof,
    InvalidGrant,
    InvalidRequest,
    InvalidToken,
    UseDpopNonce,
)
from gatelodge.protocol.issuance import UNBOUND, Binding, GrantContext, Issuance, Refuse
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.refresh_grant import RefreshToken, Successor, refresh
from tests.protocol.examples import GRANT_ID, LASTING, NATIVE, SHOP, SHOP_URI, presented

NOW = 1_800_000_000
URL = "https://north.example.com/oauth2/token"
# RFC 9449 §4.2 and its figure 11: a key and the thumbprint of it.
JWK = {
    "kty": "EC",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
    "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
    "crv": "P-256",
}
JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
HEADER = {"typ": "dpop+jwt", "alg": "ES256", "jwk": JWK}
CLAIMS = {"jti": "-BwC3ESc6acc2lTc", "htm": "POST", "htu": URL, "iat": NOW}
PROOF = Proof(JKT, "-BwC3ESc6acc2lTc", NOW + MAX_AGE, None)
BOUND, OTHER = Binding(jkt=JKT), Binding(jkt="A" * 43)
READ = frozenset({"read"})
ISSUANCE = Issuance(GRANT_ID, READ, refreshable=True)


def judge(
    header: dict[str, Any] | None = None, *, token: str | None = None, method: str = "POST", **claims: Any
) -> Proof | InvalidDpopProof:
    """What a good proof is worth once it is changed; a claim of None is left out."""
    changed = {name: one for name, one in {**CLAIMS, **claims}.items() if one is not None}
    return judge_proof({**HEADER, **(header or {})}, changed, method=method, url=URL, now=NOW, token=token)


@pytest.mark.rfc("9449", "4.3", "a proof that keeps every rule is taken")
def test_a_good_proof() -> None:
    assert judge() == PROOF
    assert judge(nonce="n-1") == replace(PROOF, nonce="n-1")


@pytest.mark.rfc("9449", "4.2", "typ, alg, jwk, jti, htm, htu and iat have to be there")
@pytest.mark.rfc("9449", "4.3", "a proof that lacks one of them is refused")
@pytest.mark.parametrize("name", ["jti", "htm", "htu", "iat"])
def test_a_claim_that_is_missing(name: str) -> None:
    claims = {one: value for one, value in CLAIMS.items() if one != name}
    assert isinstance(judge_proof(HEADER, claims, method="POST", url=URL, now=NOW), InvalidDpopProof)


@pytest.mark.rfc("9449", "4.3", "typ says that it is a proof, and nothing else that was signed is one")
@pytest.mark.rfc("8725", "3.11", "a JWT of another kind is not taken for this one")
@pytest.mark.parametrize("typ", [None, "", "JWT", "at+jwt", "client-authentication+jwt", 1, ["dpop+jwt"]])
def test_a_proof_says_what_it_is(typ: object) -> None:
    assert isinstance(judge({"typ": typ}), InvalidDpopProof)


@pytest.mark.rfc("9449", "4.3", "alg is an asymmetric one that is supported here, and never none")
@pytest.mark.parametrize("alg", [None, "", "none", "HS256", "HS512", "ES256K", "es256", 1, ["ES256"], {}])
def test_a_proof_is_signed_with_an_asymmetric_algorithm(alg: object) -> None:
    assert isinstance(judge({"alg": alg}), InvalidDpopProof)
    assert "none" not in ALGORITHMS
    assert not any(name.startswith("HS") for name in ALGORITHMS)


@pytest.mark.rfc("9449", "4.3", "the key in the header has no private part")
@pytest.mark.parametrize("private", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_private_key_is_no_key_to_show(private: str) -> None:
    assert isinstance(judge({"jwk": {**JWK, private: "AQ"}}), InvalidDpopProof)


@pytest.mark.rfc("9449", "4.2", "the key in the header is a public one")
@pytest.mark.parametrize(
    "jwk",
    [
        None,
        "key",
        [],
        {},
        {"kty": "oct", "k": "AQ"},
        {"kty": "oct"},
        {"kty": ["EC"]},
        {**JWK, "x": None},
        {**JWK, "x": 1},
        {**JWK, "x": ""},
        {**JWK, "x": f"{JWK['x']}="},
        {**JWK, "x": "not base64"},
        {**JWK, "x": "\ud800"},
        {**JWK, "crv": "\ud800"},
        {**JWK, "y": JWK["y"][:-1] + "B"},  # the same bytes with a bit that nobody reads
    ],
)
def test_what_is_no_public_key_is_none(jwk: object) -> None:
    assert thumbprint(jwk) is None
    assert isinstance(judge({"jwk": jwk}), InvalidDpopProof)


@pytest.mark.rfc("9449", "4.3", "htm is the method of the request")
@pytest.mark.parametrize("method", ["GET", "post", "PUT", ""])
def test_a_proof_for_another_method(method: str) -> None:
    assert isinstance(judge(htm=method), InvalidDpopProof)
    assert judge(htm="GET", method="GET") == PROOF


@pytest.mark.rfc("9449", "4.3", "htu is the address of the request, without query and fragment")
@pytest.mark.parametrize(
    "url",
    [
        "https://north.example.com/oauth2/revoke",
        "https://north.example.com/oauth2/token/",
        "https://north.example.com/oauth2/Token",
        "https://north.example.com.evil.example/oauth2/token",
        "https://user@north.example.com/oauth2/token",
        "https://north.example.com@evil.example/oauth2/token",
        "http://north.example.com/oauth2/token",
        "https://north.example.com:8443/oauth2/token",
        "/oauth2/token",
        "https:///oauth2/token",
        "https://north.example.com:99999/oauth2/token",
        "https://[::1/oauth2/token",
        "javascript:alert(1)",
        "",
        1,
        ["https://north.example.com/oauth2/token"],
    ],
)
def test_a_proof_for_another_address(url: object) -> None:
    assert isinstance(judge(htu=url), InvalidDpopProof)


@pytest.mark.rfc("9449", "4.3", "addresses are compared after normalisation by syntax and by scheme (RFC 3986 §6.2)")
@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://North.Example.COM/oauth2/token",
        "https://north.example.com:443/oauth2/token",
        "https://north.example.com/oauth2/%74oken",
        "https://north.example.com/oauth2/token?grant_type=x",
        "https://north.example.com/oauth2/token#there",
    ],
)
def test_the_same_address_written_in_another_way(url: str) -> None:
    assert judge(htu=url) == PROOF


def test_no_path_is_the_first_path() -> None:
    assert normalised("https://a.example") == normalised("https://a.example/")


@pytest.mark.rfc("9449", "4.3", "iat is within what is acceptable")
@pytest.mark.rfc("9449", "11.1", "a proof is good for minutes")
@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "a time 10 seconds ahead is taken, one of over 60 is not")
def test_a_proof_is_good_for_a_few_minutes() -> None:
    assert isinstance(judge(iat=NOW - MAX_AGE), Proof)
    assert isinstance(judge(iat=NOW + MAX_AHEAD), Proof)
    assert isinstance(judge(iat=NOW - MAX_AGE - 1), InvalidDpopProof)
    assert isinstance(judge(iat=NOW + MAX_AHEAD + 1), InvalidDpopProof)
    assert 10 <= MAX_AHEAD <= 60


@pytest.mark.parametrize("iat", ["1800000000", True, math.nan, math.inf, -math.inf, 10**400, [], {}])
def test_a_time_that_is_none(iat: object) -> None:
    assert isinstance(judge(iat=iat), InvalidDpopProof)


@pytest.mark.rfc("9449", "11.1", "jti has a bound, so that what is remembered has one")
@pytest.mark.parametrize("jti", ["", "j" * (MAX_JTI + 1), 1, ["j"]])
def test_a_jti_is_a_text_of_some_length(jti: object) -> None:
    assert isinstance(judge(jti=jti), InvalidDpopProof)
    assert isinstance(judge(jti="j" * MAX_JTI), Proof)


@pytest.mark.rfc("9449", "4.2", "nonce, where it is there, is a text")
def test_a_nonce_is_a_text() -> None:
    assert isinstance(judge(nonce=1), InvalidDpopProof)


@pytest.mark.rfc("9449", "4.2", "with an access token, ath is the hash of it")
@pytest.mark.rfc("9449", "7.1", "at a protected resource a proof is for the token that it came with")
def test_a_proof_beside_a_token_is_for_that_token() -> None:
    # RFC 9449 §7.1: a token and its hash.
    token, hashed = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    assert token_hash(token) == hashed
    assert judge(ath=hashed, token=token) == PROOF
    for other in (None, token_hash("another"), hashed.lower(), "", 1):
        assert isinstance(judge(ath=other, token=token), InvalidDpopProof)


@pytest.mark.rfc("9449", "6.1", "a token is bound to the thumbprint of a key by SHA-256")
@pytest.mark.rfc("7638", "3", "the thumbprint is of the members that a key has to have, in their order")
def test_the_thumbprint_of_a_key() -> None:
    assert thumbprint(JWK) == JKT
    assert thumbprint({**JWK, "kid": "a", "alg": "ES256", "use": "sig", "x5c": []}) == JKT
    rsa = {  # RFC 7638 §3.1
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB"
        "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8"
        "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"
        "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    }
    assert thumbprint(rsa) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    okp = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}  # RFC 8037, appendix A.3
    assert thumbprint(okp) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()), st.dictionaries(st.text(), st.text()))
def test_any_header_and_claims_get_an_answer(header: dict[str, Any], claims: dict[str, Any]) -> None:
    judge_proof(header, claims, method="POST", url=URL, now=NOW)
    judge_proof({**HEADER, "jwk": header}, {**CLAIMS, **claims}, method="POST", url=URL, now=NOW, token="t")


@given(st.text())
def test_any_address_gets_an_answer(url: str) -> None:
    normalised(url)


@pytest.mark.rfc("9449", "5", "with a proof, the access token is bound to its key")
@pytest.mark.rfc("9449", "5", "a public client's refresh token is bound as well, that of any other is not")
@pytest.mark.rfc("9449", "5.8", "a client that can authenticate may refresh with another key")
def test_what_a_proof_binds() -> None:
    assert bind(ISSUANCE, SHOP, Policy(), BOUND) == replace(ISSUANCE, binding=BOUND)
    assert bind(ISSUANCE, LASTING, Policy(), BOUND) == replace(ISSUANCE, binding=BOUND, refresh_binding=BOUND)
    assert bind(ISSUANCE, SHOP, Policy(), UNBOUND) == ISSUANCE
    aimed = replace(ISSUANCE, binding=Binding(audience=("https://a.example/",)))
    assert bind(aimed, SHOP, Policy(), BOUND) == replace(
        ISSUANCE, binding=Binding(jkt=JKT, audience=("https://a.example/",))
    )


@pytest.mark.rfc("9449", "5.2", "an application that said so is given nothing without a proof")
def test_an_application_that_always_sends_proofs() -> None:
    careful = replace(SHOP, settings=ClientSettings(dpop_bound_access_tokens=True))
    assert isinstance(bind(ISSUANCE, careful, Policy(), UNBOUND), InvalidDpopProof)
    assert isinstance(bind(ISSUANCE, careful, Policy(), Binding(x5t="c")), InvalidDpopProof)
    assert isinstance(bind(ISSUANCE, careful, Policy(), BOUND), Issuance)


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "no token but one that is bound to its sender is given")
@pytest.mark.parametrize("policy", [Policy(require_bound_tokens=True), Policy(profile="fapi2")])
def test_a_provider_that_gives_no_bearer_tokens(policy: Policy) -> None:
    assert isinstance(bind(ISSUANCE, SHOP, policy, UNBOUND), InvalidRequest)
    assert isinstance(bind(ISSUANCE, SHOP, policy, Binding(x5t="c")), InvalidRequest)  # it asked for no such binding
    assert isinstance(bind(ISSUANCE, SHOP, policy, BOUND), Issuance)


@pytest.mark.rfc("8705", "3", "an access token is bound to the certificate of the request")
@pytest.mark.rfc("8705", "4", "so is the refresh token of a public client")
@pytest.mark.rfc("8705", "3.4", "an application says that it wants its tokens bound")
def test_what_a_certificate_binds() -> None:
    settings = ClientSettings(tls_client_certificate_bound_access_tokens=True)
    held = Binding(x5t="c")
    assert bind(ISSUANCE, replace(SHOP, settings=settings), Policy(), held) == replace(ISSUANCE, binding=held)
    assert bind(ISSUANCE, replace(LASTING, settings=settings), Policy(), held) == replace(
        ISSUANCE, binding=held, refresh_binding=held
    )
    assert isinstance(bind(ISSUANCE, replace(SHOP, settings=settings), Policy(), UNBOUND), InvalidRequest)
    assert bind(ISSUANCE, SHOP, Policy(), held) == ISSUANCE


@pytest.mark.rfc("9449", "6", "whoever shows a bound token has to hold what it is bound to")
@pytest.mark.rfc("8705", "3", "the same of a certificate")
def test_who_holds_what_a_token_is_bound_to() -> None:
    assert is_held(UNBOUND, UNBOUND)
    assert is_held(UNBOUND, BOUND)
    assert is_held(BOUND, Binding(jkt=JKT, x5t="c"))
    assert not is_held(BOUND, UNBOUND)
    assert not is_held(BOUND, OTHER)
    assert not is_held(BOUND, Binding(x5t=JKT))
    assert is_held(Binding(x5t="c"), Binding(jkt=JKT, x5t="c"))
    assert not is_held(Binding(x5t="c"), Binding(jkt="c"))
    assert not is_held(Binding(x5t="c"), Binding(x5t="d"))


CODE = Code(
    1,
    presented(Kind.CODE, 1).digest,
    SHOP.id,
    GRANT_ID,
    READ,
    SHOP_URI,
    True,
    None,
    NOW + 60,
    None,
    False,
    context=GrantContext(dpop_jkt=JKT),
)


@pytest.mark.rfc("9449", "10", "a code that is bound to a key is good with a proof of that key alone")
@pytest.mark.parametrize("jkt", [None, OTHER.jkt, JKT.lower()])
def test_a_bound_code_without_its_key(jkt: str | None) -> None:
    ask = Exchange(presented(Kind.CODE, 1), SHOP_URI, None, jkt)
    assert isinstance(exchange_code(replace(ask, jkt=JKT), SHOP, CODE, now=NOW), Issuance)
    refused = exchange_code(ask, SHOP, CODE, now=NOW)
    assert isinstance(refused, Refuse)
    assert isinstance(refused.error, InvalidGrant)
    # Who has not the key can't end what its owner was given, either.
    again = exchange_code(ask, SHOP, replace(CODE, used_at=NOW), now=NOW)
    assert isinstance(again, Refuse)
    assert again.revoke_grant is None


@pytest.mark.rfc("9449", "10", "dpop_jkt is a thumbprint")
def test_the_form_of_a_thumbprint() -> None:
    assert is_thumbprint(JKT)
    assert not any(is_thumbprint(text) for text in ("", JKT[:-1], f"{JKT}=", f"{JKT}\n", JKT.replace("-", "+")))


@pytest.mark.rfc("9449", "5", "a bound refresh token needs a proof of the same key")
@pytest.mark.rfc("8705", "4", "or the same certificate")
@pytest.mark.parametrize("held", [UNBOUND, OTHER, Binding(x5t=JKT)])
def test_a_bound_refresh_token_without_its_key(held: Binding) -> None:
    shown = presented(Kind.REFRESH_TOKEN, 2)
    token = RefreshToken(2, shown.digest, NATIVE.id, GRANT_ID, READ, NOW + 60, False, binding=BOUND)
    used = replace(token, successor=Successor(3, b"", used=True))
    assert isinstance(refresh(shown, None, LASTING, token, now=NOW, held=BOUND), Issuance)
    for one in (token, used):  # who has not the key can't end its owner's access, either
        refused = refresh(shown, None, LASTING, one, now=NOW, held=held)
        assert isinstance(refused, Refuse)
        assert isinstance(refused.error, InvalidGrant)
        assert refused.revoke_grant is None


@pytest.mark.rfc("9449", "7.1", "a bound token comes by the DPoP scheme")
@pytest.mark.parametrize("header", ["DPoP abc", "dpop abc", "DPOP abc"])
def test_the_scheme_of_bound_tokens(header: str) -> None:
    assert read_token([header]) == ("dpop", "abc")


@pytest.mark.rfc("9449", "7.1", "a challenge names the algorithms of proofs, and the error where there is one")
@pytest.mark.rfc("9449", "7.2", "a resource that takes both kinds of tokens asks for both")
@pytest.mark.rfc("9449", "9", "at a protected resource, use_dpop_nonce comes with 401")
def test_the_challenges_of_a_protected_resource() -> None:
    algs = f'algs="{" ".join(ALGORITHMS)}"'
    assert challenges("N", None) == ('Bearer realm="N"', f'DPoP realm="N", {algs}')
    wrong = InvalidToken("no")
    assert challenges("N", wrong, scheme="dpop") == (
        f'DPoP realm="N", error="invalid_token", error_description="no", {algs}',
        'Bearer realm="N"',
    )
    assert challenges("N", wrong)[0] == 'Bearer realm="N", error="invalid_token", error_description="no"'
    assert 'scope="read"' in challenges("N", InsufficientScope("no", scope="read"), scheme="dpop")[0]
    assert [status_of(one) for one in (None, wrong, InvalidDpopProof("a"), UseDpopNonce("a", nonce="n"))] == [401] * 4
    assert status_of(InsufficientScope("no", scope="read")) == 403
    assert (InvalidDpopProof.status, UseDpopNonce.status) == (400, 400)
