"""What a provider tells clients of itself: authorization server metadata (RFC 8414, OpenID Connect Discovery 1.0 §3).

Nothing is said that is not so: each member comes from what is served and switched on, as an `Offer` says. Both
well-known addresses give the one document, since a client may read either.

A new feature adds its members in a function of its own and names that in `PARTS`; an address needs only its line in
`ENDPOINTS`, and is named from the moment that it is served.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gatelodge.protocol import dpop
from gatelodge.protocol.authentication import ACR_VALUES
from gatelodge.protocol.authorization import PROMPTS
from gatelodge.protocol.authorization_details import TYPE
from gatelodge.protocol.client import DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from gatelodge.protocol.client_settings import SUBJECT_TYPES
from gatelodge.protocol.client_settings_rules import BASIC, BELIEVED, BY_SECRET, KEY_JWT, NONE, POST, SECRET_JWT
from gatelodge.protocol.id_token import ID_TOKEN_CLAIMS
from gatelodge.protocol.openid import USER_CLAIMS
from gatelodge.protocol.policy import FAPI2_ALGORITHMS, REGISTRATION_OFF, Policy
from gatelodge.protocol.response_mode import MODES, SIGNED

Members = dict[str, object]

ENDPOINTS = {
    "/oauth2/auth": "authorization_endpoint",  # RFC 8414 §2, as those without a word here
    "/oauth2/token": "token_endpoint",
    "/oauth2/jwks": "jwks_uri",
    "/oauth2/register": "registration_endpoint",
    "/oauth2/revoke": "revocation_endpoint",
    "/oauth2/introspect": "introspection_endpoint",
    "/oauth2/userinfo": "userinfo_endpoint",  # OpenID Connect Discovery §3
    "/oauth2/par": "pushed_authorization_request_endpoint",  # RFC 9126 §5
    "/oauth2/device_authorization": "device_authorization_endpoint",  # RFC 8628 §4
    "/oauth2/logout": "end_session_endpoint",  # OpenID Connect RP-Initiated Logout §2.1
    "/oauth2/grants": "grant_management_endpoint",
}

# What a provider can switch off of that.
SWITCHES: dict[str, Callable[[Policy], bool]] = {
    "/oauth2/register": lambda policy: policy.registration != REGISTRATION_OFF,
    "/oauth2/device_authorization": lambda policy: policy.device_flow,
    DEVICE_CODE: lambda policy: policy.device_flow,
    TOKEN_EXCHANGE: lambda policy: policy.token_exchange,
    JWT_BEARER: lambda policy: policy.jwt_bearer,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is: the addresses that the server answers at, the grant types that it knows, what a scope can name;
    and what the provider has switched on of it."""

    issuer: str
    policy: Policy
    paths: frozenset[str]
    grant_types: frozenset[str]
    scopes: tuple[str, ...]
    certificates: tuple[str, ...] = ()  # how clients can authenticate by those that the proxy in front passes on

    def has(self, name: str) -> bool:
        """Whether a path or a grant type is there and switched on."""
        switched_on = SWITCHES.get(name)
        return name in self.paths | self.grant_types and (switched_on is None or switched_on(self.policy))


def describe_server(offer: Offer) -> Members:
    """The metadata document. What there is none of has no member (RFC 8414 §2, §3.2)."""
    members: Members = {"issuer": offer.issuer}
    for part in PARTS:
        members |= part(offer)
    return members


def _endpoints(offer: Offer) -> Members:
    return {member: offer.issuer + path for path, member in ENDPOINTS.items() if offer.has(path)}


def _authorization(offer: Offer) -> Members:
    return {
        "scopes_supported": list(offer.scopes),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],  # RFC 7636 §4.2
        "authorization_response_iss_parameter_supported": True,  # RFC 9207 §3
        "authorization_details_types_supported": [TYPE],  # RFC 9396 §10
        "prompt_values_supported": sorted(PROMPTS),  # Initiating User Registration via OpenID Connect §4
    }


