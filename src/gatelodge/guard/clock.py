"""The two clocks that a guard looks at. A test hands in its own."""

import time


class Clock:
    """The time as this computer has it."""

    def now(self) -> float:
        """Seconds since the epoch, UTC: what `exp` is compared with."""
        return time.time()

    def elapsed(self) -> float:
        """Seconds since some moment, which nobody can set back: how old an answer is."""
        return time.monotonic()
