"""Opening a database: its URL, its engine, its transactions."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gatelodge.service.ports import AlreadyExists, NotThere, StoreUnavailable

BUSY_TIMEOUT = 5.0  # seconds that a writer waits for another one


class DatabaseUrlError(Exception):
    """The database URL can't be used; the text says why and what is allowed."""


def read_url(text: str) -> URL:
    """The URL of a database that we can work with."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError("the database URL can't be read; write it as sqlite:///path/to/file.db") from None
    if url.drivername != "sqlite":
        raise DatabaseUrlError(f"'{url.drivername}' is not a database that is served; write sqlite:///path/to/file.db")
    if not url.database or url.database == ":memory:" or url.host or url.query:
        raise DatabaseUrlError("the database URL must name a file, such as sqlite:///data/gatelodge.db")
    return url


def sqlite_path(url: URL) -> Path:
    """The file that a SQLite URL names, in a folder that exists from now on."""
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUrlError(f"the folder {path.parent} can't be made: {error.strerror}") from error
    if path.is_dir():
        raise DatabaseUrlError(f"{path} is a folder, not a file")
    return path


PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={int(BUSY_TIMEOUT * 1000)}",
)


class Database:
    """The portal's and the operator's way to the database. `reading` and `writing` are transactions."""

    def __init__(self, url: URL) -> None:
        path = sqlite_path(url)
        self._engine: AsyncEngine = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(path)),
            connect_args={"timeout": BUSY_TIMEOUT},
            hide_parameters=True,  # or an error would carry digests and password hashes into the log
        )
        begin_at_once(self._engine.sync_engine)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view."""
        with translated():
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """All or nothing; committed when the block ends. Raises AlreadyExists, NotThere, StoreUnavailable."""
        with translated():
            async with self._engine.connect() as plain:
                connection = await plain.execution_options(gatelodge_writes=True)
                async with connection.begin():
                    yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Turns the errors of the driver and of SQLAlchemy into the ports' own."""
    try:
        yield
    except (sqlite3.Error, SQLAlchemyError) as error:
        ours = _ports_error(error)
        if ours is None:
            raise
        raise ours from error


def _ports_error(error: Exception) -> Exception | None:
    """What the ports call this error; None for one that is a fault of the program and keeps its name."""
    if isinstance(error, NoFreeConnection):
        return StoreUnavailable("every connection is in use")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.IntegrityError):
        kind = {
            "SQLITE_CONSTRAINT_FOREIGNKEY": NotThere,
            "SQLITE_CONSTRAINT_PRIMARYKEY": AlreadyExists,
            "SQLITE_CONSTRAINT_UNIQUE": AlreadyExists,
        }.get(cause.sqlite_errorname)
        return kind(str(cause)) if kind else None
    # A file that is damaged, or no database at all, is reported as the plain base class.
    if isinstance(cause, sqlite3.OperationalError) or type(cause) is sqlite3.DatabaseError:
        return StoreUnavailable(str(cause))
    return None


def begin_at_once(engine: Engine) -> None:
    """Have the engine's connections set up as ours are, and its transactions begin as ours do."""
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


def _prepare(connection: Any, _record: Any) -> None:
    # sqlite3's own transaction handling begins too late (at the first write); ours is in _begin.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Any) -> None:
    # A write takes its lock at once: one that began by reading could not wait for another writer.
    writes = connection.get_execution_options().get("gatelodge_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
