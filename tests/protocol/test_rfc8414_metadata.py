"""Authorization server metadata (RFC 8414, OpenID Connect Discovery): what is told is what there is."""

from dataclasses import replace

import pytest

from gatelodge.protocol.client import DEVICE_CODE, GRANT_TYPES, JWT_BEARER, TOKEN_EXCHANGE
from gatelodge.protocol.metadata import ENDPOINTS, SWITCHES, Offer, describe_server
from gatelodge.protocol.policy import FAPI2, REGISTRATION_BY_TOKEN, SIGNING_ALGORITHMS, Policy

ISSUER = "https://north.example.com"
EVERYTHING = Offer(ISSUER, Policy(registration=REGISTRATION_BY_TOKEN), frozenset(ENDPOINTS), GRANT_TYPES, ("read",))
LEAST = replace(EVERYTHING, paths=frozenset({"/oauth2/auth", "/oauth2/token", "/oauth2/jwks"}))


@pytest.mark.rfc("8414", "2", "issuer, authorization_endpoint, token_endpoint and response_types_supported are there")
@pytest.mark.rfc(
    "OpenID Connect Discovery",
    "3",
    "issuer, the endpoints, jwks_uri, response types, subject types and the algorithms of ID tokens are there",
)
def test_what_has_to_be_told_is_told() -> None:
    members = describe_server(LEAST)
    assert members["issuer"] == ISSUER
    assert members["authorization_endpoint"] == f"{ISSUER}/oauth2/auth"
    assert members["token_endpoint"] == f"{ISSUER}/oauth2/token"
    assert members["jwks_uri"] == f"{ISSUER}/oauth2/jwks"
    assert members["response_types_supported"] == ["code"]
    assert "public" in members["subject_types_supported"]  # type: ignore[operator]  # a list


@pytest.mark.rfc("OpenID Connect Discovery", "3", "RS256 is among the algorithms that ID tokens can be signed with")
@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_the_providers_own_algorithm_comes_first_and_rs256_is_never_missing(algorithm: str) -> None:
    offer = replace(EVERYTHING, policy=Policy(signing_algorithm=algorithm))
    told = describe_server(offer)["id_token_signing_alg_values_supported"]
    assert isinstance(told, list)
    assert told[0] == algorithm
    assert "RS256" in told
    assert "none" not in told


@pytest.mark.rfc(
    "FAPI 2.0 Security Profile", "5.4.1", "nothing is signed with another algorithm than PS256, ES256 or EdDSA"
)
def test_fapi_has_no_rs256() -> None:
    told = describe_server(replace(EVERYTHING, policy=Policy(profile=FAPI2)))["id_token_signing_alg_values_supported"]
    assert told == ["ES256", "PS256", "EdDSA"]


@pytest.mark.rfc("8414", "2", "addresses that are not served have no member")
@pytest.mark.rfc("8414", "3.2", "members without a value are left out")
def test_an_address_is_told_from_the_moment_that_it_is_served() -> None:
    for path, member in ENDPOINTS.items():
        assert describe_server(EVERYTHING)[member] == ISSUER + path
        assert member not in describe_server(replace(EVERYTHING, paths=EVERYTHING.paths - {path}))
    assert all(member not in (None, [], "") for member in describe_server(LEAST).values())


@pytest.mark.parametrize(
    ("policy", "gone"),
    [
        (Policy(device_flow=False), DEVICE_CODE),
        (Policy(token_exchange=False), TOKEN_EXCHANGE),
        (Policy(jwt_bearer=False), JWT_BEARER),
    ],
)
def test_a_grant_that_is_switched_off_is_not_told(policy: Policy, gone: str) -> None:
    assert gone in describe_server(EVERYTHING)["grant_types_supported"]  # type: ignore[operator]  # a list
    told = describe_server(replace(EVERYTHING, policy=policy))["grant_types_supported"]
    assert set(told) == GRANT_TYPES - {gone}  # type: ignore[call-overload]  # a list


def test_an_address_that_is_switched_off_is_not_told() -> None:
    off = describe_server(replace(EVERYTHING, policy=Policy(device_flow=False)))
    assert "registration_endpoint" not in off
    assert "device_authorization_endpoint" not in off
    assert set(SWITCHES) <= set(ENDPOINTS) | GRANT_TYPES


@pytest.mark.rfc("9207", "3", "the metadata says that answers name the issuer")
@pytest.mark.rfc("7636", "5", "of PKCE methods only S256 is told, so that nobody is led to plain")
@pytest.mark.rfc("OpenID Connect Discovery", "3", "request_uri is said not to be taken, since silence would mean yes")
def test_what_silence_would_get_wrong() -> None:
    members = describe_server(EVERYTHING)
    assert members["authorization_response_iss_parameter_supported"] is True
    assert members["code_challenge_methods_supported"] == ["S256"]
    assert members["request_uri_parameter_supported"] is False


