"""A browser that does as it is told: keeps cookies, fills in forms, and lets a test change any of it."""

import html
import itertools
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode, urlsplit

from tests.support.server import DemoUser, Server
from tests.web.raw import Answer, ask

FORM = ("Content-Type", "application/x-www-form-urlencoded")

_addresses = itertools.count(1)

Fields = Mapping[str, str] | Iterable[tuple[str, str]]


class Browser:
    """One browser, with an address of its own, at one provider."""

    def __init__(self, server: Server, host: str = "localhost", *, address: str | None = None) -> None:
        self.server = server
        self.host = host
        self.cookies: dict[str, str] = {}
        number = next(_addresses)
        self.address = address or f"198.18.{number // 250}.{number % 250 + 1}"  # RFC 2544: nobody's

    def get(self, target: str, *headers: tuple[str, str]) -> Answer:
        """GET, and keep the cookies that come; follow nowhere."""
        return self.send("GET", target, headers)

    def post(self, target: str, fields: Fields, *headers: tuple[str, str]) -> Answer:
        """POST a form, and keep the cookies that come; follow nowhere."""
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        return self.send("POST", target, (FORM, *headers), urlencode(list(pairs)).encode())

    def send(self, method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> Answer:
        """Any request, with the cookies that are kept; those that come are kept as well."""
        own = [("X-Forwarded-For", self.address)]
        if self.cookies:
            own.append(("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        answer = ask(self.server.port, method, target, [*own, *headers], body, host=self.host)
        for line in answer.all("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def follow(self, answer: Answer) -> Answer:
        """Follow redirects for as long as they stay here."""
        while answer.status == 303 and answer["location"].startswith("/"):
            answer = self.get(answer["location"])
        return answer

    def csrf(self, target: str = "/signin?next=/api-access") -> str:
        """The CSRF token of a page that this browser is shown."""
        return field(self.get(target), "csrf")

    def sign_in(self, user: DemoUser, following: str = "/api-access") -> Answer:
        """Sign in through the page, and say what came back."""
        page = self.get(f"/signin?next={following}")
        return self.post(
            "/signin",
            {"csrf": field(page, "csrf"), "next": following, "email": user.email, "password": user.password},
        )

    def ask_for(self, **changes: str | None) -> Answer:
        """Come with the demo application's authorization request; as far as redirects here go."""
        return self.follow(self.get(authorization_target(self.server, **changes)))

    def answer(self, page: Answer, what: str = "allow") -> Answer:
        """Press a button of the consent page."""
        return self.post(action(page, "/authorize/"), {"csrf": field(page, "csrf"), "answer": what})

    def code(self, user: DemoUser, **changes: str | None) -> str:
        """Have the demo application, or another, given a code."""
        if "csrf" not in self.cookies and not any("session" in name for name in self.cookies):
            assert self.sign_in(user).status == 303
        page = self.ask_for(prompt="consent", **changes)
        back = self.answer(page)["location"]
        found = re.search(r"[?&]code=(\w+)", back)
        assert found, back
        return found[1]


def authorization_target(server: Server, **changes: str | None) -> str:
    """The demo application's authorization request; a change to None leaves that parameter out."""
    parameters = {
        "response_type": "code",
        "client_id": server.client_id,
        "redirect_uri": server.redirect_uri,
        "scope": "read liveview",
        "state": "st-1",
        **changes,
    }
    return f"/oauth2/auth?{urlencode({name: value for name, value in parameters.items() if value is not None})}"


def field(page: Answer, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page.text)
    assert found, page.text
    return html.unescape(found[1])


def action(page: Answer, beginning: str) -> str:
    """The address of the form that begins with this."""
    found = re.search(rf'<form method="post" action="({re.escape(beginning)}[^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def token_request(server: Server, headers: Iterable[tuple[str, str]] = (), /, **changes: str | None) -> Answer:
    """POST to the token endpoint as the demo application; a change to None leaves that parameter out."""
    fields = {"client_id": server.client_id, "client_secret": server.client_secret, **changes}
    body = urlencode({name: value for name, value in fields.items() if value is not None}).encode()
    return ask(server.port, "POST", "/oauth2/token", [FORM, *headers], body)


def exchange(server: Server, code: str, **changes: str | None) -> Answer:
    """Turn a code into tokens."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": server.redirect_uri, **changes}
    return token_request(server, **fields)


def call(server: Server, token: str, host: str = "localhost") -> Answer:
    """Ask the Graph API for the cameras."""
    headers = [("Content-Type", "application/json"), ("Authorization", f"Bearer {token}")]
    return ask(server.port, "POST", "/api/graphql", headers, b'{"query":"{cameraList{name}}"}', host=host)


def destination(answer: Answer) -> str:
    """Scheme and host that a redirect leads to; both empty for one that stays here."""
    parts = urlsplit(answer["location"])
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme or parts.netloc else ""
