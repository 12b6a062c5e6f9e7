"""One server process, with demo data, for each test process and kind of database."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fixtures import cluster, own_cluster
from tests.support.person import Person
from tests.support.postgres import Cluster
from tests.support.server import Server
from tests.support.stores import execute

__all__ = ["cluster", "own_cluster"]


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that tests share, on either database; what one of them makes there, the others must bear."""
    settings = {}
    if request.param == "postgres":
        database = f"journeys_{secrets.token_hex(6)}"
        shared: Cluster = request.getfixturevalue("cluster")
        execute(shared.url("postgres"), f"CREATE DATABASE {database}")
        settings["GATELODGE_DATABASE"] = shared.url(database)
    running = Server(tmp_path_factory.mktemp("server"), settings)
    running.start()
    yield running
    assert running.stop() == 0
    log = running.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A running server for one test alone."""
    running = Server(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    """A fresh browser without JavaScript."""
    with Person(server) as somebody:
        yield somebody
