"""An answer by a form (OAuth 2.0 Form Post Response Mode) in a real browser, with scripts and without."""

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from playwright.async_api import expect

from tests.support.browser import open_browser
from tests.support.client import authorization_url, exchange
from tests.support.server import Server

PAGE = b'<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Back</title><h1>Back</h1></html>'


class _Taking(ThreadingHTTPServer):
    """An application that takes forms, and keeps what they held."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: queue.Queue[dict[str, list[str]]] = queue.Queue()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode("ascii")
        assert isinstance(self.server, _Taking)
        self.server.taken.put(parse_qs(body))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def application() -> Iterator[_Taking]:
    """The application, listening."""
    with _Taking() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.rfc(
    "Form Post Response Mode", "2", "the form posts itself to the redirect URI, with the answer in its fields"
)
@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
async def test_the_form_posts_itself_or_by_its_button(server: Server, application: _Taking, javascript: bool) -> None:
    user = server.user("full")
    callback = f"http://127.0.0.1:{application.server_port}/callback"
    url = authorization_url(server, redirect_uri=callback, response_mode="form_post", prompt="consent", state='"<&>')
    async with open_browser() as browser:
        context = await browser.new_context(java_script_enabled=javascript)
        page = await context.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        await page.goto(url)
        await page.get_by_label("Email", exact=True).fill(user.email)
        await page.get_by_label("Password", exact=True).fill(user.password)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.get_by_role("button", name="Allow access", exact=True).click()
        if not javascript:
            await page.get_by_role("button", name="Continue", exact=True).click()
        await expect(page.get_by_role("heading", name="Back", exact=True)).to_be_visible()
        assert page.url == callback
        assert faults == []
    taken = application.taken.get(timeout=10)
    assert taken.keys() == {"code", "state", "iss"}
    assert (taken["state"], taken["iss"]) == (['"<&>'], [server.origin])
    assert exchange(server, taken["code"][0], redirect_uri=callback).status_code == 200
