"""Where ids and secrets come from: the one place that draws random numbers for them."""

import os
import secrets
import time
from collections.abc import Callable

from gatelodge.protocol.credentials import Kind, Presented, compose_of, secret_of
from gatelodge.protocol.values import value

Clock = Callable[[], int]  # UTC epoch seconds

_EPOCH_MS = 1_735_689_600_000  # 2025-01-01T00:00:00Z: 41 bits of milliseconds last until 2094
_NODE_BITS = 10
_COUNTER_BITS = 12
_DRAWN = 64  # random bytes for a secret: see secret_of


def clock() -> int:
    """Now, in whole UTC epoch seconds."""
    return int(time.time())


class IdSource:
    """Time-ordered 63-bit ids: milliseconds, node, counter. Nodes draw their number at random and share nothing; a
    clash shows as a taken key and is answered by minting anew."""

    def __init__(self) -> None:
        self._node = secrets.randbits(_NODE_BITS)
        self._last = (0, 0)

    def next(self) -> int:
        """An id greater than every one before it, also when the clock is set back."""
        at, counter = self._last
        now = time.time_ns() // 1_000_000 - _EPOCH_MS
        if now > at:
            self._last = (now, 0)
        elif counter + 1 < 1 << _COUNTER_BITS:
            self._last = (at, counter + 1)
        else:
            self._last = (at + 1, 0)
        at, counter = self._last
        return (at << _NODE_BITS | self._node) << _COUNTER_BITS | counter


def time_of(row_id: int) -> int:
    """When an id was made, in UTC epoch seconds."""
    return ((row_id >> _NODE_BITS + _COUNTER_BITS) + _EPOCH_MS) // 1000


def first_id_at(at: int) -> int:
    """The least id that can have been made at `at` (UTC epoch seconds) or later."""
    return max(0, at * 1000 - _EPOCH_MS) << _NODE_BITS + _COUNTER_BITS


@value
class Minted:
    """A new secret: `text` is shown to its owner and never stored, `presented` is what a row needs of it."""

    text: str
    presented: Presented

    def __repr__(self) -> str:  # a secret must not reach a log by way of a value that holds it
        return f"Minted({self.presented.kind!r}, id={self.presented.id})"


class Mint:
    """Makes ids and secrets."""

    def __init__(self, ids: IdSource | None = None) -> None:
        self._ids = ids or IdSource()

    def id(self) -> int:
        """A new row key."""
        return self._ids.next()

    def secret(self, kind: Kind, row_id: int | None = None) -> Minted:
        """A new secret of 256 random bits, for a new row or for the one that is to be `row_id`."""
        part = None
        while part is None:
            part = secret_of(os.urandom(_DRAWN))
        text, presented = compose_of(kind, self._ids.next() if row_id is None else row_id, part)
        return Minted(text, presented)
