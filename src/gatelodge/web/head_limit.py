"""HTTP/1.1 with a limit to all that comes beside a body: request line, headers, trailers, the framing of chunks.

uvicorn sets none, and its parser joins the pieces of one long header anew with each that comes: a single connection
that sends a header without an end would keep the whole process busy and fill its memory."""

from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_HEAD = 65_536  # bytes of request line and headers
MAX_FRAMING = 1_048_576  # bytes of all that isn't the body; a body in chunks of one byte has five times its size

PEER = "gatelodge.peer"  # where in the scope the address at the other end is

TEXT = b"The request has too long a head."
ANSWER = (  # RFC 6585 §5
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (len(TEXT), TEXT)
)


class LimitedHead(HttpToolsProtocol):
    """uvicorn's protocol, which hangs up on whoever sends more than that."""

    _in_head = True
    _beside = 0  # bytes of this request so far that weren't its body's

    def on_message_begin(self) -> None:
        """A request begins. Who is at the other end of the connection is noted before anybody believes what a header
        says of that (proxy_headers)."""
        super().on_message_begin()
        if self.client is not None:
            self.scope[PEER] = self.client[0]  # type: ignore[literal-required]  # a member of ours

    def data_received(self, data: bytes) -> None:
        """Parse what has come, no further than the limit."""
        while data and not self.transport.is_closing():
            most = MAX_HEAD - self._beside if self._in_head else len(data)
            piece, data = data[:most], data[most:]
            self._beside += len(piece)
            super().data_received(piece)
            if self._beside >= (MAX_HEAD if self._in_head else MAX_FRAMING):
                self._refuse()

    def on_headers_complete(self) -> None:
        """The body begins."""
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._beside -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next request begins."""
        super().on_message_complete()
        self._in_head = True
        self._beside = 0

    def _refuse(self) -> None:
        if self.transport.is_closing():
            return
        self.logger.warning("A request's head was too long.")
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None until a first request, whatever uvicorn says
        if cycle is None or cycle.response_complete:  # else this would stand within another answer
            self.transport.write(ANSWER)
        self.transport.close()
