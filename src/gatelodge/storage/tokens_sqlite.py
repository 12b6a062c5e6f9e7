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

from gatelodge.identity.people import User
from gatelodge.protocol.client import Client
from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Kind, Presented
from gatelodge.protocol.refresh_grant import RefreshToken
from gatelodge.protocol.revocation import Owned
from gatelodge.protocol.scope import format_scope
from gatelodge.service.ports import StoreUnavailable
from gatelodge.service.records import BearerRow, NewToken
from gatelodge.storage.batching import Batcher
from gatelodge.storage.database import BUSY_TIMEOUT, PRAGMAS, translated

Write = Callable[[sqlite3.Cursor], Any]
MOST_IN_ONE_COMMIT = 512

# Every look-up is by provider and, through the grant, sees whether what it finds has been ended. Codes and tokens have
# no foreign key that would hold them to their grant's provider; the joins do it.
_CLIENT = """
SELECT a.id AS client_id, a.name, a.confidential, a.disabled_at, s.digest AS secret_digest{columns}
FROM applications a
LEFT JOIN client_secrets s ON s.id = :secret AND s.application_id = a.id{joins}
WHERE a.id = :client AND a.provider_id = :provider
"""
FIND_CLIENT = _CLIENT.format(columns="", joins="")
FIND_CODE = _CLIENT.format(
    columns=""", c.id AS code_id, c.digest, c.grant_id, c.scope, c.redirect_uri, c.redirect_uri_sent, c.code_challenge,
       c.expires_at, c.used_at, g.application_id AS owner_id, g.revoked_at, u.disabled_at AS user_disabled_at""",
    joins="""
LEFT JOIN codes c ON c.id = :token AND c.provider_id = a.provider_id
LEFT JOIN grants g ON g.id = c.grant_id AND g.provider_id = c.provider_id
LEFT JOIN users u ON u.id = g.user_id""",
)
FIND_REFRESH_TOKEN = _CLIENT.format(
    columns=""", r.id AS token_id, r.digest, r.grant_id, r.scope, g.application_id AS owner_id, g.revoked_at,
       u.disabled_at AS user_disabled_at""",
    joins="""
LEFT JOIN refresh_tokens r ON r.id = :token AND r.provider_id = a.provider_id
LEFT JOIN grants g ON g.id = r.grant_id AND g.provider_id = r.provider_id
LEFT JOIN users u ON u.id = g.user_id""",
)
FIND_BEARER = {
    Kind.ACCESS_TOKEN: """
SELECT t.digest, t.scope, t.expires_at, g.id AS holder_id, g.last_used_at, a.name AS application,
       g.revoked_at IS NOT NULL OR a.disabled_at IS NOT NULL OR u.disabled_at IS NOT NULL AS ended,
       u.id AS user_id, u.email, u.name
FROM access_tokens t
JOIN grants g ON g.id = t.grant_id AND g.provider_id = t.provider_id
JOIN applications a ON a.id = g.application_id
JOIN users u ON u.id = g.user_id
WHERE t.id = :token AND t.provider_id = :provider
""",
    Kind.USER_TOKEN: """
SELECT t.digest, t.scope, t.expires_at, t.id AS holder_id, t.last_used_at, NULL AS application,
       t.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL AS ended,
       u.id AS user_id, u.email, u.name
FROM user_tokens t
JOIN users u ON u.id = t.user_id
WHERE t.id = :token AND t.provider_id = :provider
""",
}
_FIND_OWNED = """
SELECT t.digest, t.grant_id, g.application_id AS client_id
FROM {table} t JOIN grants g ON g.id = t.grant_id AND g.provider_id = t.provider_id
WHERE t.id = :token AND t.provider_id = :provider
"""
FIND_OWNED = {
    Kind.ACCESS_TOKEN: _FIND_OWNED.format(table="access_tokens"),
    Kind.REFRESH_TOKEN: _FIND_OWNED.format(table="refresh_tokens"),
    Kind.USER_TOKEN: """
SELECT digest, NULL AS grant_id, NULL AS client_id FROM user_tokens WHERE id = :token AND provider_id = :provider
""",
}
USE_CODE = "UPDATE codes SET used_at = ? WHERE id = ? AND provider_id = ? AND used_at IS NULL"
ADD_ACCESS_TOKEN = (
    "INSERT INTO access_tokens (id, provider_id, digest, grant_id, scope, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
)
ADD_REFRESH_TOKEN = "INSERT INTO refresh_tokens (id, provider_id, digest, grant_id, scope) VALUES (?, ?, ?, ?, ?)"
REVOKE_GRANT = "UPDATE grants SET revoked_at = ? WHERE id = ? AND provider_id = ? AND revoked_at IS NULL"
REVOKE_USER_TOKEN = "UPDATE user_tokens SET revoked_at = ? WHERE id = ? AND provider_id = ? AND revoked_at IS NULL"
NOTE_USE = {
    Kind.ACCESS_TOKEN: "UPDATE grants SET last_used_at = ? WHERE id = ? AND provider_id = ?",
    Kind.USER_TOKEN: "UPDATE user_tokens SET last_used_at = ? WHERE id = ? AND provider_id = ?",
}


