"""DPoP (RFC 9449): a request proves that its sender has a key, by a JWT that is good for this request alone.

The rules get header and claims as values; that the key in the header made the signature is for whoever calls to find
out, after these rules and before anything is believed.
"""

import json
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from gatelodge.protocol.errors import InvalidDpopProof
from gatelodge.protocol.values import value

TYPE = "dpop+jwt"
ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519", "RS256")  # asymmetric ones, all of them (RFC 9449 §4.3)
FAPI2_ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")  # FAPI 2.0 Security Profile §5.4
MAX_AGE = 300  # seconds that a proof is good for after its `iat`
# Seconds that `iat` may lie ahead: clocks differ (FAPI 2.0 Security Profile §5.3.2.1 asks for 10 at least, 60 at most).
MAX_AHEAD = 30
MAX_JTI = 256  # characters

# What a public key is made of, in the order of RFC 7638 §3.2; and what only a private or a symmetric one has.
_PUBLIC = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
_SECRET = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_NAME = re.compile(r"[A-Za-z0-9-]+")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_PORTS = {"https": 443, "http": 80}

MALFORMED = "the DPoP proof is not one that RFC 9449 describes"


@value
class Proof:
    """A proof that keeps the rules, of whose signature nothing is known yet. Times are UTC epoch seconds."""

    jkt: str  # the thumbprint of its key
    jti: str
    expires_at: int  # when it is good for nothing any more
    nonce: str | None


def judge_proof(
    header: Mapping[str, object],
    claims: Mapping[str, object],
    *,
    method: str,
    url: str,
    now: int,
    algorithms: Collection[str] = ALGORITHMS,
    token: str | None = None,
) -> Proof | InvalidDpopProof:
    """Whether a proof is one for this request: RFC 9449 §4.3, in its order. `method` and `url` are those that the
    request came with, `token` the access token that came with it, at a protected resource."""
    if str(header.get("typ")).lower() != TYPE:
        return InvalidDpopProof(MALFORMED, log="its typ is not dpop+jwt")
    if header.get("alg") not in algorithms:
        return InvalidDpopProof("the DPoP proof is signed with an algorithm that is not accepted here")
    jkt = thumbprint(header.get("jwk"))
    if jkt is None:
        return InvalidDpopProof(MALFORMED, log="its jwk is no public key, or has a private part")
    jti, issued, nonce = claims.get("jti"), claims.get("iat"), claims.get("nonce")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI:
        return InvalidDpopProof(MALFORMED, log="its jti is missing or too long")
    if claims.get("htm") != method:
        return InvalidDpopProof("the DPoP proof is for another method")
    htu = claims.get("htu")
    if not isinstance(htu, str) or normalised(htu) != normalised(url):
        return InvalidDpopProof("the DPoP proof is for another address")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        return InvalidDpopProof(MALFORMED, log="its iat is missing or no number")
    if not now - MAX_AGE <= issued <= now + MAX_AHEAD:
        return InvalidDpopProof("the DPoP proof was made too long ago, or ahead of time; look at the clock")
    if nonce is not None and not isinstance(nonce, str):
        return InvalidDpopProof(MALFORMED, log="its nonce is no text")
    if token is not None:
        hashed = claims.get("ath")
        if hashed != token_hash(token):
            return InvalidDpopProof("the DPoP proof is for another access token")
    return Proof(jkt, jti, int(issued) + MAX_AGE, nonce)


def token_hash(token: str) -> str:
    """The `ath` of an access token (RFC 9449 §4.2)."""
    return _encoded(sha256(token.encode("utf-8")).digest())


def thumbprint(jwk: object) -> str | None:
    """The JWK thumbprint (RFC 7638) of a public key; None for what is none, or has a private part. Members are taken as
    they stand, each in the one way that base64url writes it, so that one key has one thumbprint."""
    if not isinstance(jwk, dict) or _SECRET & jwk.keys():
        return None
    names = _PUBLIC.get(jwk["kty"]) if isinstance(jwk.get("kty"), str) else None
    if names is None:
        return None
    members = {name: jwk.get(name) for name in names}
    for name, member in members.items():
        if not isinstance(member, str) or not (_NAME if name in ("crv", "kty") else _BASE64URL).fullmatch(member):
            return None
        if name not in ("crv", "kty") and not _canonical(member):
            return None
    written = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return _encoded(sha256(written.encode("utf-8")).digest())


def is_thumbprint(text: str) -> bool:
    """Whether a `dpop_jkt` has the form of one (RFC 9449 §10)."""
    return _THUMBPRINT.fullmatch(text) is not None


def normalised(url: str) -> tuple[str, str, int | None, str] | None:
    """What two addresses have in common that are the same but for the way they are written, query and fragment left out
    (RFC 9449 §4.3; RFC 3986 §6.2.2, §6.2.3); None for what is no address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname or parts.username is not None or parts.password is not None:
        return None
    return scheme, parts.hostname.lower(), port or _PORTS[scheme], unquote(parts.path) or "/"


def _canonical(text: str) -> bool:
    """Whether base64url would write it so: without padding, and without bits that nobody reads."""
    return len(text) % 4 != 1 and _encoded(b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")) == text


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
