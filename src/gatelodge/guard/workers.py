"""Threads that ask, for callers that block and for callers on an event loop alike."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

THREADS = 16
MOST = 1000  # jobs under way at once; whoever comes then is told to come back


class Workers:
    """A few threads and a queue that has an end. A forked process gets threads of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._process = 0
        self._under_way = 0

    def submit(self, job: Callable[[], T]) -> Future[T] | None:
        """Have `job` run; None where too many are waiting already."""
        with self._lock:
            if self._pool is None or self._process != os.getpid():
                self._pool, self._process, self._under_way = ThreadPoolExecutor(THREADS, self._name), os.getpid(), 0
            if self._under_way >= MOST:
                return None
            self._under_way += 1
            pool = self._pool
        future = pool.submit(job)
        future.add_done_callback(self._done)
        return future

    def _done(self, _future: object) -> None:
        with self._lock:
            self._under_way -= 1