class SqliteTokens:
    """Codes and tokens in SQLite."""

    def __init__(self, path: Path) -> None:
        self._reader = _connect(path)
        self._writer = _connect(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")
        self._writes: Batcher[Write, Any] = Batcher(self._commit, MOST_IN_ONE_COMMIT)
        self._noted: set[asyncio.Future[Any]] = set()

    async def close(self) -> None:
        """Finish what was begun, then close."""
        await self._writes.drain()
        self._thread.shutdown(wait=True)
        self._reader.close()
        self._writer.close()

    async def find_client(self, provider_id: int, client_id: int, secret_id: int | None) -> Client | None:
        """The application, with the digest of that one of its secrets."""
        row = self._one(FIND_CLIENT, provider=provider_id, client=client_id, secret=secret_id)
        return _client(row) if row else None

    async def find_code(
        self, provider_id: int, client_id: int, secret_id: int | None, code_id: int
    ) -> tuple[Client | None, Code | None]:
        """The application and the code, whoever's it is, in one read."""
        row = self._one(FIND_CODE, provider=provider_id, client=client_id, secret=secret_id, token=code_id)
        if row is None:
            return None, None
        if row["code_id"] is None or row["owner_id"] is None:
            return _client(row), None
        return _client(row), Code(
            id=row["code_id"],
            digest=row["digest"],
            client_id=row["owner_id"],
            grant_id=row["grant_id"],
            scope=frozenset(row["scope"].split()),
            redirect_uri=row["redirect_uri"],
            redirect_uri_sent=bool(row["redirect_uri_sent"]),
            challenge=row["code_challenge"],
            expires_at=row["expires_at"],
            used_at=row["used_at"],
            grant_ended=_grant_ended(row),
        )

    async def find_refresh_token(
        self, provider_id: int, client_id: int, secret_id: int | None, token_id: int
    ) -> tuple[Client | None, RefreshToken | None]:
        """The application and the refresh token, whoever's it is, in one read."""
        row = self._one(FIND_REFRESH_TOKEN, provider=provider_id, client=client_id, secret=secret_id, token=token_id)
        if row is None:
            return None, None
        if row["token_id"] is None or row["owner_id"] is None:
            return _client(row), None
        return _client(row), RefreshToken(
            id=row["token_id"],
            digest=row["digest"],
            client_id=row["owner_id"],
            grant_id=row["grant_id"],
            scope=frozenset(row["scope"].split()),
            grant_ended=_grant_ended(row),
        )

    async def redeem_code(self, code_id: int, access: NewToken, refresh: NewToken | None, *, now: int) -> bool:
        """Use the code of `access`'s provider up and store what it gives, together. True for exactly one caller
        (RFC 6749 §4.1.2)."""

        def write(cursor: sqlite3.Cursor) -> bool:
            if cursor.execute(USE_CODE, (now, code_id, access.provider_id)).rowcount != 1:
                return False
            cursor.execute(ADD_ACCESS_TOKEN, _access_row(access))
            if refresh is not None:
                cursor.execute(ADD_REFRESH_TOKEN, _access_row(refresh)[:-1])
            return True

        return bool(await self._writes.submit(write))

    async def add_access_token(self, access: NewToken) -> None:
        """Store an access token. Raises AlreadyExists where its id is taken."""
        row = _access_row(access)
        await self._writes.submit(lambda cursor: cursor.execute(ADD_ACCESS_TOKEN, row).rowcount)

    async def find_bearer(self, provider_id: int, presented: Presented) -> BearerRow | None:
        """What stands behind an access token or a user token."""
        row = self._one(FIND_BEARER[presented.kind], provider=provider_id, token=presented.id)
        if row is None:
            return None
        return BearerRow(
            digest=row["digest"],
            user=User(row["user_id"], provider_id, row["email"], row["name"]),
            scope=frozenset(row["scope"].split()),
            expires_at=row["expires_at"],
            ended=bool(row["ended"]),
            application=row["application"],
            holder_id=row["holder_id"],
            last_used_at=row["last_used_at"],
        )

    async def find_owned(self, provider_id: int, presented: Presented) -> Owned | None:
        """Whose token this is: access, refresh or user token."""
        row = self._one(FIND_OWNED[presented.kind], provider=provider_id, token=presented.id)
        return Owned(row["digest"], row["grant_id"], row["client_id"]) if row else None

    async def revoke_grant(self, provider_id: int, grant_id: int, *, now: int) -> None:
        """End a grant and with it every token it gave, at once."""
        await self._writes.submit(lambda cursor: cursor.execute(REVOKE_GRANT, (now, grant_id, provider_id)).rowcount)

    async def revoke_user_token(self, provider_id: int, token_id: int, *, now: int) -> None:
        """End a user token."""
        row = (now, token_id, provider_id)
        await self._writes.submit(lambda cursor: cursor.execute(REVOKE_USER_TOKEN, row).rowcount)

    def note_use(self, provider_id: int, presented: Presented, holder_id: int, *, now: int) -> None:
        """Note that a token was used, some time soon; nobody waits for it."""
        statement, row = NOTE_USE[presented.kind], (now, holder_id, provider_id)
        noted = self._writes.submit(lambda cursor: cursor.execute(statement, row).rowcount)
        self._noted.add(noted)
        noted.add_done_callback(self._noted_done)

    def _noted_done(self, noted: asyncio.Future[Any]) -> None:
        self._noted.discard(noted)
        noted.exception()  # the caller was served; a note that can't be written now is written with the next use

    def _one(self, query: str, **values: int | None) -> sqlite3.Row | None:
        with translated():
            row: sqlite3.Row | None = self._reader.execute(query, values).fetchone()
        return row

    async def _commit(self, writes: Sequence[Write]) -> Sequence[Any]:
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
        cursor = self._writer.cursor()
        try:
            with translated():
                cursor.execute("BEGIN IMMEDIATE")
                results = [write(cursor) for write in writes]
                cursor.execute("COMMIT")
        finally:
            if self._writer.in_transaction:
                self._writer.rollback()
            cursor.close()
        return results


def _connect(path: Path) -> sqlite3.Connection:
    with translated():
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            for pragma in PRAGMAS:
                connection.execute(pragma)
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def _client(row: sqlite3.Row) -> Client:
    return Client(
        id=row["client_id"],
        name=row["name"],
        confidential=bool(row["confidential"]),
        disabled=row["disabled_at"] is not None,
        secret_digest=row["secret_digest"],
    )


def _grant_ended(row: sqlite3.Row) -> bool:
    return row["revoked_at"] is not None or row["user_disabled_at"] is not None


def _access_row(token: NewToken) -> tuple[int, int, bytes, int, str, int | None]:
    return (
        token.id,
        token.provider_id,
        token.digest,
        token.grant_id,
        format_scope(token.scope),
        token.expires_at,
    )
