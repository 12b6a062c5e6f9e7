"""What an application says of itself, by the names of RFC 7591 §2 and OpenID Connect Registration §2: the same members
in a registration and in a Client ID Metadata Document.

Members that are not known are passed over, as RFC 7591 §2 demands, and so are translations (`client_name#ja`) and
software statements, which nobody here could check. What is known but not served is left out where the application can
do without it (a grant type, a page without TLS), and refused where it can't (a way to prove who it is).
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from gatelodge.protocol.client import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN
from gatelodge.protocol.client_settings import DEFAULT, PAIRWISE, PUBLIC, ClientSettings
from gatelodge.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from gatelodge.protocol.policy import SIGNING_ALGORITHMS, Policy
from gatelodge.protocol.redirect_uri import registration_fault
from gatelodge.protocol.scope import Scope, parse_scope

Members = Mapping[str, Any]

MAX_TEXT = 500  # characters
MAX_LIST = 20  # entries
MAX_JWKS = 16_384  # characters
MAX_AGE = 315_360_000  # seconds

BASIC, POST, NONE, SECRET_JWT = "client_secret_basic", "client_secret_post", "none", "client_secret_jwt"
KEY_JWT, TLS, SELF_SIGNED_TLS = "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"
WITH_SECRET = frozenset({BASIC, POST, SECRET_JWT})
WITH_KEYS = frozenset({KEY_JWT, SELF_SIGNED_TLS})
METHODS = WITH_SECRET | WITH_KEYS | {NONE, TLS}

# What is for an application that nobody here made: to ask people, and to stay in. To act as itself, or with what others
# were given, somebody here has to make it.
GRANT_TYPES = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE})
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # members of a JWK that are nobody else's business


@dataclass(frozen=True, slots=True)
class Described:
    """An application as it describes itself, read and judged."""

    name: str  # as it was given, or ""
    redirect_uris: tuple[str, ...]
    grant_types: frozenset[str]
    confidential: bool
    settings: ClientSettings

    @property
    def needs_secret(self) -> bool:
        """Whether it proves who it is with a secret that we make."""
        return self.settings.token_endpoint_auth_method in WITH_SECRET


def read_metadata(
    members: Members, *, policy: Policy, scopes: Collection[str], default_method: str = BASIC
) -> Described | InvalidClientMetadata | InvalidRedirectUri:
    """Read what an application says of itself. `scopes` are the names that are known here, `default_method` is how it
    proves who it is where it doesn't say (RFC 7591 §2)."""
    settings = _read_settings(members, scopes)
    if isinstance(settings, InvalidClientMetadata):
        return settings
    name = _text("client_name", members.get("client_name", ""))
    grant_types = _read_grants(members, policy)
    uris = _read_redirect_uris(members)
    for one in (name, grant_types, uris):
        if isinstance(one, InvalidClientMetadata | InvalidRedirectUri):
            return one
    assert not isinstance(name, InvalidClientMetadata)
    assert not isinstance(grant_types, InvalidClientMetadata)
    assert not isinstance(uris, InvalidClientMetadata | InvalidRedirectUri)
    if AUTHORIZATION_CODE in grant_types and not uris:
        return InvalidRedirectUri("redirect_uris is missing")
    if AUTHORIZATION_CODE not in grant_types:
        uris = ()  # nobody is sent back to them
    settings = replace(
        settings,
        token_endpoint_auth_method=settings.token_endpoint_auth_method or default_method,
        id_token_signed_response_alg=settings.id_token_signed_response_alg or _default_algorithm(policy),
    )
    if fault := _contradiction(settings, policy):
        return fault
    return Described(name, uris, grant_types, settings.token_endpoint_auth_method != NONE, settings)


def _default_algorithm(policy: Policy) -> str:
    """OpenID Connect Registration §2 has RS256; FAPI 2.0 Security Profile §5.4.1 does not allow it."""
    return policy.signing_algorithm if policy.fapi2 else "RS256"


def _contradiction(settings: ClientSettings, policy: Policy) -> InvalidClientMetadata | None:
    method = settings.token_endpoint_auth_method
    if settings.jwks and settings.jwks_uri:
        return InvalidClientMetadata("jwks and jwks_uri can't both be there")  # RFC 7591 §2
    if method in WITH_KEYS and not (settings.jwks or settings.jwks_uri):
        return InvalidClientMetadata("this token_endpoint_auth_method takes jwks or jwks_uri")
    if method in (TLS, SELF_SIGNED_TLS) and not policy.client_certificates:
        return InvalidClientMetadata("client certificates are not served here")
    if policy.fapi2 and (method in WITH_SECRET or method == NONE):
        return InvalidClientMetadata("a secret, or none at all, is not enough here; use private_key_jwt")
    if method == TLS and len([1 for name in _SUBJECTS if getattr(settings, name)]) != 1:
        return InvalidClientMetadata("tls_client_auth takes exactly one name of the certificate")  # RFC 8705 §2.1.2
    if settings.tls_client_certificate_bound_access_tokens and not policy.client_certificates:
        return InvalidClientMetadata("client certificates are not served here")
    symmetric = settings.token_endpoint_auth_signing_alg.startswith("HS")
    if settings.token_endpoint_auth_signing_alg and symmetric != (method == SECRET_JWT):
        return InvalidClientMetadata("token_endpoint_auth_signing_alg does not go with token_endpoint_auth_method")
    return None


