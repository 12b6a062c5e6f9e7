"""Verifying JWT access tokens: signed here, with the keys served by a real HTTP server."""

import hmac
import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwk, jws
from joserfc.jws import JWSRegistry

from gatelodge.guard import Access, Jwt, Refusal
from gatelodge.guard.keys import freshness
from gatelodge.guard.refusal import INVALID, UNAVAILABLE
from gatelodge.guard.signatures import read_key
from gatelodge.guard.verifier import Verdict, settle, settle_async
from tests.guard.answering import Answering, Reply, StillClock

ISSUER = "https://cloud.example.com"
API = "https://api.example.com"
NOW = 1_800_000_000

KEYS: dict[str, Any] = {
    "ES256": jwk.ECKey.generate_key("P-256"),
    "RS256": jwk.RSAKey.generate_key(2048),
    "EdDSA": jwk.OKPKey.generate_key("Ed25519"),
}
KEYS["PS256"], KEYS["Ed25519"] = KEYS["RS256"], KEYS["EdDSA"]
OTHER = jwk.ECKey.generate_key("P-256")

CLAIMS = {
    "iss": ISSUER,
    "aud": API,
    "sub": "u1",
    "client_id": "c1",
    "scope": "read liveview",
    "iat": NOW - 10,
    "exp": NOW + 600,
    "jti": "j1",
}


class AnyAlgorithm(JWSRegistry):
    """Signs with whatever is asked for."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


def signed(alg: str = "ES256", *, key: Any = None, header: dict[str, Any] | None = None, **claims: object) -> str:
    """A token with these claims and header members changed; None leaves one out."""
    head = {"typ": "at+jwt", "alg": alg, "kid": alg, **(header or {})}
    body = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jws.serialize_compact(
        {name: value for name, value in head.items() if value is not None},
        json.dumps(body),
        KEYS[alg] if key is None else key,
        registry=AnyAlgorithm(strict_check_header=False),
    )


def public(kid: str | None, key: Any, **more: object) -> dict[str, object]:
    """The key as it stands in a JWKS."""
    named = {} if kid is None else {"kid": kid}
    return {**key.as_dict(private=False), **named, **more}


def key_set(*keys: dict[str, object]) -> dict[str, object]:
    """A JWKS: of these keys, or one for each algorithm."""
    return {"keys": list(keys or (public(alg, key) for alg, key in KEYS.items()))}


@pytest.fixture
def jwks(server: Answering, clock: StillClock) -> Answering:
    """The issuer's keys at a server."""
    server.reply = lambda asked: Reply(key_set())
    return server


@pytest.fixture
def verifier(jwks: Answering, clock: StillClock) -> Jwt:
    """A verifier that fetches them."""
    return Jwt(ISSUER, API, f"{jwks.origin}/jwks", clock=clock)


def is_good(verdict: Verdict) -> bool:
    """Whether the verdict lets somebody in; if it doesn't, it has to be that the token is bad."""
    assert isinstance(verdict, Access) or verdict is INVALID
    return isinstance(verdict, Access)


@pytest.mark.rfc("9068", "4", "a resource server checks the signature with the issuer's keys")
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"])
def test_a_good_token_of_each_algorithm(verifier: Jwt, alg: str) -> None:
    found = settle(verifier, signed(alg))
    assert isinstance(found, Access)
    assert found.user
    assert found.application
    assert (found.user.id, found.application.client_id, found.expires_at) == ("u1", "c1", NOW + 600)
    assert found.scopes == {"read", "liveview"}


@pytest.mark.rfc("9068", "2.2.3", "limits come as authorization_details")
def test_limits_of_a_jwt(verifier: Jwt) -> None:
    found = settle(verifier, signed(authorization_details=[{"type": "camera_access", "cameras": ["k1"]}]))
    assert isinstance(found, Access)
    assert (found.allows("read", "k1"), found.allows("read", "k2")) == (True, False)


@pytest.mark.anyio
async def test_the_keys_are_fetched_once_for_all_and_then_nobody_is_asked(verifier: Jwt, jwks: Answering) -> None:
    with ThreadPoolExecutor(50) as pool:
        assert all(map(is_good, pool.map(lambda _: settle(verifier, signed()), range(50))))
    assert is_good(await settle_async(verifier, signed("RS256")))
    assert not isinstance(verifier.begin(signed()), Future)
    assert [(asked.method, asked.path) for asked in jwks.asked] == [("GET", "/jwks")]


