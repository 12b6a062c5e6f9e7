"""Bearer tokens at a protected resource (RFC 6750): how one arrives, and how a refusal reads."""

import re

from gatelodge.protocol.errors import InsufficientScope, InvalidRequest, OAuthError

_UNPRINTABLE = re.compile(r"[^\x20-\x7E]")


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
    attributes = {"realm": realm}
    if error is not None:
        attributes |= {"error": error.code, "error_description": error.description}
    if isinstance(error, InsufficientScope):
        attributes["scope"] = error.scope
    return f"Bearer {', '.join(f'{name}={_quoted(value)}' for name, value in attributes.items())}"


def _quoted(text: str) -> str:
    """`text` as a quoted-string (RFC 9110 §5.6.4). What a header can't carry becomes a question mark, so that a
    realm named in Czech neither breaks the answer nor adds a line to it."""
    return '"' + _UNPRINTABLE.sub("?", text).replace("\\", r"\\").replace('"', r"\"") + '"'