def _read_grants(members: Members, policy: Policy) -> frozenset[str] | InvalidClientMetadata:
    """RFC 7591 §2 and §2.1: `code` goes with the authorization code, and without that one there is no answer to ask
    for. What is not served is left out, and the answer says so (§3.2.1)."""
    grants = _texts("grant_types", members.get("grant_types", [AUTHORIZATION_CODE]))
    if isinstance(grants, InvalidClientMetadata):
        return grants
    by_default = ["code"] if AUTHORIZATION_CODE in grants else []
    responses = _texts("response_types", members.get("response_types", by_default))
    if isinstance(responses, InvalidClientMetadata):
        return responses
    served = set(GRANT_TYPES if policy.device_flow else GRANT_TYPES - {DEVICE_CODE})
    given = served.intersection(grants)
    if ("code" in responses) != (AUTHORIZATION_CODE in given):
        return InvalidClientMetadata("grant_types and response_types contradict each other, or ask for what is not served")
    if given <= {REFRESH_TOKEN}:
        return InvalidClientMetadata("none of these grant_types is served to applications that register themselves")
    return frozenset(given)


def _read_redirect_uris(members: Members) -> tuple[str, ...] | InvalidRedirectUri:
    uris = members.get("redirect_uris", [])
    if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        return InvalidRedirectUri("redirect_uris must be a list of addresses")
    if len(uris) > MAX_LIST:
        return InvalidRedirectUri("redirect_uris has too many entries")
    if any(registration_fault(uri) for uri in uris):
        return InvalidRedirectUri(
            "redirect_uris must be whole https addresses without fragment or user name, http on loopback alone, or "
            "begin with a scheme that has a dot"
        )
    return tuple(dict.fromkeys(uris))


def _text(name: str, value: Any) -> str | InvalidClientMetadata:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return InvalidClientMetadata(f"{name} must be a text that is not too long")
    return value.strip()


def _texts(name: str, value: Any) -> tuple[str, ...] | InvalidClientMetadata:
    if value is None:
        return ()
    good = isinstance(value, list) and len(value) <= MAX_LIST
    if not good or not all(isinstance(one, str) and 0 < len(one) <= MAX_TEXT for one in value):
        return InvalidClientMetadata(f"{name} must be a list of texts, not too many and none too long")
    return tuple(dict.fromkeys(value))


def _flag(name: str, value: Any) -> bool | InvalidClientMetadata:
    if value is None:
        return False
    return value if isinstance(value, bool) else InvalidClientMetadata(f"{name} must be true or false")


def _age(name: str, value: Any) -> int | None | InvalidClientMetadata:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_AGE):
        return value
    return InvalidClientMetadata(f"{name} must be a number of seconds")


