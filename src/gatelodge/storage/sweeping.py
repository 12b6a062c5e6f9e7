"""Taking away rows that have had their time (ports.SweepStore), a stretch of a table at a time.

A stretch is a range of ids, and ids are time-ordered: no statement looks at more rows than a stretch has, and none
needs an index of its own. Whether a row is stale is decided by what never changes back (a time that has passed, an
end), so that it can be looked up first, beside the traffic, and only then be deleted.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from gatelodge.service.records import Stale, Swept
from gatelodge.storage.database import Database, retried
from gatelodge.storage.tokens_sqlite import SqliteTokens

_EXPIRED = "t.expires_at <= :expired"
_GRANT_LIVES = """EXISTS (
    SELECT 1 FROM grants g WHERE g.id = t.grant_id AND g.provider_id = t.provider_id
    AND (g.revoked_at IS NULL OR g.revoked_at > :ended))"""
# Which of a table's rows are stale; for some tables also, which of those have nothing else of their grant left after
# them, so that the grant goes with them. Other refresh tokens of that grant, if any, are its rotated ones, as stale.
STALE = {
    "access_tokens": _EXPIRED,
    "codes": _EXPIRED,
    "device_codes": _EXPIRED,
    "refresh_tokens": f"({_EXPIRED} OR NOT {_GRANT_LIVES})",
    "sessions": _EXPIRED,
    "authorization_requests": _EXPIRED,
    "pushed_requests": _EXPIRED,
    "user_tokens": f"({_EXPIRED} OR t.revoked_at <= :ended)",
    "invitations": _EXPIRED,
    "live_views": _EXPIRED,
    "replays": _EXPIRED,
    "initial_access_tokens": _EXPIRED,
    # Those that registered themselves, or that documents describe, and that nobody lets in, or nobody any more. Their
    # account has the provider's own id (service/nobody.py). A document that was read since is in use.
    "applications": """(t.account_id = t.provider_id AND t.created_at <= :expired
    AND NOT EXISTS (SELECT 1 FROM consents c WHERE c.application_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.application_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM authorization_requests q WHERE q.application_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM client_documents d WHERE d.application_id = t.id AND d.fetched_at > :expired))""",
    "events": "t.at <= :expired",
    "recordings": "t.ended_at <= :expired",
}
# What a table's rows are in order of, and what the database itself calls a row, where that is not `id`.
ORDER = {"replays": "expires_at"}
ROW = {"replays": "ctid"}
LAST_OF_GRANT = {
    "access_tokens": "COALESCE(t.alone, FALSE)",
    "codes": "t.refresh_token_id IS NULL",
    "device_codes": "t.grant_id IS NOT NULL AND t.refresh_token_id IS NULL",
    "refresh_tokens": "TRUE",
}

END_OF_STRETCH = (
    "SELECT t.{order} FROM {table} t WHERE t.{order} > :after AND t.{order} < :before "
    "ORDER BY t.{order} LIMIT 1 OFFSET :others"
)
_STRETCH = "FROM {table} AS t WHERE t.{order} > :after AND t.{order} <= :reached AND {stale}"
ANY = f"SELECT 1 {_STRETCH} LIMIT 1"

# SQLite runs these one after the other, in one commit.
_GRANTS = f"SELECT t.grant_id {_STRETCH} AND {{last}}"
SQLITE_NOTE_USE = f"""
UPDATE consents SET last_used_at = MAX(COALESCE(consents.last_used_at, 0), used.at)
FROM (
    SELECT user_id, application_id, MAX(last_used_at) AS at FROM grants
    WHERE id IN ({_GRANTS}) AND last_used_at IS NOT NULL GROUP BY user_id, application_id
) AS used
WHERE consents.user_id = used.user_id AND consents.application_id = used.application_id"""
SQLITE_DELETE_GRANTS = f"DELETE FROM grants WHERE (user_id IS NOT NULL OR way IS NOT NULL) AND id IN ({_GRANTS})"
SQLITE_DELETE = f"DELETE {_STRETCH}"

# PostgreSQL does it in one statement. Whoever comes to a row first has it; the others go on without.
_MINE = f"SELECT t.{{row}} {_STRETCH} ORDER BY t.{{order}} FOR UPDATE OF t SKIP LOCKED"
POSTGRES_DELETE = f"DELETE FROM {{table}} WHERE {{row}} IN ({_MINE})"
POSTGRES_DELETE_WITH_GRANTS = f"""
WITH gone AS (
    DELETE FROM {{table}} t WHERE t.id IN ({_MINE}) RETURNING t.grant_id, {{last}} AS last
), ended AS (
    DELETE FROM grants WHERE (user_id IS NOT NULL OR way IS NOT NULL) AND id IN (SELECT grant_id FROM gone WHERE last)
    RETURNING user_id, application_id, last_used_at
), used AS (
    SELECT user_id, application_id, MAX(last_used_at) AS at FROM ended
    WHERE last_used_at IS NOT NULL GROUP BY user_id, application_id
), noted AS (
    UPDATE consents SET last_used_at = GREATEST(consents.last_used_at, used.at) FROM used
    WHERE consents.user_id = used.user_id AND consents.application_id = used.application_id
)
SELECT (SELECT COUNT(*) FROM gone) AS own, (SELECT COUNT(*) FROM ended) AS grants"""

Values = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Statements:
    """A table's statements, for one of the databases."""

    end_of_stretch: str
    any: str
    delete: tuple[str, ...]


