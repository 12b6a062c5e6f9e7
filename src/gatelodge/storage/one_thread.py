"""A thread that does for the event loop, one after another, what has to be waited for."""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")
_Task = tuple[asyncio.AbstractEventLoop, asyncio.Future[Any], Callable[[], Any]]


class OneThread:
    """Much less than a ThreadPoolExecutor, which has a future, a lock and a condition of its own for each task: of what
    passing one on and hearing of its end takes, this takes half (20 µs)."""

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._begun = False

    def run(self, call: Callable[[], Result]) -> asyncio.Future[Result]:
        """Have `call` run in its turn; the future gets its result, or what it raised."""
        if not self._begun:
            self._begun = True
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._tasks.put((loop, future, call))
        return future

    def close(self) -> None:
        """Wait until all that was passed on is done."""
        if self._begun:
            self._tasks.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            loop, future, call = task
            try:
                result = call()
            except BaseException as error:  # it goes to whoever waits for it: this thread has nobody to tell
                loop.call_soon_threadsafe(_settle, future, None, error)
            else:
                loop.call_soon_threadsafe(_settle, future, result, None)


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():  # whoever asked has gone
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
