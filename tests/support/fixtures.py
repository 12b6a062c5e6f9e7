"""Fixtures of the tests that need a database. A conftest.py takes them in by name."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from gatelodge.service.keys import KeyRing
from tests.support.postgres import Cluster, shared_cluster
from tests.support.stores import Backend, PostgresBackend, SqliteBackend, Stores, open_stores
from tests.support.world import House, World, furnish

Furnished = tuple[str, House, House]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The PostgreSQL server of this test session, which every test process shares."""
    own = tmp_path_factory.getbasetemp()
    return shared_cluster(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def own_cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """A PostgreSQL server that this test process has to itself, and may stop. Whoever does starts it again."""
    return shared_cluster(tmp_path_factory.mktemp("own_cluster"))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """The kind of database: every test that uses one runs on each kind. A test asks for one kind alone, or for
    `own postgres`, with a parametrize mark."""
    if request.param == "sqlite":
        return SqliteBackend(tmp_path_factory.mktemp("sqlite"))
    return PostgresBackend(
        request.getfixturevalue({"postgres": "cluster", "own postgres": "own_cluster"}[request.param])
    )


@pytest.fixture(scope="session")
def furnished(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """A database that has the world in it, to be copied; and what is in it."""
    url = backend.empty()
    keys = KeyRing(tmp_path_factory.mktemp("keys"))

    async def fill() -> tuple[House, House]:
        async with open_stores(url) as stores:
            return await furnish(World(stores, keys))

    home, away = anyio.run(fill)
    return url, home, away


@pytest.fixture
def empty_url(backend: Backend) -> str:
    """A database with the schema and no rows."""
    return backend.empty()


@pytest.fixture
def store_url(backend: Backend, furnished: Furnished) -> str:
    """A database of the test's own, with the world in it."""
    return backend.copy(furnished[0])


@pytest.fixture
def home(furnished: Furnished) -> House:
    """The provider that a test is about."""
    return furnished[1]


@pytest.fixture
def away(furnished: Furnished) -> House:
    """The other provider of the installation, which is none of the first one's business."""
    return furnished[2]


@pytest.fixture
async def stores(store_url: str) -> AsyncIterator[Stores]:
    """The ports on the test's own database."""
    async with open_stores(store_url) as opened:
        yield opened


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """The installation's keys, as one node of it knows them."""
    return KeyRing(tmp_path / "keys")


@pytest.fixture
def world(stores: Stores, keys: KeyRing) -> World:
    """The use cases on the test's own database."""
    return World(stores, keys)
