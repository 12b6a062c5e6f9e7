"""The headers that keep a browser from doing more than a page says, on every answer that there is."""

import pytest

from gatelodge.web.middleware import HEADERS, HSTS
from tests.attacks.world import SECURE, House
from tests.support.server import Server
from tests.web.browser import Browser
from tests.web.raw import Answer

PATHS = (
    "/", "/signin", "/api-access", "/api-access/tokens/new", "/api-access/applications/new", "/authorize/glrq_x",
    "/signout", "/nothing", "/oauth2/auth", "/oauth2/token", "/oauth2/revoke", "/api/graphql", "/theme.css",
    "/static/style.css", "/static/nothing",
)  # fmt: skip
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy(answer: Answer) -> dict[str, str]:
    """The content security policy, by directive."""
    parts = (part.strip().partition(" ") for part in answer["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.rfc("9700", "4.16", "no page can be framed")
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_kept_in_check(server: Server, owner: Browser, path: str) -> None:
    for browser in (owner, Browser(server)):
        for method in ("GET", "POST", "HEAD", "PUT", "OPTIONS"):
            answer = browser.send(method, path)
            assert policy(answer) == POLICY, method
            for name, value in HEADERS.items():
                assert answer[name.lower()] == value
            assert "server" not in answer
            assert "strict-transport-security" not in answer  # http on this computer has to go on working
            assert "<script>" not in answer.text if method == "GET" else True
    assert policy(Browser(server, "evil.example").get(path)) == POLICY


@pytest.mark.rfc("6797", "7.1", "an https origin says so")
def test_an_https_provider_is_never_asked_for_over_http_again(server: Server, house: House) -> None:
    browser = Browser(server, SECURE)
    answers = [browser.get("/signin"), browser.sign_in(house.secure)]
    answers += [
        browser.send(method, path) for path in PATHS if not path.startswith("/static") for method in ("GET", "POST")
    ]
    for answer in answers:
        assert answer["strict-transport-security"] == HSTS
    assert "strict-transport-security" not in Browser(server, "evil.example").get("/signin")


def test_a_page_runs_no_code_and_has_no_style_of_its_own(server: Server, owner: Browser) -> None:
    for target in (
        "/signin?next=/x",
        "/api-access",
        "/api-access/tokens/new",
        f"/api-access/applications/{server.client_id}",
    ):
        text = owner.get(target).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "http://" not in text.replace(server.origin, "").replace("http://127.0.0.1", "").replace(
            "http://localhost", ""
        ).replace("http://www.w3.org", "").replace("http:// ", "")


@pytest.mark.parametrize("host", ["localhost", SECURE])
def test_the_plain_http_answer_of_the_parser_says_nothing(server: Server, host: str) -> None:
    answer = Browser(server, host).send("GET", "/a b")
    assert (answer.status, answer.text) == (400, "Invalid HTTP request received.")
