"""Which client metadata can be (RFC 7591 §2, OpenID Connect Registration §2)."""

import json
from typing import Any

import pytest

from gatelodge.protocol.client import FOR_USERS
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import settings_faults

CALLBACK = ("https://app.example/cb",)
EC = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43, "kid": "1"}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}
RSA = {"kty": "RSA", "n": "_" * 342, "e": "AQAB"}  # 2,052 bits of which the last are ones


def keys(*some: dict[str, Any]) -> str:
    return json.dumps({"keys": some})


def faults(confidential: bool = True, uris: tuple[str, ...] = CALLBACK, **members: Any) -> set[str]:
    settings = ClientSettings(**members)
    return set(settings_faults(settings, redirect_uris=uris, confidential=confidential, grant_types=FOR_USERS))


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": keys(EC, OKP, RSA)},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/jwks.json"},
        {"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "HS256"},
        {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "app.example"},
        {"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": keys(EC)},
        {"jwks": keys(EC, {"kty": "later", "z": 1})},
        {"request_object_signing_alg": "PS256", "require_signed_request_object": True, "jwks": keys(RSA)},
        {"subject_type": "pairwise"},
        {"default_max_age": 0, "default_acr_values": ("urn:x:1",)},
        {"post_logout_redirect_uris": ("https://app.example/bye", "com.example.app:/bye")},
        {"backchannel_logout_uri": "https://app.example/out"},
        {"logo_uri": "https://app.example/logo.png", "client_uri": "http://localhost:3000/"},
    ],
)
def test_what_can_be(good: dict[str, Any]) -> None:
    assert faults(**good) == set()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"token_endpoint_auth_method": "password"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        ({"token_endpoint_auth_method": "self_signed_tls_client_auth"}, "jwks"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "tls_client_auth_subject_dn"),
        (
            {
                "token_endpoint_auth_method": "tls_client_auth",
                "tls_client_auth_san_dns": "a.example",
                "tls_client_auth_san_ip": "192.0.2.1",
            },
            "tls_client_auth_subject_dn",
        ),
        ({"token_endpoint_auth_signing_alg": "none"}, "token_endpoint_auth_signing_alg"),
        (
            {
                "token_endpoint_auth_method": "private_key_jwt",
                "jwks": keys(EC),
                "token_endpoint_auth_signing_alg": "HS256",
            },
            "token_endpoint_auth_signing_alg",
        ),
        ({"jwks": keys(EC), "jwks_uri": "https://app.example/jwks"}, "jwks_uri"),
        ({"jwks_uri": "http://app.example/jwks"}, "jwks_uri"),
        ({"jwks_uri": "https://app.example/jwks#1"}, "jwks_uri"),
        ({"jwks_uri": "https://user@app.example/jwks"}, "jwks_uri"),
        ({"sector_identifier_uri": "http://app.example/"}, "sector_identifier_uri"),
        ({"require_signed_request_object": True}, "jwks"),
        ({"request_object_signing_alg": "none"}, "request_object_signing_alg"),
        ({"request_object_signing_alg": "HS256"}, "request_object_signing_alg"),
        ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
        ({"authorization_signed_response_alg": "HS256"}, "authorization_signed_response_alg"),
        ({"subject_type": "secret"}, "subject_type"),
        ({"default_max_age": -1}, "default_max_age"),
        ({"default_acr_values": ("two words",)}, "default_acr_values"),
        ({"authorization_details_types": ("two words",)}, "authorization_details_types"),
        ({"post_logout_redirect_uris": ("javascript:alert(1)",)}, "post_logout_redirect_uris"),
        ({"post_logout_redirect_uris": ("https://a.example/",) * 21}, "post_logout_redirect_uris"),
        ({"logo_uri": "javascript:alert(1)"}, "logo_uri"),
        ({"client_uri": "com.example.app:/about"}, "client_uri"),
        ({"contacts": ("x" * 501,)}, "contacts"),
        ({"software_id": "a\u202eb"}, "software_id"),
        ({"application_type": "desktop"}, "application_type"),
        ({"access_token_format": "saml"}, "access_token_format"),
        (
            {"dpop_bound_access_tokens": True, "tls_client_certificate_bound_access_tokens": True},
            "dpop_bound_access_tokens",
        ),
        ({"resource_uris": ("https://api.example/",)}, "resource_uris"),
        ({"resource_uris": ("/api",)}, "resource_uris"),
        ({"tls_client_auth_san_ip": "here"}, "tls_client_auth_san_ip"),
        ({"tls_client_auth_san_dns": "a b"}, "tls_client_auth_san_dns"),
        ({"tls_client_auth_san_uri": "here"}, "tls_client_auth_san_uri"),
        ({"tls_client_auth_san_email": "here"}, "tls_client_auth_san_email"),
    ],
)
def test_a_fault_stands_at_its_field(wrong: dict[str, Any], field: str) -> None:
    assert faults(**wrong) == {field}


def test_a_public_application_can_prove_nothing() -> None:
    assert faults(confidential=False, token_endpoint_auth_method="none") == set()
    assert faults(confidential=False, token_endpoint_auth_method="client_secret_post") == {"token_endpoint_auth_method"}


@pytest.mark.rfc("OpenID Connect Core", "8.1", "pairwise with redirect URIs of several hosts needs a sector identifier")
def test_pairwise_subjects_of_several_hosts_need_a_sector() -> None:
    several = (*CALLBACK, "https://other.example/cb")
    assert faults(uris=several, subject_type="pairwise") == {"sector_identifier_uri"}
    assert faults(uris=several, subject_type="pairwise", sector_identifier_uri="https://app.example/s") == set()


@pytest.mark.parametrize(
    "wrong",
    [
        "keys",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": {}}',
        keys(*[OKP] * 21),
        keys(EC, EC),
        '{"keys": ["EC"]}',
        keys({"crv": "P-256"}),
        keys({"kty": "oct", "k": "AAAA"}),
        keys(EC | {"d": "A" * 43}),
        keys(RSA | {"p": "AAAA"}),
        keys({"kty": "later", "d": "AAAA"}),
        keys(EC | {"kid": 1}),
        keys(EC | {"crv": "P-192"}),
        keys(EC | {"crv": ["P-256"]}),
        keys(EC | {"x": "AAAA"}),
        keys(EC | {"y": 1}),
        keys(OKP | {"x": "A" * 42}),
        keys(OKP | {"crv": "Ed1"}),
        keys(RSA | {"n": "_" * 170}),
        keys(RSA | {"n": "_" * 1400}),
        keys(RSA | {"e": "AQAA"}),
        keys(RSA | {"e": "AQ"}),
        keys({"kty": "RSA"}),
        "[" * 5000,
        '{"keys": [' + " " * 20_000 + "]}",
    ],
)
@pytest.mark.rfc("7591", "2", "jwks is a JWK Set of the client's public keys")
def test_keys_that_are_none(wrong: str) -> None:
    assert faults(jwks=wrong) == {"jwks"}
