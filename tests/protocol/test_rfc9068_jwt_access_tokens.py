"""JWT access tokens (RFC 9068): what they say, and how one that is shown is read."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.credentials import MAX_ID, MAX_JWT, Kind, Presented, parse, public_id
from gatelodge.protocol.issuance import Binding, GrantContext, Issuance
from gatelodge.protocol.jwt_access_token import claims

PLAIN = Issuance(7, frozenset({"read", "liveview"}), refreshable=False, user_id=9)


def said(issuance: Issuance, **more: Any) -> dict[str, object]:
    """The claims of a token."""
    usual: dict[str, Any] = {
        "issuer": "https://north.example.com",
        "client_id": "00000000042",
        "subject": "00000000009",
        "audience": ("https://north.example.com/api/graphql",),
        "token_id": "00000000001",
        "now": 1000,
        "expires_at": 4600,
    }
    return claims(issuance, **{**usual, **more})


@pytest.mark.rfc("9068", "2.2", "iss, exp, aud, sub, client_id, iat and jti are there")
@pytest.mark.rfc("9068", "2.2.3", "the scope is there where one was granted")
def test_the_claims_of_a_plain_token() -> None:
    assert said(PLAIN) == {
        "iss": "https://north.example.com",
        "sub": "00000000009",
        "aud": "https://north.example.com/api/graphql",
        "client_id": "00000000042",
        "jti": "00000000001",
        "iat": 1000,
        "exp": 4600,
        "scope": "liveview read",
    }


@pytest.mark.rfc("9068", "2.2.1", "how and when the user signed in is told as it was when access was granted")
@pytest.mark.rfc("9396", "9.1", "authorization_details are in the token")
@pytest.mark.rfc("9449", "6.1", "a bound token names its key in cnf")
@pytest.mark.rfc("8693", "4.1", "whoever acts for the user is in act")
def test_the_claims_of_a_token_with_everything() -> None:
    full = replace(
        PLAIN,
        context=GrantContext(auth_time=900, acr="1", amr=("pwd",), nonce="n", claims="{}"),
        binding=Binding(jkt="thumb", actor='{"sub":"robot"}'),
        details='[{"type":"camera_access","actions":["liveview"]}]',
    )
    members = said(full, audience=("https://a.example", "https://b.example"))
    assert members["aud"] == ["https://a.example", "https://b.example"]
    assert (members["auth_time"], members["acr"], members["amr"]) == (900, "1", ["pwd"])
    assert members["cnf"] == {"jkt": "thumb"}
    assert members["act"] == {"sub": "robot"}
    assert members["authorization_details"]
    assert "nonce" not in members


def jwt(payload: object, header: str = '{"alg":"ES256"}') -> str:
    """A text in the form of a JWT."""
    written = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    parts = (header.encode(), written, b"signature")
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def test_a_jwt_is_read_as_the_row_that_it_names() -> None:
    text = jwt({"jti": public_id(12345)})
    assert parse(text, Kind.ACCESS_TOKEN) == Presented(Kind.ACCESS_TOKEN, 12345, sha256(text.encode()).digest())
    assert parse(text, Kind.REFRESH_TOKEN, Kind.USER_TOKEN) is None


@pytest.mark.parametrize(
    "text",
    [
        "eyJ",
        "eyJ.eyJ.",
        "eyJ...",
        "eyJh.e30",
        "eyJh.e30.x.y",
        jwt([]),
        jwt(None),
        jwt({}),
        jwt({"jti": 7}),
        jwt({"jti": "short"}),
        jwt({"jti": public_id(MAX_ID) + "0"}),
        jwt({"jti": "zzzzzzzzzzz"}),
        jwt({"jti": public_id(1)}) + "é",
        jwt({"jti": public_id(1), "x": "y" * MAX_JWT}),
        jwt(b"[" * 20_000),
        jwt(b'{"a":' * 4_000),
        jwt(b"\xff\xfe"),
        jwt(b'{"jti": NaN'),
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert parse(text, Kind.ACCESS_TOKEN) is None


@given(st.text(), st.binary())
def test_nothing_that_begins_like_one_raises(text: str, payload: bytes) -> None:
    for one in (f"eyJ{text}", f"eyJ.{text}.x", jwt(payload)):
        found = parse(one, Kind.ACCESS_TOKEN)
        assert found is None or 0 <= found.id <= MAX_ID
