"""Resources and what was granted on them (ports.ResourceStore)."""

from sqlalchemy import delete, insert, update

from gatelodge.protocol.scope import Scope, format_scope
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import resource_rights, resources


class SqlResources:
    """Resources in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add(self, provider_id: int, resource_id: int, account_id: int, name: str) -> None:
        """Add a resource to an account."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(resources).values(id=resource_id, provider_id=provider_id, account_id=account_id, name=name)
            )

    @retried
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

    @retried
    async def rename(self, provider_id: int, resource_id: int, name: str) -> None:
        """Give a resource another name."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(resources)
                .where(resources.c.provider_id == provider_id, resources.c.id == resource_id)
                .values(name=name)
            )
