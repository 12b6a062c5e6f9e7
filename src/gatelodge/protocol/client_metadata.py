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
from gatelodge.protocol.client_settings import DEFAULT, ClientSettings
from gatelodge.protocol.client_settings_rules import (
    BASIC,
    MAX_LIST,
    NONE,
    POST,
    SECRET_JWT,
    SELF_SIGNED_TLS,
    TLS,
    settings_faults,
)
from gatelodge.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.redirect_uri import MAX_LENGTH, registration_fault
from gatelodge.protocol.scope import parse_scope

Members = Mapping[str, Any]

MAX_JWKS = 16_384  # characters
WITH_SECRET = frozenset({BASIC, POST, SECRET_JWT})

# What is for an application that nobody here made: to ask people, and to stay in. To act as itself, or with what others
# were given, somebody here has to make it.
GRANT_TYPES = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE})
_SIGNED = tuple(
    f"{answer}_signed_response_alg" for answer in ("id_token", "userinfo", "authorization", "introspection")
)


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
    name = _text("client_name", members.get("client_name"))
    grants = _read_grants(members, policy)
    uris = _read_redirect_uris(members)
    settings = _read_settings(members, scopes)
    if isinstance(name, InvalidClientMetadata):
        return name
    if isinstance(grants, InvalidClientMetadata):
        return grants
    if isinstance(uris, InvalidRedirectUri):
        return uris
    if isinstance(settings, InvalidClientMetadata):
        return settings
    if AUTHORIZATION_CODE not in grants:
        uris = ()  # nobody is sent back to them
    elif not uris:
        return InvalidRedirectUri("redirect_uris is missing")
    settings = replace(
        settings,
        token_endpoint_auth_method=settings.token_endpoint_auth_method or default_method,
        id_token_signed_response_alg=settings.id_token_signed_response_alg or _default_algorithm(policy),
    )
    confidential = settings.token_endpoint_auth_method != NONE
    wrong = settings_faults(settings, redirect_uris=uris, confidential=confidential, grant_types=grants)
    if wrong:
        return InvalidClientMetadata(f"{min(wrong)} is missing, can't be used, or contradicts the rest")
    return _not_here(settings, policy) or Described(name, uris, grants, confidential, settings)


def _default_algorithm(policy: Policy) -> str:
    """OpenID Connect Registration §2 has RS256; FAPI 2.0 Security Profile §5.4.1 does not allow it."""
    return "RS256" if "RS256" in policy.algorithms else policy.algorithms[0]


def _not_here(settings: ClientSettings, policy: Policy) -> InvalidClientMetadata | None:
    """What this provider does not let an application be."""
    method = settings.token_endpoint_auth_method
    by_certificate = method in (TLS, SELF_SIGNED_TLS) or settings.tls_client_certificate_bound_access_tokens
    if by_certificate and not policy.client_certificates:
        return InvalidClientMetadata("client certificates are not served here")
    if policy.fapi2 and (method in WITH_SECRET or method == NONE):
        return InvalidClientMetadata("a secret, or none at all, is not enough here; use private_key_jwt")
    if any(getattr(settings, name) not in ("", *policy.algorithms) for name in _SIGNED):
        return InvalidClientMetadata("a signing algorithm was asked for that is not used here")
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
    given = (GRANT_TYPES if policy.device_flow else GRANT_TYPES - {DEVICE_CODE}).intersection(grants)
    if ("code" in responses) != (AUTHORIZATION_CODE in given):
        return InvalidClientMetadata("grant_types and response_types contradict each other, or are not served here")
    if given <= {REFRESH_TOKEN}:
        return InvalidClientMetadata("grant_types has nothing in it that is served to applications that register so")
    return given


def _read_redirect_uris(members: Members) -> tuple[str, ...] | InvalidRedirectUri:
    uris = members.get("redirect_uris") or []
    if not isinstance(uris, list) or len(uris) > MAX_LIST or not all(isinstance(uri, str) for uri in uris):
        return InvalidRedirectUri("redirect_uris must be a list of addresses, and not too many")
    if any(registration_fault(uri) for uri in uris):
        return InvalidRedirectUri(
            "redirect_uris must be whole addresses by https, by http on loopback alone, or with a scheme that has a "
            "dot, without user name and fragment"
        )
    return tuple(dict.fromkeys(uris))


def _text(name: str, value: Any) -> str | InvalidClientMetadata:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_LENGTH:
        return InvalidClientMetadata(f"{name} must be a text that is not too long")
    return value.strip()


