"""The databases that these tests run on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gatelodge.storage.database import is_postgres, read_url, sqlite_path
from tests.support.fixtures import (
    away,
    backend,
    cluster,
    empty_url,
    furnished,
    home,
    keys,
    own_cluster,
    store_url,
    stores,
    world,
)

__all__ = [
    "away",
    "backend",
    "cluster",
    "empty_url",
    "furnished",
    "home",
    "keys",
    "own_cluster",
    "store_url",
    "stores",
    "world",
]


@pytest.fixture
def sqlite_file(backend: object, store_url: str) -> Path:
    """The database as a file, for what only SQLite has."""
    place = read_url(store_url)
    assert not is_postgres(place), "this test is for SQLite: say so with a parametrize mark"
    return sqlite_path(place)


@pytest.fixture
def outside(sqlite_file: Path) -> Iterator[sqlite3.Connection]:
    """A connection of nobody's in particular, which waits for no lock and is not set up as ours are."""
    with closing(sqlite3.connect(sqlite_file, timeout=0, isolation_level=None)) as connection:
        yield connection
