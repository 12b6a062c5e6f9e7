"""Slowing down whoever guesses: so many attempts for a key in a moving window, then a wait that ends by itself."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` attempts in any `seconds`, for each key of the kind that `name` says."""

    name: str
    amount: int
    seconds: int


PER_ACCOUNT = Limit("account", 10, 900)
PER_ADDRESS = Limit("address", 100, 900)

Counted: TypeAlias = tuple[Limit, str]


class Throttle:
    """Counts attempts. One key can't be made to wait for good: old attempts leave the window. `clock` in seconds, from
    whenever.

    What it knows is this process's own, and nothing in it waits, so that attempts which come at once are counted one by
    one. It keeps no key for longer than a window lasts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._attempts: OrderedDict[Counted, deque[float]] = OrderedDict()  # the key that was counted last is last

    def attempt(self, counted: Sequence[Counted]) -> int | None:
        """Count an attempt under each key. None: go ahead; otherwise the seconds until the next one is let in. What is
        refused isn't counted, so that trying on does not lengthen the wait."""
        for one in counted:
            wait = self.wait(one)
            if wait is not None:
                return wait
        for one in counted:
            self.count(one)
        return None

    def wait(self, counted: Counted) -> int | None:
        """What `attempt` would say of one key, without counting anything."""
        attempts, now = self._attempts.get(counted, ()), self._clock()
        within = [at for at in attempts if at > now - counted[0].seconds]
        if len(within) < counted[0].amount:
            return None
        return max(1, math.ceil(within[-counted[0].amount] + counted[0].seconds - now))

    def count(self, counted: Counted) -> None:
        """Count an attempt under a key."""
        now = self._clock()
        self._forget(now)
        self._attempts.setdefault(counted, deque(maxlen=counted[0].amount)).append(now)
        self._attempts.move_to_end(counted)

    def forgive(self, counted: Counted) -> None:
        """Forget the attempts under a key: the last one was right."""
        self._attempts.pop(counted, None)

    def _forget(self, now: float) -> None:
        """Drop the keys that were counted longest ago, up to the first that still matters."""
        while self._attempts:
            (limit, _), attempts = next(iter(self._attempts.items()))
            if attempts[-1] > now - limit.seconds:
                return
            self._attempts.popitem(last=False)
