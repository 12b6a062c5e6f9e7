"""Keeps the signing keys of all providers up to date, beside the requests: on every node, whichever sees it first."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from gatelodge.service.background import attempt, running, stopped_within
from gatelodge.service.ports import ProviderStore
from gatelodge.service.signing import Signing

_log = structlog.get_logger("gatelodge.keys")

SOON = 60  # seconds within which a node that has just started looks for the first time


class KeyKeeper:
    """Looks after the keys every `interval` seconds."""

    def __init__(self, providers: ProviderStore, signing: Signing, *, interval: int) -> None:
        self._providers = providers
        self._signing = signing
        self._interval = interval

    async def tend(self) -> None:
        """Make the keys that it is time for and forget the old ones, at every provider. Raises StoreUnavailable."""
        for provider in await self._providers.all():
            await self._signing.tend(provider)

    async def run(self, stop: asyncio.Event) -> None:
        """Do so until `stop` is set, whatever happens to one of the times. Nodes that were started together do not
        look together."""
        rest = random.uniform(0, min(SOON, self._interval))  # noqa: S311 (no secret)
        while not await stopped_within(stop, rest):
            rest = self._interval
            await attempt(self.tend, _log, put_off="keys not looked after", failed="keys not looked after")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do so for as long as the block lasts."""
        async with running(self.run):
            yield
