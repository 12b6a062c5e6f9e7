"""Which client metadata can be (RFC 7591 §2, OpenID Connect Registration §2): what is a value at all, and what goes
together. The portal, the command line, registration and metadata documents are held to the same rules."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from ipaddress import ip_address
from urllib.parse import urlsplit

from gatelodge.protocol.client_settings import JWT, OPAQUE, PAIRWISE, PUBLIC, ClientSettings
from gatelodge.protocol.jwks_rules import jwks_fault
from gatelodge.protocol.policy import SIGNING_ALGORITHMS
from gatelodge.protocol.redirect_uri import MAX_LENGTH, registration_fault

BASIC, POST, NONE = "client_secret_basic", "client_secret_post", "none"
SECRET_JWT, KEY_JWT = "client_secret_jwt", "private_key_jwt"
TLS, SELF_SIGNED_TLS = "tls_client_auth", "self_signed_tls_client_auth"
AUTH_METHODS = (BASIC, POST, SECRET_JWT, KEY_JWT, TLS, SELF_SIGNED_TLS, NONE)
BELIEVED = ("ES256", "RS256", "PS256", "EdDSA")  # signatures of applications' own keys
BY_SECRET = ("HS256",)  # and those by their secrets

MAX_LIST = 20
MAX_TEXT = 500
MAX_AGE = 10 * 365 * 86_400  # seconds
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]*")
_DNS = re.compile(r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63})*")
_NAME = re.compile(r"[\x21-\x7e]{1,200}")
_CERTIFICATE_NAMES = tuple(one.name for one in fields(ClientSettings) if one.name.startswith("tls_client_auth_"))
_SIGNED_ANSWERS = (
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
)
_HTTPS = ("jwks_uri", "sector_identifier_uri", "backchannel_logout_uri", "initiate_login_uri")
_SHOWN = ("client_uri", "logo_uri", "policy_uri", "tos_uri")
_TEXTS = ("software_id", "software_version", "tls_client_auth_subject_dn")

Faults = Iterator[tuple[str, str]]


# What an API may have as a grant: it passes calls on to another one (RFC 8693).
_OF_AN_API = frozenset({"urn:ietf:params:oauth:grant-type:token-exchange"})


def settings_faults(
    settings: ClientSettings, *, redirect_uris: Sequence[str], confidential: bool, grant_types: Collection[str]
) -> dict[str, str]:
    """What is wrong with an application's metadata, by field, as sentences for whoever wrote it; the first fault of
    each field. Whether what a URL names is there, and says what it should, is not asked here."""
    faults: dict[str, str] = {}
    for found in (
        _authentication(settings, confidential=confidential),
        _keys(settings),
        _algorithms(settings),
        _addresses(settings),
        _subjects(settings, redirect_uris),
        _rest(settings),
        _tokens(settings, grant_types),
    ):
        for name, fault in found:
            faults.setdefault(name, fault)
    return faults


def _authentication(settings: ClientSettings, *, confidential: bool) -> Faults:
    method, algorithm = settings.token_endpoint_auth_method, settings.token_endpoint_auth_signing_alg
    names = [name for name in _CERTIFICATE_NAMES if getattr(settings, name)]
    if method not in ("", *AUTH_METHODS):
        yield "token_endpoint_auth_method", _choose(AUTH_METHODS)
    elif confidential and method == NONE:
        yield "token_endpoint_auth_method", "A confidential application has to prove who it is; choose another way."
    elif not confidential and method not in ("", NONE):
        yield "token_endpoint_auth_method", "A public application can't prove who it is; only none is possible."
    if method in (KEY_JWT, SELF_SIGNED_TLS) and not (settings.jwks or settings.jwks_uri):
        yield "jwks", f"With {method}, give the application's public keys, as jwks or by jwks_uri."
    if method == TLS and len(names) != 1:  # RFC 8705 §2.1.2
        yield "tls_client_auth_subject_dn", f"With {TLS}, give exactly one of: {', '.join(_CERTIFICATE_NAMES)}."
    allowed = {SECRET_JWT: BY_SECRET, KEY_JWT: BELIEVED}.get(method, (*BELIEVED, *BY_SECRET))
    if algorithm and algorithm not in allowed:
        yield "token_endpoint_auth_signing_alg", _choose(allowed)


def _keys(settings: ClientSettings) -> Faults:
    if settings.jwks and settings.jwks_uri:  # RFC 7591 §2
        yield "jwks_uri", "Give the keys either by value (jwks) or by address (jwks_uri), not both."
    if settings.jwks and (fault := jwks_fault(settings.jwks)):
        yield "jwks", fault
    if settings.require_signed_request_object and not (settings.jwks or settings.jwks_uri):
        yield "jwks", "To check signed requests, give the application's public keys, as jwks or by jwks_uri."


def _algorithms(settings: ClientSettings) -> Faults:
    if settings.request_object_signing_alg not in ("", *BELIEVED):  # none is refused: RFC 9101 §10.1
        yield "request_object_signing_alg", _choose(BELIEVED)
    for name in _SIGNED_ANSWERS:
        if getattr(settings, name) not in ("", *SIGNING_ALGORITHMS):
            yield name, _choose(SIGNING_ALGORITHMS)


def _addresses(settings: ClientSettings) -> Faults:
    for name in _HTTPS:
        if (uri := getattr(settings, name)) and (fault := https_fault(uri)):
            yield name, fault
    for name in _SHOWN:
        if (uri := getattr(settings, name)) and (fault := web_fault(uri)):
            yield name, fault
    yield from _list("post_logout_redirect_uris", settings.post_logout_redirect_uris, registration_fault)
    yield from _list("resource_uris", settings.resource_uris, resource_fault)


def _subjects(settings: ClientSettings, redirect_uris: Iterable[str]) -> Faults:
    if settings.subject_type not in (PUBLIC, PAIRWISE):
        yield "subject_type", _choose((PUBLIC, PAIRWISE))
    hosts = {_host(uri) for uri in redirect_uris}
    if settings.subject_type == PAIRWISE and len(hosts) > 1 and not settings.sector_identifier_uri:
        # OpenID Connect Core §8.1: else there would be no telling whose sector it is.
        yield "sector_identifier_uri", "With pairwise subjects and redirect URLs of several hosts, this is needed."


def _rest(settings: ClientSettings) -> Faults:
    if settings.default_max_age is not None and not 0 <= settings.default_max_age <= MAX_AGE:
        yield "default_max_age", f"Choose from 0 to {MAX_AGE} seconds."
    if len(settings.default_acr_values) > MAX_LIST or not all(map(_NAME.fullmatch, settings.default_acr_values)):
        yield "default_acr_values", f"Give at most {MAX_LIST} names without blanks."
    if len(settings.contacts) > MAX_LIST or any(_text_fault(one) for one in settings.contacts):
        yield "contacts", f"Give at most {MAX_LIST} addresses of at most {MAX_TEXT} characters."
    types = settings.authorization_details_types
    if len(types) > MAX_LIST or not all(map(_NAME.fullmatch, types)):
        yield "authorization_details_types", f"Give at most {MAX_LIST} names without blanks."
    for name in _TEXTS:
        if fault := _text_fault(getattr(settings, name)):
            yield name, fault
    if settings.application_type not in ("web", "native"):
        yield "application_type", _choose(("web", "native"))
    if settings.tls_client_auth_san_dns and not _DNS.fullmatch(settings.tls_client_auth_san_dns):
        yield "tls_client_auth_san_dns", "This is no host name."
    if settings.tls_client_auth_san_uri and resource_fault(settings.tls_client_auth_san_uri):
        yield "tls_client_auth_san_uri", "This is no absolute URI."
    if settings.tls_client_auth_san_ip and not _is_address(settings.tls_client_auth_san_ip):
        yield "tls_client_auth_san_ip", "This is no IP address."
    email = settings.tls_client_auth_san_email
    if email and (_text_fault(email) or email.count("@") != 1):
        yield "tls_client_auth_san_email", "This is no e-mail address."


def _tokens(settings: ClientSettings, grant_types: Collection[str]) -> Faults:
    if settings.access_token_format not in (OPAQUE, JWT):
        yield "access_token_format", _choose((OPAQUE, JWT))
    if settings.dpop_bound_access_tokens and settings.tls_client_certificate_bound_access_tokens:
        yield "dpop_bound_access_tokens", "A token is bound to a DPoP key or to a certificate, not to both."
    if settings.resource_uris and not set(grant_types) <= _OF_AN_API:
        yield "resource_uris", "Only a resource server has names by which others ask for it."


def https_fault(uri: str) -> str | None:
    """Why we can't be told to call `uri`: it must be https, without a fragment and without credentials."""
    fault = registration_fault(uri)
    return fault or (None if uri.startswith("https://") else "This address must begin with https://.")


