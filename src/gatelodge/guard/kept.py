"""Answers that are kept for a moment: so many at most, under a digest that says nothing of the token."""

import hashlib
import secrets
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Digests:
    """Names for tokens that only this process can make: in its memory stands no token, and nothing that would help
    to find one."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def of(self, token: str) -> bytes:
        """The token's name, 32 bytes."""
        return hashlib.blake2b(token.encode("utf-8"), key=self._key, digest_size=32).digest()


class Kept(Generic[T]):
    """Values with an end, the least recently used of which give way. Not for several threads without a lock."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[bytes, tuple[float, T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: bytes, now: float) -> T | None:
        """The value, if its time is not over; `now` on the clock of `put`."""
        entry = self._values.get(key)
        if entry is None:
            return None
        if now >= entry[0]:
            del self._values[key]
            return None
        self._values.move_to_end(key)
        return entry[1]

    def put(self, key: bytes, value: T, until: float) -> None:
        """Keep the value until then."""
        self._values[key] = (until, value)
        self._values.move_to_end(key)
        if len(self._values) > self._size:
            self._values.popitem(last=False)