def _requests(offer: Offer) -> Members:
    """How requests may come, and in which way they are answered."""
    policy = offer.policy
    return {
        "response_modes_supported": list(SIGNED if policy.require_signed_responses else MODES),
        "authorization_signing_alg_values_supported": list(policy.algorithms),  # JARM §4
        "request_parameter_supported": True,  # OpenID Connect Discovery §3
        "request_uri_parameter_supported": False,  # left out, it would mean the contrary
        "request_object_signing_alg_values_supported": list(FAPI2_ALGORITHMS if policy.fapi2 else BELIEVED),
        "require_signed_request_object": policy.require_signed_requests,  # RFC 9101 §10.5
        "require_pushed_authorization_requests": policy.require_pushed_requests,  # RFC 9126 §5
    }


def _grants(offer: Offer) -> Members:
    return {"grant_types_supported": sorted(grant for grant in offer.grant_types if offer.has(grant))}


def _authentication(offer: Offer) -> Members:
    """How clients authenticate. Whoever may not be public has to: only resource servers introspect (RFC 7662 §2.1).
    FAPI 2.0 takes neither secrets nor public clients (Security Profile §5.3.2.1)."""
    fapi2, asked = offer.policy.fapi2, offer.policy.client_certificates
    by_certificate = [method for method in offer.certificates if asked]
    methods = [KEY_JWT, *by_certificate] if fapi2 else [BASIC, POST, SECRET_JWT, KEY_JWT, *by_certificate]
    everybody = methods if fapi2 else [*methods, NONE]
    algorithms = list(FAPI2_ALGORITHMS if fapi2 else (*BELIEVED, *BY_SECRET))
    members: Members = {}
    for endpoint, taken in (("token", everybody), ("revocation", everybody), ("introspection", methods)):
        members[f"{endpoint}_endpoint_auth_methods_supported"] = taken
        members[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = algorithms  # RFC 8414 §2
    return members


def _binding(offer: Offer) -> Members:
    """What tokens can be bound to: keys (RFC 9449 §5.1), and certificates (RFC 8705 §3.3)."""
    members: Members = {
        "dpop_signing_alg_values_supported": list(dpop.FAPI2_ALGORITHMS if offer.policy.fapi2 else dpop.ALGORITHMS)
    }
    if offer.certificates and offer.policy.client_certificates:
        members["tls_client_certificate_bound_access_tokens"] = True
    return members


def _signing(offer: Offer) -> Members:
    """RS256 has to be among those of ID tokens (OpenID Connect Discovery §3), except where FAPI 2.0 forbids it."""
    return {
        "id_token_signing_alg_values_supported": list(offer.policy.algorithms),
    }


def _tokens(offer: Offer) -> Members:
    return {
        "introspection_signing_alg_values_supported": list(offer.policy.algorithms),  # RFC 9701 §7
        "protected_resources": [offer.issuer],  # RFC 9728 §4
    }


def _openid(offer: Offer) -> Members:
    """OpenID Connect Discovery §3."""
    return {
        "subject_types_supported": list(SUBJECT_TYPES),
        "acr_values_supported": list(ACR_VALUES),
        "claims_supported": [*ID_TOKEN_CLAIMS, *USER_CLAIMS],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "userinfo_signing_alg_values_supported": list(offer.policy.algorithms),
        "display_values_supported": ["page"],
        "ui_locales_supported": ["en"],
        "claims_locales_supported": ["en"],
    }


def _documents(offer: Offer) -> Members:
    return {"client_id_metadata_document_supported": True} if offer.policy.metadata_documents else {}  # CIMD §6


PARTS: tuple[Callable[[Offer], Members], ...] = (
    _endpoints,
    _authorization,
    _requests,
    _grants,
    _authentication,
    _binding,
    _signing,
    _tokens,
    _openid,
    _documents,
)
