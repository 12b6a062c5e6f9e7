"""Our own keys and what we sign with them (RFC 7515, RFC 7517, RFC 7519), by joserfc. Signatures are looked at in
signatures.py, others' and ours.

Whoever needs this module imports it when it is first needed: joserfc and cryptography cost a process 20 MB, and an
installation that signs nothing should not pay for them.
"""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

ASYMMETRIC = ("ES256", "RS256", "PS256", "EdDSA")  # what we sign with
RSA_BITS = 2048


class _Registry(jws.JWSRegistry):
    """joserfc's, without its warning that EdDSA has a newer name (RFC 9864)."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(f"{name} is not among the algorithms here")
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=list(ASYMMETRIC))


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
