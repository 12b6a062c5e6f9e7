"""More than is needed is refused early, whether it was announced or not."""

import socket

import pytest

from gatelodge.web.direct import MAX_BODY
from gatelodge.web.head_limit import MAX_HEAD, TEXT
from tests.support.server import Server
from tests.web.raw import TIMEOUT, ask, message, read

FORM = ("Content-Type", "application/x-www-form-urlencoded")
READ_A_BODY = ("/oauth2/token", "/oauth2/revoke", "/oauth2/auth", "/signin")
TOO_MUCH = b"a=" + b"b" * MAX_BODY


@pytest.mark.rfc("9110", "15.5.14", "a body that is too large is refused with 413")
@pytest.mark.parametrize("path", READ_A_BODY)
def test_too_large_a_body_is_refused(server: Server, path: str) -> None:
    plain = ask(server.port, "POST", path, [FORM], TOO_MUCH)
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(TOO_MUCH), TOO_MUCH)
    chunked = ask(server.port, "POST", path, [FORM, ("Transfer-Encoding", "chunked")], chunk)
    announced = ask(server.port, "POST", path, [FORM, ("Content-Length", "10000000000")], b"a=b")
    assert [answer.status for answer in (plain, chunked, announced)] == [413, 413, 413]
    if path in ("/oauth2/token", "/oauth2/revoke"):
        assert plain.text == announced.text
        assert '"error":"invalid_request"' in plain.text


@pytest.mark.rfc("9110", "10.1.1", "who waits for 100 (Continue) gets the final status at once if it is clear")
def test_who_waits_to_send_too_much_is_not_asked_to(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as connection:
        headers = [FORM, ("Expect", "100-continue"), ("Content-Length", str(MAX_BODY + 1))]
        connection.sendall(message("POST", "/oauth2/token", headers))
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_the_largest_body_is_read(server: Server) -> None:
    body = b"grant_type=nonsense&" + b"&" * (MAX_BODY - 20)
    answer = ask(server.port, "POST", "/oauth2/token", [FORM], body)
    assert (answer.status, "too many parameters" in answer.text) == (400, True)


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke", "/oauth2/auth"])
def test_too_long_a_query_is_refused(server: Server, path: str) -> None:
    answer = ask(server.port, "POST", f"{path}?state={'a' * 20_000}")
    assert answer.status == 400
    assert "the query is too long" in answer.text


@pytest.mark.rfc("6585", "5", "headers that are too large are refused with 431")
@pytest.mark.parametrize(
    "head",
    [
        message("GET", "/signin?" + "a" * MAX_HEAD),
        message("GET", "/signin", [("X-Long", "a" * MAX_HEAD)]),
        message("GET", "/signin", [("a" * MAX_HEAD, "b")]),
        message("GET", "/signin", [(f"X-{number}", "a") for number in range(10_000)]),
        message("GET", "/signin", [("Cookie", "a=b; " * 20_000)]),
    ],
    ids=["target", "value", "name", "many", "cookie"],
)
def test_too_long_a_head_is_refused(server: Server, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as connection:
        connection.sendall(head[:MAX_HEAD])  # no more: what it doesn't read, a server answers with a reset
        answer = read(connection)
    assert (answer.status, answer.body) == (431, TEXT)


@pytest.mark.parametrize("path", ["/oauth2/token", "/api/graphql"])
def test_a_long_head_is_read(server: Server, path: str) -> None:
    head = [("X-Long", "a" * (MAX_HEAD - 1000)), FORM]
    assert ask(server.port, "POST", path, head, b"a=b" * 1000).status in (400, 401)


def endless(server: Server, beginning: bytes, more: bytes) -> int:
    """How many bytes of `more` the server takes before it hangs up."""
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as connection:
        connection.sendall(beginning)
        try:
            while sent < 64_000_000:
                connection.sendall(more)
                sent += len(more)
        except (BrokenPipeError, ConnectionResetError):
            pass
    return sent


def test_a_head_without_an_end_is_cut_off(server: Server) -> None:
    assert endless(server, b"GET /signin HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"a" * 100_000) < 32_000_000
    assert endless(server, b"GET /signin HTTP/1.1\r\n", b"X-A: b\r\n" * 10_000) < 32_000_000


def test_so_are_trailers_and_the_framing_of_chunks(server: Server) -> None:
    chunked = message("POST", "/oauth2/token", [FORM, ("Transfer-Encoding", "chunked")])
    assert endless(server, chunked + b"0\r\nX-Long: ", b"a" * 100_000) < 32_000_000
    assert endless(server, chunked + b"1;x=", b"a" * 100_000) < 32_000_000


def test_a_body_in_the_smallest_chunks_is_read(server: Server) -> None:
    body = b"grant_type=nonsense&client_id=" + b"x" * 2000
    chunks = b"".join(b"1\r\n%b\r\n" % body[at : at + 1] for at in range(len(body))) + b"0\r\n\r\n"
    answer = ask(server.port, "POST", "/oauth2/token", [FORM, ("Transfer-Encoding", "chunked")], chunks)
    assert "unsupported_grant_type" in answer.text
