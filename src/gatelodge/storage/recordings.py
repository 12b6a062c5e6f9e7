"""What cameras recorded (ports.RecordingStore)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text, update

from gatelodge.service.records import Period, RecordingRow
from gatelodge.storage.database import Database, retried
from gatelodge.storage.events import conditions
from gatelodge.storage.json_text import from_text, to_text
from gatelodge.storage.schema import recordings

ADD = """
INSERT INTO recordings (id, provider_id, resource_id, started_at, ended_at, details)
SELECT CAST(:id AS BIGINT), r.provider_id, r.id, CAST(:started_at AS BIGINT), CAST(:ended_at AS BIGINT),
       CAST(:details AS TEXT)
FROM resources r WHERE r.id = :resource_id AND r.provider_id = :provider_id
ON CONFLICT (resource_id, started_at) DO NOTHING"""
LATEST = """
SELECT n.id, n.provider_id, n.resource_id, n.started_at, n.ended_at, n.details FROM recordings n
WHERE n.resource_id = :resource_id AND n.provider_id = :provider_id AND n.deleted_at IS NULL {which}
ORDER BY n.started_at DESC, n.id DESC LIMIT :most"""


class SqlRecordings:
    """Recordings in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add(self, recordings: Sequence[RecordingRow]) -> None:
        """Store recordings; one that is there already, or whose camera is not, is passed over."""
        if not recordings:
            return
        values = [
            {
                "id": one.id,
                "provider_id": one.provider_id,
                "resource_id": one.resource_id,
                "started_at": one.started_at,
                "ended_at": one.ended_at,
                "details": to_text(one.details),
            }
            for one in recordings
        ]
        async with self._database.writing() as connection:
            await connection.execute(text(ADD), values)

    async def latest(self, provider_id: int, resource_id: int, period: Period, most: int) -> Sequence[RecordingRow]:
        """The newest recordings of a camera, by when they began."""
        which, values = conditions(period, "n.started_at")
        values |= {"provider_id": provider_id, "resource_id": resource_id, "most": most}
        async with self._database.reading() as connection:
            rows = await connection.execute(text(LATEST.format(which=which)), values)
        return [_recording(row) for row in rows]

    async def find(self, provider_id: int, recording_id: int) -> RecordingRow | None:
        """One recording."""
        query = select(recordings).where(
            recordings.c.id == recording_id,
            recordings.c.provider_id == provider_id,
            recordings.c.deleted_at.is_(None),
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _recording(row) if row else None

    @retried
    async def delete(self, provider_id: int, recording_id: int, *, now: int) -> bool:
        """Delete it. True for exactly one caller."""
        change = (
            update(recordings)
            .where(
                recordings.c.id == recording_id,
                recordings.c.provider_id == provider_id,
                recordings.c.deleted_at.is_(None),
            )
            .values(deleted_at=now, details="{}")
            .returning(recordings.c.id)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(change)).first() is not None


def _recording(row: Any) -> RecordingRow:
    return RecordingRow(row.id, row.provider_id, row.resource_id, row.started_at, row.ended_at, from_text(row.details))
