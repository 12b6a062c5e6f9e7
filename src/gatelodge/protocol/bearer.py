"""Bearer tokens at a protected resource (RFC 6750): how one arrives, and how a refusal reads."""

from gatelodge.protocol.errors import InsufficientScope, InvalidRequest, OAuthError


def read_bearer(authorization_headers: list[str]) -> str | InvalidRequest | None:
    """The token of the one `Authorization: Bearer` header (RFC 6750 §2.1); None where no such header came."""
    if len(authorization_headers) > 1:
        return InvalidRequest("more than one Authorization header")
    if not authorization_headers:
        return None
    scheme, _, token = authorization_headers[0].partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def challenge(realm: str, error: OAuthError | None) -> str:
    """The `WWW-Authenticate` value of a refusal (RFC 6750 §3). Without any token at all there is no error to name
    (RFC 6750 §3.1)."""
    attributes = [f'realm="{realm}"']
    if error is not None:
        attributes += [f'error="{error.code}"', f'error_description="{error.description}"']
    if isinstance(error, InsufficientScope):
        attributes.append(f'scope="{error.scope}"')
    return f"Bearer {', '.join(attributes)}"
