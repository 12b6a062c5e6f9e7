"""Opening a database: its URL, its engine, its transactions."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gatelodge.service.ports import StoreUnavailable
from gatelodge.storage.errors import READ_ONLY, Conflict, translated
from gatelodge.storage.sqlite_file import existing, follow
from gatelodge.storage.turns import Turns

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT = 5.0  # seconds that a writer waits for another one, or anybody for a connection
CONNECTIONS = 10
TRIES = 5  # where the database asks to try again
WRITE_IT_AS = "write it as sqlite:///path/to/file.db or postgresql://user@host/database"


class DatabaseUrlError(Exception):
    """The database URL can't be used; the text says why and what is allowed."""


def read_url(text: str) -> URL:
    """The URL of a database that we can work with. What is wrong is told without the URL, which may hold a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(f"the database URL can't be read; {WRITE_IT_AS}") from None
    if url.drivername == "postgresql":
        if url.query:
            raise DatabaseUrlError("leave “?” and what follows out of the database URL; PGSSLMODE asks for TLS")
        if not url.database:
            raise DatabaseUrlError("the database URL must name a database, such as postgresql://user@host/gatelodge")
        return url
    if url.drivername != "sqlite":
        raise DatabaseUrlError(f"'{url.drivername}' is not a database that is served; {WRITE_IT_AS}")
    if not url.database or url.database == ":memory:" or url.host or url.query:
        raise DatabaseUrlError("the database URL must name a file, such as sqlite:///data/gatelodge.db")
    return url


def is_postgres(url: URL) -> bool:
    """Whether the database is PostgreSQL, and otherwise SQLite."""
    return url.drivername == "postgresql"


def plain_url(url: URL) -> str:
    """The URL with its password, as a driver takes it; never to be shown."""
    return url.render_as_string(hide_password=False)


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
        self._engine = engine_for(url)
        self.turns = None if is_postgres(url) else Turns()
        self.postgres = is_postgres(url)  # and otherwise SQLite

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
                async with self._turn(), connection.begin():
                    yield connection

    def _turn(self) -> AbstractAsyncContextManager[None]:
        return nullcontext() if self.turns is None else self.turns.people(BUSY_TIMEOUT)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def engine_for(url: URL) -> AsyncEngine:
    """SQLAlchemy's engine for a database."""
    if is_postgres(url):
        postgres = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=BUSY_TIMEOUT,
            hide_parameters=True,  # or an error would carry digests and password hashes into the log
            pool_pre_ping=True,  # a database that went away and came back is found again by the next request
            connect_args={"timeout": BUSY_TIMEOUT, "command_timeout": BUSY_TIMEOUT},
        )
        event.listen(postgres.sync_engine, "handle_error", _give_up_read_only)
        return postgres
    path = sqlite_path(url)
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=existing(path), query={"uri": "true"}),
        connect_args={"timeout": BUSY_TIMEOUT},
        hide_parameters=True,
    )
    begin_at_once(engine.sync_engine)
    follow(engine.sync_engine, path)
    return engine


def retried(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """A method that is one transaction, begun again where the database gave it up in favour of another one."""

    @wraps(method)
    async def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES):
            try:
                return await method(*args, **kwargs)
            except Conflict:
                continue
        raise StoreUnavailable("the database kept asking to try again")

    return again


def begin_at_once(engine: Engine) -> None:
    """Have the engine's connections set up as ours are, and its transactions begin as ours do."""
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


def _give_up_read_only(context: ExceptionContext) -> None:
    # A session that began while the database was read-only stays so: no connection of that time is used again.
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


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
