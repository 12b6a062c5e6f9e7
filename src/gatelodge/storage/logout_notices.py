"""Applications that have yet to hear that somebody has signed out (ports.LogoutNoticeStore)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, select, update

from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.members import from_text
from gatelodge.service.records import DueNotice
from gatelodge.storage.database import Database, retried
from gatelodge.storage.providers import PROVIDER, provider_of
from gatelodge.storage.schema import applications, logout_notices, providers


def _one_notice(provider_id: int, session_id: int, application_id: int) -> ColumnElement[bool]:
    return and_(
        logout_notices.c.provider_id == provider_id,
        logout_notices.c.session_id == session_id,
        logout_notices.c.application_id == application_id,
    )


class SqlLogoutNotices:
    """Notices in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def claim(self, *, session_id: int | None, most: int, lease: int, now: int) -> Sequence[DueNotice]:
        """Up to `most` notices that are due, of any provider, the longest first; with a `session_id` only of that
        one's end. Nobody else is handed them in the next `lease` seconds."""
        due = logout_notices.c.next_try_at <= now
        if session_id is not None:
            due = and_(due, logout_notices.c.session_id == session_id)
        async with self._database.reading() as connection:  # most of the time there is nothing to be locked for
            if (await connection.execute(select(logout_notices.c.session_id).where(due).limit(1))).first() is None:
                return []
        query = (
            select(logout_notices, applications.c.settings, applications.c.document_url)
            .join(applications, applications.c.id == logout_notices.c.application_id)
            .where(due)
            .order_by(logout_notices.c.next_try_at)
            .limit(most)
            .with_for_update(of=logout_notices, skip_locked=True)
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(query)).all()
            for row in rows:
                await connection.execute(
                    update(logout_notices)
                    .where(_one_notice(row.provider_id, row.session_id, row.application_id))
                    .values(next_try_at=now + lease, tries=row.tries + 1)
                )
            named = select(*PROVIDER).where(providers.c.id.in_({row.provider_id for row in rows}))
            by_id = {row.id: provider_of(row) for row in await connection.execute(named)}
        return [
            DueNotice(
                application_id=row.application_id,
                provider=by_id[row.provider_id],
                client_id=row.document_url or public_id(row.application_id),
                settings=from_text(ClientSettings, row.settings),
                user_id=row.user_id,
                session_id=row.session_id,
                tries=row.tries + 1,
            )
            for row in rows
        ]

    @retried
    async def told(self, provider_id: int, session_id: int, application_id: int) -> None:
        """Forget a notice: the application has heard it, or never will."""
        async with self._database.writing() as connection:
            await connection.execute(delete(logout_notices).where(_one_notice(provider_id, session_id, application_id)))

    @retried
    async def put_off(self, provider_id: int, session_id: int, application_id: int, *, until: int) -> None:
        """Try again at that time."""
        one = _one_notice(provider_id, session_id, application_id)
        async with self._database.writing() as connection:
            await connection.execute(update(logout_notices).where(one).values(next_try_at=until))
