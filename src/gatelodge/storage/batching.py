"""Group commit: the calls of one turn of the event loop, and those that come while a commit is under way, run as one.

Under load the cost of a commit is shared by all of them; a lone call waits for nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Call = TypeVar("Call")
Result = TypeVar("Result")


class Batcher(Generic[Call, Result]):
    """Hands calls on in batches, one batch at a time. `run` answers each in order, with a result or an exception."""

    def __init__(self, run: Callable[[Sequence[Call]], Awaitable[Sequence[Result | BaseException]]], most: int) -> None:
        self._run = run
        self._most = most
        self._waiting: list[tuple[Call, asyncio.Future[Result]]] = []
        self._worker: asyncio.Task[None] | None = None

    def submit(self, call: Call) -> asyncio.Future[Result]:
        """Have `call` run in the next batch; the future gets its result once that is committed."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((call, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return future

    async def drain(self) -> None:
        """Wait until everything that was submitted is done."""
        while self._worker is not None:
            await asyncio.shield(self._worker)

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                try:
                    results = await self._run([call for call, _ in batch])
                except Exception as error:  # a batch that fails as a whole fails each of its calls
                    results = [error] * len(batch)
                for (_, future), result in zip(batch, results, strict=True):
                    if future.done():  # whoever asked has gone
                        continue
                    if isinstance(result, BaseException):
                        future.set_exception(result)
                    else:
                        future.set_result(result)
                await self._gather()
        finally:
            self._worker = None

    async def _gather(self) -> None:
        """Let those come along whose requests are here already and only wait for their turn of the loop. A commit that
        32 connections share costs each a tenth of what it does when three share it."""
        seen = 0
        while seen < len(self._waiting) < self._most:
            seen = len(self._waiting)
            await asyncio.sleep(0)
