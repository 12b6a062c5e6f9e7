"""Methods and addresses: what an address does not take, it says so, and which it takes."""

import pytest

from tests.support.server import Server
from tests.web.raw import ask

ALLOWED = {
    "/": {"GET", "HEAD"},
    "/signin": {"GET", "HEAD", "POST"},
    "/signout": {"POST"},
    "/authorize/something": {"GET", "HEAD", "POST"},
    "/api-access": {"GET", "HEAD"},
    "/api-access/tokens/new": {"GET", "HEAD", "POST"},
    "/api-access/tokens/00000000001/end": {"POST"},
    "/api-access/authorized/00000000001/end": {"POST"},
    "/api-access/applications/new": {"GET", "HEAD", "POST"},
    "/api-access/applications/00000000001/edit": {"GET", "HEAD", "POST"},
    "/api-access/applications/00000000001/settings/proof": {"GET", "HEAD", "POST"},
    "/api-access/applications/00000000001/secret": {"POST"},
    "/api-access/applications/00000000001/delete": {"POST"},
    "/device": {"GET", "HEAD", "POST"},
    "/device/answer": {"POST"},
    "/oauth2/device_authorization": {"POST"},
    "/oauth2/device_authorization/": {"POST"},
    "/static/style.css": {"GET", "HEAD"},
    "/static/signin": {"GET", "HEAD"},
    "/theme.css": {"GET", "HEAD"},
    "/oauth2/auth": {"GET", "HEAD", "POST"},
    "/oauth2/auth/": {"GET", "HEAD", "POST"},
    "/oauth2/token": {"POST"},
    "/oauth2/token/": {"POST"},
    "/oauth2/revoke": {"POST"},
    "/oauth2/revoke/": {"POST"},
    "/api/graphql": {"POST"},
    "/api/graphql/": {"POST"},
    "/api/graphql.php": {"POST"},
}
FOR_PROGRAMS = ("/oauth2/token", "/oauth2/revoke", "/oauth2/device_authorization", "/api/")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.mark.rfc("9110", "15.5.6", "405 comes with every method that the address does take")
@pytest.mark.rfc("6749", "3.2", "the token endpoint takes POST only")
@pytest.mark.parametrize("path", ALLOWED)
def test_a_method_that_is_not_taken_is_told_which_are(server: Server, path: str) -> None:
    for method in METHODS:
        if method in ALLOWED[path]:
            continue
        answer = ask(server.port, method, path)
        assert answer.status == 405, method
        assert set(answer["allow"].split(", ")) == ALLOWED[path], method
        if method != "HEAD":
            expected = "application/json" if path.startswith(FOR_PROGRAMS) else "text/html; charset=utf-8"
            assert answer["content-type"] == expected


@pytest.mark.parametrize("path", ["/signin", "/oauth2/auth", "/static/style.css", "/nothing/here"])
def test_head_is_get_without_a_body(server: Server, path: str) -> None:
    head, get = ask(server.port, "HEAD", path), ask(server.port, "GET", path)
    assert (head.status, head.body) == (get.status, b"")
    assert head["content-type"] == get["content-type"]


PREFLIGHT = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST")]


@pytest.mark.parametrize("path", [path for path in ALLOWED if path.startswith(FOR_PROGRAMS)])
def test_a_page_elsewhere_may_call_what_is_for_programs(server: Server, path: str) -> None:
    asked = ("Access-Control-Request-Headers", "authorization, content-type")
    preflight = ask(server.port, "OPTIONS", path, [*PREFLIGHT, asked])
    assert preflight.status == 204
    assert preflight["access-control-allow-origin"] == "*"
    assert preflight["access-control-allow-methods"] == "POST"
    assert {"Authorization", "Content-Type"} <= set(preflight["access-control-allow-headers"].split(", "))
    answer = ask(server.port, "POST", path, PREFLIGHT[:1])
    assert answer.status in (400, 401)  # and the page may read why
    assert answer["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in preflight
    assert "access-control-allow-credentials" not in answer


@pytest.mark.parametrize("path", [path for path in ALLOWED if not path.startswith(FOR_PROGRAMS)])
def test_a_page_elsewhere_may_read_nothing_else(server: Server, path: str) -> None:
    assert ask(server.port, "OPTIONS", path, PREFLIGHT).status == 405
    for method in ("GET", "OPTIONS"):
        assert "access-control-allow-origin" not in ask(server.port, method, path, PREFLIGHT)


@pytest.mark.parametrize(
    "target",
    [
        "/signin/",
        "/api-access/",
        "//signin",
        "/SIGNIN",
        "/signin;x=1",
        "/signin%00",
        "/signin%0d%0a",
        "/sign%FFin",
        "//evil.example/",
        "/%2f%2fevil.example",
        "/.",
        "/../etc/passwd",
        "/static",
        "/static/",
        "/static/%00",
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static/..%2fpages.py",
        "/static/..%5cpages.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        f"/static/{'a' * 5000}",
        "/oauth2",
        "/oauth2/",
        "/oauth2/auth//",
        "/oauth2/token/x",
        "/api",
        "/api/graphql.php.bak",
        "/theme.css/",
        "*",
    ],
)
def test_there_is_nothing_at_another_address(server: Server, target: str) -> None:
    answer = ask(server.port, "GET", target)
    assert answer.status == 404
    assert answer["cache-control"] == "no-store"
    assert b"root:" not in answer.body
    assert b"import" not in answer.body


@pytest.mark.rfc("3986", "2.4", "an address is the same with unreserved characters percent-encoded")
def test_a_percent_encoded_address_is_the_same(server: Server) -> None:
    assert ask(server.port, "GET", "/sign%69n").status == 200
    assert ask(server.port, "POST", "/oauth2/%74oken").text == ask(server.port, "POST", "/oauth2/token").text
