"""Many rows at once into either database: what preparing thousands of tokens, or ten million, takes."""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Table
from sqlalchemy.engine import URL

from gatelodge.storage.database import is_postgres, plain_url, sqlite_path

Row = Sequence[Any]


def insert(url: URL, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Add rows to a table: on PostgreSQL with COPY, on SQLite with one prepared statement in one transaction."""
    if is_postgres(url):
        asyncio.run(_copy(url, table, columns, rows))
        return
    connection = sqlite3.connect(sqlite_path(url), timeout=60, isolation_level=None)
    try:
        connection.execute("PRAGMA cache_size=-200000")
        connection.execute("BEGIN IMMEDIATE")
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608  # our own names
        connection.execute("COMMIT")
    finally:
        connection.close()


def insert_like(url: URL, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows that name their columns, all the same ones."""
    if rows:
        columns = list(rows[0])
        insert(url, table, columns, ([row[column] for column in columns] for row in rows))


def settle(url: URL, tables: Iterable[Table]) -> None:
    """Leave the database as it is after a quiet while, not as right after a flood: what the log holds is in the file,
    and the planner knows the tables."""
    if is_postgres(url):
        asyncio.run(_vacuum(url, [table.name for table in tables]))
        return
    connection = sqlite3.connect(sqlite_path(url), timeout=60, isolation_level=None)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


async def _copy(url: URL, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    connection = await asyncpg.connect(plain_url(url))
    try:
        await connection.copy_records_to_table(table.name, records=rows, columns=list(columns))
    finally:
        await connection.close()


async def _vacuum(url: URL, tables: Sequence[str]) -> None:
    connection = await asyncpg.connect(plain_url(url))
    try:
        for table in tables:
            await connection.execute(f"VACUUM (ANALYZE) {table}", timeout=600)
        await connection.execute("CHECKPOINT", timeout=600)
    finally:
        await connection.close()
