"""Tokens that only their holder can use: bound to a key, which a call proves to have by a DPoP proof (RFC 9449), or to
a certificate that its connection was made with (RFC 8705)."""

import hashlib
import json
import threading
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from gatelodge.guard.access import Access
from gatelodge.guard.address import checked
from gatelodge.guard.clock import Clock
from gatelodge.guard.refusal import INVALID, Refusal

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519", "RS256")
MAX_AGE = 300.0  # seconds that a proof is good for after its `iat`
MAX_AHEAD = 30.0  # seconds that `iat` may lie ahead, since clocks differ
LONGEST_JTI = 256  # characters
BAD_PROOF = Refusal(401, "invalid_dpop_proof", "the DPoP proof is missing, used before, or not one for this request")
_PORTS = {"https": 443, "http": 80}

CertificateOf = Callable[["Request"], bytes | None]


@dataclass(frozen=True, slots=True)
class Request:
    """A call, as far as a bound token needs it: method, path without query, and every value of each header, by its name
    in lower case."""

    method: str
    path: str
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)


class Possession:
    """Judges whether a call holds what its token is bound to.

    `size` is how many proofs are remembered, so that none is good twice (RFC 9449 §11.1): in this process, for five
    minutes. Several processes each remember their own; nonces are not given out. `certificate_of` gives the client's
    certificate, DER, of a call, or None; where nothing but the API's own proxy can have made it up. Needs joserfc."""

    def __init__(
        self, *, size: int = 100_000, certificate_of: CertificateOf | None = None, clock: Clock | None = None
    ) -> None:
        try:
            from gatelodge.guard import signatures  # only here: a guard of bearer tokens needs no joserfc
        except ImportError:
            raise ImportError("Possession needs joserfc: pip install 'gatelodge[guard]'") from None
        if size < 1:
            raise ValueError("size must be above 0")
        self._signatures = signatures
        self._size = size
        self._certificate_of = certificate_of
        self._clock = clock or Clock()
        self._seen: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def fault(self, access: Access, scheme: str, token: str, resource: str, request: Request | None) -> Refusal | None:
        """Why a good token may not be used by this call; None where it may. `scheme` in lower case."""
        if (scheme == "dpop") is (access.jkt is None) or request is None:
            return INVALID
        if access.jkt is not None:
            return None if self._proves(access.jkt, token, resource, request) else BAD_PROOF
        certificate = self._certificate_of(request) if self._certificate_of is not None else None
        if access.x5t is not None and (certificate is None or _digest(certificate) != access.x5t):
            return INVALID
        return None

    def _proves(self, jkt: str, token: str, resource: str, request: Request) -> bool:
        """RFC 9449 §4.3, with the key that the token is bound to in place of any."""
        proofs = request.headers.get("dpop", ())
        signed = self._signatures.read_token(proofs[0]) if len(proofs) == 1 else None
        if signed is None or "crit" in signed.header or str(signed.header.get("typ")).lower() != "dpop+jwt":
            return False
        alg, key = signed.header.get("alg"), self._signatures.read_key(signed.header.get("jwk"))
        if not isinstance(alg, str) or alg not in ALGORITHMS or key is None or not key.fits(alg):
            return False
        payload = self._signatures.claims_of(signed, key)
        if payload is None or key.inner.thumbprint() != jkt:
            return False
        try:
            claims = json.loads(payload)
        except (ValueError, RecursionError):
            return False
        return isinstance(claims, dict) and self._is_for(claims, jkt, token, resource, request)

    def _is_for(self, claims: Mapping[str, object], jkt: str, token: str, resource: str, request: Request) -> bool:
        jti, issued, now = claims.get("jti"), claims.get("iat"), self._clock.now()
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
            return False
        if isinstance(issued, bool) or not isinstance(issued, int | float):
            return False
        if not now - MAX_AGE <= issued <= now + MAX_AHEAD or claims.get("htm") != request.method:
            return False
        if _address(claims.get("htu")) != _address(_origin(resource), request.path):
            return False
        if claims.get("ath") != _digest(token.encode("ascii")):
            return False
        seen = hashlib.sha256(f"{jkt} {jti}".encode("utf-8", "surrogatepass")).digest()
        return self._is_new(seen, now)

    def _is_new(self, seen: bytes, now: float) -> bool:
        with self._lock:
            while self._seen and next(iter(self._seen.values())) <= now:
                self._seen.popitem(last=False)
            if seen in self._seen:
                return False
            self._seen[seen] = now + MAX_AGE + MAX_AHEAD
            if len(self._seen) > self._size:
                self._seen.popitem(last=False)
            return True


def _origin(resource: str) -> str:
    parts = checked(resource, "resource")
    return f"{parts.scheme}://{parts.netloc}"


def _address(url: object, path: str | None = None) -> tuple[str, str, int, str] | None:
    """What two ways to write one address have in common, without query and fragment (RFC 3986 §6.2.2, §6.2.3)."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname or parts.username is not None or parts.password is not None:
        return None
    return (
        scheme,
        parts.hostname.lower(),
        port or _PORTS[scheme],
        (unquote(parts.path) if path is None else path) or "/",
    )


def _digest(data: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")
