"""One address to ask over HTTP, with the standard library: blocking, so it is called on a thread of its own."""

import http.client
import os
import ssl
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

from gatelodge.guard.address import checked

LONGEST = 1_048_576  # bytes of an answer
_IDLE = 8  # connections that are kept open


class Unreachable(Exception):
    """There was no answer that could be used; the message says why, without anything that was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case; of one that came twice, the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Endpoint:
    """An address, and connections to it that are used again. Redirects are not followed: what is sent there is meant
    for nobody else. Threads may share it, and a forked process opens connections of its own."""

    def __init__(self, url: str, *, timeout: float, tls: ssl.SSLContext | None, plain_http: bool) -> None:
        parts = checked(url, "the address to ask", plain_http=plain_http)
        self._host = parts.hostname or ""
        self._port = parts.port
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._idle: list[http.client.HTTPConnection] = []
        self._process = os.getpid()
        self._lock = threading.Lock()
        weakref.finalize(self, _close, self._idle)

    def ask(self, method: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Ask once, or twice where a connection that was kept turns out to have been closed meanwhile: so only
        what may be asked twice. Raises Unreachable."""
        if (kept := self._take()) is not None:
            try:
                return self._ask_on(kept, method, headers, body)
            except ConnectionError:
                kept.close()
            except (OSError, http.client.HTTPException) as error:
                kept.close()
                raise Unreachable(_told(error)) from None
        fresh = self._connection()
        try:
            return self._ask_on(fresh, method, headers, body)
        except (OSError, http.client.HTTPException) as error:
            fresh.close()
            raise Unreachable(_told(error)) from None

    def _ask_on(
        self, connection: http.client.HTTPConnection, method: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        connection.request(method, self._target, body, dict(headers))
        response = connection.getresponse()
        content = response.read(LONGEST + 1)
        if len(content) > LONGEST:
            connection.close()
            raise Unreachable("the answer is too long")
        answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
        self._put_back(connection)
        return answer

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is not None:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)

    def _take(self) -> http.client.HTTPConnection | None:
        with self._lock:
            if self._process != os.getpid():  # two processes on one connection would read each other's answers
                _close(self._idle)  # our ends only; the other process keeps its own
                self._process = os.getpid()
            return self._idle.pop() if self._idle else None

    def _put_back(self, connection: http.client.HTTPConnection) -> None:
        if connection.sock is None:  # the server said that it closes it
            return
        with self._lock:
            if len(self._idle) < _IDLE:
                self._idle.append(connection)
                return
        connection.close()


def _close(connections: list[http.client.HTTPConnection]) -> None:
    while connections:
        connections.pop().close()


def _told(error: Exception) -> str:
    """The kind of error and what the system says of it. Not its text, which may quote what came."""
    return f"{type(error).__name__}{f': {error.strerror}' if isinstance(error, OSError) and error.strerror else ''}"
