"""The hot path on SQLite (ports.TokenStore): the standard library's driver, write-ahead log, synchronous=FULL.

Reads are look-ups by primary key and run where they are called: they touch a few pages and wait for no writer, so a
thread would cost more than they do. Writes go to one writer thread, which commits all that have come in by then
at once; an answer leaves only after the commit that holds it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from gatelodge.storage.sqlite_file import Followed, existing
from gatelodge.storage.turns import Turns

Write = Callable[[sqlite3.Cursor], Any]
MOST_IN_ONE_COMMIT = 512
LOOK_EVERY = 0.1  # seconds after which a look-up sees whether its file is still the one at the path

ASKED = (
    "WITH asked AS (SELECT :provider AS provider, :client AS client, :secret AS secret, :token AS token, 1 AS number)"
)
USE_CODE = "UPDATE codes SET used_at = ?, refresh_token_id = ? WHERE id = ? AND provider_id = ? AND used_at IS NULL"
REPLACE = "UPDATE refresh_tokens SET successor_id = ? WHERE id = ? AND provider_id = ? AND successor_id IS NULL"
_ADD = "INSERT INTO {} (id, provider_id, digest, grant_id, scope, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
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
        self._writer = Followed(path, _connect, 0)  # nothing is answered that another file holds
        self._reader = Followed(path, _connect, LOOK_EVERY, self._writer)
        self._turns = turns
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")
        self._writes: Batcher[Write, Any] = Batcher(self._commit, MOST_IN_ONE_COMMIT)
        self._noted: set[asyncio.Future[Any]] = set()

    async def close(self) -> None:
        """Finish what was begun, then close."""
        await self._writes.drain()
        self._thread.shutdown(wait=True)
        self._reader.close()
        self._writer.close()

    @property
    def reader(self) -> sqlite3.Connection:
        """The connection that look-ups go through. Raises StoreUnavailable."""
        return self._reader.connection()

    async def find_client(self, provider_id: int, client_id: int, secret_id: int | None) -> Client | None:
        """The application, with the digest of that one of its secrets."""
        row = self._one(sql.FIND_CLIENT, provider_id, 0, client_id, secret_id)
        return sql.client_of(row) if row else None

    async def find_code(
        self, provider_id: int, client_id: int, secret_id: int | None, code_id: int
    ) -> tuple[Client | None, Code | None]:
        """The application and the code, whoever's it is, in one read."""
        row = self._one(sql.FIND_CODE, provider_id, code_id, client_id, secret_id)
        return (sql.client_of(row), sql.code_of(row)) if row else (None, None)

    async def find_refresh_token(
        self, provider_id: int, client_id: int, secret_id: int | None, token_id: int
    ) -> tuple[Client | None, RefreshToken | None]:
        """The application and the refresh token, whoever's it is, in one read."""
        row = self._one(sql.FIND_REFRESH_TOKEN, provider_id, token_id, client_id, secret_id)
        return (sql.client_of(row), sql.refresh_token_of(row)) if row else (None, None)

    async def find_state(
        self, provider_id: int, client_id: int, secret_id: int | None, presented: Presented | None
    ) -> tuple[Client | None, TokenState | None]:
        """The application that asks and what stands behind the token that it asks about, in one read."""
        if presented is None:
            return await self.find_client(provider_id, client_id, secret_id), None
        row = self._one(sql.FIND_STATE[presented.kind], provider_id, presented.id, client_id, secret_id)
        return (sql.client_of(row), sql.state_of(row)) if row else (None, None)

    async def find_bearer(self, provider_id: int, presented: Presented) -> BearerRow | None:
        """What stands behind an access token or a user token."""
        row = self._one(sql.FIND_BEARER[presented.kind], provider_id, presented.id)
        return sql.bearer_of(row, provider_id) if row else None

    async def find_owned(self, provider_id: int, presented: Presented) -> Owned | None:
        """Whose token this is: access, refresh or user token."""
        row = self._one(sql.FIND_OWNED[presented.kind], provider_id, presented.id)
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

    def in_next_commit(self, write: Write) -> asyncio.Future[Any]:
        """Have `write` run on the writer thread, in the next commit, with whatever else has come in by then."""
        return self._writes.submit(write)

    def note_use(self, provider_id: int, presented: Presented, holder_id: int, *, now: int) -> None:
        """Note that a token was used, some time soon; nobody waits for it."""
        noted = self._run(NOTE_USE[presented.kind], (now, holder_id, provider_id))
        self._noted.add(noted)
        noted.add_done_callback(self._noted_done)

    def _noted_done(self, noted: asyncio.Future[Any]) -> None:
        self._noted.discard(noted)
        noted.exception()  # the caller was served; a note that can't be written now is written with the next use

    def _one(
        self, query: str, provider: int, token: int, client: int | None = None, secret: int | None = None
    ) -> sqlite3.Row | None:
        asked = {"provider": provider, "client": client, "secret": secret, "token": token}
        with translated():
            row: sqlite3.Row | None = self.reader.execute(ASKED + query, asked).fetchone()
        return row

    def _run(self, statement: str, row: Sequence[object]) -> asyncio.Future[Any]:
        return self._writes.submit(lambda cursor: cursor.execute(statement, row).rowcount)

    async def _commit(self, writes: Sequence[Write]) -> Sequence[Any]:
        async with self._turns.machines(BUSY_TIMEOUT):
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._write_all, writes)

    def _write_all(self, writes: Sequence[Write]) -> Sequence[Any]:
        """Run `writes` in one transaction; if one of them fails, each in one of its own, so that it fails alone. If the
        database is away, it is away for all of them."""
        try:
            return self._transaction(writes)
        except Exception as error:  # goes to those who called: this thread has nobody to tell
            if len(writes) == 1 or isinstance(error, StoreUnavailable):
                return [error] * len(writes)
        return [result for write in writes for result in self._write_all([write])]

    def _transaction(self, writes: Sequence[Write]) -> list[Any]:
        writer = self._writer.connection()
        cursor = writer.cursor()
        try:
            with translated():
                cursor.execute("BEGIN IMMEDIATE")
                results = [write(cursor) for write in writes]
                cursor.execute("COMMIT")
        finally:
            if writer.in_transaction:
                writer.rollback()
            cursor.close()
        return results


def _connect(path: Path) -> sqlite3.Connection:
    with translated():
        connection = sqlite3.connect(
            existing(path), uri=True, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        try:
            connection.row_factory = sqlite3.Row
            for pragma in PRAGMAS:
                connection.execute(pragma)
        except sqlite3.Error:
            connection.close()
            raise
    return connection
