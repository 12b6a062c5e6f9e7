"""Whatever is sent to whichever address: never a fault of ours, never a redirect to anybody who isn't registered, and
always the headers that keep browsers in check."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.server import Server
from tests.web.browser import Browser, authorization_target, destination, field
from tests.web.raw import Answer, ask
from tests.web.test_methods import ALLOWED

EXAMPLES = 400
REGISTERED = {"", "http://127.0.0.1:9000", "http://localhost:9000", "https://app.example.com"}

NAMES = [
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "redirect_url",
    "scope",
    "state",
    "prompt",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "refresh_token",
    "token",
    "access_token",
    "token_type_hint",
    "next",
    "email",
    "password",
    "csrf",
    "once",
    "name",
    "description",
    "redirect_uris",
    "kind",
    "expires",
    "answer",
    "done",
    "v",
    "",
]
VALUES = [
    "authorization_code",
    "refresh_token",
    "code",
    "read",
    "read,liveview",
    "none",
    "login",
    "S256",
    "a" * 43,
    "allow",
    "deny",
    "public",
    "7d",
    "https://app.example.com/callback",
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/api-access",
    "\0",
    "\r\nSet-Cookie: a=b",
    "🔑",
    "x" * 5000,
]

names = st.sampled_from(NAMES) | st.text(max_size=12)
values = st.sampled_from(VALUES) | st.text(max_size=40)
pairs = st.lists(st.tuples(names, values), max_size=8)
encoded = pairs.map(lambda some: urlencode(some, errors="surrogatepass").encode()) | st.binary(max_size=200)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)
questions = st.fixed_dictionaries(
    {"query": st.sampled_from(["{me{name}}", "{cameraList{id name rights}}", "{", "{a}", "mutation{a}"]) | st.text()},
    optional={"variables": json_values, "operationName": json_values},
)
bodies = encoded | (questions | json_values).map(lambda value: json.dumps(value).encode())
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
headers = st.lists(
    st.tuples(
        st.sampled_from(
            ["Content-Type", "Accept", "Authorization", "Cookie", "Origin", "Sec-Fetch-Site", "Range", "If-None-Match"]
        ),
        header_values
        | st.sampled_from(
            [
                "application/x-www-form-urlencoded",
                "application/json",
                "Bearer x",
                "Basic eDp5",
                "gatelodge_session=x",
                "null",
                "https://evil.example",
                "cross-site",
                "bytes=0-0,5-1",
                "bytes=0-",
                "*",
            ]
        ),
    ),
    max_size=4,
)
paths = st.sampled_from(
    [*ALLOWED, "/authorize/{handle}", "/api-access/applications/{client_id}", "/nothing"]
) | st.text(st.characters(codec="ascii", exclude_categories=["Cc"], exclude_characters=" ?#"), max_size=20).map(
    lambda tail: f"/{tail}"
)
methods = st.sampled_from(["GET", "HEAD", "POST", "POST", "POST", "PUT", "DELETE", "OPTIONS"])
queries = st.just(b"") | encoded.map(
    lambda query: b"?" + bytes(byte for byte in query if 32 < byte < 127 and byte != ord("#"))
)


def keeps_the_promises(answer: Answer) -> None:
    """What holds for every answer of ours."""
    assert answer.status < 500, answer
    if answer.text_is("Invalid HTTP request received."):  # uvicorn's, before anything of ours has seen it
        return
    if "location" in answer:
        assert destination(answer) in REGISTERED
        assert answer["location"].isascii()
    policy = answer["content-security-policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["x-frame-options"] == "DENY"
    assert answer["referrer-policy"] == "same-origin"
    for text in (b"Traceback", b"sqlite", b'File "'):
        assert text not in answer.body


@pytest.fixture(scope="module")
def browser(server: Server) -> Browser:
    """A browser on which the user with full access is signed in."""
    browser = Browser(server)
    assert browser.sign_in(server.user("full")).status == 303
    return browser


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(method=methods, path=paths, query=queries, given_headers=headers, body=bodies)
def test_whatever_a_stranger_sends(
    server: Server, method: str, path: str, query: bytes, given_headers: list[tuple[str, str]], body: bytes
) -> None:
    target = path.format(handle="glrq_x", client_id=server.client_id) if path in PLACES else path
    keeps_the_promises(ask(server.port, method, target.encode() + query, given_headers, body))


@settings(
    max_examples=EXAMPLES // 2,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=paths, fields=pairs)
def test_whatever_somebody_who_is_signed_in_fills_in(
    server: Server, browser: Browser, path: str, fields: list[tuple[str, str]]
) -> None:
    if path == "/signout" or path.startswith("/signin"):
        return
    page = browser.get("/api-access/tokens/new")
    waiting = browser.get(authorization_target(server, prompt="consent"))["location"].removeprefix("/authorize/")
    target = path.format(handle=waiting, client_id=server.client_id) if path in PLACES else path
    known = [("csrf", field(page, "csrf")), ("once", field(page, "once"))]
    sendable = [
        (name, value.encode("utf-8", "replace").decode()) for name, value in fields if name not in ("csrf", "once")
    ]
    named = [(name.encode("utf-8", "replace").decode(), value) for name, value in sendable]
    keeps_the_promises(browser.post(target, [*named, *known]))


PLACES = ("/authorize/{handle}", "/api-access/applications/{client_id}")
