"""What happened at cameras (ports.EventStore). What was asked for is looked up camera by camera, each by the unique key
of the table, so that no query goes through all that ever happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from gatelodge.service.records import EventRow, Period
from gatelodge.storage.database import Database, retried
from gatelodge.storage.json_text import from_text, to_text
from gatelodge.storage.lists import as_parameter

ADD = """
INSERT INTO events (id, provider_id, resource_id, kind, at, details)
SELECT CAST(:id AS BIGINT), r.provider_id, r.id, CAST(:kind AS VARCHAR(40)), CAST(:at AS BIGINT), CAST(:details AS TEXT)
FROM resources r WHERE r.id = :resource_id AND r.provider_id = :provider_id
ON CONFLICT (resource_id, at, kind) DO NOTHING"""
_COLUMNS = "e.id, e.provider_id, e.resource_id, e.kind, e.at, e.details"
_OF_ONE = "FROM events n WHERE n.resource_id = {camera} AND n.provider_id = :provider_id {which}"
_NEWEST = "ORDER BY n.at DESC, n.id DESC LIMIT :most"
SQLITE = f"""
SELECT {_COLUMNS} FROM json_each(:cameras) c
JOIN events e ON e.id IN (SELECT n.id {_OF_ONE.format(camera="c.value", which="{which}")} {_NEWEST})"""
POSTGRES = f"""
SELECT {_COLUMNS} FROM UNNEST(CAST(:cameras AS BIGINT[])) AS c(id)
CROSS JOIN LATERAL (SELECT n.* {_OF_ONE.format(camera="c.id", which="{which}")} {_NEWEST}) e"""
_OF_ALL = "ORDER BY e.at DESC, e.id DESC"


class SqlEvents:
    """Events in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._query = POSTGRES if database.postgres else SQLITE

    @retried
    async def add(self, events: Sequence[EventRow]) -> None:
        """Store events; one that is there already, or whose camera is not, is passed over."""
        if not events:
            return
        async with self._database.writing() as connection:
            await connection.execute(text(ADD), [_values(event) for event in events])

    async def latest(
        self, provider_id: int, resource_ids: Sequence[int], kinds: Sequence[str] | None, period: Period, most: int
    ) -> Sequence[EventRow]:
        """The newest events of these cameras, of any kind or of these kinds."""
        which, values = conditions(period, "n.at")
        if kinds is not None:
            names = {f"kind{number}": kind for number, kind in enumerate(kinds)}
            which += f" AND n.kind IN ({', '.join(f':{name}' for name in names) or 'NULL'})"
            values |= names
        query = f"{self._query.format(which=which)} {_OF_ALL} LIMIT :most"
        return await self._all(query, provider_id, resource_ids, values | {"most": most})

    async def latest_each(
        self, provider_id: int, resource_ids: Sequence[int], most: int
    ) -> Mapping[int, Sequence[EventRow]]:
        """The newest few events of each of these cameras."""
        query = f"{self._query.format(which='')} {_OF_ALL}"
        found: dict[int, list[EventRow]] = {}
        for event in await self._all(query, provider_id, resource_ids, {"most": most}):
            found.setdefault(event.resource_id, []).append(event)
        return found

    async def _all(
        self, query: str, provider_id: int, resource_ids: Sequence[int], values: Mapping[str, Any]
    ) -> Sequence[EventRow]:
        cameras = as_parameter(resource_ids, postgres=self._database.postgres)
        async with self._database.reading() as connection:
            rows = await connection.execute(text(query), {"provider_id": provider_id, "cameras": cameras, **values})
        return [
            EventRow(row.id, row.provider_id, row.resource_id, row.kind, row.at, from_text(row.details)) for row in rows
        ]


def conditions(period: Period, column: str) -> tuple[str, dict[str, Any]]:
    """A period as conditions of a statement, and their values. `column` is the time's; the id beside it is `n.id`."""
    which, values = "", {}
    if period.since is not None:
        which, values["since"] = f"{which} AND {column} >= :since", period.since
    if period.until is not None:
        which, values["until"] = f"{which} AND {column} < :until", period.until
    if period.before is not None:
        which += f" AND ({column} < :before OR ({column} = :before AND n.id < :before_id))"
        values["before"], values["before_id"] = period.before
    return which, values


def _values(event: EventRow) -> dict[str, Any]:
    return {
        "id": event.id,
        "provider_id": event.provider_id,
        "resource_id": event.resource_id,
        "kind": event.kind,
        "at": event.at,
        "details": to_text(event.details),
    }
