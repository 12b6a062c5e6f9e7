"""What the drivers' errors mean to those who call: the ports' own errors, whichever database it is."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from gatelodge.service.ports import AlreadyExists, NotThere, StoreUnavailable


class Conflict(Exception):
    """The database gave up a transaction in favour of another one: begin it again."""


class ReadOnly(StoreUnavailable):
    """The database, or this session of ours, takes no writes just now."""


READ_ONLY = "25006"
_SQLITE = {
    "SQLITE_CONSTRAINT_FOREIGNKEY": NotThere,
    "SQLITE_CONSTRAINT_PRIMARYKEY": AlreadyExists,
    "SQLITE_CONSTRAINT_UNIQUE": AlreadyExists,
}
# PostgreSQL's codes (its manual, appendix A), by their first characters: the longest that fits counts.
_POSTGRES = {
    "23503": NotThere,
    "23505": AlreadyExists,
    "40001": Conflict,
    "40P01": Conflict,
    "08": StoreUnavailable,  # the connection broke
    READ_ONLY: ReadOnly,  # this was the primary, and is none any more
    "28": StoreUnavailable,  # not let in
    "3D000": StoreUnavailable,  # no such database
    "42P01": StoreUnavailable,  # a table is missing: not migrated
    "42703": StoreUnavailable,  # so is a column
    "53": StoreUnavailable,  # no room, no memory, no connection left
    "57": StoreUnavailable,  # shutting down, or a statement was cancelled
    "58": StoreUnavailable,  # the disk failed
}


@contextmanager
def translated() -> Iterator[None]:
    """Turns the errors of drivers and of SQLAlchemy into the ports' own. One that is a fault of the program keeps its
    name."""
    try:
        yield
    except Exception as error:
        ours = _ports_error(error)
        if ours is None:
            raise
        raise ours from error


def _ports_error(error: Exception) -> Exception | None:
    if isinstance(error, NoFreeConnection):
        return StoreUnavailable("every connection is in use")
    cause: object = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _from_sqlite(cause)
    code = getattr(cause, "sqlstate", None)
    if isinstance(code, str):
        fitting = [prefix for prefix in _POSTGRES if code.startswith(prefix)]
        return _POSTGRES[max(fitting, key=len)](str(cause)) if fitting else None
    if isinstance(cause, OSError) and cause.strerror:
        return StoreUnavailable(cause.strerror)
    # TimeoutError is an OSError
    if isinstance(cause, OSError) or _of_asyncpg(cause) or (isinstance(error, DBAPIError) and _broken(error)):
        return StoreUnavailable(str(cause) or type(cause).__name__)
    return None


def _of_asyncpg(error: object) -> bool:
    """Whether it is asyncpg's own word about a connection; what the server said has a code, and was dealt with before.
    Known by where the class is from: to ask for the class would have a server on SQLite load asyncpg."""
    return type(error).__module__.partition(".")[0] == "asyncpg"


def _broken(error: DBAPIError) -> bool:
    """SQLAlchemy's wrapping of asyncpg's errors about connections, which bear no code."""
    return error.connection_invalidated or type(error).__name__ in ("InterfaceError", "OperationalError")


def _from_sqlite(error: sqlite3.Error) -> Exception | None:
    if isinstance(error, sqlite3.IntegrityError):
        kind = _SQLITE.get(error.sqlite_errorname)
        return kind(str(error)) if kind else None
    # A file that is damaged, or no database at all, is reported as the plain base class.
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        return StoreUnavailable(str(error))
    return None
