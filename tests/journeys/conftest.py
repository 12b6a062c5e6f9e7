"""One server process, with demo data, for each test process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.person import Person
from tests.support.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that tests share; what one of them makes there, the others must bear."""
    running = Server(tmp_path_factory.mktemp("server"))
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
