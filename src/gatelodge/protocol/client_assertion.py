"""Clients that prove who they are by a signed assertion (RFC 7521 §4.2, RFC 7523 §3, OpenID Connect Core §9).

Of the signature nothing is known here yet: who has to have made it follows from whom the assertion names.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeGuard

from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import SECRET_JWT
from gatelodge.protocol.errors import InvalidClient
from gatelodge.protocol.jwt import Jwt
from gatelodge.protocol.policy import Policy

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# What an assertion may call itself; most libraries say JWT, or nothing. Anything else was signed for another end
# (RFC 8725 §3.11).
TYPES = frozenset({"jwt", "client-authentication+jwt"})
LONGEST = 3600  # seconds that an assertion may be good for from now on: libraries make them for up to an hour
LEEWAY = 60  # seconds that clocks may differ
MAX_JTI = 256  # characters
# By which keys of theirs applications prove who they are, where they have not named one; RS256 is for those that ask
# for it (RFC 8725 §3.2).
USUAL = ("ES256", "PS256", "EdDSA", "Ed25519")


@dataclass(slots=True)
class Assertion:
    """The assertion that a request brought. It is good for one request, however often that one is tried: `accepted`
    once it was."""

    jwt: Jwt
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Good:
    """An assertion that keeps the rules: what it is remembered by, and until when it would be good (UTC epoch
    seconds)."""

    jti: str
    expires_at: int


def claimed_client(jwt: Jwt) -> str | None:
    """The client_id that an assertion is about (RFC 7523 §3), for finding out whose keys it has to be signed with."""
    subject = jwt.claims.get("sub")
    return subject if isinstance(subject, str) and subject else None


def algorithms(settings: ClientSettings, policy: Policy) -> Collection[str]:
    """What the application's assertions may be signed with: an HMAC with its secret, or one of its keys, never either
    (RFC 8725 §3.1, §3.2)."""
    named = settings.token_endpoint_auth_signing_alg
    if settings.token_endpoint_auth_method == SECRET_JWT:
        return ("HS256",)
    asked = ("EdDSA", "Ed25519") if named == "EdDSA" else (named,)  # one algorithm, by two names (RFC 9864)
    return [one for one in (asked if named else USUAL) if one != "RS256" or not policy.fapi2]


def judge_assertion(
    jwt: Jwt,
    client_id: str,
    *,
    issuer: str,
    addresses: Collection[str],
    allowed: Collection[str],
    policy: Policy,
    now: int,
) -> Good | InvalidClient:
    """Whether an assertion is one of `client_id` for this server, now (RFC 7523 §3). `issuer` is ours, `addresses` are
    the URLs that it may name in place of it; FAPI 2.0 takes the issuer alone (Security Profile §5.3.2.1)."""
    claims, kind = jwt.claims, jwt.header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in TYPES:
        return InvalidClient("the client assertion is a JWT of another kind")
    if jwt.alg not in allowed:
        return InvalidClient("the client assertion is signed with an algorithm that this client does not use")
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        return InvalidClient("iss and sub of the client assertion must both be the client_id")
    audience = claims.get("aud")
    if policy.fapi2:
        if audience != issuer:
            return InvalidClient("aud of the client assertion must be the issuer, as a string")
    else:
        named = audience if isinstance(audience, list) else [audience]
        # One that is meant for others as well, those could show here.
        if not named or not all(isinstance(one, str) and (one == issuer or one in addresses) for one in named):
            return InvalidClient("aud of the client assertion must be this server, and nobody else")
    expires, begins, issued, jti = (claims.get(name) for name in ("exp", "nbf", "iat", "jti"))
    if not _is_time(expires) or expires <= now - LEEWAY:
        return InvalidClient("the client assertion has expired, or says nothing of when it does")
    if expires > now + LONGEST + LEEWAY:
        return InvalidClient("the client assertion is good for too long; let it expire within the hour")
    for time in (begins, issued):
        if time is not None and (not _is_time(time) or time > now + LEEWAY):
            return InvalidClient("the client assertion is not good yet; look at the clock")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI:
        return InvalidClient("the client assertion needs a jti")
    return Good(jti, int(expires) + LEEWAY)


def _is_time(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
