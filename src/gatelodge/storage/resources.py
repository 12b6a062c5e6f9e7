"""Resources and what was granted on them (ports.ResourceStore)."""

from collections.abc import Sequence

from sqlalchemy import and_, delete, insert, or_, select

from gatelodge.identity.effective import Holding
from gatelodge.identity.people import Access
from gatelodge.protocol.scope import Scope, format_scope
from gatelodge.storage.database import Database
from gatelodge.storage.schema import accounts, memberships, resource_rights, resources


class SqlResources:
    """Resources in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holdings(self, provider_id: int, user_id: int) -> Sequence[Holding]:
        """Every resource of every account that the user belongs to and has anything to do with, by name."""
        query = (
            select(
                resources.c.id,
                resources.c.name,
                accounts.c.name.label("account"),
                memberships.c.access,
                resource_rights.c.rights,
            )
            .join(memberships, memberships.c.account_id == resources.c.account_id)
            .join(accounts, accounts.c.id == resources.c.account_id)
            .outerjoin(
                resource_rights,
                and_(resource_rights.c.resource_id == resources.c.id, resource_rights.c.user_id == user_id),
            )
            .where(
                resources.c.provider_id == provider_id,
                memberships.c.provider_id == provider_id,
                memberships.c.user_id == user_id,
                or_(memberships.c.access == Access.FULL.value, resource_rights.c.rights.is_not(None)),
            )
            .order_by(resources.c.name, resources.c.id)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [
            Holding(row.id, row.name, row.account, Access(row.access), frozenset((row.rights or "").split()))
            for row in rows
        ]

    async def add(self, provider_id: int, resource_id: int, account_id: int, name: str) -> None:
        """Add a resource to an account."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(resources).values(id=resource_id, provider_id=provider_id, account_id=account_id, name=name)
            )

    async def grant(self, provider_id: int, resource_id: int, user_id: int, rights: Scope) -> None:
        """Let a partial-access user have exactly `rights` on a resource, whatever it was before."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(resource_rights).where(
                    resource_rights.c.provider_id == provider_id,
                    resource_rights.c.user_id == user_id,
                    resource_rights.c.resource_id == resource_id,
                )
            )
            await connection.execute(
                insert(resource_rights).values(
                    user_id=user_id,
                    resource_id=resource_id,
                    provider_id=provider_id,
                    rights=format_scope(rights),
                )
            )
