"""What applications sign with, by joserfc and cryptography: assertions, proofs, certificates."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class _Registry(jws.JWSRegistry):
    """joserfc's, which signs with whatever it is asked to."""

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms[name]

    def check_header(self, header: Any) -> None:
        """Any header goes: whoever is to refuse it is who is tested."""


_REGISTRY = _Registry(strict_check_header=False)


def sign(key: Key, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """A JWT with this very header."""
    return jws.serialize_compact(dict(header), json.dumps(claims).encode(), key, registry=_REGISTRY)


def with_secret(secret: str, claims: Mapping[str, Any], alg: str = "HS256") -> str:
    """A JWT with an HMAC. By hand, since libraries know better than to take a public key for a secret."""
    signed = ".".join(_encoded(json.dumps(one).encode()) for one in ({"alg": alg}, claims))
    made = hmac.digest(secret.encode(), signed.encode(), {"HS256": "sha256", "HS512": "sha512"}[alg])
    return f"{signed}.{_encoded(made)}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
    """A JWT of the algorithm `none`."""
    parts = [json.dumps(one).encode() for one in ({"alg": "none", **(header or {})}, claims)]
    return ".".join([*map(_encoded, parts), ""])


@dataclass
class Signer:
    """An application's key."""

    alg: str = "ES256"
    kid: str = "k-1"
    key: ECKey | OKPKey | RSAKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = (
            ECKey.generate_key("P-256")
            if self.alg == "ES256"
            else OKPKey.generate_key("Ed25519")
            if self.alg in ("EdDSA", "Ed25519")
            else RSAKey.generate_key(2048)
        )

    @property
    def pem(self) -> str:
        """Its public key."""
        return self.key.as_pem(private=False).decode()

    @property
    def public(self) -> dict[str, Any]:
        """Its public JWK."""
        return dict(self.key.as_dict(private=False))

    def jwks(self, **more: Any) -> str:
        """A set that holds it alone."""
        return json.dumps({"keys": [{**self.public, "kid": self.kid, **more}]})

    @property
    def jkt(self) -> str:
        """Its thumbprint."""
        return self.key.thumbprint()

    def assertion(self, client_id: str, audience: object, now: float, **claims: Any) -> str:
        """A client assertion; a claim of None is left out."""
        usual = {"iss": client_id, "sub": client_id, "aud": audience, "exp": int(now) + 60, "iat": int(now)}
        changed = {"jti": secrets.token_hex(8), **usual, **claims}
        return sign(
            self.key,
            {"alg": self.alg, "kid": self.kid},
            {name: one for name, one in changed.items() if one is not None},
        )

    def proof(
        self, method: str, url: str, now: float, token: str | None = None, header: Mapping[str, Any] = {}, **claims: Any
    ) -> str:
        """A DPoP proof; a claim of None is left out."""
        usual = {"jti": secrets.token_hex(8), "htm": method, "htu": url, "iat": int(now)}
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            usual["ath"] = _encoded(digest)
        changed = {name: one for name, one in {**usual, **claims}.items() if one is not None}
        return sign(self.key, {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.public, **header}, changed)


@dataclass
class Certified:
    """A certificate that its holder made for themselves, of a key on P-256."""

    pem: str
    der: bytes
    key: ec.EllipticCurvePrivateKey

    @property
    def escaped(self) -> str:
        """As nginx passes it on."""
        return quote(self.pem, safe="")

    @property
    def structured(self) -> str:
        """As RFC 9440 has it."""
        return f":{base64.b64encode(self.der).decode()}:"

    @property
    def x5c(self) -> str:
        """As a JWK has it."""
        return base64.b64encode(self.der).decode()

    @property
    def thumbprint(self) -> str:
        """`x5t#S256`."""
        return _encoded(hashlib.sha256(self.der).digest())

    @property
    def jwk(self) -> dict[str, Any]:
        """Its key."""
        pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return dict(ECKey.import_key(pem).as_dict(private=False))


def certificate(
    subject: str = "CN=robot,O=North",
    *names: x509.GeneralName,
    now: float,
    key: ec.EllipticCurvePrivateKey | None = None,
    days: int = 30,
) -> Certified:
    """A certificate for `days` from the day before `now` on."""
    made = key or ec.generate_private_key(ec.SECP256R1())
    begins = datetime.fromtimestamp(now, UTC) - timedelta(days=1)
    name = x509.Name.from_rfc4514_string(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(made.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
    signed = builder.sign(made, hashes.SHA256())
    pem = signed.public_bytes(serialization.Encoding.PEM).decode()
    return Certified(pem, signed.public_bytes(serialization.Encoding.DER), made)
