"""Slowing down whoever guesses: so many attempts for a key in a moving window, then a wait that ends by itself."""

import math
import time
from collections.abc import Sequence

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

PER_ACCOUNT = RateLimitItemPerMinute(10, 15, namespace="account")
PER_ADDRESS = RateLimitItemPerMinute(100, 15, namespace="address")

Counted = tuple[RateLimitItem, str]


class Throttle:
    """Counts attempts. One key can't be made to wait for good: old attempts leave the window."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    async def attempt(self, counted: Sequence[Counted]) -> int | None:
        """Count an attempt under each key. None: go ahead; otherwise the seconds until the next one is let in. What is
        refused isn't counted, so that trying on does not lengthen the wait."""
        for one in counted:
            wait = await self.wait(one)
            if wait is not None:
                return wait
        for one in counted:
            await self.count(one)
        return None

    async def wait(self, counted: Counted) -> int | None:
        """What `attempt` would say of one key, without counting anything."""
        if await self._window.test(*counted):
            return None
        reset_at, _ = await self._window.get_window_stats(*counted)
        return max(1, math.ceil(reset_at - time.time()))

    async def count(self, counted: Counted) -> None:
        """Count an attempt under a key."""
        await self._window.hit(*counted)

    async def forgive(self, counted: Counted) -> None:
        """Forget the attempts under a key: the last one was right."""
        await self._window.clear(*counted)