class TestType:
    @pytest.mark.rfc("9068", "4", "typ has to be at+jwt or application/at+jwt")
    @pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
    def test_an_access_tokens_type(self, verifier: Jwt, typ: str) -> None:
        assert is_good(settle(verifier, signed(header={"typ": typ})))

    @pytest.mark.rfc("8725", "3.11", "a JWT of another kind, such as an ID token, is no access token")
    @pytest.mark.parametrize("typ", [None, "JWT", "id+jwt", "logout+jwt", "dpop+jwt", "at+jwt ", 7, ["at+jwt"]])
    def test_another_type_is_refused(self, verifier: Jwt, typ: object) -> None:
        token = signed(header={"typ": None})
        if typ is not None:
            token = resigned({"typ": typ, "alg": "ES256", "kid": "ES256"})
        assert settle(verifier, token) is INVALID


def b64(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def resigned(header: object) -> str:
    """A token with any header at all, well signed with the ES256 key."""
    head, body = b64(json.dumps(header).encode()), b64(json.dumps(CLAIMS).encode())
    signature = JWSRegistry.algorithms["ES256"].sign(f"{head}.{body}".encode(), KEYS["ES256"])
    return f"{head}.{body}.{b64(signature)}"


class TestAlgorithm:
    @pytest.mark.rfc("9068", "4", "alg none is refused")
    @pytest.mark.rfc("8725", "3.1", "only algorithms that were chosen are accepted")
    @pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
    def test_none_is_refused(self, verifier: Jwt, alg: str) -> None:
        head = {"typ": "at+jwt", "alg": alg, "kid": "ES256"}
        for signature in ("", b64(b"x")):
            token = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(CLAIMS).encode())}.{signature}"
            assert settle(verifier, token) is INVALID

    @pytest.mark.rfc("8725", "2.1", "a public key is never taken for a secret")
    @pytest.mark.parametrize("of", ["RS256", "ES256"])
    def test_a_public_key_is_no_secret(self, verifier: Jwt, jwks: Answering, of: str) -> None:
        for secret in (KEYS[of].as_pem(private=False), json.dumps(public(of, KEYS[of])).encode()):
            head = b64(json.dumps({"typ": "at+jwt", "alg": "HS256", "kid": of}).encode())
            said = f"{head}.{b64(json.dumps(CLAIMS).encode())}"
            token = f"{said}.{b64(hmac.digest(secret, said.encode(), 'sha256'))}"
            assert settle(verifier, token) is INVALID

    @pytest.mark.rfc("8725", "3.1", "a key is used with the kind of algorithm it was made for")
    @pytest.mark.parametrize(("alg", "kid"), [("ES256", "RS256"), ("RS256", "ES256"), ("EdDSA", "ES256")])
    def test_a_key_of_another_kind_is_refused(self, verifier: Jwt, alg: str, kid: str) -> None:
        assert settle(verifier, signed(alg, header={"kid": kid})) is INVALID

    @pytest.mark.rfc("7517", "4.4", "a key that names its algorithm serves no other")
    def test_a_key_for_another_algorithm_is_refused(self, verifier: Jwt, jwks: Answering) -> None:
        jwks.reply = lambda asked: Reply(key_set(public("k", KEYS["RS256"], alg="PS256")))
        assert not is_good(settle(verifier, signed("RS256", header={"kid": "k"})))
        assert is_good(settle(verifier, signed("PS256", header={"kid": "k"})))

    def test_eddsa_goes_by_either_name(self, verifier: Jwt, jwks: Answering) -> None:
        jwks.reply = lambda asked: Reply(key_set(public("k", KEYS["EdDSA"], alg="Ed25519")))
        assert is_good(settle(verifier, signed("EdDSA", header={"kid": "k"})))

    def test_an_algorithm_that_was_not_chosen_is_refused(self, jwks: Answering, clock: StillClock) -> None:
        verifier = Jwt(ISSUER, API, f"{jwks.origin}/jwks", algorithms=["ES256"], clock=clock)
        assert not is_good(settle(verifier, signed("RS256")))
        assert is_good(settle(verifier, signed("ES256")))

    @pytest.mark.parametrize("alg", ["HS256", "ES384", "ES256K", "RS384", "RS512", "Ed448", "none"])
    def test_what_nobody_should_choose_cannot_be_chosen(self, alg: str) -> None:
        with pytest.raises(ValueError, match="algorithms must be among"):
            Jwt(ISSUER, API, "https://cloud.example.com/jwks", algorithms=[alg])


