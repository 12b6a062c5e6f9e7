"""What a guard needs of whatever verifies tokens for it."""

import asyncio
from concurrent.futures import Future
from typing import Protocol

from gatelodge.guard.access import Access
from gatelodge.guard.refusal import UNAVAILABLE, Refusal

Verdict = Access | Refusal


class Verifier(Protocol):
    """Tells what a token is worth. May be asked by many threads and event loops at once."""

    @property
    def issuer(self) -> str:
        """The provider's origin, by which its authorization server is known (RFC 8414 §2)."""

    @property
    def patience(self) -> float:
        """Seconds after which whoever waits for a verdict is told that there is none."""

    def begin(self, token: str) -> Verdict | Future[Verdict]:
        """The verdict, where nobody has to be asked for it; or what it will be in."""


def settle(verifier: Verifier, token: str) -> Verdict:
    """The verdict, waited for on this thread."""
    verdict = verifier.begin(token)
    if not isinstance(verdict, Future):
        return verdict
    try:
        return verdict.result(verifier.patience)
    except TimeoutError:
        return UNAVAILABLE


async def settle_async(verifier: Verifier, token: str) -> Verdict:
    """The verdict, waited for on this event loop. Whoever is cancelled takes nothing from others that wait."""
    verdict = verifier.begin(token)
    if not isinstance(verdict, Future):
        return verdict
    waiting = asyncio.wrap_future(verdict)
    done, _ = await asyncio.wait([waiting], timeout=verifier.patience)
    return waiting.result() if done else UNAVAILABLE