def _texts(name: str, value: Any) -> tuple[str, ...] | InvalidClientMetadata:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_LIST or not all(isinstance(one, str) for one in value):
        return InvalidClientMetadata(f"{name} must be a list of texts, and not too many")
    return tuple(dict.fromkeys(value))


def _flag(name: str, value: Any) -> bool | InvalidClientMetadata:
    if value is None:
        return False
    return value if isinstance(value, bool) else InvalidClientMetadata(f"{name} must be true or false")


def _seconds(name: str, value: Any) -> int | InvalidClientMetadata | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return InvalidClientMetadata(f"{name} must be a number of seconds")


def _link(name: str, value: Any) -> str | InvalidClientMetadata:
    """An address that is at most shown. One without TLS is left out; whether it is any is judged with the rest."""
    text = _text(name, value)
    if isinstance(text, str) and text.startswith("http://") and registration_fault(f"https://{text[7:]}") is None:
        return text if registration_fault(text) is None else ""
    return text


def _keys(name: str, value: Any) -> str | InvalidClientMetadata:
    """A JWK Set, which is kept as text."""
    if value is None:
        return ""
    text = json.dumps(value, separators=(",", ":")) if isinstance(value, dict) else ""
    return (
        text if 0 < len(text) <= MAX_JWKS else InvalidClientMetadata(f"{name} must be a set of keys, and not too long")
    )


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(
        (
            "token_endpoint_auth_method",
            "token_endpoint_auth_signing_alg",
            "jwks_uri",
            "tls_client_auth_subject_dn",
            "tls_client_auth_san_dns",
            "tls_client_auth_san_uri",
            "tls_client_auth_san_ip",
            "tls_client_auth_san_email",
            "request_object_signing_alg",
            "id_token_signed_response_alg",
            "userinfo_signed_response_alg",
            "authorization_signed_response_alg",
            "introspection_signed_response_alg",
            "subject_type",
            "sector_identifier_uri",
            "backchannel_logout_uri",
            "initiate_login_uri",
            "software_id",
            "software_version",
            "application_type",
        ),
        _text,
    ),
    **dict.fromkeys(
        (
            "tls_client_certificate_bound_access_tokens",
            "dpop_bound_access_tokens",
            "require_pushed_authorization_requests",
            "require_signed_request_object",
            "require_auth_time",
            "backchannel_logout_session_required",
        ),
        _flag,
    ),
    **dict.fromkeys(
        ("default_acr_values", "post_logout_redirect_uris", "contacts", "authorization_details_types"), _texts
    ),
    **dict.fromkeys(("client_uri", "logo_uri", "policy_uri", "tos_uri"), _link),
    "default_max_age": _seconds,
    "jwks": _keys,
}


def _read_settings(members: Members, scopes: Collection[str]) -> ClientSettings | InvalidClientMetadata:
    read: dict[str, Any] = {}
    for name, reader in _READERS.items():
        value = reader(name, members.get(name))
        if isinstance(value, InvalidClientMetadata):
            return value
        if value not in ("", None):
            read[name] = value
    asked = _text("scope", members.get("scope"))
    scope = None if isinstance(asked, InvalidClientMetadata) else parse_scope(asked)
    if scope is None:
        return InvalidClientMetadata("scope must be names with spaces between them")
    return ClientSettings(**read, scope=tuple(sorted(scope.intersection(scopes))))


def metadata_of(described: Described) -> dict[str, Any]:
    """What is registered, all of it, as the client information response says it (RFC 7591 §3.2.1): what was left out or
    put in by default shows."""
    settings = described.settings
    members: dict[str, Any] = {
        "client_name": described.name,
        "redirect_uris": list(described.redirect_uris),
        "grant_types": sorted(described.grant_types),
        "response_types": ["code"] if AUTHORIZATION_CODE in described.grant_types else [],
        "token_endpoint_auth_method": settings.token_endpoint_auth_method,
        "application_type": settings.application_type,
        "subject_type": settings.subject_type,
    }
    if settings.scope:
        members["scope"] = " ".join(settings.scope)
    for field in fields(ClientSettings):
        value = getattr(settings, field.name)
        if field.name in _READERS and field.name not in members and value != getattr(DEFAULT, field.name):
            members[field.name] = list(value) if isinstance(value, tuple) else value
    if settings.jwks:
        members["jwks"] = json.loads(settings.jwks)
    return members


def shown_texts(described: Described) -> Sequence[str]:
    """Everything in it that may have any character in it."""
    settings = described.settings
    return (
        described.name,
        *settings.contacts,
        settings.software_id,
        settings.software_version,
        settings.tls_client_auth_subject_dn,
        settings.tls_client_auth_san_email,
    )
