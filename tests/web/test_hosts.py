"""The Host header picks the provider; one that names none gets a page that says so."""

import pytest

from tests.support.server import Server
from tests.web.raw import ask, send

PAGE = "No provider at this address"
PATHS = ("/signin", "/oauth2/token", "/api/graphql", "/theme.css", "/nothing")


@pytest.mark.rfc("9110", "15.5.20", "a server that does not answer for the host that was asked says 421")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.localhost",
        "",
        "[::1]",
        "[localhost]",
        "user@localhost",
        "localhost evil.example",
        "localhost,evil.example",
        "localhost:abc",
        "localhost:80:80",
        "localhost/signin",
        "localhost:1/evil?x=",
        "localhost:80@evil.example",
        "localhost#",
        "localhost\\",
        "local\xe9host",
        "LOCALHOST\t.",
        "*",
        ".",
        "a" * 300,
    ],
)
def test_a_foreign_or_odd_host_is_not_served(server: Server, host: str, path: str) -> None:
    answer = ask(server.port, "GET", path, host=host)
    assert answer.status == 421
    assert PAGE in answer.text
    assert host == "" or len(host) == 1 or host not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "localhost.", "localhost:1", "localhost:"])
def test_the_spelling_and_the_port_play_no_part(server: Server, host: str) -> None:
    assert ask(server.port, "GET", "/signin", host=host).status == 200


@pytest.mark.rfc("9112", "3.2", "a request without a Host header, or with two, is answered with 400")
@pytest.mark.parametrize("path", PATHS)
def test_no_host_or_two_are_refused(server: Server, path: str) -> None:
    for answer in (
        ask(server.port, "GET", path, host=None),
        ask(server.port, "GET", path, [("Host", "localhost")]),
        ask(server.port, "GET", path, [("Host", "evil.example")]),
        ask(server.port, "GET", path, [("host", "localhost")], host="evil.example"),
        send(server.port, f"GET {path} HTTP/1.0\r\n\r\n".encode()),
    ):
        assert answer.status == 400
        assert "does not say to which address" in answer.text


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Server"]
)
def test_no_other_header_names_the_host_or_the_address(server: Server, name: str) -> None:
    headers = [(name, "host=harbour.localhost" if name == "Forwarded" else "harbour.localhost")]
    assert "North Cloud" in ask(server.port, "GET", "/signin", headers).text
    assert ask(server.port, "GET", "/signin", headers, host="evil.example").status == 421
