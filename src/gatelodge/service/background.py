"""What goes on beside the requests, for as long as the server runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress


async def stopped_within(stop: asyncio.Event, seconds: float) -> bool:
    """Rest, but not a moment longer than until `stop` is set; whether it is."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


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
