"""Telling long answers that the server is to stop. Uvicorn waits for every answer to end, and lets nobody know."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping(event: asyncio.Event) -> Iterator[None]:
    """Have the event set by the signals that stop the server, before whatever else they do. For the block."""
    if threading.current_thread() is not threading.main_thread():
        yield  # nobody but the main thread hears signals
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def stop(number: int, frame: FrameType | None) -> Any:
        loop.call_soon_threadsafe(event.set)
        handler = before[signal.Signals(number)]
        return handler(number, frame) if callable(handler) else None

    for number, handler in before.items():
        if callable(handler):  # else whoever serves us leaves the signal alone, and so do we
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            if callable(handler):
                signal.signal(number, handler)
