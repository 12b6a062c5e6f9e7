"""Cameras (ports.CameraStore): a row for each camera of which there is something to know."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, insert, select, update

from gatelodge.service.ports import NotThere
from gatelodge.service.records import CameraRow
from gatelodge.storage.database import Database, retried
from gatelodge.storage.json_text import from_text, to_text
from gatelodge.storage.lists import among
from gatelodge.storage.schema import cameras, resources

AS_IT_COMES = "virtual"  # the driver of a camera of which nothing was stored


class SqlCameras:
    """Cameras in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, provider_id: int, resource_ids: Sequence[int]) -> Mapping[int, CameraRow]:
        """These cameras, by id."""
        chosen = among(resources.c.id, resource_ids, postgres=self._database.postgres)
        async with self._database.reading() as connection:
            rows = await connection.execute(_select(resources.c.provider_id == provider_id, chosen))
        return {row.id: _camera(row) for row in rows}

    @retried
    async def change(self, provider_id: int, resource_id: int, change: Callable[[CameraRow], CameraRow]) -> CameraRow:
        """Put what `change` makes of the camera in its place, in one transaction."""
        async with self._database.writing() as connection:
            # Whoever comes next waits here, also where the camera has no row of its own yet. SQLite has one writer.
            mine = select(resources.c.id).where(resources.c.provider_id == provider_id, resources.c.id == resource_id)
            if (await connection.execute(mine.with_for_update())).first() is None:
                raise NotThere("the provider has no such camera")
            found = await connection.execute(
                _select(resources.c.provider_id == provider_id, resources.c.id == resource_id)
            )
            row = found.one()
            changed = change(_camera(row))
            values = {
                "driver": changed.driver,
                "settings": to_text(changed.settings),
                "state": to_text(changed.state),
            }
            if row.driver is None:
                await connection.execute(
                    insert(cameras).values(resource_id=resource_id, provider_id=provider_id, **values)
                )
            else:
                await connection.execute(
                    update(cameras)
                    .where(cameras.c.provider_id == provider_id, cameras.c.resource_id == resource_id)
                    .values(**values)
                )
        return changed

    async def after(self, resource_id: int, most: int) -> Sequence[CameraRow]:
        """The next `most` cameras by id, whatever provider they belong to."""
        query = _select(resources.c.id > resource_id).order_by(resources.c.id).limit(most)
        async with self._database.reading() as connection:
            return [_camera(row) for row in await connection.execute(query)]


def _select(*which: ColumnElement[bool]) -> Select[Any]:
    own = and_(cameras.c.resource_id == resources.c.id, cameras.c.provider_id == resources.c.provider_id)
    return (
        select(
            resources.c.id,
            resources.c.provider_id,
            resources.c.name,
            cameras.c.driver,
            cameras.c.settings,
            cameras.c.state,
        )
        .select_from(resources.outerjoin(cameras, own))
        .where(*which)
    )


def _camera(row: Any) -> CameraRow:
    if row.driver is None:
        return CameraRow(row.provider_id, row.id, row.name, AS_IT_COMES, {}, {})
    return CameraRow(row.provider_id, row.id, row.name, row.driver, from_text(row.settings), from_text(row.state))
