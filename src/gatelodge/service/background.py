"""What goes on beside the requests, for as long as the server runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from gatelodge.service.ports import StoreUnavailable


async def stopped_within(stop: asyncio.Event, seconds: float) -> bool:
    """Rest, but not a moment longer than until `stop` is set; whether it is."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


async def attempt(work: Callable[[], Awaitable[object]], log: Any, *, put_off: str, failed: str) -> None:
    """Do one turn of something that is done again and again, whatever becomes of it: `log` says that it was `put_off`
    because the database is away, or how it `failed`."""
    try:
        await work()
    except StoreUnavailable as error:
        log.error(put_off, reason=str(error))
    except Exception:  # the next turn may go well, and nobody else would have it go on
        log.exception(failed)


@asynccontextmanager
async def running(run: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    """Have `run` go on for as long as the block lasts. It is asked to stop by the event, and waited for."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(run(stop))
    try:
        yield
    finally:
        stop.set()
        await task
