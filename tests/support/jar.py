"""An application's own key, and what it signs with it."""

import json
import warnings
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA", "HS256", "none"]


def _made(algorithm: str, key_id: str) -> Key:
    members: Any = {"kid": key_id}
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", members)
    if algorithm == "EdDSA":
        return OKPKey.generate_key("Ed25519", members)
    return RSAKey.generate_key(2048, members)


@dataclass(frozen=True)
class Signer:
    """A key pair of one algorithm."""

    algorithm: str = "ES256"
    key_id: str = "own"
    key: Key = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _made(self.algorithm, self.key_id))

    @property
    def jwks(self) -> str:
        """The public half, as the application gives it to us."""
        return json.dumps({"keys": [self.key.as_dict(private=False)]})

    def sign(self, claims: dict[str, Any], key: Key | None = None, **header: Any) -> str:
        """A JWT; a header member of None is left out."""
        members = {"alg": self.algorithm, "kid": self.key_id, "typ": "oauth-authz-req+jwt", **header}
        with warnings.catch_warnings():  # EdDSA has a newer name (RFC 9864)
            warnings.simplefilter("ignore", SecurityWarning)
            return jws.serialize_compact(
                {name: value for name, value in members.items() if value is not None},
                json.dumps(claims),
                key or self.key,
                registry=jws.JWSRegistry(algorithms=ALGORITHMS),
            )

    def request(self, client_id: str, issuer: str, parameters: dict[str, Any], *, now: int, **changes: Any) -> str:
        """A request object; a change to None leaves that claim out."""
        claims = {
            "iss": client_id,
            "aud": issuer,
            "exp": now + 300,
            "nbf": now,
            "iat": now,
            "jti": uuid4().hex,
            "client_id": client_id,
            **parameters,
            **changes,
        }
        return self.sign({name: claim for name, claim in claims.items() if claim is not None})


def secret_key(secret: str) -> Key:
    """A secret as a key, for who tries to sign with one."""
    return OctKey.import_key(secret)
