"""Somebody who was let in before the database went away, and comes back for more."""

import time
from collections.abc import Callable

import httpx2

from tests.support.client import ask, authorization_url, exchange, get_tokens, refresh
from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.server import Server

PATIENCE = 30.0  # seconds


class Visitor:
    """An application that was let in, and the browser of who let it in."""

    def __init__(self, server: Server, person: Person) -> None:
        self._server = server
        self._tokens = get_tokens(server, server.user("full"))
        self._person = person
        self._person.sign_in(server.user("full"))
        self._came_at = server.log.stat().st_size

    def refresh(self) -> httpx2.Response:
        """Have a new access token."""
        return refresh(self._server, self._tokens["refresh_token"])

    def ask(self) -> httpx2.Response:
        """Call the Graph API with the access token that the visitor came with."""
        return ask(self._server, self._tokens["access_token"])

    def said(self) -> str:
        """The errors that the server has logged since the visitor came."""
        with self._server.log.open() as log:
            log.seek(self._came_at)
            return "".join(line for line in log if " error " in line)

    def finds_nothing(self) -> None:
        """Programs and people are told to come back in a moment."""
        for answer in (self.refresh(), self._exchange(), self._introspect(), self._revoke()):
            assert_later(answer)
            assert answer.json()["error"] == "temporarily_unavailable", answer.text
        asked = self.ask()
        assert_later(asked)
        assert asked.json()["errors"][0]["extensions"]["code"] == "TEMPORARILY_UNAVAILABLE"
        for page in (self._person.http.get("/api-access"), self._begin()):
            assert_later(page)
            assert "<h1>Back in a moment</h1>" in page.text

    def can_only_look(self) -> None:
        """What is there is still to be seen; what would change it must wait."""
        assert self.ask().status_code == 200
        assert self._person.http.get("/api-access").status_code == 200
        renewed = self.refresh()
        assert_later(renewed)
        assert renewed.json()["error"] == "temporarily_unavailable"
        assert_later(self._begin())

    def finds_everything(self) -> None:
        """After a moment, nobody having done anything, all is as it was."""
        wait_until(lambda: self.refresh().status_code == 200)
        wait_until(lambda: self._begin().status_code == 303)
        renewed = self.refresh()
        assert renewed.status_code == 200, renewed.text
        for token in (self._tokens["access_token"], renewed.json()["access_token"]):
            assert ask(self._server, token).status_code == 200
        assert self._person.http.get("/api-access").status_code == 200
        assert self._exchange().json()["error"] == "invalid_grant"

    def _exchange(self) -> httpx2.Response:
        return exchange(self._server, "no code of ours")

    def _introspect(self) -> httpx2.Response:
        body = {"token": self._tokens["access_token"], **self._credentials}
        return HTTP.post(f"{self._server.origin}/oauth2/introspect", data=body)

    def _revoke(self) -> httpx2.Response:
        # A token without a fault in it, or it would be refused without a look at the database.
        body = {"token": self._tokens["access_token"], **self._credentials}
        return HTTP.post(f"{self._server.origin}/oauth2/revoke", data=body)

    def _begin(self) -> httpx2.Response:
        return HTTP.get(authorization_url(self._server))

    @property
    def _credentials(self) -> dict[str, str]:
        return {"client_id": self._server.client_id, "client_secret": self._server.client_secret}


def assert_later(answer: httpx2.Response) -> None:
    """The answer says that now is a bad moment, and when would be a better one."""
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
