"""Signed tokens and the keys for them (RFC 7515, RFC 7517, RFC 7519), by joserfc.

Whoever needs this module imports it when it is first needed: joserfc and cryptography cost a process 20 MB, and an
installation that signs nothing should not pay for them.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, Key, KeySet, KeySetSerialization, OKPKey, RSAKey, import_key

ASYMMETRIC = ("ES256", "RS256", "PS256", "EdDSA")  # what we sign with and, of asymmetric ones, what we believe
RSA_BITS = 2048


class _Registry(jws.JWSRegistry):
    """joserfc's, without its warning that EdDSA has a newer name (RFC 9864)."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(f"{name} is not among the algorithms here")
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=[*ASYMMETRIC, "HS256"])


class Malformed(Exception):
    """What should be a JWT or a key is none."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A JWT as it came: nobody has looked at its signature."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    text: str = field(repr=False)


def generate(algorithm: str, key_id: str) -> tuple[str, bytes]:
    """A new key pair for one of our algorithms: the public JWK as JSON, the private one as PEM."""
    parameters: Any = {"kid": key_id, "use": "sig", "alg": algorithm}
    key: Key
    if algorithm == "ES256":
        key = ECKey.generate_key("P-256", parameters)
    elif algorithm == "EdDSA":
        key = OKPKey.generate_key("Ed25519", parameters)
    else:
        key = RSAKey.generate_key(RSA_BITS, parameters)
    return json.dumps(key.as_dict(private=False), separators=(",", ":")), key.as_pem(private=True)


def load(algorithm: str, pem: bytes) -> Key:
    """A private key, ready to sign with."""
    if algorithm == "ES256":
        return ECKey.import_key(pem)
    return OKPKey.import_key(pem) if algorithm == "EdDSA" else RSAKey.import_key(pem)


def sign(claims: Mapping[str, Any], key: Key, *, algorithm: str, key_id: str, kind: str) -> str:
    """A JWT in its compact form; `kind` becomes its `typ` (RFC 8725 §3.11)."""
    header = {"alg": algorithm, "kid": key_id, "typ": kind}
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact(header, payload, key, registry=_REGISTRY)


def unverified(text: str) -> Unverified:
    """What a JWT claims, for finding out whose key it has to be verified with. Raises Malformed."""
    try:
        found = jws.extract_compact(text.encode("ascii"), registry=_REGISTRY)
        claims = json.loads(found.payload)
    except (JoseError, ValueError, UnicodeError) as error:
        raise Malformed(str(error)) from None
    if not isinstance(claims, dict):
        raise Malformed("the claims are no JSON object")
    return Unverified(found.headers(), claims, text)


def is_signed(token: Unverified, keys: KeySet | Key, algorithms: Collection[str]) -> bool:
    """Whether one of `keys` made the signature, with one of `algorithms`; `none` is none of them (RFC 8725 §3.1)."""
    if token.header.get("alg") not in algorithms:
        return False
    try:
        jws.deserialize_compact(token.text, keys, algorithms=list(algorithms), registry=_REGISTRY)
    except (JoseError, ValueError):
        return False
    return True


def public(text: str) -> Key:
    """One of our public keys, from its JWK."""
    return import_key(json.loads(text))


def key_set(text: str) -> KeySet:
    """The keys of a JWK Set (RFC 7517 §5). Raises Malformed."""
    try:
        members = json.loads(text)
        if not isinstance(members, dict) or not isinstance(members.get("keys"), list):
            raise Malformed("a JWK Set is an object with a list of keys")
        serialization: KeySetSerialization = {"keys": members["keys"]}
        return KeySet.import_key_set(serialization)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Malformed(str(error)) from None