@pytest.mark.rfc("9126", "5", "the metadata says whether requests have to be pushed")
@pytest.mark.rfc("9101", "10.5", "the metadata says whether requests have to be signed")
@pytest.mark.rfc("JARM", "4", "the metadata says what answers are signed with, and in which modes they come")
def test_how_requests_may_come_and_are_answered() -> None:
    usual = describe_server(EVERYTHING)
    assert usual["require_pushed_authorization_requests"] is usual["require_signed_request_object"] is False
    assert usual["request_parameter_supported"] is True
    assert usual["request_uri_parameter_supported"] is False
    assert {"query", "fragment", "form_post", "jwt"} < set(usual["response_modes_supported"])  # type: ignore[call-overload]
    strict = Policy(profile=FAPI2, require_signed_requests=True, require_signed_responses=True).in_force
    told = describe_server(replace(EVERYTHING, policy=strict))
    assert told["require_pushed_authorization_requests"] is told["require_signed_request_object"] is True
    assert told["response_modes_supported"] == ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]
    assert told["request_object_signing_alg_values_supported"] == ["ES256", "PS256", "EdDSA"]
    assert told["authorization_signing_alg_values_supported"] == ["ES256", "PS256", "EdDSA"]


METHODS = {"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"}
CERTIFICATES = ("tls_client_auth", "self_signed_tls_client_auth")


def told(policy: Policy, name: str, certificates: tuple[str, ...] = ()) -> set[str]:
    """What a list of the metadata holds."""
    found = describe_server(replace(EVERYTHING, policy=policy, certificates=certificates)).get(name, [])
    assert isinstance(found, list)
    return set(found)


@pytest.mark.rfc("8414", "2", "how clients authenticate at each endpoint, and with what signatures")
@pytest.mark.rfc("8705", "2.1.1", "tls_client_auth is told of where it is taken")
@pytest.mark.rfc("8705", "2.2.1", "so is self_signed_tls_client_auth")
@pytest.mark.rfc("8705", "3.3", "tls_client_certificate_bound_access_tokens says that tokens can be bound")
def test_how_clients_authenticate_is_told() -> None:
    on, off = Policy(client_certificates=True), Policy()
    for endpoint, more in (("token", {"none"}), ("revocation", {"none"}), ("introspection", set())):
        methods = f"{endpoint}_endpoint_auth_methods_supported"
        assert told(off, methods) == told(on, methods) == told(off, methods, CERTIFICATES) == METHODS | more
        assert told(on, methods, CERTIFICATES) == METHODS | more | set(CERTIFICATES)
        assert told(on, methods, CERTIFICATES[1:]) == METHODS | more | {CERTIFICATES[1]}
        algorithms = told(off, f"{endpoint}_endpoint_auth_signing_alg_values_supported")
        assert algorithms == {"ES256", "RS256", "PS256", "EdDSA", "HS256"}
    bound = "tls_client_certificate_bound_access_tokens"
    assert describe_server(replace(EVERYTHING, policy=on, certificates=CERTIFICATES))[bound] is True
    assert bound not in describe_server(replace(EVERYTHING, policy=off, certificates=CERTIFICATES))
    assert bound not in describe_server(replace(EVERYTHING, policy=on))


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "neither secrets nor public clients are told of")
def test_how_clients_authenticate_under_fapi() -> None:
    fapi2 = Policy(profile=FAPI2, client_certificates=True)
    for endpoint in ("token", "revocation", "introspection"):
        assert told(fapi2, f"{endpoint}_endpoint_auth_methods_supported") == {"private_key_jwt"}
        assert told(fapi2, f"{endpoint}_endpoint_auth_methods_supported", CERTIFICATES) == {
            "private_key_jwt",
            *CERTIFICATES,
        }
        assert told(fapi2, f"{endpoint}_endpoint_auth_signing_alg_values_supported") == {"ES256", "PS256", "EdDSA"}


@pytest.mark.rfc("9449", "5.1", "the algorithms of proofs, none of them symmetric or none")
def test_how_proofs_are_signed_is_told() -> None:
    name = "dpop_signing_alg_values_supported"
    assert told(Policy(), name) == {"ES256", "PS256", "EdDSA", "Ed25519", "RS256"}
    assert told(Policy(profile=FAPI2), name) == {"ES256", "PS256", "EdDSA", "Ed25519"}
