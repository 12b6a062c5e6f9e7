"""Who watches live (ports.LiveViewStore)."""

from sqlalchemy import and_, delete, func, insert, or_, select

from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import LiveViewRow
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import live_views, users


class SqlLiveViews:
    """Live views in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add(self, view: LiveViewRow, most: int) -> bool:
        """Store a live view; False, and nothing stored, where its user or token has `most` that have not expired."""
        whose = live_views.c.user_id == view.user_id
        if view.user_id is None:
            whose = live_views.c.access_token_id == view.access_token_id
        others = select(func.count()).where(
            live_views.c.provider_id == view.provider_id, whose, live_views.c.expires_at > view.created_at
        )
        async with self._database.writing() as connection:
            if (await connection.execute(others)).scalar_one() >= most:
                return False
            await connection.execute(
                insert(live_views).values(
                    id=view.id,
                    provider_id=view.provider_id,
                    resource_id=view.resource_id,
                    digest=view.digest,
                    user_id=view.user_id,
                    access_token_id=view.access_token_id,
                    user_token_id=view.user_token_id,
                    scope=format_scope(view.scope),
                    created_at=view.created_at,
                    expires_at=view.expires_at,
                )
            )
        return True

    async def find(self, provider_id: int, view_id: int, *, now: int) -> LiveViewRow | None:
        """A live view that has not expired, of a user who is not switched off."""
        whose = and_(users.c.id == live_views.c.user_id, users.c.provider_id == live_views.c.provider_id)
        query = (
            select(live_views)
            .select_from(live_views.outerjoin(users, whose))
            .where(
                live_views.c.id == view_id,
                live_views.c.provider_id == provider_id,
                live_views.c.expires_at > now,
                or_(live_views.c.user_id.is_(None), and_(users.c.id.is_not(None), users.c.disabled_at.is_(None))),
            )
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        return LiveViewRow(
            row.id,
            row.provider_id,
            row.resource_id,
            row.digest,
            row.user_id,
            row.access_token_id,
            row.user_token_id,
            frozenset(row.scope.split()),
            row.created_at,
            row.expires_at,
        )

    @retried
    async def end(self, provider_id: int, view_id: int) -> bool:
        """End it. True for exactly one caller."""
        gone = (
            delete(live_views)
            .where(live_views.c.id == view_id, live_views.c.provider_id == provider_id)
            .returning(live_views.c.id)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(gone)).first() is not None
