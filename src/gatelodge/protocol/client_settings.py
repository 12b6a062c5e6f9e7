"""What an application has said of itself beyond its redirect URIs: client metadata, by the names of RFC 7591 §2 and
OpenID Connect Registration §2, and where each comes from.

An application made in the portal and left as it was has none of it: `DEFAULT`, which is stored as nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

OPAQUE, JWT = "opaque", "jwt"  # what access tokens look like
PUBLIC, PAIRWISE = "public", "pairwise"  # OpenID Connect Core §8

SUBJECT_TYPES = (PUBLIC, PAIRWISE)

# Where an application comes from: somebody made it here; it was registered with an initial access token, for that one's
# account; it registered itself where everybody may, or is described by a document, and nobody here answers for it.
PORTAL, REGISTERED, OPEN, DOCUMENT = "portal", "registered", "open", "document"


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """The metadata of one application. Times are seconds."""

    source: str = PORTAL
    # How it proves who it is; "": with its secret, by either of the two ways, or, if it is public, not at all.
    token_endpoint_auth_method: str = ""
    token_endpoint_auth_signing_alg: str = ""
    jwks: str = ""  # its public keys, a JWK Set as JSON; or
    jwks_uri: str = ""  # where they are
    tls_client_auth_subject_dn: str = ""
    tls_client_auth_san_dns: str = ""
    tls_client_auth_san_uri: str = ""
    tls_client_auth_san_ip: str = ""
    tls_client_auth_san_email: str = ""
    tls_client_certificate_bound_access_tokens: bool = False
    dpop_bound_access_tokens: bool = False
    # What it asks with.
    require_pkce: bool = False
    require_pushed_authorization_requests: bool = False
    require_signed_request_object: bool = False
    request_object_signing_alg: str = ""
    authorization_details_types: tuple[str, ...] = ()  # RFC 9396 §10; none: any that there is
    default_max_age: int | None = None
    require_auth_time: bool = False
    default_acr_values: tuple[str, ...] = ()
    # What it is answered with. "": the provider's algorithm, or, for userinfo and introspection, plain JSON.
    access_token_format: str = OPAQUE
    id_token_signed_response_alg: str = ""
    userinfo_signed_response_alg: str = ""
    authorization_signed_response_alg: str = ""
    require_signed_authorization_response: bool = False  # our own name: no plain answer, whatever the request asks for
    introspection_signed_response_alg: str = ""
    subject_type: str = PUBLIC
    sector_identifier_uri: str = ""
    sector: str = ""  # the host that stands for it and its like, for pairwise subjects; worked out when it is stored
    # Signing out, and being signed in from elsewhere.
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    backchannel_logout_session_required: bool = False
    initiate_login_uri: str = ""
    # What people are shown of it.
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    contacts: tuple[str, ...] = ()
    software_id: str = ""
    software_version: str = ""
    application_type: str = "web"
    # For a resource server: the URIs by which applications name it (RFC 8707).
    resource_uris: tuple[str, ...] = ()
    registration_token: str = field(default="", repr=False)  # digest, in hex, of what manages it (RFC 7592)
    scope: tuple[str, ...] = ()  # what it said that it would ask for when it registered; it limits nothing

    @property
    def of_nobody(self) -> bool:
        """Whether it is its own word alone that says who it is."""
        return self.source in (OPEN, DOCUMENT)


DEFAULT = ClientSettings()


def with_sector(settings: ClientSettings, redirect_uris: Iterable[str]) -> ClientSettings:
    """The settings as they are stored: with the sector of an application that wants pairwise subjects. It is the
    host of sector_identifier_uri or, without one, of the redirect URIs, which then have but one (OpenID Connect Core
    §8.1)."""
    if settings.subject_type != PAIRWISE:
        return replace(settings, sector="") if settings.sector else settings
    uris = [settings.sector_identifier_uri] if settings.sector_identifier_uri else sorted(redirect_uris)
    return replace(settings, sector=next((urlsplit(uri).hostname or uri for uri in uris), ""))
