"""Requests as bytes on a socket, for all that a client library would not send."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPResponse

TIMEOUT = 20.0  # seconds

Headers = Iterable[tuple[str | bytes, str | bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    def text_is(self, text: str) -> bool:
        """Whether the body is exactly this."""
        return self.body == text.encode()

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for header, value in self.headers if header == name]

    def __getitem__(self, name: str) -> str:
        """The value of a header that must be there exactly once."""
        (value,) = self.all(name)
        return value

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))


def message(
    method: str, target: str | bytes, headers: Headers = (), body: bytes = b"", *, host: str | None = "localhost"
) -> bytes:
    """A request as it goes over the wire. `host` None leaves the Host header out; a body brings its Content-Length,
    unless `headers` say how long it is."""
    lines = [b" ".join((method.encode(), _bytes(target), b"HTTP/1.1"))]
    if host is not None:
        lines.append(b"Host: " + _bytes(host))
    given = [(_bytes(name), _bytes(value)) for name, value in headers]
    lines += [name + b": " + value for name, value in given]
    if body and not {b"content-length", b"transfer-encoding"} & {name.lower() for name, _ in given}:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


def send(port: int, *pieces: bytes, method: str = "GET") -> Answer:
    """Send bytes and read one answer. `method` tells whether it can have a body."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):  # the server has heard enough: read what it says
                break
        return read(connection, method)


def read(connection: socket.socket, method: str = "GET") -> Answer:
    """Read one answer."""
    response = HTTPResponse(connection, method=method)
    response.begin()
    body = response.read()
    return Answer(response.status, tuple((name.lower(), value) for name, value in response.getheaders()), body)


def ask(
    port: int,
    method: str,
    target: str | bytes,
    headers: Headers = (),
    body: bytes = b"",
    *,
    host: str | None = "localhost",
) -> Answer:
    """Send one request and read its answer."""
    return send(port, message(method, target, headers, body, host=host), method=method)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
