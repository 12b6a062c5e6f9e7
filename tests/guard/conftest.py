"""A Gatelodge that runs, an API's credentials there, and servers that answer as a test says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guard.answering import Answering, Reply, StillClock
from tests.guard.cloud import Cloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A running Gatelodge that tests share; none of them stops it."""
    running = Cloud(tmp_path_factory.mktemp("cloud"))
    with running.server.running():
        yield running


@pytest.fixture
def own_cloud(tmp_path: Path) -> Iterator[Cloud]:
    """A running Gatelodge for one test alone, which may stop it."""
    running = Cloud(tmp_path)
    running.server.start()
    yield running
    if running.server.alive:
        running.server.stop()


@pytest.fixture
def clock() -> StillClock:
    """A clock that stands still."""
    return StillClock()


@pytest.fixture
def server() -> Iterator[Answering]:
    """A server that answers `{"active": false}` until the test says otherwise."""
    with Answering(lambda asked: Reply({"active": False})) as answering:
        yield answering
