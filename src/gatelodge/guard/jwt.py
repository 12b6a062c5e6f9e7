"""Tokens verified by their signature: JWT access tokens (RFC 9068), with the issuer's keys fetched from its JWKS."""

import json
import ssl
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING

from gatelodge.guard.access import has_begun, is_for, read_access, read_time
from gatelodge.guard.address import checked
from gatelodge.guard.clock import Clock
from gatelodge.guard.endpoint import Endpoint, Unreachable
from gatelodge.guard.reachable import Reachable
from gatelodge.guard.refusal import INVALID, UNAVAILABLE
from gatelodge.guard.verifier import Verdict
from gatelodge.guard.workers import Workers

if TYPE_CHECKING:
    from gatelodge.guard.signatures import Signed

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
_TYPES = {"at+jwt", "application/at+jwt"}  # RFC 9068 §4
_TEXTS = ("sub", "client_id", "jti")  # which RFC 9068 §2.2 asks for, besides iss, aud and the times


class Jwt:
    """Verifies JWT access tokens of `issuer` that are meant for `audience`, with the keys at `jwks_uri`.

    Nobody is asked about a token, so one that is revoked is let in until it expires: have them live for minutes.

    Refused (RFC 9068 §4, RFC 8725 §3): a token of another type, so that an ID token is none; signed by an algorithm
    that is not among `algorithms`, or with a key of another kind; with critical headers; of another issuer or
    audience; over, or not begun, give or take `leeway` seconds; without one of the claims that RFC 9068 §2.2 asks for;
    bound in a way that is not known here. Keys are kept as their answer's headers say, 30 seconds to a
    day; where they can't be fetched within `timeout` seconds the verdict is a refusal with status 503.

    Needs joserfc (`pip install 'gatelodge[guard]'`), else raises ImportError. Plain http is refused except to this
    computer or with `plain_http=True`. Raises ValueError where an argument can't be right.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        jwks_uri: str,
        *,
        algorithms: Collection[str] = ALGORITHMS,
        leeway: float = 30.0,
        timeout: float = 5.0,
        tls: ssl.SSLContext | None = None,
        plain_http: bool = False,
        clock: Clock | None = None,
    ) -> None:
        try:  # not before it is needed: joserfc is an extra
            from gatelodge.guard import signatures
            from gatelodge.guard.keys import Keys
        except ModuleNotFoundError as error:
            raise ImportError("Jwt needs joserfc: pip install 'gatelodge[guard]'") from error

        checked(issuer, "issuer", plain_http=plain_http)
        if not audience:
            raise ValueError("audience is needed: without one, a token for any other API would do")
        if isinstance(algorithms, str) or not algorithms or not set(algorithms) <= signatures.KEY_OF.keys():
            raise ValueError(f"algorithms must be among {', '.join(ALGORITHMS)}")
        if not 0 <= leeway <= 300 or timeout <= 0:
            raise ValueError("leeway must be between 0 and 300 seconds, timeout above 0")
        self._signatures = signatures
        self._issuer = issuer
        self._audience = audience
        self._algorithms = frozenset(algorithms)
        self._leeway = leeway
        self._timeout = timeout
        self._clock = clock or Clock()
        self._address = jwks_uri
        self._keys = Keys(Endpoint(jwks_uri, timeout=timeout, tls=tls, plain_http=plain_http), self._clock)
        self._workers = Workers("gatelodge-guard-keys")
        self._reachable = Reachable(jwks_uri)

    def __repr__(self) -> str:
        return f"Jwt({self._issuer!r}, {self._audience!r}, {self._address!r})"

    @property
    def issuer(self) -> str:
        """The provider's origin."""
        return self._issuer

    @property
    def patience(self) -> float:
        """Seconds that anybody waits for a verdict."""
        return self._timeout

    def begin(self, token: str) -> Verdict | Future[Verdict]:
        """The verdict; or where keys have to be fetched first, what it will be in."""
        signed = self._signatures.read_token(token)
        named = None if signed is None else self._named(signed)
        if signed is None or named is None:
            return INVALID
        if not self._keys.must_fetch(*named):
            return self._judge(signed, *named)
        return self._workers.submit(lambda: self._fetch_and_judge(signed, *named)) or UNAVAILABLE

    def _named(self, signed: "Signed") -> tuple[str | None, str] | None:
        """The key and the algorithm that the header names; None where it can't be a good token's (RFC 9068 §4)."""
        kind, alg, kid = (signed.header.get(name) for name in ("typ", "alg", "kid"))
        if not isinstance(kind, str) or kind.lower() not in _TYPES or "crit" in signed.header:
            return None
        if not isinstance(alg, str) or alg not in self._algorithms:
            return None
        return (kid, alg) if kid is None or isinstance(kid, str) else None

    def _fetch_and_judge(self, signed: "Signed", kid: str | None, alg: str) -> Verdict:
        try:
            self._keys.fetch(kid, alg)
        except Unreachable as error:
            self._reachable.lost(str(error))
            return UNAVAILABLE
        self._reachable.found()
        return self._judge(signed, kid, alg)

    def _judge(self, signed: "Signed", kid: str | None, alg: str) -> Verdict:
        """The verdict by the keys at hand."""
        key = self._keys.find(kid, alg)
        payload = None if key is None else self._signatures.claims_of(signed, key)
        if payload is None:
            return INVALID
        try:
            claims = json.loads(payload)
            return self._weigh(claims) if isinstance(claims, dict) else INVALID
        except (ValueError, RecursionError):
            return INVALID

    def _weigh(self, claims: Mapping[str, object]) -> Verdict:
        """What the claims of a token that the issuer signed are worth. Raises ValueError for malformed ones."""
        now, ends = self._clock.now(), read_time(claims, "exp")
        if claims.get("iss") != self._issuer or not is_for(claims, self._audience):
            return INVALID
        if ends is None or now >= ends + self._leeway or not has_begun(claims, now, self._leeway):
            return INVALID
        if read_time(claims, "iat") is None:
            return INVALID
        if not all(isinstance(claims.get(name), str) and claims[name] for name in _TEXTS):
            return INVALID
        return read_access(claims, self._issuer)
