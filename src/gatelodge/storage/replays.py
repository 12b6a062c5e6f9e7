"""One-time identifiers that were seen (ports.ReplayStore), with the hot path's drivers: each shares a commit with
whatever else is being written. Which of several callers was the first, the primary key decides, whatever node asks."""

import sqlite3
from typing import TYPE_CHECKING

from gatelodge.storage.tokens_sqlite import SqliteTokens

if TYPE_CHECKING:
    from gatelodge.storage.tokens_postgres import PostgresTokens

SQLITE_ADD = "INSERT INTO replays (expires_at, provider_id, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class SqliteReplays:
    """What was seen, in SQLite."""

    def __init__(self, tokens: SqliteTokens) -> None:
        self._tokens = tokens

    async def first(self, provider_id: int, digest: bytes, expires_at: int) -> bool:
        """True for exactly one caller."""

        def write(cursor: sqlite3.Cursor) -> bool:
            return cursor.execute(SQLITE_ADD, (expires_at, provider_id, digest)).rowcount == 1

        return bool(await self._tokens.write(write))


class PostgresReplays:
    """What was seen, in PostgreSQL."""

    def __init__(self, tokens: "PostgresTokens") -> None:
        self._tokens = tokens

    async def first(self, provider_id: int, digest: bytes, expires_at: int) -> bool:
        """True for exactly one caller."""
        return await self._tokens.see(provider_id, digest, expires_at)
