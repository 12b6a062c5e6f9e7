"""The installation's own keys: a file that only its owner can read, made on first start.

A line a key: id, time of making, base64 of 256 random bits; the last one is in use, the earlier ones still check what
they signed. Every purpose derives a key of its own from it, so that a signature for one is none for another.
"""

import base64
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from gatelodge.service.minting import clock

FILE_NAME = "master.key"
SECRET_BYTES = 32


class KeyFileError(Exception):
    """The key file can't be read or made; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the installation."""

    id: str
    created_at: int
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id})"


class KeyRing:
    """Signs and checks with the installation's keys."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME
        self._keys = _read(self.path) or [self._append()]
        self._seen = _stamp(self.path)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key, the one in use last."""
        return tuple(self._keys)

    def rotate(self) -> Key:
        """Make a new key and use it from now on. Other processes come to know it when they first meet it."""
        key = self._append()
        self._keys = _read(self.path)
        return key

    def sign(self, purpose: str, message: bytes) -> str:
        """A signature of `message` that only counts for `purpose`."""
        return _signature(self._keys[-1], purpose, message)

    def verify(self, purpose: str, message: bytes, signature: str) -> bool:
        """Whether `signature` was made for this purpose and message by one of our keys."""
        key_id = signature.partition(".")[0]
        if all(key.id != key_id for key in self._keys):
            self.reload()
        expected = [_signature(key, purpose, message) for key in self._keys if key.id == key_id]
        return any(hmac.compare_digest(one.encode(), signature.encode("utf-8", "replace")) for one in expected)

    def derive(self, purpose: str, message: bytes) -> list[bytes]:
        """256 bits that only we can make of `message`: one for each key, the one in use first."""
        return [hmac.digest(_derived(key, purpose), message, "sha256") for key in reversed(self._keys)]

    def reload(self) -> None:
        """Come to know the keys that another process has made. Made-up signatures can't make us read the file more
        often than it changes."""
        if (stamp := _stamp(self.path)) != self._seen:
            self._keys = _read(self.path) or self._keys
            self._seen = stamp

    def _append(self) -> Key:
        key = Key(secrets.token_hex(4), clock(), secrets.token_bytes(SECRET_BYTES))
        line = f"{key.id} {key.created_at} {base64.b64encode(key.secret).decode('ascii')}\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, line.encode("ascii"))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise KeyFileError(f"The key file {self.path} can't be written: {error.strerror}.") from error
        return key


def _signature(key: Key, purpose: str, message: bytes) -> str:
    mac = hmac.digest(_derived(key, purpose), message, "sha256")
    return f"{key.id}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode('ascii')}"


def _derived(key: Key, purpose: str) -> bytes:
    return hmac.digest(key.secret, purpose.encode("utf-8"), "sha256")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _read(path: Path) -> list[Key]:
    try:
        lines = path.read_text("ascii").splitlines()
        fields = [line.split(" ") for line in lines]
        keys = [Key(key_id, int(at), base64.b64decode(secret, validate=True)) for key_id, at, secret in fields]
        if any(len(key.secret) != SECRET_BYTES for key in keys):  # a line cut short can end where base64 may end
            raise ValueError
        return keys
    except FileNotFoundError:
        return []
    except OSError as error:
        raise KeyFileError(f"The key file {path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise KeyFileError(f"The key file {path} is damaged: restore it from a backup.") from error
