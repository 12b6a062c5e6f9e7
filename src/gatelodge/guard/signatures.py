"""Signatures of JWTs, by joserfc: the one module here that needs more than the standard library."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from joserfc import jwk, jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel

# What a signature may be made with, and the kind of key that each takes. Nothing symmetric, so that a public key can't
# be passed off as a secret; no "none" (RFC 8725 §2.1, §3.1).
KEY_OF = {
    "ES256": ("EC", "P-256"),
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),  # its name since RFC 9864
}
_SMALLEST_RSA = 2048  # bits, RFC 7518 §3.3
_MATERIAL = ("kty", "crv", "x", "y", "n", "e")

Claims = bytes


class _Registry(jws.JWSRegistry):
    """joserfc's, with our list alone, and without the warning that EdDSA has a newer name."""

    max_header_length = 4096

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms[name]


_REGISTRY = _Registry(strict_check_header=False)


@dataclass(frozen=True, slots=True)
class Signed:
    """A token as it came, of which nothing is known yet to be true."""

    header: dict[str, object]
    inner: jws.CompactSignature


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of the issuer's."""

    kid: str | None
    alg: str | None
    kind: tuple[str, str | None]
    inner: jwk.Key

    def fits(self, alg: str) -> bool:
        """Whether the key is one that `alg` is made with, and its issuer made it for that."""
        named = self.alg is None or self.alg == alg or {self.alg, alg} == {"EdDSA", "Ed25519"}
        return named and KEY_OF[alg] == self.kind


def read_key(member: object) -> Key | None:
    """A key of a JWKS (RFC 7517 §5) that signatures can be checked with; None for any other, which is no error."""
    if not isinstance(member, dict) or "d" in member or "k" in member or member.get("use", "sig") != "sig":
        return None
    operations = member.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    kid, alg, kty = member.get("kid"), member.get("alg"), member.get("kty")
    kind = (str(kty), None if kty == "RSA" else str(member.get("crv")))
    if kind not in KEY_OF.values() or not isinstance(kid, str | None) or not isinstance(alg, str | None):
        return None
    try:
        if kty == "RSA" and _bits(member["n"]) < _SMALLEST_RSA:
            return None
        inner = jwk.import_key(_material(member))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return Key(kid, alg, kind, inner)


def _material(member: Mapping[str, object]) -> dict[str, str | list[str]]:
    """The key alone. What it is for we judge ourselves, since joserfc knows EdDSA by one name at a time."""
    return {name: str(member[name]) for name in _MATERIAL if name in member}


def _bits(number: str) -> int:
    """The length of a Base64urlUInt (RFC 7518 §2)."""
    return int.from_bytes(urlsafe_b64decode(f"{number}==")).bit_length()


def read_token(token: str) -> Signed | None:
    """The token in its parts; None where it is no JWS (RFC 7515 §3.1)."""
    try:
        inner = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
        return Signed(dict(inner.headers()), inner)
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):  # a header can be any JSON
        return None


def claims_of(token: Signed, key: Key) -> Claims | None:
    """What the token says, where the key's owner signed it; else None. The header's `alg` is one that fits the key."""
    try:
        good = jws.validate_compact(token.inner, key.inner, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError):
        return None
    return (token.inner.payload or b"") if good else None