def web_fault(uri: str) -> str | None:
    """Why `uri` can't be a page that people are sent to."""
    fault = registration_fault(uri)
    web = uri.startswith(("https://", "http://"))
    return fault or (None if web else "This must be the address of a page, beginning with https://.")


def resource_fault(uri: str) -> str | None:
    """Why `uri` can't name a resource: an absolute URI without a fragment (RFC 8707 §2)."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return "This is no absolute URI."
    good = parts.scheme and (parts.netloc or parts.path) and "#" not in uri and uri.isascii() and uri.isprintable()
    return None if good and " " not in uri and len(uri) <= MAX_LENGTH else "This must be an absolute URI without “#”."


def _list(name: str, uris: Sequence[str], fault_of: Callable[[str], str | None]) -> Faults:
    if len(uris) > MAX_LIST:
        yield name, f"Use at most {MAX_LIST} addresses."
    lines = [f"{uri}: {fault}" for uri in uris[:MAX_LIST] if (fault := fault_of(uri))]
    if lines:
        yield name, "\n".join(lines)


def _text_fault(text: str) -> str | None:
    if len(text) > MAX_TEXT:
        return f"Use at most {MAX_TEXT} characters."
    return None if _PRINTABLE.fullmatch(text) else "This text has a character that can't be shown."


def _choose(among: Iterable[str]) -> str:
    return f"Choose from: {', '.join(among)}."


def _host(uri: str) -> str | None:
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