def _secure(name: str, value: Any) -> str | InvalidClientMetadata:
    """An address that we ask, or send browsers to: https alone."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith("https://") and registration_fault(value) is None:
        return value
    return InvalidClientMetadata(f"{name} must be an https address")


def _link(name: str, value: Any) -> str | InvalidClientMetadata:
    """An address that is at most shown. One without TLS is left out; what is no web address at all is refused."""
    if isinstance(value, str) and value.startswith("http://") and _secure(name, f"https{value[4:]}") == f"https{value[4:]}":
        return ""
    return _secure(name, value)


def _addresses(name: str, value: Any) -> tuple[str, ...] | InvalidClientMetadata:
    texts = _texts_as_long_as_addresses(name, value)
    if isinstance(texts, InvalidClientMetadata):
        return texts
    if any(registration_fault(one) for one in texts):
        return InvalidClientMetadata(f"{name} must be addresses as redirect_uris are")
    return texts


def _texts_as_long_as_addresses(name: str, value: Any) -> tuple[str, ...] | InvalidClientMetadata:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_LIST or not all(isinstance(one, str) for one in value):
        return InvalidClientMetadata(f"{name} must be a list of addresses")
    return tuple(dict.fromkeys(value))


def _one_of(*allowed: str) -> Callable[[str, Any], str | InvalidClientMetadata]:
    def read(name: str, value: Any) -> str | InvalidClientMetadata:
        if value is None or value in allowed:
            return value or ""
        return InvalidClientMetadata(f"{name} is none that is served here")

    return read


def _keys(name: str, value: Any) -> str | InvalidClientMetadata:
    """A JWK Set of public keys (RFC 7517 §5); what a private or shared key is must never be told to anybody."""
    if value is None:
        return ""
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MAX_LIST:
        return InvalidClientMetadata(f"{name} must be a set of keys")
    if not all(isinstance(key, dict) and isinstance(key.get("kty"), str) for key in keys):
        return InvalidClientMetadata(f"{name} must be a set of keys")
    if any(PRIVATE.intersection(key) for key in keys):
        return InvalidClientMetadata(f"{name} may hold public keys alone")
    text = json.dumps({"keys": keys}, separators=(",", ":"))
    return text if len(text) <= MAX_JWKS else InvalidClientMetadata(f"{name} is too long")


_SUBJECTS = tuple(f"tls_client_auth_{name}" for name in ("subject_dn", "san_dns", "san_uri", "san_ip", "san_email"))
_ASYMMETRIC = (*SIGNING_ALGORITHMS, "ES384", "ES512", "RS384", "RS512", "PS384", "PS512")
_VERIFIED = _one_of(*_ASYMMETRIC)
_SIGNED = _one_of(*SIGNING_ALGORITHMS)

_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "token_endpoint_auth_method": _one_of(*METHODS),
    "token_endpoint_auth_signing_alg": _one_of(*_ASYMMETRIC, "HS256", "HS384", "HS512"),
    "jwks": _keys,
    "jwks_uri": _secure,
    **dict.fromkeys(_SUBJECTS, _text),
    "tls_client_certificate_bound_access_tokens": _flag,
    "dpop_bound_access_tokens": _flag,
    "require_pushed_authorization_requests": _flag,
    "require_signed_request_object": _flag,
    "request_object_signing_alg": _VERIFIED,
    "default_max_age": _age,
    "require_auth_time": _flag,
    "default_acr_values": _texts,
    "id_token_signed_response_alg": _SIGNED,
    "userinfo_signed_response_alg": _SIGNED,
    "authorization_signed_response_alg": _SIGNED,
    "introspection_signed_response_alg": _SIGNED,
    "subject_type": _one_of(PUBLIC, PAIRWISE),
    "sector_identifier_uri": _secure,
    "post_logout_redirect_uris": _addresses,
    "backchannel_logout_uri": _secure,
    "backchannel_logout_session_required": _flag,
    "initiate_login_uri": _secure,
    "client_uri": _link,
    "logo_uri": _link,
    "policy_uri": _link,
    "tos_uri": _link,
    "contacts": _texts,
    "software_id": _text,
    "software_version": _text,
    "application_type": _one_of("web", "native"),
}


def _read_settings(members: Members, scopes: Collection[str]) -> ClientSettings | InvalidClientMetadata:
    read: dict[str, Any] = {}
    for name, reader in _READERS.items():
        if name in members:
            value = reader(name, members[name])
            if isinstance(value, InvalidClientMetadata):
                return value
            if value not in ("", None):
                read[name] = value
    asked = _text("scope", members.get("scope", ""))
    scope = asked if isinstance(asked, InvalidClientMetadata) else parse_scope(asked)
    if scope is None or isinstance(scope, InvalidClientMetadata):
        return InvalidClientMetadata("scope must be names with spaces between them")
    return ClientSettings(**read, scope=tuple(sorted(scope.intersection(scopes))))


def metadata_of(described: Described) -> dict[str, Any]:
    """What is registered, all of it, as the client information response says it (RFC 7591 §3.2.1): what was left out or
    put in by default shows."""
    members: dict[str, Any] = {
        "client_name": described.name,
        "redirect_uris": list(described.redirect_uris),
        "grant_types": sorted(described.grant_types),
        "response_types": ["code"] if AUTHORIZATION_CODE in described.grant_types else [],
        "token_endpoint_auth_method": described.settings.token_endpoint_auth_method,
        "application_type": described.settings.application_type,
        "subject_type": described.settings.subject_type,
    }
    if described.settings.scope:
        members["scope"] = " ".join(described.settings.scope)
    for field in fields(ClientSettings):
        value = getattr(described.settings, field.name)
        if field.name in _READERS and field.name not in members and value != getattr(DEFAULT, field.name):
            members[field.name] = list(value) if isinstance(value, tuple) else value
    if described.settings.jwks:
        members["jwks"] = json.loads(described.settings.jwks)
    return members


def shown_texts(described: Described) -> Sequence[str]:
    """Everything in it that somebody typed and that may have any character in it."""
    settings = described.settings
    return (
        described.name,
        *settings.contacts,
        *settings.default_acr_values,
        settings.software_id,
        settings.software_version,
        *(getattr(settings, name) for name in _SUBJECTS),
    )


def asked_scope(described: Described) -> Scope:
    """What it said that it would ask for."""
    return frozenset(described.settings.scope)
