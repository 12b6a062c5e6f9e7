"""One server process, with demo data, for each test process and kind of database."""

from collections.abc import Iterator

import pytest

from tests.support.fixtures import cluster, own_cluster
from tests.support.person import Person
from tests.support.postgres import Cluster
from tests.support.server import Server
from tests.support.stores import new_database

__all__ = ["cluster", "own_cluster"]


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that tests share, on either database; what one of them makes there, the others must bear."""
    settings = {}
    if request.param == "postgres":
        shared: Cluster = request.getfixturevalue("cluster")
        settings["GATELODGE_DATABASE"] = new_database(shared, "journeys")
    running = Server(tmp_path_factory.mktemp("server"), settings)
    running.start()
    yield running
    assert running.stop() == 0
    log = running.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    """A fresh browser without JavaScript."""
    with Person(server) as somebody:
        yield somebody
