"""A running server with demo data, for the tests of what the pages do."""

from collections.abc import Iterator

import pytest

from tests.support.person import Person
from tests.support.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that tests share; what one of them makes there, the others must bear."""
    running = Server(tmp_path_factory.mktemp("portal"))
    running.start()
    yield running
    assert running.stop() == 0
    log = running.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def owner(server: Server) -> Iterator[Person]:
    """The owner's browser, signed in, which tests share."""
    with Person(server) as somebody:
        somebody.sign_in(server.user("full"))
        yield somebody
