"""Bringing a database to the schema of this version (Alembic).

Migrations expand first and contract in a later release, so that old and new version can run side by side."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gatelodge.service.ports import StoreUnavailable
from gatelodge.storage.database import BUSY_TIMEOUT, engine_for, is_postgres, sqlite_path
from gatelodge.storage.errors import translated

T = TypeVar("T")
LOCK = 7_201_936_405  # any number that nobody else takes a lock on in this database
_VERSIONS = Path(__file__).parent / "versions"


def _revisions() -> list[str]:
    """Every revision, the oldest first: each file's name begins with its own."""
    return sorted(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))


def newest() -> str:
    """The revision that this version of the program works with."""
    return _revisions()[-1]


def _in_transaction(url: URL, work: Callable[[Connection], T]) -> T:
    """Run `work` in a transaction that has its lock from the start: two nodes that start together migrate one after
    the other."""

    async def run() -> T:
        engine = engine_for(url)
        try:
            with translated():
                plain = await _connect(engine)
                try:
                    connection = await plain.execution_options(gatelodge_writes=True)
                    async with connection.begin():
                        if is_postgres(url):
                            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                        return await connection.run_sync(work)
                finally:
                    await plain.close()
        finally:
            await engine.dispose()

    return asyncio.run(run())


async def _connect(engine: AsyncEngine) -> AsyncConnection:
    """A connection. Only one process can switch a new file to the write-ahead log, and SQLite turns the others away at
    once, whatever their timeout: they try again."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            return await engine.connect()
        except OperationalError as error:
            if "locked" not in str(error.orig) or time.monotonic() >= give_up_at:
                raise
        await asyncio.sleep(0.01)


def current(url: URL) -> str | None:
    """The revision that the database is at; None for one that is empty or not there. Raises StoreUnavailable."""
    if not is_postgres(url):
        path = sqlite_path(url)
        if not path.exists():
            return None
        _see_that_it_takes_writes(path)
    return _in_transaction(url, _noted)


def _noted(connection: Connection) -> str | None:
    """The revision that Alembic has noted in the database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    noted: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return noted


def _see_that_it_takes_writes(path: Path) -> None:
    """Say what SQLite only calls a file that can't be opened. The folder counts as well: the log is beside the file."""
    if not os.access(path, os.R_OK):
        raise StoreUnavailable("the file may not be read")
    for written, name in ((path, "the file"), (path.parent, f"the folder {path.parent}")):
        if not os.access(written, os.W_OK):
            raise StoreUnavailable(f"{name} is read-only")


def is_known(revision: str) -> bool:
    """Whether this version of the program knows `revision`; a newer version's it can't."""
    return revision in _revisions()


def migrate(url: URL) -> None:
    """Bring the database to the newest revision, or leave it as it was. Raises StoreUnavailable."""
    # Only here, since a server that finds its database current does without Alembic.
    from gatelodge.storage.migrations.upgrading import upgrade

    if not is_postgres(url):
        with translated():
            sqlite_path(url).touch(mode=0o600)  # what is in it is nobody else's business, wherever the file is
    _in_transaction(url, upgrade)
