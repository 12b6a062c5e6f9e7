"""Bringing a database to the schema of this version (Alembic).

Migrations expand first and contract in a later release, so that old and new version can run side by side."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from gatelodge.storage.database import BUSY_TIMEOUT, begin_at_once, sqlite_path, translated


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def newest() -> str:
    """The revision that this version of the program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


@contextmanager
def _transaction(url: URL) -> Iterator[Connection]:
    """A transaction that has its lock from the start: two nodes that start together migrate one after the other."""
    engine = create_engine(URL.create("sqlite", database=str(sqlite_path(url))), connect_args={"timeout": BUSY_TIMEOUT})
    begin_at_once(engine)
    try:
        with translated(), _connect(engine) as plain:
            connection = plain.execution_options(gatelodge_writes=True)
            with connection.begin():
                yield connection
    finally:
        engine.dispose()


def _connect(engine: Engine) -> Connection:
    """A connection. Only one process can switch a new file to the write-ahead log, and SQLite turns the others away at
    once, whatever their timeout: they try again."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            return engine.connect()
        except OperationalError as error:
            if "locked" not in str(error.orig) or time.monotonic() >= give_up_at:
                raise
        time.sleep(0.01)


def current(url: URL) -> str | None:
    """The revision that the database is at; None for one that is empty or not there. Raises StoreUnavailable."""
    if not sqlite_path(url).exists():
        return None
    with _transaction(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this version of the program knows `revision`; a newer version's it can't."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def migrate(url: URL) -> None:
    """Bring the database to the newest revision, or leave it as it was. Raises StoreUnavailable."""
    sqlite_path(url).touch(mode=0o600)  # what is in it is nobody else's business, wherever the file is
    with _transaction(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
