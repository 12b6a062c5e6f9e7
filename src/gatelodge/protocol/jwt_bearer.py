"""The JWT bearer grant (RFC 7521, RFC 7523 §2.1): an application acts for a user who is away, by signing that it does.

It never gets more than what that user has allowed it and not ended: the assertion says who is meant, the consent says
what may be done.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeGuard

from gatelodge.protocol.client import JWT_BEARER, Client
from gatelodge.protocol.errors import InvalidGrant, InvalidScope, OAuthError, UnauthorizedClient
from gatelodge.protocol.issuance import Issuance
from gatelodge.protocol.jwt import Jwt
from gatelodge.protocol.openid import OFFLINE_ACCESS
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.scope import Scope, parse_scope

TYPES = frozenset({"jwt"})  # one of any other kind was signed for another end (RFC 8725 §3.11)
ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519", "RS256")  # keys alone: a secret would prove nothing more
LONGEST = 3600  # seconds that an assertion may be good for from now on
LEEWAY = 60  # seconds that clocks may differ
MAX_TEXT = 256  # characters of a jti or a subject
NOTHING_ALLOWED = (
    "the user is unknown, or has allowed this application nothing"  # which of the two is nobody's business
)


@dataclass(frozen=True, slots=True)
class Good:
    """An assertion that keeps the rules: about whom it is, what it is remembered by, and until when it would be good
    (UTC epoch seconds)."""

    subject: str
    jti: str
    expires_at: int


def may_assert(client: Client, policy: Policy) -> UnauthorizedClient | None:
    """Whether this client may act for users who are away. Only one that proves who it is as well (RFC 7521 §4.1)."""
    if not policy.jwt_bearer:
        return UnauthorizedClient("the JWT bearer grant is switched off here")
    if JWT_BEARER not in client.grant_types or not client.confidential:
        return UnauthorizedClient("this application may not act for users who are away")
    if not (client.settings.jwks or client.settings.jwks_uri):
        return UnauthorizedClient("this application has given no keys that its assertions could be checked with")
    return None


def judge_assertion(
    jwt: Jwt, client_id: str, *, audiences: Collection[str], policy: Policy, now: int
) -> Good | InvalidGrant:
    """Whether an assertion is one of `client_id` for this server, now (RFC 7523 §3). `audiences` are what we are
    called. Of its signature nothing is known here. Every fault is `invalid_grant` (§3.1)."""
    claims, kind = jwt.claims, jwt.header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in TYPES:
        return InvalidGrant("the assertion is a JWT of another kind")
    if jwt.alg not in ALGORITHMS or (policy.fapi2 and jwt.alg == "RS256"):
        return InvalidGrant("the assertion is signed with an algorithm that is not taken here")
    if claims.get("iss") != client_id:
        return InvalidGrant("iss of the assertion must be the client_id")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if not named or not all(isinstance(one, str) and one in audiences for one in named):
        return InvalidGrant("aud of the assertion must be this server, and nobody else")
    expires, begins, issued, jti, subject = (claims.get(name) for name in ("exp", "nbf", "iat", "jti", "sub"))
    if not _is_time(expires) or expires <= now - LEEWAY:
        return InvalidGrant("the assertion has expired, or says nothing of when it does")
    if expires > now + LONGEST + LEEWAY:
        return InvalidGrant("the assertion is good for too long; let it expire within the hour")
    for time in (begins, issued):
        if time is not None and (not _is_time(time) or time > now + LEEWAY):
            return InvalidGrant("the assertion is not good yet; look at the clock")
    if not _is_text(jti):
        return InvalidGrant("the assertion needs a jti")
    if not _is_text(subject):
        return InvalidGrant("the assertion needs a sub: the user whom it is about")
    return Good(subject, jti, int(expires) + LEEWAY)


def within_consent(
    consented: Scope, details: str | None, asked: str | None, user_id: int, grant_id: int, *, expires_at: int
) -> Issuance | OAuthError:
    """What is given of what a user allowed, which is limited to `details`. No refresh token: the next assertion is one
    (RFC 7521 §4.1)."""
    allowed = consented - {OFFLINE_ACCESS}
    scope = allowed if asked is None else parse_scope(asked)
    if not scope or not scope <= allowed:
        return InvalidScope("scope is more than the user has allowed this application")
    return Issuance(grant_id, scope, refreshable=False, details=details, user_id=user_id, expires_at=expires_at)


def _is_time(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT
