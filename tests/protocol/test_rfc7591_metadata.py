"""RFC 7591 §2 and OpenID Connect Registration §2: what an application says of itself."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gatelodge.protocol.client import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN
from gatelodge.protocol.client_metadata import Described, metadata_of, read_metadata
from gatelodge.protocol.errors import InvalidClientMetadata, InvalidRedirectUri, OAuthError
from gatelodge.protocol.policy import FAPI2, Policy

CALLBACK = "https://app.example.com/callback"
SCOPES = {"read", "liveview", "openid"}
OPEN = Policy(registration="open")
KEY = {"kty": "EC", "crv": "P-256", "kid": "1"} | {
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def read(policy: Policy = OPEN, **members: Any) -> Described | OAuthError:
    """What is read of a registration with these members besides a redirect URI."""
    return read_metadata({"redirect_uris": [CALLBACK], **members}, policy=policy, scopes=SCOPES)


def good(policy: Policy = OPEN, **members: Any) -> Described:
    """The same, where it must be good."""
    found = read(policy, **members)
    assert isinstance(found, Described), found.description
    return found


@pytest.mark.rfc("7591", "2", "left out, token_endpoint_auth_method is client_secret_basic")
@pytest.mark.rfc("7591", "2", "left out, grant_types is authorization_code and response_types is code")
@pytest.mark.rfc("OpenID Connect Registration", "2", "left out, ID tokens are signed with RS256")
def test_what_is_left_out_is_what_the_specification_says() -> None:
    found = good()
    assert (found.confidential, found.needs_secret) == (True, True)
    assert found.grant_types == {AUTHORIZATION_CODE}
    told = metadata_of(found)
    assert (told["token_endpoint_auth_method"], told["grant_types"]) == ("client_secret_basic", [AUTHORIZATION_CODE])
    assert (told["response_types"], told["id_token_signed_response_alg"]) == (["code"], "RS256")


@pytest.mark.rfc("7591", "2", "metadata that is not understood is ignored")
@pytest.mark.parametrize(
    "unknown",
    [
        {"made_up": {"deep": [1, None]}},
        {"client_name#ja": "クライアント"},
        {"software_statement": "eyJhbGciOiJub25lIn0.e30."},
        {"id_token_encrypted_response_alg": "RSA-OAEP"},
        {"registration_token": "ab" * 32, "source": "portal", "sector": "bank.example", "resource_uris": ["urn:x"]},
    ],
)
def test_unknown_members_are_passed_over(unknown: dict[str, Any]) -> None:
    assert good(**unknown) == good()


@pytest.mark.rfc("7591", "3.2.1", "all that was registered is told, also what was replaced")
def test_what_is_not_served_is_left_out_and_the_answer_says_so() -> None:
    asked = [AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE, "client_credentials", "password", "implicit"]
    found = good(grant_types=asked, response_types=["code", "token"], scope="read made-up openid")
    assert metadata_of(found)["grant_types"] == sorted([AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE])
    assert metadata_of(found)["response_types"] == ["code"]
    assert metadata_of(found)["scope"] == "openid read"
    without = good(replace(OPEN, device_flow=False), grant_types=asked, response_types=["code"])
    assert DEVICE_CODE not in without.grant_types


@pytest.mark.parametrize(
    "grants",
    [["client_credentials"], ["urn:ietf:params:oauth:grant-type:token-exchange"], ["refresh_token"], ["password"], []],
)
def test_an_application_that_nobody_made_never_acts_as_itself(grants: list[str]) -> None:
    assert isinstance(read(grant_types=grants), InvalidClientMetadata)


@pytest.mark.rfc("7591", "2.1", "grant_types and response_types may not contradict each other")
@pytest.mark.parametrize(
    ("grants", "responses"),
    [
        ([AUTHORIZATION_CODE], []),
        ([AUTHORIZATION_CODE], ["token"]),
        ([AUTHORIZATION_CODE], ["code id_token"]),
        ([DEVICE_CODE], ["code"]),
        (["implicit"], ["token"]),
    ],
)
def test_grants_and_responses_go_together(grants: list[str], responses: list[str]) -> None:
    assert isinstance(read(grant_types=grants, response_types=responses), InvalidClientMetadata)


@pytest.mark.rfc("7591", "2", "an application that asks by redirect registers its redirect URIs")
@pytest.mark.rfc("7591", "3.2.2", "redirect URIs that can't be are refused with a code of their own")
@pytest.mark.parametrize(
    "uris",
    [
        None,
        [],
        "https://app.example.com/callback",
        [7],
        ["javascript:alert(1)"],
        ["data:text/html,x"],
        ["file:///etc/passwd"],
        ["https://app.example.com@evil.example/"],
        ["https://app.example.com/cb#x"],
        ["http://app.example.com/cb"],
        ["http://10.0.0.1/cb"],
        ["http://localhost.evil.example/cb"],
        ["//app.example.com/cb"],
        ["/cb"],
        ["https://*.example.com/cb"],
        ["https://app.example.com/cb\r\nX: y"],
        ["https://app.example.com/cb?code=x"],
        ["\ud800"],
        [CALLBACK] * 20 + ["https://app.example.com/21"],
    ],
)
def test_redirect_uris_that_cannot_be(uris: Any) -> None:
    assert isinstance(read(redirect_uris=uris), InvalidRedirectUri)


@pytest.mark.rfc("8252", "7.3", "a native application may register a loopback address")
@pytest.mark.parametrize("uri", ["http://127.0.0.1/cb", "http://localhost:3000/cb", "com.example.app:/cb"])
def test_redirect_uris_of_native_applications(uri: str) -> None:
    found = good(redirect_uris=[uri], token_endpoint_auth_method="none", application_type="native")
    assert (found.redirect_uris, found.confidential, found.needs_secret) == ((uri,), False, False)


def test_without_a_redirect_there_are_no_redirect_uris() -> None:
    found = good(grant_types=[DEVICE_CODE])
    assert (found.redirect_uris, metadata_of(found)["response_types"]) == ((), [])


@pytest.mark.rfc("7591", "2", "jwks and jwks_uri are not both there")
def test_keys_come_by_value_or_by_address() -> None:
    keys = {"keys": [KEY]}
    both = read(jwks=keys, jwks_uri="https://app.example.com/keys", token_endpoint_auth_method="private_key_jwt")
    assert isinstance(both, InvalidClientMetadata)
    found = good(jwks=keys, token_endpoint_auth_method="private_key_jwt")
    assert metadata_of(found)["jwks"] == keys
    assert (found.confidential, found.needs_secret) == (True, False)


@pytest.mark.parametrize(
    "members",
    [
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": "made_up"},
        {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=x"},  # switched off
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [KEY | {"d": "AQ"}]}},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "oct", "k": "AQ"}]}},
        {"jwks": {"keys": [KEY] * 500}},
        {"jwks": "https://app.example.com/keys"},
        {"jwks_uri": "http://app.example.com/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://user:pw@app.example.com/keys"},
        {"client_uri": "javascript:alert(1)"},
        {"logo_uri": "data:image/svg+xml,<svg/>"},
        {"policy_uri": "ftp://app.example.com/"},
        {"tos_uri": ["https://app.example.com/"]},
        {"backchannel_logout_uri": "http://app.example.com/"},
        {"post_logout_redirect_uris": ["javascript:alert(1)"]},
        {"sector_identifier_uri": "http://app.example.com/"},
        {"subject_type": "pairwise", "redirect_uris": [CALLBACK, "https://other.example.com/"]},
        {"subject_type": "made_up"},
        {"id_token_signed_response_alg": "none"},
        {"id_token_signed_response_alg": "HS256"},
        {"request_object_signing_alg": "none"},
        {"token_endpoint_auth_signing_alg": "none", "token_endpoint_auth_method": "client_secret_jwt"},
        {"default_max_age": -1},
        {"default_max_age": True},
        {"default_max_age": 1e9},
        {"require_auth_time": "yes"},
        {"contacts": "me@example.com"},
        {"contacts": ["x" * 5000]},
        {"client_name": ["a"]},
        {"client_name": "x" * 5000},
        {"scope": ["read"]},
        {"scope": "ré"},
        {"grant_types": "authorization_code"},
        {"grant_types": [["authorization_code"]]},
        {"response_types": 7},
        {"application_type": "made_up"},
    ],
)
@pytest.mark.rfc("7591", "3.2.2", "metadata that can't be is refused with a code of its own")
def test_metadata_that_cannot_be(members: dict[str, Any]) -> None:
    assert isinstance(read(**members), InvalidClientMetadata)


@pytest.mark.rfc("7591", "5", "a page of the application's is shown as a link alone, and only with TLS")
def test_a_page_without_tls_is_left_out() -> None:
    found = good(client_uri="http://app.example.com/", tos_uri="https://app.example.com/terms")
    assert (found.settings.client_uri, found.settings.tos_uri) == ("", "https://app.example.com/terms")


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "secrets and public applications are not registered")
def test_by_fapi_a_secret_is_not_enough() -> None:
    strict = Policy(profile=FAPI2, registration="open")
    for method in ("client_secret_basic", "client_secret_post", "client_secret_jwt", "none"):
        assert isinstance(read(strict, token_endpoint_auth_method=method), InvalidClientMetadata)
    found = good(strict, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [KEY]})
    assert found.settings.id_token_signed_response_alg == "ES256"
    assert isinstance(
        read(
            strict,
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": [KEY]},
            id_token_signed_response_alg="RS256",
        ),
        InvalidClientMetadata,
    )


def test_what_is_told_can_be_registered_again() -> None:
    """RFC 7592 §2.2: an update begins with what was answered."""
    first = good(
        client_name="Field notes",
        grant_types=[AUTHORIZATION_CODE, REFRESH_TOKEN],
        scope="read",
        contacts=["me@example.com"],
        default_max_age=60,
        require_auth_time=True,
        jwks={"keys": [KEY]},
        token_endpoint_auth_method="private_key_jwt",
        post_logout_redirect_uris=["https://app.example.com/bye"],
        dpop_bound_access_tokens=True,
        client_uri="https://app.example.com/",
    )
    again = read_metadata(json.loads(json.dumps(metadata_of(first))), policy=OPEN, scopes=SCOPES)
    assert again == first
