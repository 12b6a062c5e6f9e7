"""Request objects (RFC 9101, FAPI 2.0 Message Signing §5.3)."""

from typing import Any

import pytest

from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.errors import InvalidRequestObject
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.policy import DEFAULT, Policy
from gatelodge.protocol.request_object import Asked, algorithms, read_request_object

ISSUER = "https://north.example.com"
NOW = 1_800_000_000
CLIENT = Client(5, "App", confidential=True)
HEADER = {"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": "1"}
CLAIMS = {
    "iss": CLIENT.client_id,
    "aud": ISSUER,
    "exp": NOW + 300,
    "nbf": NOW,
    "iat": NOW,
    "jti": "1",
    "client_id": CLIENT.client_id,
    "response_type": "code",
    "scope": "read",
}
FAPI2 = Policy(profile="fapi2").in_force


def read(
    policy: Policy = DEFAULT, header: dict[str, Any] | None = None, outside: dict[str, str] | None = None, **change: Any
) -> Asked | InvalidRequestObject:
    """What comes of a good request object, changed; a change to None leaves a claim out."""
    claims = {name: claim for name, claim in {**CLAIMS, **change}.items() if claim is not None}
    beside = Parameters(outside or {})
    return read_request_object({**HEADER, **(header or {})}, claims, beside, CLIENT, policy, ISSUER, now=NOW)


def asked(**change: Any) -> dict[str, str]:
    """The parameters of a good request object, changed."""
    found = read(**change)
    assert isinstance(found, Asked), found
    return dict(found.parameters.values)


@pytest.mark.rfc("9101", "4", "the claims are the parameters; those about the JWT itself are none")
def test_claims_are_parameters() -> None:
    assert asked() == {"client_id": CLIENT.client_id, "response_type": "code", "scope": "read"}
    assert asked(client_id=None)["client_id"] == CLIENT.client_id
    assert asked(max_age=0)["max_age"] == "0"
    assert asked(claims={"userinfo": {"email": None}})["claims"] == '{"userinfo":{"email":null}}'
    assert asked(authorization_details=[{"type": "ü"}])["authorization_details"] == '[{"type":"ü"}]'


@pytest.mark.rfc("9101", "4", "the aud is the issuer, alone or among others")
def test_for_us_among_others() -> None:
    assert asked(aud=["https://other.example", ISSUER])


@pytest.mark.rfc("9101", "4", "no request or request_uri in a request object")
@pytest.mark.rfc("9101", "10.8", "no request object that could pass for a client assertion, and no other type of JWT")
@pytest.mark.parametrize(
    "change",
    [
        {"iss": None},
        {"iss": "other"},
        {"aud": None},
        {"aud": "https://other.example.com"},
        {"aud": f"{ISSUER}/"},
        {"aud": f"{ISSUER}/oauth2/token"},
        {"aud": []},
        {"aud": {"a": ISSUER}},
        {"client_id": "other"},
        {"client_id": 5},
        {"sub": CLIENT.client_id},
        {"exp": None},
        {"exp": NOW - 10},
        {"exp": str(NOW + 60)},
        {"exp": True},
        {"exp": float("nan")},
        {"exp": NOW + 90_000},
        {"exp": -1},
        {"nbf": NOW + 60},
        {"nbf": "now"},
        {"jti": 5},
        {"jti": ""},
        {"jti": "x" * 257},
        {"request": "a.b.c"},
        {"request_uri": "urn:x"},
        {"state": "x" * 5000},
        {"scope": True},
        {"max_age": 1.5},
        {"header": {"typ": "at+jwt"}},
        {"header": {"typ": 5}},
        {"header": {"alg": "none"}},
        {"header": {"alg": "HS256"}},
        {"header": {"alg": None}},
        {"outside": {"response_type": "code token"}},
        {f"n{number}": "x" for number in range(70)},
    ],
)
def test_a_bad_one_is_refused(change: dict[str, Any]) -> None:
    assert isinstance(read(**change), InvalidRequestObject)


@pytest.mark.parametrize("typ", ["JWT", "jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"])
def test_types(typ: str) -> None:
    assert isinstance(read(header={"typ": typ}), Asked)


@pytest.mark.rfc("9101", "6.3", "parameters beside the request object count for nothing")
def test_what_stands_beside_counts_for_nothing() -> None:
    found = read(outside={"scope": "write", "state": "s", "response_type": "code"})
    assert isinstance(found, Asked)
    assert found.parameters.get("scope") == "read"
    assert found.parameters.get("state") is None


@pytest.mark.rfc(
    "FAPI 2.0 Message Signing", "5.3.1", "nbf is there and at most 60 minutes old, exp 60 minutes after it"
)
@pytest.mark.parametrize(
    "change", [{"nbf": None}, {"nbf": NOW - 3700}, {"exp": NOW + 3700}, {"header": {"alg": "RS256"}}]
)
def test_what_fapi_refuses(change: dict[str, Any]) -> None:
    assert isinstance(read(FAPI2), Asked)
    assert isinstance(read(FAPI2, **change), InvalidRequestObject)
    assert isinstance(read(**change), Asked)


@pytest.mark.rfc("9101", "10.1", "the algorithm is one of those that are acceptable, and the one that was registered")
def test_algorithms() -> None:
    assert list(algorithms(CLIENT, DEFAULT)) == ["ES256", "RS256", "PS256", "EdDSA"]
    assert list(algorithms(CLIENT, FAPI2)) == ["ES256", "PS256", "EdDSA"]
    own = Client(5, "App", confidential=True, settings=ClientSettings(request_object_signing_alg="PS256"))
    assert list(algorithms(own, FAPI2)) == ["PS256"]
    rsa = Client(5, "App", confidential=True, settings=ClientSettings(request_object_signing_alg="RS256"))
    assert list(algorithms(rsa, FAPI2)) == []
