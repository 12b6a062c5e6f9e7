"""Several workers of one server: whatever one has begun another goes on with; one that dies is replaced; none outlives
the process above them."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.client import ask, get_code, get_tokens
from tests.support.http import NO_TLS, TIMEOUT
from tests.support.nodes import workers
from tests.support.server import Server
from tests.support.stores import new_database
from tests.support.visitor import wait_until


@pytest.fixture(params=["sqlite", "postgres"])
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server with two workers, which do nothing of their own accord."""
    settings = {"GATELODGE_WORKERS": "2", "GATELODGE_SWEEP_INTERVAL": "0"}
    if request.param == "postgres":
        settings["GATELODGE_DATABASE"] = new_database(request.getfixturevalue("cluster"), "workers")
    with Server(tmp_path, settings).running() as running:
        wait_until(lambda: "Listening on" in running.log.read_text())  # all of them, not only the first
        yield running


@pytest.fixture
def one_each(server: Server) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """A connection to each worker."""
    first, second = workers(server)
    with ExitStack() as opened:
        made = []
        for other in (first, second):
            client = httpx2.Client(base_url=server.origin, verify=NO_TLS, timeout=TIMEOUT)
            made.append(opened.enter_context(client))
            os.kill(other, signal.SIGSTOP)
            try:
                assert client.get("/signin").status_code == 200
            finally:
                os.kill(other, signal.SIGCONT)
        yield made[0], made[1]


def test_whatever_one_has_begun_the_other_goes_on_with(
    server: Server, one_each: tuple[httpx2.Client, httpx2.Client]
) -> None:
    credentials = {"client_id": server.client_id, "client_secret": server.client_secret}

    def tokens(worker: httpx2.Client, **parameters: str) -> dict[str, Any]:
        answer: dict[str, Any] = worker.post("/oauth2/token", data={**credentials, **parameters}).json()
        return answer

    def opens(worker: httpx2.Client, token: str) -> bool:
        headers = {"Authorization": f"Bearer {token}"}
        answer = worker.post("/api/graphql", json={"query": "{cameraList{name}}"}, headers=headers)
        assert answer.status_code in (200, 401)
        return answer.status_code == 200

    for here, there in (one_each, one_each[::-1]):
        code = get_code(server, server.user("full"))
        exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": server.redirect_uri}
        given = tokens(here, **exchange)
        assert opens(there, given["access_token"])
        renewal = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
        renewed = tokens(there, **renewal)
        assert opens(here, renewed["access_token"])
        assert here.post("/oauth2/revoke", data={"token": renewed["access_token"]}).status_code == 200
        for worker in (there, here):
            assert not opens(worker, given["access_token"])
            assert not opens(worker, renewed["access_token"])
            assert tokens(worker, **renewal)["error"] == "invalid_grant"
            assert tokens(worker, **exchange)["error"] == "invalid_grant"


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_one_that_dies_is_replaced_and_none_outlives_the_process_above(server: Server) -> None:
    held = get_tokens(server, server.user("full"))
    first, second = workers(server)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(workers(server) - {first}) == 2)
    assert second in workers(server)
    assert ask(server, held["access_token"]).status_code == 200

    server.stop(signal.SIGKILL)
    wait_until(lambda: not listens(server))
    server.start()
    assert ask(server, held["access_token"]).status_code == 200


def listens(server: Server) -> bool:
    """Whether anybody takes connections at the server's port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) == 0
