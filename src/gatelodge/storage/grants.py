"""Grants, one by one (ports.GrantStore)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, select, update

from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.grant_management import GrantState
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import applications, consents, grants


def _live(provider_id: int, user_id: int, application_id: int | None) -> ColumnElement[bool]:
    """The grants of a user that hold; with an application, only those that it was given."""
    mine = and_(grants.c.provider_id == provider_id, grants.c.user_id == user_id, grants.c.revoked_at.is_(None))
    return mine if application_id is None else and_(mine, grants.c.application_id == application_id)


class SqlGrants:
    """Grants in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, provider_id: int, user_id: int, application_id: int | None) -> Sequence[GrantState]:
        """The user's grants that hold, newest first; with an application, only those that it was given."""
        query = (
            select(grants, applications.c.name, applications.c.document_url)
            .join(applications, applications.c.id == grants.c.application_id)
            .where(_live(provider_id, user_id, application_id), grants.c.scope.is_not(None))
            .order_by(grants.c.id.desc())
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [
            GrantState(
                row.id,
                row.document_url or public_id(row.application_id),
                row.name,
                frozenset(row.scope.split()),
                row.authorization_details,
                row.created_at,
                row.last_used_at,
            )
            for row in rows
        ]

    @retried
    async def end(self, provider_id: int, user_id: int, application_id: int | None, grant_id: int, *, now: int) -> bool:
        """End one of those. With an application's last one goes what is remembered of the user's consent, so that it
        has to ask again."""
        one = and_(_live(provider_id, user_id, application_id), grants.c.id == grant_id)
        async with self._database.writing() as connection:
            whose = (await connection.execute(select(grants.c.application_id).where(one))).scalar()
            ended = await connection.execute(update(grants).where(one).values(revoked_at=now))
            if whose is None or ended.rowcount != 1:
                return False
            await connection.execute(
                delete(consents).where(
                    consents.c.provider_id == provider_id,
                    consents.c.user_id == user_id,
                    consents.c.application_id == whose,
                    ~exists().where(_live(provider_id, user_id, whose)),
                )
            )
        return True
