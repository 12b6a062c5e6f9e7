"""A SQLite database is the file at a path. One that was moved away can still be written to, and would take with it what
was answered: here every connection sees that another file, or none, has taken its place, and changes over."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError

from gatelodge.service.ports import StoreUnavailable

Identity = tuple[int, int]


def existing(path: Path) -> str:
    """The URI of a database file, which is not made where there is none."""
    return f"file:{quote(str(path.absolute()))}?mode=rw"


def identity(path: Path) -> Identity:
    """Which file is at the path. Raises StoreUnavailable where none is."""
    try:
        found = path.stat()
    except OSError as error:
        raise StoreUnavailable(f"there is no file at {path}: {error.strerror}") from error
    return found.st_dev, found.st_ino


class Followed:
    """A connection of a raw driver to the file that is at the path, which is looked at again after `every` seconds, or
    as soon as `leader` has come to another one: whoever reads must find what was just written."""

    def __init__(
        self,
        path: Path,
        connect: Callable[[Path], sqlite3.Connection],
        every: float,
        leader: "Followed | None" = None,
    ) -> None:
        self._path = path
        self._connect = connect
        self._every = every
        self._leader = leader
        self._look_at = 0.0
        self._file: Identity | None = None
        self._connection: sqlite3.Connection | None = None

    def connection(self) -> sqlite3.Connection:
        """The connection. Raises StoreUnavailable."""
        now = time.monotonic()
        leading = self._leader._file if self._leader is not None else None
        if self._connection is not None and now < self._look_at and leading in (None, self._file):
            return self._connection
        file = identity(self._path)
        if self._connection is None or file != self._file:
            self.close()
            self._connection, self._file = self._connect(self._path), file
        self._look_at = now + self._every
        return self._connection

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def follow(engine: Engine, path: Path) -> None:
    """Have the engine hand out only connections to the file that is at the path."""

    def opened(_connection: Any, record: Any) -> None:
        record.info["file"] = identity(path)

    def handed_out(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != identity(path):
            raise DisconnectionError("another file has taken the database's place")

    event.listen(engine, "connect", opened)
    event.listen(engine, "checkout", handed_out)
