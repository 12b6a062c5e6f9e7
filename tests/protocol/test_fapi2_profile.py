"""The FAPI 2.0 Security Profile as a provider's one switch."""

from dataclasses import replace
from typing import Any

import pytest

from gatelodge.identity.provider import Provider
from gatelodge.protocol.authorization import AuthorizationRequest, RefusedRequest, read_request
from gatelodge.protocol.client import CLIENT_CREDENTIALS, Client
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.errors import UnauthorizedClient
from gatelodge.protocol.fapi2 import client_fault, code_lifetime, shortcomings
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pkce import s256
from gatelodge.protocol.policy import DEFAULT, Policy

CALLBACK = "https://app.example.com/callback"
GOOD = ClientSettings(token_endpoint_auth_method="private_key_jwt", jwks_uri="https://app.example.com/jwks")
CLIENT = Client(5, "App", confidential=True, redirect_uris=(CALLBACK,), settings=GOOD)
POLICY = Policy(profile="fapi2").in_force
ASKED = {
    "client_id": CLIENT.client_id,
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "read",
    "code_challenge": s256("v" * 43),
    "code_challenge_method": "S256",
}


def ask(client: Client = CLIENT, **change: str | None) -> object:
    """What comes of a good request, changed; None leaves a parameter out."""
    values = {name: value for name, value in {**ASKED, **change}.items() if value is not None}
    return read_request(Parameters(values), client, {"read"}, POLICY)


def test_a_good_request_is_good() -> None:
    assert isinstance(ask(), AuthorizationRequest)


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.2", "PKCE with S256, redirect_uri in the request, code alone")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
    ],
)
def test_a_request_that_the_profile_refuses(change: dict[str, str | None], error: str) -> None:
    refused = ask(CLIENT, **change)
    assert isinstance(refused, RefusedRequest)
    assert refused.error.code == error


@pytest.mark.rfc(
    "FAPI 2.0 Security Profile", "5.3.2.1", "confidential clients only, with private_key_jwt or mutual TLS"
)
@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.4.1", "PS256, ES256 and EdDSA only")
@pytest.mark.rfc(
    "FAPI 2.0 Security Profile", "5.3.2.2", "no redirect URI by http, except for native applications' loopback"
)
@pytest.mark.parametrize(
    "change",
    [
        {"confidential": False},
        {"settings": ClientSettings()},
        {"settings": replace(GOOD, token_endpoint_auth_method="client_secret_basic")},
        {"settings": replace(GOOD, token_endpoint_auth_method="client_secret_jwt")},
        {"settings": replace(GOOD, token_endpoint_auth_signing_alg="RS256")},
        {"settings": replace(GOOD, request_object_signing_alg="RS256")},
        {"settings": replace(GOOD, id_token_signed_response_alg="RS256")},
        {"settings": replace(GOOD, authorization_signed_response_alg="RS256")},
        {"redirect_uris": (CALLBACK, "http://localhost/cb")},
        {"redirect_uris": (CALLBACK, "com.example.app:/cb")},
    ],
)
def test_an_application_that_falls_short_is_not_served(change: dict[str, Any]) -> None:
    client = replace(CLIENT, **change)
    assert isinstance(client_fault(client, POLICY), UnauthorizedClient)
    assert client_fault(client, DEFAULT) is None
    refused = ask(client)
    assert isinstance(refused, RefusedRequest)
    assert refused.error.code == "unauthorized_client"


@pytest.mark.parametrize("method", ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"])
def test_an_application_that_meets_it(method: str) -> None:
    client = replace(CLIENT, settings=replace(GOOD, token_endpoint_auth_method=method))
    assert client_fault(client, POLICY) is None
    loopback = replace(client, redirect_uris=(CALLBACK, "http://127.0.0.1/cb", "http://[::1]/cb"))
    assert client_fault(loopback, POLICY) is None


def test_a_machine_has_no_redirect_uris_to_be_safe() -> None:
    assert shortcomings(GOOD, confidential=True, redirect_uris=(), grant_types={CLIENT_CREDENTIALS}) == []
    found = shortcomings(ClientSettings(), confidential=True, redirect_uris=(), grant_types=(), resource_server=True)
    assert found == []


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "a code is good for 60 seconds at most")
def test_codes_are_short_lived() -> None:
    assert (code_lifetime(300, POLICY), code_lifetime(30, POLICY), code_lifetime(300, DEFAULT)) == (60, 30, 300)


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.2", "a request_uri expires in less than 600 seconds")
def test_request_uris_are_short_lived() -> None:
    assert POLICY.pushed_request_lifetime < 600


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "no credentials in addresses")
def test_nothing_secret_comes_in_a_query() -> None:
    provider = Provider(1, "P", "https://p.example", "#0f766e", policy=Policy(profile="fapi2"))
    assert provider.takes_query_credentials is False
    assert replace(provider, policy=DEFAULT).takes_query_credentials is True
