"""An application's public keys as a JWK Set (RFC 7517 §5): whether they are keys at all, and public ones."""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

MAX_KEYS = 20
MAX_LENGTH = 20_000  # characters
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192  # RFC 7518 §3.3; and what it costs to check a signature has to end somewhere
SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # RFC 7518 §6
CURVES = {"P-256": 32, "P-384": 48, "P-521": 66}  # RFC 7518 §6.2.1: bytes of a coordinate
OCTET_CURVES = {"Ed25519": 32, "X25519": 32, "Ed448": 57, "X448": 56}  # RFC 8037 §2
MAX_NAME = 200


def jwks_fault(text: str) -> str | None:
    """Why `text` can't be an application's keys, as a sentence. A key of a type that is not known is passed over
    (RFC 7517 §5), but a secret in any of them is not: it would be no secret any more."""
    if len(text) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return "This is no JSON."
    if not isinstance(members, dict) or not isinstance(members.get("keys"), list) or not members["keys"]:
        return 'This is no JWK Set: write {"keys": [...]} with at least one key.'
    keys = members["keys"]
    if len(keys) > MAX_KEYS:
        return f"Use at most {MAX_KEYS} keys."
    for key in keys:
        if fault := _key_fault(key):
            return fault
    names = [key["kid"] for key in keys if "kid" in key]
    return "Two of the keys have the same kid." if len(set(names)) < len(names) else None


def _key_fault(key: object) -> str | None:
    if not isinstance(key, dict) or not isinstance(key.get("kty"), str):
        return "Each key must be an object with a kty."
    if SECRET_MEMBERS & key.keys():
        return "Give the public keys only: one of these has its private part with it, which nobody else may see."
    if "kid" in key and not (isinstance(key["kid"], str) and 0 < len(key["kid"]) <= MAX_NAME):
        return f"A kid is a text of at most {MAX_NAME} characters."
    check = {"RSA": _rsa_fault, "EC": _curve_fault, "OKP": _octet_fault}.get(key["kty"])
    return check(key) if check else None


def _rsa_fault(key: Mapping[str, Any]) -> str | None:
    modulus, exponent = _number(key, "n"), _number(key, "e")
    if modulus is None or exponent is None:
        return "An RSA key has n and e, in base64url."
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        return f"An RSA key must have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits."
    if modulus % 2 == 0 or exponent % 2 == 0 or not 3 <= exponent < 1 << 64:
        return "This is no RSA key."
    return None


def _curve_fault(key: Mapping[str, Any]) -> str | None:
    length = CURVES.get(key["crv"]) if isinstance(key.get("crv"), str) else None
    if length is None:
        return f"An EC key is on one of the curves: {', '.join(CURVES)}."
    if any(len(_bytes(key, name) or b"") != length for name in ("x", "y")):
        return "An EC key has x and y of its curve's length, in base64url."
    return None


def _octet_fault(key: Mapping[str, Any]) -> str | None:
    length = OCTET_CURVES.get(key["crv"]) if isinstance(key.get("crv"), str) else None
    if length is None:
        return f"An OKP key is on one of the curves: {', '.join(OCTET_CURVES)}."
    return None if len(_bytes(key, "x") or b"") == length else "An OKP key has x of its curve's length, in base64url."


def _number(key: Mapping[str, Any], name: str) -> int | None:
    found = _bytes(key, name)
    return int.from_bytes(found, "big") if found else None


def _bytes(key: Mapping[str, Any], name: str) -> bytes | None:
    text = key.get(name)
    if not isinstance(text, str) or "=" in text or not text.isascii():
        return None
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
