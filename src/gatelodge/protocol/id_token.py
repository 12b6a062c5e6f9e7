"""The ID token: what an application is told of the user who signs in, and of how they did (OpenID Connect Core §2)."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from gatelodge.protocol.claims_request import Asked
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.issuance import GrantContext
from gatelodge.protocol.values import value

KIND = "JWT"  # its `typ`
LIFETIME = 3600  # seconds
ID_TOKEN_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "sid")


@value
class About:
    """What we know of a user, by the names of OpenID Connect Core §5.1."""

    name: str
    email: str
    email_verified: bool

    def claim(self, name: str) -> object | None:
        """One of the claims; None where there is none of that name."""
        return {"name": self.name, "email": self.email, "email_verified": self.email_verified}.get(name)


def told(about: About, asked: Mapping[str, Asked]) -> dict[str, object]:
    """Of the claims that were asked for, those that we have, and that have a value which was asked for
    (OpenID Connect Core §5.5.1). One that is missing is no error, however essential."""
    found = {name: about.claim(name) for name in asked}
    return {name: claim for name, claim in found.items() if claim is not None and asked[name].takes(claim)}


def id_token_claims(
    context: GrantContext,
    *,
    issuer: str,
    subject: str,
    client_id: str,
    access_token: str,
    algorithm: str,
    more: Mapping[str, object],
    now: int,
) -> dict[str, Any]:
    """The claims of an ID token that is given at `now` (UTC epoch seconds); `more` are those that were asked for."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "exp": now + LIFETIME,
        "iat": now,
        "auth_time": context.auth_time,
        "nonce": context.nonce,
        "acr": context.acr,
        "amr": list(context.amr) or None,
        "azp": client_id,
        "at_hash": at_hash(access_token, algorithm),
        "sid": None if context.session_id is None else public_id(context.session_id),
    }
    return {**more, **{name: claim for name, claim in claims.items() if claim is not None}}


def at_hash(access_token: str, algorithm: str) -> str:
    """What ties an access token to an ID token: the left half of its digest, by the hash that goes with the signature
    (OpenID Connect Core §3.1.3.6); with Ed25519 that is SHA-512."""
    digest = hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256
    made = digest(access_token.encode("ascii")).digest()
    return urlsafe_b64encode(made[: len(made) // 2]).rstrip(b"=").decode("ascii")