class TestHeader:
    @pytest.mark.rfc("7515", "4.1.11", "critical header members that are not known are refused")
    @pytest.mark.parametrize(
        "more", [{"crit": ["exp"], "exp": 1}, {"crit": ["b64"], "b64": False}, {"crit": []}, {"crit": "b64"}]
    )
    def test_critical_members_are_refused(self, verifier: Jwt, more: dict[str, object]) -> None:
        assert settle(verifier, resigned({"typ": "at+jwt", "alg": "ES256", "kid": "ES256", **more})) is INVALID

    @pytest.mark.rfc("8725", "3.10", "keys and addresses that a token itself brings are not used")
    @pytest.mark.parametrize("kid", ["mine", None, "ES256"])
    def test_a_key_that_the_token_brings_is_not_used(self, verifier: Jwt, server: Answering, kid: str | None) -> None:
        header = {"kid": kid, "jwk": public("mine", OTHER), "jku": f"{server.origin}/mine", "x5u": server.origin}
        assert settle(verifier, signed(key=OTHER, header=header)) is INVALID
        assert {asked.path for asked in server.asked} == {"/jwks"}

    @pytest.mark.parametrize("header", [7, "alg", ["alg"], None, {}, {"alg": 7}, {"alg": ["ES256"], "typ": "at+jwt"}])
    def test_any_json_as_header_is_refused(self, verifier: Jwt, header: object) -> None:
        assert settle(verifier, resigned(header)) is INVALID

    @pytest.mark.parametrize("kid", [7, ["ES256"], {}, True])
    def test_a_key_id_is_a_text(self, verifier: Jwt, kid: object) -> None:
        assert settle(verifier, resigned({"typ": "at+jwt", "alg": "ES256", "kid": kid})) is INVALID


class TestClaims:
    @pytest.mark.rfc("9068", "4", "issuer and audience have to be exactly these")
    @pytest.mark.rfc("9068", "2.2", "iss, exp, aud, sub, client_id, iat and jti are there")
    @pytest.mark.parametrize(
        "claims",
        [
            *({name: None} for name in CLAIMS if name != "scope"),
            {"iss": f"{ISSUER}/"},
            {"iss": "https://other.example.com"},
            {"iss": [ISSUER]},
            {"aud": "https://api.example.com.evil.example"},
            {"aud": []},
            {"aud": {API: 1}},
            {"sub": 7},
            {"sub": ""},
            {"jti": 7},
            {"client_id": ["c1"]},
            {"exp": "soon"},
            {"iat": "then"},
            {"nbf": "then"},
            {"scope": ["read"]},
            {"cnf": {"kid": "x"}},
            {"authorization_details": "all"},
        ],
    )
    def test_a_token_that_lacks_something_or_is_for_others_is_refused(
        self, verifier: Jwt, claims: dict[str, Any]
    ) -> None:
        assert settle(verifier, signed(**claims)) is INVALID

    def test_several_audiences(self, verifier: Jwt) -> None:
        assert is_good(settle(verifier, signed(aud=["x", API])))

    def test_without_scope_there_is_none(self, verifier: Jwt) -> None:
        found = settle(verifier, signed(scope=None))
        assert isinstance(found, Access)
        assert found.scopes == frozenset()

    @pytest.mark.rfc("9068", "4", "exp has to lie ahead, give or take a small leeway")
    def test_times_with_leeway(self, verifier: Jwt) -> None:
        assert is_good(settle(verifier, signed(exp=NOW - 29)))
        assert not is_good(settle(verifier, signed(exp=NOW - 30)))
        assert is_good(settle(verifier, signed(nbf=NOW + 30)))
        assert not is_good(settle(verifier, signed(nbf=NOW + 31)))

    @pytest.mark.parametrize("payload", [b"", b"7", b"[]", b"{", b"[" * 5000, b"\xff", b"null"])
    def test_a_payload_that_is_no_claims_is_refused(self, verifier: Jwt, payload: bytes) -> None:
        head = {"typ": "at+jwt", "alg": "ES256", "kid": "ES256"}
        assert settle(verifier, jws.serialize_compact(head, payload, KEYS["ES256"])) is INVALID


