"""Proof Key for Code Exchange (RFC 7636), S256 alone: `plain` protects from nothing (RFC 9700 §2.1.1)."""

import base64
import hashlib
import hmac
import re

from gatelodge.protocol.errors import InvalidGrant, InvalidRequest

_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def s256(verifier: str) -> str:
    """The challenge that belongs to `verifier` (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def challenge_fault(challenge: str | None, method: str | None, *, required: bool) -> InvalidRequest | None:
    """What is wrong with the PKCE part of an authorization request (RFC 7636 §4.3, §4.4.1)."""
    if challenge is None:
        if method is not None:
            return InvalidRequest("code_challenge_method came without code_challenge")
        return InvalidRequest("code_challenge is required (PKCE with S256)") if required else None
    if method != "S256":
        return InvalidRequest("code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(challenge):
        return InvalidRequest("code_challenge must be 43 base64url characters")
    return None


def verifier_fault(challenge: str | None, verifier: str | None) -> InvalidGrant | None:
    """Whether the exchange proves that it comes from whoever began the request (RFC 7636 §4.6).

    A verifier without a challenge is refused too: it tells that the challenge was stripped on the
    way (RFC 9700 §2.1.1, PKCE downgrade)."""
    if challenge is None:
        return None if verifier is None else InvalidGrant("code_verifier came, but the request had no code_challenge")
    if verifier is None:
        return InvalidGrant("code_verifier is missing")
    if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(challenge, s256(verifier)):
        return InvalidGrant("code_verifier does not match")
    return None
