"""Tokens at a protected resource: how one arrives (RFC 6750, RFC 9449 §7.1), and how a refusal reads."""

import re

from gatelodge.protocol.dpop import ALGORITHMS
from gatelodge.protocol.errors import (
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidDpopProof,
    InvalidRequest,
    OAuthError,
    UseDpopNonce,
)

_UNPRINTABLE = re.compile(r"[^\x20-\x7E]")


BEARER, DPOP = "bearer", "dpop"  # schemes, in lower case
_NAMES = {BEARER: "Bearer", DPOP: "DPoP"}


def read_token(authorization_headers: list[str]) -> tuple[str, str] | InvalidRequest | None:
    """Scheme and token of the one `Authorization: Bearer` (RFC 6750 §2.1) or `Authorization: DPoP` header (RFC 9449
    §7.1); None where no such header came."""
    if len(authorization_headers) > 1:
        return InvalidRequest("more than one Authorization header")
    if not authorization_headers:
        return None
    scheme, _, token = authorization_headers[0].partition(" ")
    scheme, token = scheme.lower(), token.strip()
    return (scheme, token) if token and scheme in (BEARER, DPOP) else None


def challenge(realm: str, error: OAuthError | None, *, scheme: str = BEARER, metadata: str | None = None) -> str:
    """One `WWW-Authenticate` value of a refusal (RFC 6750 §3, RFC 9449 §7.1). Without any token at all there is no
    error to name (RFC 6750 §3.1). `metadata` is where the resource's metadata is (RFC 9728 §5.1)."""
    attributes = {"realm": realm}
    if metadata is not None:
        attributes["resource_metadata"] = metadata
    if error is not None:
        attributes |= {"error": error.code, "error_description": error.description}
    if isinstance(error, InsufficientScope):
        attributes["scope"] = error.scope
    if isinstance(error, InsufficientUserAuthentication):  # RFC 9470 §3
        if error.acr_values:
            attributes["acr_values"] = " ".join(error.acr_values)
        if error.max_age is not None:
            attributes["max_age"] = str(error.max_age)
    if scheme == DPOP:
        attributes["algs"] = " ".join(ALGORITHMS)
    written = ", ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())
    return f"{_NAMES[scheme]} {written}"


def challenges(
    realm: str, error: OAuthError | None, *, scheme: str = BEARER, metadata: str | None = None
) -> tuple[str, str]:
    """Both of them, one for each way to show a token; the error is in that of the `scheme` by which one came, which
    stands first (RFC 9449 §7.2)."""
    if scheme == DPOP:
        return challenge(realm, error, scheme=DPOP, metadata=metadata), challenge(realm, None, metadata=metadata)
    return challenge(realm, error, metadata=metadata), challenge(realm, None, scheme=DPOP, metadata=metadata)


def status_of(error: OAuthError | None) -> int:
    """The status of a refusal. What is wrong with a proof is answered like what is wrong with a token here (RFC 9449
    §7.1), whatever it is elsewhere."""
    if error is None or isinstance(error, InvalidDpopProof | UseDpopNonce):
        return 401
    return error.status


def _quoted(text: str) -> str:
    """`text` as a quoted-string (RFC 9110 §5.6.4). What a header can't carry becomes a question mark, so that a
    realm named in Czech neither breaks the answer nor adds a line to it."""
    return '"' + _UNPRINTABLE.sub("?", text).replace("\\", r"\\").replace('"', r"\"") + '"'
