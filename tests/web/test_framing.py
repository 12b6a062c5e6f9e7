"""Requests that a front end and a server could read differently: refused, or read in the one way there is."""

import socket

import pytest

from tests.support.server import Server
from tests.web.raw import TIMEOUT, ask, message, send

FORM = ("Content-Type", "application/x-www-form-urlencoded")
CHUNKED = ("Transfer-Encoding", "chunked")


@pytest.mark.rfc("9112", "6.3", "a message whose length can be read in two ways is refused")
@pytest.mark.rfc("9112", "5.1", "no space between a header's name and its colon")
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([("Content-Length", "5"), CHUNKED], b"0\r\n\r\nGET"),
        ([CHUNKED, ("Content-Length", "5")], b"0\r\n\r\nGET"),
        ([("Content-Length", "5"), ("Content-Length", "6")], b"a=bcde"),
        ([("Content-Length", "5, 6")], b"a=bcde"),
        ([("Content-Length", "+5")], b"a=bcd"),
        ([("Content-Length", "-1")], b"a"),
        ([("Content-Length", "0x5")], b"a=bcd"),
        ([("Content-Length", "5 5")], b"a=bcd"),
        ([("Content-Length", "9" * 40)], b"a=bcd"),
        ([("Transfer-Encoding", "xchunked")], b"0\r\n\r\n"),
        ([("Transfer-Encoding", "chunked, identity")], b"0\r\n\r\n"),
        ([("Transfer-Encoding ", "chunked")], b"0\r\n\r\n"),
        ([("X-A", "b\r\n Transfer-Encoding: chunked")], b""),
        ([("X-A", "b\0c")], b""),
        ([("X A", "b")], b""),
        ([("", "b")], b""),
        ([CHUNKED], b"-1\r\n\r\n"),
        ([CHUNKED], b"zz\r\n\r\n"),
        ([CHUNKED], b"3\r\na=bX\r\n0\r\n\r\n"),
    ],
)
def test_a_message_of_doubtful_length_is_refused(server: Server, headers: list[tuple[str, str]], body: bytes) -> None:
    answer = ask(server.port, "POST", "/oauth2/token", [FORM, *headers], body)
    assert answer.status == 400
    assert "access-control-allow-origin" not in answer or "error" in answer.text


@pytest.mark.parametrize(
    "data",
    [
        b"GET /signin HTTP/1.1\nHost: localhost\n\n",
        b"GET /sign\xffin HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /signin HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"NONSENSE /signin HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
        b"\0" * 64,
    ],
)
def test_what_is_not_http_is_refused(server: Server, data: bytes) -> None:
    answer = send(server.port, data)
    assert answer.status == 400
    assert answer.text == "Invalid HTTP request received."


def test_bytes_behind_a_body_are_another_request(server: Server) -> None:
    body = b"grant_type=nonsense"
    first = message("POST", "/oauth2/token", [FORM], body)
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as connection:
        connection.sendall(first + message("GET", "/nothing/here"))
        received = b""
        while received.count(b"HTTP/1.1 ") < 2:
            piece = connection.recv(65536)
            assert piece, received
            received += piece
    assert [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"400", b"404"]


def test_an_offer_to_speak_another_protocol_is_passed_over(server: Server) -> None:
    for protocol in ("h2c", "websocket"):
        offer = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", protocol), ("HTTP2-Settings", "AAMAAABk")]
        assert ask(server.port, "GET", "/signin", offer).status == 200
        posted = ask(server.port, "POST", "/oauth2/token", [FORM, *offer], b"client_id=x")
        assert (posted.status, "grant_type is missing" in posted.text) == (400, True)


def test_who_hangs_up_in_the_middle_is_no_fault_of_ours(server: Server) -> None:
    """The log of the shared server is looked through at its end: it tells of no failure."""
    for path in ("/oauth2/token", "/signin", "/oauth2/auth"):
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as connection:
            connection.sendall(message("POST", path, [FORM, ("Content-Length", "50")], b"a=b"))
    assert ask(server.port, "GET", "/signin").status == 200
