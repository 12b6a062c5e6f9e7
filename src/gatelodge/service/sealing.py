"""Secrets that must be known again, such as private keys: stored encrypted with the installation's key, so that a
database that gets into the wrong hands gives none of them away."""

import secrets

from gatelodge.service.keys import KeyRing

_NONCE = 12  # bytes, AES-GCM's own
_PURPOSE = "sealing"


class Unsealable(Exception):
    """What was sealed can't be opened: the key file is not the one that it was sealed with, or it was changed."""


class Sealer:
    """Seals with AES-256-GCM. What was sealed for one purpose opens for no other; keys that were in use before still
    open what they sealed."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """`plain`, encrypted."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # it costs every process that never seals 10 MB

        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._made(purpose)[0]).encrypt(nonce, plain, purpose.encode("utf-8"))

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """What `seal` was given. Raises Unsealable."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce, encrypted = sealed[:_NONCE], sealed[_NONCE:]
        for reloaded in (False, True):  # another process may have made a key since
            if reloaded:
                self._keys.reload()
            for key in self._made(purpose):
                try:
                    return AESGCM(key).decrypt(nonce, encrypted, purpose.encode("utf-8"))
                except (InvalidTag, ValueError):
                    continue
        raise Unsealable(f"{self._keys.path} holds no key that opens what was sealed as {purpose}")

    def _made(self, purpose: str) -> list[bytes]:
        return self._keys.derive(_PURPOSE, purpose.encode("utf-8"))
