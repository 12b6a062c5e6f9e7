"""The FAPI 2.0 Security Profile as one switch of a provider: what it demands of an application, beyond what other rules
ask for once its switches are on (protocol/policy.py: in_force)."""

from collections.abc import Collection
from urllib.parse import urlsplit

from gatelodge.protocol.client import AUTHORIZATION_CODE, Client
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import KEY_JWT, SELF_SIGNED_TLS, TLS
from gatelodge.protocol.errors import InvalidRequest, OAuthError, UnauthorizedClient
from gatelodge.protocol.policy import FAPI2_ALGORITHMS, Policy
from gatelodge.protocol.redirect_uri import LOOPBACK_LITERALS

METHODS = (KEY_JWT, TLS, SELF_SIGNED_TLS)  # FAPI 2.0 Security Profile §5.3.2.1
CODE_LIFETIME = 60  # seconds at most (§5.3.2.1)
_ALGORITHMS = (
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
)


def shortcomings(
    settings: ClientSettings,
    *,
    confidential: bool,
    redirect_uris: Collection[str],
    grant_types: Collection[str],
    resource_server: bool = False,
) -> list[str]:
    """What keeps an application from being one of a FAPI 2.0 provider's, a sentence each; none: nothing does."""
    found = []
    if not confidential:
        found.append("It is public, and FAPI 2.0 takes confidential applications only.")
    elif settings.token_endpoint_auth_method not in METHODS and not resource_server:
        found.append(f"It has to prove who it is by one of: {', '.join(METHODS)}.")
    for name in _ALGORITHMS:
        if getattr(settings, name) not in ("", *FAPI2_ALGORITHMS):
            found.append(f"Its {name} has to be one of: {', '.join(FAPI2_ALGORITHMS)}.")
    if AUTHORIZATION_CODE in grant_types and not all(map(_is_safe, redirect_uris)):
        found.append("Its redirect URLs have to begin with https://, or be of this computer (127.0.0.1, [::1]).")
    return found


def client_fault(client: Client, policy: Policy) -> UnauthorizedClient | None:
    """Why an application is not served where the profile holds."""
    if not policy.fapi2 or not shortcomings(
        client.settings,
        confidential=client.confidential,
        redirect_uris=client.redirect_uris,
        grant_types=client.grant_types,
        resource_server=client.resource_server,
    ):
        return None
    return UnauthorizedClient("this application does not meet the FAPI 2.0 Security Profile, which this server demands")


def authorization_fault(client: Client, policy: Policy, redirect_uri: str, *, sent: bool) -> OAuthError | None:
    """What the profile finds wrong with an authorization request: §5.3.2.2."""
    if not policy.fapi2:
        return None
    if fault := client_fault(client, policy):
        return fault
    return None if sent else InvalidRequest("redirect_uri is missing")


def code_lifetime(usual: int, policy: Policy) -> int:
    """How long a code is good for, in seconds."""
    return min(usual, CODE_LIFETIME) if policy.fapi2 else usual


def _is_safe(uri: str) -> bool:
    parts = urlsplit(uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_LITERALS)