class TestSignature:
    def test_another_key_under_the_same_name_is_refused(self, verifier: Jwt) -> None:
        assert settle(verifier, signed(key=OTHER)) is INVALID

    def test_a_change_anywhere_is_noticed(self, verifier: Jwt) -> None:
        head, body, signature = signed().split(".")
        claims = json.loads(urlsafe_b64decode(body + "=="))
        wider = b64(json.dumps({**claims, "scope": "read write"}).encode())
        for token in (f"{head}.{wider}.{signature}", f"{head}.{body}.", f"{head}..{signature}", f"{head}.{body}"):
            assert settle(verifier, token) is INVALID

    @given(st.text("abcdefAEIOeyJ0123456789._-=+/~", max_size=200))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_whatever_comes_is_refused(self, verifier: Jwt, text: str) -> None:
        assert settle(verifier, text) is INVALID


class TestKeys:
    @pytest.mark.rfc("7517", "5", "keys that can't be understood or are for something else are passed over")
    def test_odd_keys_do_not_spoil_the_others(self, verifier: Jwt, jwks: Answering) -> None:
        odd: list[Any] = [
            7, {}, {"kty": "EC"}, {"kty": "EC", "crv": "P-256", "x": "!", "y": "!"}, {"kty": "new", "kid": "ES256"},
        ]  # fmt: skip
        jwks.reply = lambda asked: Reply({"keys": [*odd, public("ES256", KEYS["ES256"])]})
        assert is_good(settle(verifier, signed()))

    @pytest.mark.parametrize(
        "member",
        [
            public("k", KEYS["ES256"], use="enc"),
            public("k", KEYS["ES256"], key_ops=["sign"]),
            public("k", KEYS["ES256"], key_ops="verify"),
            {**KEYS["ES256"].as_dict(private=True), "kid": "k"},
            {"kty": "oct", "k": "c2VjcmV0", "kid": "k"},
            public("k", jwk.ECKey.generate_key("P-384")),
            public("k", jwk.OKPKey.generate_key("X25519")),
            public("k", jwk.OKPKey.generate_key("Ed448")),
            {**public("k", KEYS["ES256"]), "kid": 7},
        ],
    )
    def test_a_key_that_no_signature_should_be_checked_with_is_passed_over(self, member: dict[str, object]) -> None:
        assert read_key(member) is None

    @pytest.mark.rfc("7518", "3.3", "an RSA key has 2048 bits at least")
    def test_a_short_rsa_key_is_passed_over(self) -> None:
        short = {"kty": "RSA", "n": b64((2**2047 - 1).to_bytes(256, "big")), "e": "AQAB", "kid": "k"}
        assert read_key(short) is None
        assert read_key(public("k", KEYS["RS256"])) is not None

    @pytest.mark.rfc("7515", "4.1.4", "kid tells which key; without it, the only one that fits is meant")
    def test_a_token_without_a_key_id(self, verifier: Jwt, jwks: Answering, clock: StillClock) -> None:
        token = signed(header={"kid": None})
        jwks.reply = lambda asked: Reply(key_set(public(None, KEYS["ES256"]), public("r", KEYS["RS256"])))
        assert is_good(settle(verifier, token))
        clock.time += 300
        jwks.reply = lambda asked: Reply(key_set(public("a", OTHER), public("b", KEYS["ES256"])))
        assert not is_good(settle(verifier, token))

    def test_a_new_key_is_fetched_at_once_but_made_up_ones_only_now_and_then(
        self, verifier: Jwt, jwks: Answering, clock: StillClock
    ) -> None:
        jwks.reply = lambda asked: Reply(key_set(public("old", OTHER)), 200, {"Cache-Control": "max-age=86400"})
        assert is_good(settle(verifier, signed(key=OTHER, header={"kid": "old"})))
        jwks.reply = lambda asked: Reply(key_set(), 200, {"Cache-Control": "max-age=86400"})
        clock.time += 30
        assert is_good(settle(verifier, signed()))
        assert len(jwks.asked) == 2
        for number in range(20):
            assert settle(verifier, signed(key=OTHER, header={"kid": f"made-up-{number}"})) is INVALID
        assert len(jwks.asked) == 2
        clock.time += 30
        for number in range(20):
            assert settle(verifier, signed(key=OTHER, header={"kid": f"made-up-{number}"})) is INVALID
        assert len(jwks.asked) == 3

    def test_a_key_that_was_taken_away_is_refused_when_the_keys_have_had_their_time(
        self, verifier: Jwt, jwks: Answering, clock: StillClock
    ) -> None:
        jwks.reply = lambda asked: Reply(key_set(), 200, {"Cache-Control": "max-age=60"})
        assert is_good(settle(verifier, signed()))
        jwks.reply = lambda asked: Reply(key_set(public("new", OTHER)))
        clock.time += 59
        assert is_good(settle(verifier, signed()))
        clock.time += 1
        assert not is_good(settle(verifier, signed()))

    @pytest.mark.rfc("9111", "4.2.1", "keys are kept for max-age, less the age that they came with, within bounds")
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, 300),
            ({"cache-control": "public, max-age=3600"}, 3600),
            ({"cache-control": "max-age=3600", "age": "600"}, 3000),
            ({"cache-control": "MAX-AGE=3600", "age": "soon"}, 3600),
            ({"cache-control": "max-age=1"}, 30),
            ({"cache-control": "max-age=9999999999"}, 86_400),
            ({"cache-control": "max-age=3600, no-cache"}, 30),
            ({"cache-control": "no-store"}, 30),
            ({"cache-control": "s-maxage=60"}, 300),
        ],
    )
    def test_how_long_keys_are_kept(self, headers: dict[str, str], seconds: float) -> None:
        assert freshness(headers) == seconds

    @pytest.mark.parametrize(
        "reply", [Reply(b"no json"), Reply({}), Reply([]), Reply({"keys": 7}), Reply(key_set(), 404), Reply({}, 302)]
    )
    def test_where_keys_cannot_be_had_nobody_is_let_in(
        self, verifier: Jwt, jwks: Answering, clock: StillClock, reply: Reply, caplog: pytest.LogCaptureFixture
    ) -> None:
        token, jwks.reply = signed(), lambda asked: reply
        for _ in range(3):
            assert settle(verifier, token) is UNAVAILABLE
        assert len(jwks.asked) == 1  # for a second nothing more is asked
        assert len(caplog.records) == 1
        assert token not in caplog.text
        jwks.reply = lambda asked: Reply(key_set())
        clock.time += 1
        assert is_good(settle(verifier, token))

    def test_keys_that_have_had_their_time_and_cannot_be_had_anew_let_nobody_in(
        self, verifier: Jwt, jwks: Answering, clock: StillClock
    ) -> None:
        assert is_good(settle(verifier, signed()))
        jwks.reply = lambda asked: Reply({}, 500)
        clock.time += 299
        assert is_good(settle(verifier, signed()))
        clock.time += 1
        assert settle(verifier, signed()) is UNAVAILABLE

    def test_a_server_that_is_not_there(self, clock: StillClock, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO, "gatelodge.guard")
        with Answering(lambda asked: Reply(key_set())) as gone:
            verifier = Jwt(ISSUER, API, f"{gone.origin}/jwks", clock=clock)
        assert isinstance(settle(verifier, signed()), Refusal)
        assert "ConnectionRefusedError" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("http://cloud.example.com", API, "https://cloud.example.com/jwks"), {}),
        ((ISSUER, "", "https://cloud.example.com/jwks"), {}),
        ((ISSUER, API, "http://cloud.example.com/jwks"), {}),
        ((ISSUER, API, "file:///etc/passwd"), {}),
        ((ISSUER, API, "https://cloud.example.com/jwks"), {"algorithms": []}),
        ((ISSUER, API, "https://cloud.example.com/jwks"), {"algorithms": "ES256"}),
        ((ISSUER, API, "https://cloud.example.com/jwks"), {"leeway": -1}),
        ((ISSUER, API, "https://cloud.example.com/jwks"), {"leeway": 301}),
        ((ISSUER, API, "https://cloud.example.com/jwks"), {"timeout": 0}),
    ],
)
def test_what_cannot_be_right_is_said_at_once(arguments: tuple[str, str, str], options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|needed"):
        Jwt(*arguments, **options)
