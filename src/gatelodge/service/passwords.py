"""Passwords that people chose: argon2id on a few threads of its own, never on the event loop.

The pool is bounded, so that a flood of sign-ins can't take the machine from the token endpoint: beyond
the queue's end a sign-in is told to come back.
"""

from functools import cached_property

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane.
_MEMORY_KIB = 19_456
_PASSES = 2
MAX_AT_ONCE = 2
MAX_WAITING = 32


class Busy(Exception):
    """Too many passwords are being checked at this moment."""


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)
        self._limiter: CapacityLimiter | None = None
        self._checking = 0

    async def hash(self, password: str) -> str:
        """The string to store for `password`."""
        return await to_thread.run_sync(self._hasher.hash, password, limiter=self._pool())

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the stored one's. Without a stored one it takes as long and is False. Raises Busy."""
        if self._checking >= MAX_AT_ONCE + MAX_WAITING:
            raise Busy
        self._checking += 1
        try:
            right = await to_thread.run_sync(self._check, stored, password, limiter=self._pool())
        finally:
            self._checking -= 1
        return right and stored is not None

    def _check(self, stored: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _nobodys(self) -> str:
        """What a password for an unknown e-mail address is checked against."""
        return self._hasher.hash("nobody's password")

    def _pool(self) -> CapacityLimiter:
        if self._limiter is None:  # a limiter belongs to the running event loop
            self._limiter = CapacityLimiter(MAX_AT_ONCE)
        return self._limiter