def _words(table: str) -> dict[str, str]:
    return {
        "table": table,
        "stale": STALE[table],
        "last": LAST_OF_GRANT.get(table, ""),
        "order": ORDER.get(table, "id"),
        "row": ROW.get(table, "id"),
    }


def sqlite_statements(table: str) -> Statements:
    """The last of `delete` removes the table's own rows, those before it the grants that go with them."""
    grants = (SQLITE_NOTE_USE, SQLITE_DELETE_GRANTS) if table in LAST_OF_GRANT else ()
    words = _words(table)
    delete = tuple(one.format(**words) for one in (*grants, SQLITE_DELETE))
    return Statements(END_OF_STRETCH.format(**words), ANY.format(**words), delete)


def postgres_statements(table: str) -> Statements:
    """The one of `delete` removes the table's rows and the grants that go with them."""
    words = _words(table)
    delete = POSTGRES_DELETE_WITH_GRANTS if table in LAST_OF_GRANT else POSTGRES_DELETE
    return Statements(END_OF_STRETCH.format(**words), ANY.format(**words), (delete.format(**words),))


async def _look(database: Database, statements: Statements, stale: Stale, after: int, most: int) -> tuple[Values, bool]:
    """Where the stretch is, and whether anything in it is stale."""
    values = {
        "after": after,
        "before": stale.before,
        "others": most - 1,
        "expired": stale.expired,
        "ended": stale.ended,
    }
    async with database.reading() as connection:
        last = await _first(connection, statements.end_of_stretch, values)
        stretch = values | {"reached": stale.before - 1 if last is None else last}
        found = await _first(connection, statements.any, stretch)
    return stretch, found is not None


async def _first(connection: AsyncConnection, statement: str, values: Values) -> int | None:
    found: int | None = (await connection.execute(text(statement), values)).scalars().first()
    return found


def _reached(stale: Stale, stretch: Values) -> int | None:
    return stretch["reached"] if stretch["reached"] < stale.before - 1 else None


class SqliteSweeping:
    """Looks on the portal's connections, so that a page which has to be fetched from the disk holds nobody up; deletes
    on the writer thread of the hot path, where it shares a commit with what is being written and waits for no lock."""

    def __init__(self, database: Database, tokens: SqliteTokens) -> None:
        self._database = database
        self._tokens = tokens
        self._statements = {table: sqlite_statements(table) for table in STALE}

    async def sweep(self, stale: Stale, after: int, most: int) -> Swept:
        """Take away what is stale among the next `most` rows."""
        statements = self._statements[stale.table]
        stretch, found = await _look(self._database, statements, stale, after, most)
        if not found:
            return Swept(_reached(stale, stretch), {})

        def write(cursor: sqlite3.Cursor) -> dict[str, int]:
            *grants, own = [cursor.execute(one, stretch).rowcount for one in statements.delete]
            return {stale.table: own} | ({"grants": grants[-1]} if grants else {})

        return Swept(_reached(stale, stretch), await self._tokens.in_next_commit(write))


class PostgresSweeping:
    """Deletes in transactions of its own: they stand in nobody's way, as nobody reads what has had its time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._statements = {table: postgres_statements(table) for table in STALE}

    @retried
    async def sweep(self, stale: Stale, after: int, most: int) -> Swept:
        """Take away what is stale among the next `most` rows."""
        statements = self._statements[stale.table]
        stretch, found = await _look(self._database, statements, stale, after, most)
        removed: dict[str, int] = {}
        if found:
            async with self._database.writing() as connection:
                result: Any = await connection.execute(text(statements.delete[0]), stretch)
                if stale.table in LAST_OF_GRANT:
                    own, grants = result.one()
                    removed = {stale.table: own, "grants": grants}
                else:
                    removed = {stale.table: result.rowcount}
        return Swept(_reached(stale, stretch), removed)
