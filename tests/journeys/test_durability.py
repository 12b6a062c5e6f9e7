"""What was answered holds: when a process is killed at any moment, the server's or the database's, and when the server
is asked to stop."""

import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.client import ask, authorization_url, exchange, refresh
from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.postgres import Cluster
from tests.support.server import Server
from tests.support.stores import new_database

ROUNDS = 3
ANSWERS = 20  # to wait for before the process is ended
PATIENCE = 60.0  # seconds
BUSY = 503  # a machine with much else to do may have no time for the database; whoever is told so tries again
APPLICATIONS, PEOPLE = 4, 8  # at once; passwords are checked two at a time, so that the last waits for a while


class Impatient(Server):
    """A server that, when it is asked to stop, gives the requests that are under way no time at all."""

    program = (
        sys.executable,
        "-c",
        "import sys; from gatelodge.cli import main; sys.modules['gatelodge.cli.serve'].GRACE = 1e-9; main()",
    )


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """A database of either kind, or with `own postgres` one whose server may be stopped; codes that do not expire
    before they are shown again."""
    settings = {"GATELODGE_CODE_LIFETIME": "600"}
    if request.param != "sqlite":
        cluster = request.getfixturevalue({"postgres": "cluster", "own postgres": "own_cluster"}[request.param])
        settings["GATELODGE_DATABASE"] = new_database(cluster, "durable")
    return settings


@dataclass
class Ledger:
    """What the server has answered."""

    tokens: list[dict[str, Any]] = field(default_factory=list)
    revoked: list[dict[str, Any]] = field(default_factory=list)
    uses: Counter[str] = field(default_factory=Counter)  # of each code, how often it worked
    answers: Counter[str] = field(default_factory=Counter)  # by path
    one_more: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def exchange(self, server: Server, code: str) -> httpx2.Response:
        """Exchange a code, and note what came of it."""
        self.uses.setdefault(code, 0)
        answer = exchange(server, code)
        self.answers["/oauth2/token"] += 1
        if answer.status_code == 200:
            self.uses[code] += 1
        return answer

    def wait(self, answers: int) -> None:
        """Wait until so many more tokens were answered."""
        for _ in range(answers):
            assert self.one_more.acquire(timeout=PATIENCE)


def use(server: Server, ledger: Ledger) -> None:
    """Let the application in, and end every third access again, over and over until the server is gone."""
    with Person(server) as person:
        person.sign_in(server.user("full"))
        while True:
            sent_back = person.decide(server.user("full"), authorization_url(server))
            if sent_back.status_code == BUSY:
                continue
            answer = ledger.exchange(server, person.answer(sent_back)["code"])
            if answer.status_code == BUSY:
                continue
            assert answer.status_code == 200, answer.text
            tokens = answer.json()
            if len(ledger.uses) % 3:
                ledger.tokens.append(tokens)
            elif HTTP.post(f"{server.origin}/oauth2/revoke", data={"token": tokens["access_token"]}).status_code == 200:
                ledger.revoked.append(tokens)
            ledger.one_more.release()


def sign_in_over_and_over(server: Server, ledger: Ledger) -> None:
    """Sign in, which is the longest that a request takes, until the server is gone."""
    while True:
        with Person(server) as person:
            page = person.go("/signin")
            user = server.user("partial")
            answer = person.post(page, "/signin", email=user.email, password=user.password)
            assert answer.status_code in (303, BUSY), answer.text
            ledger.answers["/signin"] += 1


@contextmanager
def load(*work: Callable[[Server, Ledger], None], server: Server, ledger: Ledger) -> Iterator[None]:
    """Do each piece of work in a thread of its own until the server is gone; whatever else goes wrong there comes out
    here."""

    def until_gone(one: Callable[[Server, Ledger], None]) -> None:
        try:
            one(server, ledger)
        except httpx2.TransportError:
            return

    with ThreadPoolExecutor(len(work)) as threads:
        running = [threads.submit(until_gone, one) for one in work]
        yield
        for one in running:
            one.result(PATIENCE)


def holds(server: Server, ledger: Ledger) -> None:
    """See that every token that was answered works, and that every access whose end was answered is over."""
    for tokens in ledger.tokens:
        assert ask(server, tokens["access_token"]).status_code == 200
        renewed = refresh(server, tokens["refresh_token"])
        assert renewed.status_code == 200, renewed.text
    for tokens in ledger.revoked:
        assert ask(server, tokens["access_token"]).status_code == 401
        assert refresh(server, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def no_code_works_again(server: Server, ledger: Ledger) -> None:
    """Show every code again. None has worked twice, and to show one again ended what it gave."""
    for code in list(ledger.uses):
        ledger.exchange(server, code)
    assert set(ledger.uses.values()) <= {0, 1}
    assert all(ask(server, tokens["access_token"]).status_code == 401 for tokens in ledger.tokens)


def test_nothing_that_was_answered_is_lost_when_the_server_is_killed(tmp_path: Path, settings: dict[str, str]) -> None:
    server, ledger = Server(tmp_path, settings), Ledger()
    server.start()
    for _ in range(ROUNDS):
        with load(*[use] * APPLICATIONS, server=server, ledger=ledger):
            ledger.wait(ANSWERS)
            server.stop(signal.SIGKILL)
        server.start()
        holds(server, ledger)
    assert len(ledger.tokens) > ROUNDS * ANSWERS // 3
    assert ledger.revoked
    no_code_works_again(server, ledger)
    server.stop()


@pytest.mark.xdist_group("own postgres")
@pytest.mark.parametrize("settings", ["own postgres"], indirect=True)
def test_nothing_that_was_answered_is_lost_when_the_database_crashes(
    tmp_path: Path, settings: dict[str, str], own_cluster: Cluster
) -> None:
    server, ledger = Server(tmp_path, settings), Ledger()
    with server.running():
        with load(*[use] * APPLICATIONS, server=server, ledger=ledger):
            for _ in range(ROUNDS):
                ledger.wait(ANSWERS)
                own_cluster.stop("immediate")
                own_cluster.start()
            ledger.wait(ANSWERS)  # nobody has told the server that the database is there again
            server.stop()
        server.start()
        holds(server, ledger)
        assert len(ledger.tokens) > ROUNDS * ANSWERS // 3
        assert ledger.revoked
        no_code_works_again(server, ledger)


@pytest.mark.parametrize(
    ("settings", "workers", "kind"),
    [("sqlite", 1, Server), ("postgres", 2, Server), ("sqlite", 1, Impatient)],
    indirect=["settings"],
)
def test_whatever_was_begun_is_answered_when_the_server_is_asked_to_stop(
    tmp_path: Path, settings: dict[str, str], workers: int, kind: type[Server]
) -> None:
    server, ledger = kind(tmp_path, {**settings, "GATELODGE_WORKERS": str(workers)}), Ledger()
    with server.running():
        with load(*[use] * APPLICATIONS, *[sign_in_over_and_over] * PEOPLE, server=server, ledger=ledger):
            ledger.wait(ANSWERS)
            assert server.stop() == 0
        begun = Counter(
            path
            for path in ("/oauth2/token", "/signin")
            for line in server.log.read_text().splitlines()
            if f"method=POST path={path} " in line
        )
        begun["/signin"] -= APPLICATIONS  # the sign-ins that `use` begins with
        assert begun == ledger.answers
        server.start()
        holds(server, ledger)
