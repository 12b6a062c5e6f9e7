"""Clients' certificates (RFC 8705), as a proxy passes them on. Imported when one is first to be read: cryptography is
large, and most connections come without a certificate."""

import hashlib
from base64 import b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwk

from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.dpop import thumbprint

LONGEST = 16_384  # characters of a header's value
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate, of which nothing more is known than that its holder has its key."""

    der: bytes = field(repr=False)
    thumbprint: str  # `x5t#S256` (RFC 8705 §3.1)
    jkt: (
        str | None
    )  # the thumbprint of its key, as JWK (RFC 7638); None for kinds of keys that JWK Sets here don't have
    inner: x509.Certificate = field(repr=False)

    def holds(self, now: int) -> bool:
        """Whether it has begun and not ended at `now` (UTC epoch seconds)."""
        begins, ends = self.inner.not_valid_before_utc, self.inner.not_valid_after_utc
        return begins.timestamp() <= now <= ends.timestamp()

    def is_for(self, settings: ClientSettings) -> bool:
        """Whether it names whom the application has said that its certificates name (RFC 8705 §2.1.2)."""
        wanted = [
            (settings.tls_client_auth_subject_dn, self._has_subject),
            (settings.tls_client_auth_san_dns, lambda name: name.lower() in [one.lower() for one in self._dns()]),
            (settings.tls_client_auth_san_uri, lambda name: name in self._names(x509.UniformResourceIdentifier)),
            (settings.tls_client_auth_san_ip, self._has_address),
            (settings.tls_client_auth_san_email, lambda name: name in self._names(x509.RFC822Name)),
        ]
        asked = [matches(name) for name, matches in wanted if name]
        return bool(asked) and all(asked)

    def _has_subject(self, name: str) -> bool:
        try:
            return x509.Name.from_rfc4514_string(name) == self.inner.subject  # RFC 4514, whatever way it is written
        except ValueError:
            return False

    def _has_address(self, name: str) -> bool:
        try:
            return ip_address(name) in self._alternatives().get_values_for_type(x509.IPAddress)
        except ValueError:
            return False

    def _dns(self) -> Sequence[str]:
        return self._names(x509.DNSName)

    def _names(self, kind: type[x509.DNSName | x509.UniformResourceIdentifier | x509.RFC822Name]) -> Sequence[str]:
        return self._alternatives().get_values_for_type(kind)

    def _alternatives(self) -> x509.SubjectAlternativeName:
        try:
            return self.inner.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (x509.ExtensionNotFound, ValueError):
            return x509.SubjectAlternativeName([])


@lru_cache(256)
def read(text: str) -> Certificate | None:
    """The certificate in a header's value: PEM, percent-encoded as nginx's $ssl_client_escaped_cert, or base64 of DER
    between colons (RFC 9440 §2.1). None for anything else, and for more than one."""
    der = _der(text.strip()) if len(text) <= LONGEST else None
    if der is None:
        return None
    try:
        inner = x509.load_der_x509_certificate(der)
        if inner.public_bytes(Encoding.DER) != der:
            return None
        pem = inner.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    except ValueError:
        return None
    return Certificate(der, _encoded(hashlib.sha256(der).digest()), _jkt(pem), inner)


def _der(text: str) -> bytes | None:
    try:
        if len(text) > 2 and text[0] == text[-1] == ":":
            return b64decode(text[1:-1], validate=True)
        pem = (unquote(text) if "%" in text else text).strip()
        if not pem.startswith(_BEGIN) or not pem.endswith(_END) or pem.count(_BEGIN) > 1:
            return None
        return b64decode("".join(pem[len(_BEGIN) : -len(_END)].split()), validate=True)
    except (Error, ValueError):
        return None


def _jkt(pem: bytes) -> str | None:
    for kind in (jwk.ECKey, jwk.RSAKey, jwk.OKPKey):
        try:
            return thumbprint(kind.import_key(pem).as_dict(private=False))
        except (ValueError, TypeError, AttributeError):
            continue
    return None


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
