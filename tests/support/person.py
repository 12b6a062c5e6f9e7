"""A person at a browser without JavaScript: follows links and redirects, fills in the forms that are on the page."""

from html.parser import HTMLParser
from types import TracebackType
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

from tests.support.http import NO_TLS, TIMEOUT
from tests.support.server import DemoUser, Server


class _Forms(HTMLParser):
    """Collects the forms of a page: action, hidden and other fields, buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[tuple[str, str]]]] = []
        self.actions: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"fields": []})
            self.actions.append(values.get("action", ""))
        elif tag == "input" and self.forms and values.get("type") == "hidden":
            self.forms[-1]["fields"].append((values["name"], values.get("value", "")))


class Person:
    """One browser, at one server; `transport` may lead it to several."""

    def __init__(
        self, server: Server, origin: str | None = None, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self.server = server
        self.origin = origin or server.origin
        self.http = httpx2.Client(
            base_url=self.origin, follow_redirects=False, verify=NO_TLS, timeout=TIMEOUT, transport=transport
        )

    def __enter__(self) -> "Person":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def go(self, url: str) -> httpx2.Response:
        """Open an address and follow redirects for as long as they stay at this server."""
        return self._follow(self.http.get(url))

    def submit(self, page: httpx2.Response, action: str, **fields: str | list[str]) -> httpx2.Response:
        """Send the form on `page` whose action begins with `action`, with these fields; follow as `go` does."""
        return self._follow(self.post(page, action, **fields))

    def post(self, page: httpx2.Response, action: str, **fields: str | list[str]) -> httpx2.Response:
        """Send the form as `submit` does, and follow nowhere."""
        parser = _Forms()
        parser.feed(page.text)
        index = next((i for i, one in enumerate(parser.actions) if one.startswith(action)), None)
        assert index is not None, f"no form for {action} on {page.url}: {parser.actions}\n{page.text}"
        data: dict[str, str | list[str]] = {**dict(parser.forms[index]["fields"]), **fields}
        return self.http.post(urljoin(str(page.url), parser.actions[index]), data=data)

    def sign_in(self, user: DemoUser, page: httpx2.Response | None = None) -> httpx2.Response:
        """Sign in, on `page` or on the sign-in page."""
        page = page or self.go("/signin")
        return self.submit(page, "/signin", email=user.email, password=user.password)

    def authorize(self, user: DemoUser, url: str, *, allow: bool = True) -> dict[str, str]:
        """Open an authorization URL, sign in and decide as asked; what the application gets back."""
        return self.answer(self.decide(user, url, allow=allow))

    def decide(self, user: DemoUser, url: str, *, allow: bool = True) -> httpx2.Response:
        """Open an authorization URL, sign in and decide as asked; the redirect to the application."""
        page = self.go(url)
        if page.status_code == 200 and "/signin" in str(page.url):
            page = self.sign_in(user, page)
        if page.status_code == 200:
            page = self.submit(page, "/authorize/", answer="allow" if allow else "deny")
        return page

    @staticmethod
    def answer(response: httpx2.Response) -> dict[str, str]:
        """The parameters that a redirect to the application carries."""
        assert response.status_code == 303, response.text
        return dict(parse_qsl(urlsplit(response.headers["location"]).query, keep_blank_values=True))

    def _follow(self, response: httpx2.Response) -> httpx2.Response:
        for _ in range(10):
            target = urljoin(str(response.url), response.headers.get("location", ""))
            if not response.is_redirect or not target.startswith(f"{self.origin}/"):
                return response
            response = self.http.get(target)
        raise AssertionError("redirects without an end")
