"""Who writes next. SQLite lets one write at a time, and whoever finds it taken looks again after a pause that grows to
a tenth of a second: under load some look at the wrong moment until their patience ends. So the writers of one process
queue up here first, and only the first of them asks SQLite, which other processes may be writing to.

There are two queues: the people's, of transactions from the portal, and the machines', in which the hot path's one
writer stands alone with a batch of all that came in. They go by turns, so that neither waits for all of the other.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gatelodge.service.ports import StoreUnavailable


class Turns:
    """The queues of one process, at one database file."""

    def __init__(self) -> None:
        self._people = asyncio.Lock()
        self._next = asyncio.Lock()

    @asynccontextmanager
    async def people(self, patience: float) -> AsyncIterator[None]:
        """The portal's turn, which lasts as long as the block. Raises StoreUnavailable where it does not come within
        `patience` seconds."""
        async with _taken(self._people, patience), _taken(self._next, patience):
            yield

    @asynccontextmanager
    async def machines(self, patience: float) -> AsyncIterator[None]:
        """The hot path's turn. Raises StoreUnavailable as `people` does."""
        async with _taken(self._next, patience):
            yield


@asynccontextmanager
async def _taken(lock: asyncio.Lock, patience: float) -> AsyncIterator[None]:
    try:
        if lock.locked():
            async with asyncio.timeout(patience):
                await lock.acquire()
        else:  # at once, and cheaper than with a clock running
            await lock.acquire()
    except TimeoutError:
        raise StoreUnavailable("other writers have kept the database locked") from None
    try:
        yield
    finally:
        lock.release()
