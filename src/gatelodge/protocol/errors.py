"""Every error word that the server can put on the wire, one class each.

The description goes to the client and is made of our own fixed words, never of its input, and stays
inside the characters that RFC 6749 §4.1.2.1 allows (no quotes, no backslash). `log` is for the operator.

    OAuthError
      InvalidRequest, InvalidScope, InvalidTarget, ServerError, TemporarilyUnavailable
      the token endpoint     InvalidClient, InvalidGrant, UnauthorizedClient, UnsupportedGrantType
      … while a device waits AuthorizationPending, SlowDown, ExpiredToken, AccessDenied
      the authorization page UntrustedRedirect, AccessDenied, UnsupportedResponseType,
                             LoginRequired, ConsentRequired, InvalidAuthorizationDetails,
                             InvalidRequestObject, InvalidRequestUri, RequestUriNotSupported,
                             UnmetAuthenticationRequirements
      the protected API      InvalidToken, InsufficientScope, InsufficientUserAuthentication
      registration           InvalidRedirectUri, InvalidClientMetadata
      proofs of a key        InvalidDpopProof, UseDpopNonce
"""

from typing import ClassVar


class OAuthError(Exception):
    """An answer that some RFC defines; `code` is the exact word on the wire, `status` the HTTP status."""

    code: ClassVar[str]
    status: ClassVar[int] = 400

    def __init__(self, description: str, *, log: str = "") -> None:
        super().__init__(description)
        self.description = description
        self.log = log


class InvalidRequest(OAuthError):
    """RFC 6749 §5.2: a parameter is missing, doubled or malformed."""

    code = "invalid_request"


class InvalidScope(OAuthError):
    """RFC 6749 §5.2: the scope is unknown, malformed or more than was granted."""

    code = "invalid_scope"


class ServerError(OAuthError):
    """RFC 6749 §4.1.2.1: something went wrong on our side."""

    code = "server_error"
    status = 500


class TemporarilyUnavailable(OAuthError):
    """RFC 6749 §4.1.2.1: overloaded, or the database is away; worth trying again."""

    code = "temporarily_unavailable"
    status = 503


class TooManyRequests(TemporarilyUnavailable):
    """RFC 6585 §4: too much was asked for; `seconds` from now on the next one is let in."""

    status = 429

    def __init__(self, description: str, *, seconds: int, log: str = "") -> None:
        super().__init__(description, log=log)
        self.seconds = seconds


class InvalidClient(OAuthError):
    """RFC 6749 §5.2: the client is unknown or did not prove who it is."""

    code = "invalid_client"
    status = 401


class InvalidGrant(OAuthError):
    """RFC 6749 §5.2: the code or token is bad, expired, revoked or another client's."""

    code = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """RFC 6749 §5.2: this client may not use this grant."""

    code = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """RFC 6749 §5.2: no such grant here."""

    code = "unsupported_grant_type"


class UntrustedRedirect(OAuthError):
    """RFC 6749 §4.1.2.1: the client or its redirect URI is wrong; tell the person on a page, never redirect."""

    code = "invalid_request"


class AccessDenied(OAuthError):
    """RFC 6749 §4.1.2.1: the user said no."""

    code = "access_denied"


class AuthorizationPending(OAuthError):
    """RFC 8628 §3.5: nobody has answered yet; ask again after the interval."""

    code = "authorization_pending"


class SlowDown(OAuthError):
    """RFC 8628 §3.5: nobody has answered yet, and the device asks too often: the interval grows by five seconds."""

    code = "slow_down"


class ExpiredToken(OAuthError):
    """RFC 8628 §3.5: nobody has answered in time; the device has to begin anew."""

    code = "expired_token"


class UnsupportedResponseType(OAuthError):
    """RFC 6749 §4.1.2.1: only `code` is served."""

    code = "unsupported_response_type"


class LoginRequired(OAuthError):
    """OpenID Connect Core §3.1.2.6: `prompt=none`, but nobody is signed in."""

    code = "login_required"


class ConsentRequired(OAuthError):
    """OpenID Connect Core §3.1.2.6: `prompt=none`, but the user has not agreed to this yet."""

    code = "consent_required"


class UnmetAuthenticationRequirements(OAuthError):
    """OpenID Connect Core Error Code unmet_authentication_requirements §2, RFC 9470 §5: nobody can sign in here in the
    way that is asked for."""

    code = "unmet_authentication_requirements"


class InvalidAuthorizationDetails(OAuthError):
    """RFC 9396 §5: the authorization_details are of no type that is known here, or not as their type says."""

    code = "invalid_authorization_details"


class InvalidDpopProof(OAuthError):
    """RFC 9449 §5, §7.1: the proof is missing, or not one for this request. 401 at a protected resource."""

    code = "invalid_dpop_proof"


class UseDpopNonce(OAuthError):
    """RFC 9449 §8, §9: the proof has to carry `nonce`, which is new. 401 at a protected resource."""

    code = "use_dpop_nonce"

    def __init__(self, description: str, *, nonce: str, log: str = "") -> None:
        super().__init__(description, log=log)
        self.nonce = nonce


class InvalidTarget(OAuthError):
    """RFC 8707 §2: the resource is no URI, not known here, or more than was granted."""

    code = "invalid_target"


class InvalidToken(OAuthError):
    """RFC 6750 §3.1: the access token is malformed, expired or revoked."""

    code = "invalid_token"
    status = 401


class InsufficientScope(OAuthError):
    """RFC 6750 §3.1: the token is good, but not for this; `scope` is what would be needed."""

    code = "insufficient_scope"
    status = 403

    def __init__(self, description: str, *, scope: str, log: str = "") -> None:
        super().__init__(description, log=log)
        self.scope = scope


class InvalidRequestObject(OAuthError):
    """RFC 9101 §7: the request object can't be verified, or is not one for us."""

    code = "invalid_request_object"


class InvalidRequestUri(OAuthError):
    """RFC 9101 §7: the request_uri names no request, or none any more."""

    code = "invalid_request_uri"


class RequestUriNotSupported(OAuthError):
    """OpenID Connect Core §3.1.2.6: requests are not fetched from elsewhere."""

    code = "request_uri_not_supported"


class InvalidRedirectUri(OAuthError):
    """RFC 7591 §3.2.2: a redirect URI is missing, or can't be one."""

    code = "invalid_redirect_uri"


class InvalidClientMetadata(OAuthError):
    """RFC 7591 §3.2.2: what an application says of itself can't be, or contradicts itself."""

    code = "invalid_client_metadata"


class InsufficientUserAuthentication(OAuthError):
    """RFC 9470 §3: the token is good, but its user's sign-in is too old, or not of a kind that is enough here.
    `max_age` (seconds) and `acr_values` are what an authorization request has to ask for."""

    code = "insufficient_user_authentication"
    status = 401

    def __init__(self, description: str, *, max_age: int | None, acr_values: tuple[str, ...]) -> None:
        super().__init__(description)
        self.max_age = max_age
        self.acr_values = acr_values
