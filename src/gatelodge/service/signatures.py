"""Signatures that come with requests, of client assertions, proofs, request objects and our own tokens: what a JWT
claims, whose keys there are, and whether one of them made it.

Imported when it is first needed, like jose.py: most requests bring nothing that is signed.
"""

import json
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field

from joserfc import jwk, jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel

from gatelodge.protocol.dpop import thumbprint
from gatelodge.protocol.jwks_rules import MAX_KEYS, MAX_RSA_BITS, MIN_RSA_BITS
from gatelodge.protocol.jwt import Jwt

LONGEST = 16_384  # characters of a JWT
HMAC = "HS256"
# What a signature may be made with, and the kind of key that each takes. No `none` (RFC 8725 §3.1).
KEY_OF = {
    "ES256": ("EC", "P-256"),
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),  # its name since RFC 9864
}
_MATERIAL = ("kty", "crv", "x", "y", "n", "e")
_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)  # JSON can be anything


class _Registry(jws.JWSRegistry):
    """joserfc's, with our list alone, and without the warning that EdDSA has a newer name."""

    max_header_length = 8192  # a proof carries its key there

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms[name]


_REGISTRY = _Registry(strict_check_header=False)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Somebody's public key. `certificate` is the DER of the first one in its `x5c`, if it has any."""

    kid: str | None
    alg: str | None
    kind: tuple[str, str | None]
    jkt: str  # its thumbprint
    certificate: bytes | None
    inner: jwk.Key = field(repr=False)

    def fits(self, alg: str) -> bool:
        """Whether the key is one that `alg` is made with, and its owner made it for that."""
        named = self.alg is None or self.alg == alg or {self.alg, alg} == {"EdDSA", "Ed25519"}
        return named and KEY_OF.get(alg) == self.kind


def read_jwt(text: str) -> Jwt | None:
    """A signed JWT in its parts; None for what is none, or has an extension that has to be understood (RFC 7515
    §4.1.11)."""
    if len(text) > LONGEST:
        return None
    try:
        inner = jws.extract_compact(text.encode("ascii"), registry=_REGISTRY)
        header, claims = dict(inner.headers()), json.loads(inner.payload)
    except _UNREADABLE:
        return None
    if not isinstance(claims, dict) or not isinstance(header.get("alg"), str) or "crit" in header:
        return None
    return Jwt(header, claims, inner)


def read_key(member: object) -> PublicKey | None:
    """A JWK that signatures can be checked with; None for any other, which is no error (RFC 7517 §5)."""
    jkt = thumbprint(member)
    if not isinstance(member, dict) or jkt is None or member.get("use", "sig") != "sig":
        return None
    operations = member.get("key_ops", ["verify"])
    kid, alg, kty = member.get("kid"), member.get("alg"), member["kty"]
    kind = (kty, None if kty == "RSA" else member.get("crv"))
    if not isinstance(operations, list) or "verify" not in operations or kind not in KEY_OF.values():
        return None
    try:
        if kty == "RSA" and not MIN_RSA_BITS <= _bits(member["n"]) <= MAX_RSA_BITS:
            return None
        inner = jwk.import_key({name: member[name] for name in _MATERIAL if name in member})
        inner.get_op_key("verify")  # where a point is not on its curve, now is the time to say so
        certificate = b64decode(member["x5c"][0], validate=True) if "x5c" in member else None
    except (*_UNREADABLE, IndexError):
        return None
    kid, alg = (one if isinstance(one, str) else None for one in (kid, alg))
    return PublicKey(kid, alg, kind, jkt, certificate, inner)


def _bits(number: str) -> int:
    """The length of a Base64urlUInt (RFC 7518 §2)."""
    return int.from_bytes(urlsafe_b64decode(f"{number}==")).bit_length()


def read_keys(text: str) -> Sequence[PublicKey] | None:
    """Those keys of a JWK Set (RFC 7517 §5) that signatures can be checked with; None for what is no set."""
    try:
        members = json.loads(text)["keys"]
    except _UNREADABLE:
        return None
    if not isinstance(members, list):
        return None
    return [key for member in members[:MAX_KEYS] if (key := read_key(member)) is not None]


def made_by(jwt: Jwt, keys: Sequence[PublicKey]) -> PublicKey | None:
    """Which of the keys made the signature: the one that the header names, or where it names none, whichever fits."""
    for key in keys:
        if key.fits(jwt.alg) and (jwt.kid is None or key.kid == jwt.kid) and _is_good(jwt, key.inner):
            return key
    return None


def made_with(jwt: Jwt, secret: str) -> bool:
    """Whether the signature is an HMAC with SHA-256 that this secret made (RFC 7518 §3.2)."""
    return jwt.alg == HMAC and _is_good(jwt, jwk.OctKey.import_key(secret))


def _is_good(jwt: Jwt, key: jwk.Key) -> bool:
    try:
        return jws.validate_compact(jwt.inner, key, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError):
        return False
