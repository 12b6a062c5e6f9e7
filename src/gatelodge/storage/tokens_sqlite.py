"""The hot path on SQLite (ports.TokenStore): the standard library's driver, write-ahead log, synchronous=FULL.

Reads are look-ups by primary key and run where they are called: they touch a few pages and wait for no writer, so a
thread would cost more than they do. Writes are made where they are called as well, all that have come in by then in one
transaction; what waits for the disk, its commit, is the writer thread's. An answer leaves only after the commit that
holds it.

A thread that also made the writes would ask for the interpreter's lock, and wait for it, after each statement: that
cost a third of a grant's time. Where something else has to be waited for (another process that writes), or one of the
writes fails, the thread does it all.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from gatelodge.protocol.client import Client
from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.introspection import TokenState
from gatelodge.protocol.refresh_grant import RefreshToken
from gatelodge.protocol.revocation import Owned
from gatelodge.service.ports import StoreUnavailable
from gatelodge.service.records import BearerRow, NewToken
from gatelodge.storage import tokens_sql as sql
from gatelodge.storage.batching import Batcher
from gatelodge.storage.database import BUSY_TIMEOUT, PRAGMAS
from gatelodge.storage.errors import translated
from gatelodge.storage.one_thread import OneThread
from gatelodge.storage.sqlite_file import Followed, existing
from gatelodge.storage.turns import Turns

Write = Callable[[sqlite3.Cursor], Any]
MOST_IN_ONE_COMMIT = 512
LOOK_EVERY = 0.1  # seconds after which a look-up sees whether its file is still the one at the path

ASKED = "WITH asked AS (SELECT ? AS provider, ? AS client, ? AS secret, ? AS token, 1 AS number)"
FIND_CLIENT, FIND_CODE, FIND_REFRESH_TOKEN = (
    ASKED + query for query in (sql.FIND_CLIENT, sql.FIND_CODE, sql.FIND_REFRESH_TOKEN)
)
FIND_BEARER, FIND_STATE, FIND_OWNED = (
    {kind: ASKED + query for kind, query in queries.items()}
    for queries in (sql.FIND_BEARER, sql.FIND_STATE, sql.FIND_OWNED)
)
USE_CODE = "UPDATE codes SET used_at = ?, refresh_token_id = ? WHERE id = ? AND provider_id = ? AND used_at IS NULL"
REPLACE = "UPDATE refresh_tokens SET successor_id = ? WHERE id = ? AND provider_id = ? AND successor_id IS NULL"
_ADD = "INSERT INTO {} (id, provider_id, digest, grant_id, scope, expires_at, binding) VALUES (?, ?, ?, ?, ?, ?, ?)"
ADD_ACCESS_TOKEN, ADD_REFRESH_TOKEN = _ADD.format("access_tokens"), _ADD.format("refresh_tokens")
REVOKE_GRANT = "UPDATE grants SET revoked_at = ? WHERE id = ? AND provider_id = ? AND revoked_at IS NULL"
REVOKE_USER_TOKEN = "UPDATE user_tokens SET revoked_at = ? WHERE id = ? AND provider_id = ? AND revoked_at IS NULL"
REVOKE_ACCESS_TOKEN = "DELETE FROM access_tokens WHERE id = ? AND provider_id = ?"
NOTE_USE = {
    kind: f"UPDATE {table} SET last_used_at = ? WHERE id = ? AND provider_id = ?" for kind, table in sql.HOLDERS.items()
}


class SqliteTokens:
    """Codes and tokens in SQLite."""

    def __init__(self, path: Path, turns: Turns) -> None:
        # Nothing is answered that another file holds, so these two look each time.
        self._writer = Followed(path, _connect_at_once, 0)
        self._patient_writer = Followed(path, _connect, 0)
        self._reader = Followed(path, _connect, LOOK_EVERY, self._writer)
        self._turns = turns
        self._thread = OneThread("sqlite-writer")
        self._writes: Batcher[Write, Any] = Batcher(self._commit, MOST_IN_ONE_COMMIT)
        self._long: set[Write] = set()
        self._noted: set[asyncio.Future[Any]] = set()

    async def close(self) -> None:
        """Finish what was begun, then close."""
        await self._writes.drain()
        self._thread.close()
        for connection in (self._reader, self._writer, self._patient_writer):
            connection.close()

    @property
    def reader(self) -> sqlite3.Connection:
        """The connection that look-ups go through. Raises StoreUnavailable."""
        return self._reader.connection()

    async def find_client(self, provider_id: int, client_id: int, secret_id: int | None) -> Client | None:
        """The application, with the digest of that one of its secrets."""
        row = self._one(FIND_CLIENT, (provider_id, client_id, secret_id, None))
        return sql.client_of(row) if row else None

    async def find_code(
        self, provider_id: int, client_id: int, secret_id: int | None, code_id: int
    ) -> tuple[Client | None, Code | None]:
        """The application and the code, whoever's it is, in one read."""
        row = self._one(FIND_CODE, (provider_id, client_id, secret_id, code_id))
        return (sql.client_of(row), sql.code_of(row)) if row else (None, None)

    async def find_refresh_token(
        self, provider_id: int, client_id: int, secret_id: int | None, token_id: int
    ) -> tuple[Client | None, RefreshToken | None]:
        """The application and the refresh token, whoever's it is, in one read."""
        row = self._one(FIND_REFRESH_TOKEN, (provider_id, client_id, secret_id, token_id))
        return (sql.client_of(row), sql.refresh_token_of(row)) if row else (None, None)

    async def find_state(
        self, provider_id: int, client_id: int, secret_id: int | None, presented: Presented | None
    ) -> tuple[Client | None, TokenState | None]:
        """The application that asks and what stands behind the token that it asks about, in one read."""
        if presented is None:
            return await self.find_client(provider_id, client_id, secret_id), None
        row = self._one(FIND_STATE[presented.kind], (provider_id, client_id, secret_id, presented.id))
        return (sql.client_of(row), sql.state_of(row)) if row else (None, None)

    async def find_bearer(self, provider_id: int, presented: Presented) -> BearerRow | None:
        """What stands behind an access token or a user token."""
        row = self._one(FIND_BEARER[presented.kind], (provider_id, None, None, presented.id))
        return sql.bearer_of(row, provider_id) if row else None

    async def find_owned(self, provider_id: int, presented: Presented) -> Owned | None:
        """Whose token this is: access, refresh or user token."""
        row = self._one(FIND_OWNED[presented.kind], (provider_id, None, None, presented.id))
        return sql.owned_of(row) if row else None

    async def redeem_code(self, code_id: int, access: NewToken, refresh: NewToken | None, *, now: int) -> bool:
        """Use the code of `access`'s provider up and store what it gives, together. True for exactly one caller
        (RFC 6749 §4.1.2)."""

        def write(cursor: sqlite3.Cursor) -> bool:
            refresh_id = None if refresh is None else refresh.id
            if cursor.execute(USE_CODE, (now, refresh_id, code_id, access.provider_id)).rowcount != 1:
                return False
            cursor.execute(ADD_ACCESS_TOKEN, sql.token_row(access))
            if refresh is not None:
                cursor.execute(ADD_REFRESH_TOKEN, sql.token_row(refresh))
            return True

        return bool(await self._writes.submit(write))

    async def rotate(self, token_id: int, access: NewToken, successor: NewToken) -> bool:
        """Put `successor` in the refresh token's place and store `access`, together. True for exactly one caller."""

        def write(cursor: sqlite3.Cursor) -> bool:
            if cursor.execute(REPLACE, (successor.id, token_id, successor.provider_id)).rowcount != 1:
                return False
            cursor.execute(ADD_REFRESH_TOKEN, sql.token_row(successor))
            cursor.execute(ADD_ACCESS_TOKEN, sql.token_row(access))
            return True

        return bool(await self._writes.submit(write))

    async def add_access_token(self, access: NewToken) -> None:
        """Store an access token. Raises AlreadyExists where its id is taken."""
        await self._run(ADD_ACCESS_TOKEN, sql.token_row(access))

    async def revoke_grant(self, provider_id: int, grant_id: int, *, now: int) -> None:
        """End a grant and with it every token it gave, at once."""
        await self._run(REVOKE_GRANT, (now, grant_id, provider_id))

    async def revoke_user_token(self, provider_id: int, token_id: int, *, now: int) -> None:
        """End a user token."""
        await self._run(REVOKE_USER_TOKEN, (now, token_id, provider_id))

    async def revoke_access_token(self, provider_id: int, token_id: int) -> None:
        """End one access token, and nothing else of its grant."""
        await self._run(REVOKE_ACCESS_TOKEN, (token_id, provider_id))

    def write(self, write: Write) -> asyncio.Future[Any]:
        """Have `write`, which is short, run in one commit with whatever else has come in by then."""
        return self._writes.submit(write)

    def in_next_commit(self, write: Write) -> asyncio.Future[Any]:
        """Have `write`, which may take its time, run on the writer thread, in one commit with whatever else has come in
        by then."""
        self._long.add(write)
        return self._writes.submit(write)

    def note_use(self, provider_id: int, presented: Presented, holder_id: int, *, now: int) -> None:
        """Note that a token was used, some time soon; nobody waits for it."""
        noted = self._run(NOTE_USE[presented.kind], (now, holder_id, provider_id))
        self._noted.add(noted)
        noted.add_done_callback(self._noted_done)

    def _noted_done(self, noted: asyncio.Future[Any]) -> None:
        self._noted.discard(noted)
        noted.exception()  # the caller was served; a note that can't be written now is written with the next use

    def _one(self, query: str, asked: tuple[int | None, ...]) -> sql.Row | None:
        try:
            row: sql.Row | None = self.reader.execute(query, asked).fetchone()
        except sqlite3.Error:
            with translated():  # only now: it costs more than the search for a row
                raise
        return row

    def _run(self, statement: str, row: Sequence[object]) -> asyncio.Future[Any]:
        return self._writes.submit(lambda cursor: cursor.execute(statement, row).rowcount)

    async def _commit(self, writes: Sequence[Write]) -> Sequence[Any]:
        async with self._turns.machines(BUSY_TIMEOUT):
            begun = self._begin_at_once(writes)
            if begun is None:
                return await self._thread.run(partial(self._write_all, writes))
            writer, results = begun
            error = await self._thread.run(partial(_end, writer))
        return results if error is None else [error] * len(writes)

    def _begin_at_once(self, writes: Sequence[Write]) -> tuple[sqlite3.Connection, list[Any]] | None:
        """Make `writes` here and now, in a transaction that remains to be committed; None where that can't be done."""
        try:
            writer = self._writer.connection()
            if self._long.isdisjoint(writes):
                return writer, _begin(writer, writes)
        except Exception:  # whatever it is, the thread comes upon it again, and tells those who called
            return None
        self._long.difference_update(writes)
        return None

    def _write_all(self, writes: Sequence[Write]) -> Sequence[Any]:
        """Run `writes` in one transaction; if one of them fails, each in one of its own, so that it fails alone. If the
        database is away, it is away for all of them."""
        try:
            with translated():
                writer = self._patient_writer.connection()
                results = _begin(writer, writes)
            if (error := _end(writer)) is None:
                return results
        except Exception as begun:  # goes to those who called: this thread has nobody to tell
            error = begun
        if len(writes) == 1 or isinstance(error, StoreUnavailable):
            return [error] * len(writes)
        return [result for write in writes for result in self._write_all([write])]


def _begin(connection: sqlite3.Connection, writes: Sequence[Write]) -> list[Any]:
    """Make `writes` in one transaction, which remains to be committed; in none where one of them fails."""
    cursor = connection.execute("BEGIN IMMEDIATE")
    try:
        return [write(cursor) for write in writes]
    except BaseException:
        connection.rollback()
        raise


def _end(connection: sqlite3.Connection) -> Exception | None:
    """Commit; or why that failed."""
    try:
        with translated():
            connection.execute("COMMIT")
    except Exception as error:
        if connection.in_transaction:
            connection.rollback()
        return error
    return None


def _connect(path: Path, *, wait: float = BUSY_TIMEOUT) -> sqlite3.Connection:
    with translated():
        connection = sqlite3.connect(
            existing(path), uri=True, timeout=wait, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in PRAGMAS:
                connection.execute(pragma)
            connection.execute(f"PRAGMA busy_timeout={int(wait * 1000)}")
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def _connect_at_once(path: Path) -> sqlite3.Connection:
    """A connection that waits for nobody."""
    return _connect(path, wait=0)
