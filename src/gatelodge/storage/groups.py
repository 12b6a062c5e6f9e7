"""Groups of resources (ports.GroupStore)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from gatelodge.service.records import ResourceGroup
from gatelodge.storage.database import Database, retried
from gatelodge.storage.members import may_act
from gatelodge.storage.schema import resource_group_members, resource_groups, resources


def _one_group(provider_id: int, account_id: int, group_id: int) -> ColumnElement[bool]:
    return and_(
        resource_groups.c.provider_id == provider_id,
        resource_groups.c.account_id == account_id,
        resource_groups.c.id == group_id,
    )


class SqlGroups:
    """Groups in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[ResourceGroup]:
        """The account's groups by name."""
        query = (
            select(resource_groups.c.id, resource_groups.c.name, resource_group_members.c.resource_id)
            .outerjoin(resource_group_members, resource_group_members.c.group_id == resource_groups.c.id)
            .where(resource_groups.c.provider_id == provider_id, resource_groups.c.account_id == account_id)
            .order_by(resource_groups.c.name)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        found: dict[int, ResourceGroup] = {}
        for row in rows:
            known = found.get(row.id, ResourceGroup(row.id, row.name, frozenset()))
            more = frozenset() if row.resource_id is None else frozenset({row.resource_id})
            found[row.id] = ResourceGroup(row.id, row.name, known.resource_ids | more)
        return list(found.values())

    @retried
    async def put(self, provider_id: int, account_id: int, actor_id: int, group: ResourceGroup) -> bool:
        """Store a group, or change the one with its id. Raises AlreadyExists where another one has its name."""
        async with self._database.writing() as connection:
            if not await may_act(connection, provider_id, account_id, actor_id):
                return False
            one = _one_group(provider_id, account_id, group.id)
            changed = await connection.execute(update(resource_groups).where(one).values(name=group.name))
            if not changed.rowcount:
                await connection.execute(
                    insert(resource_groups).values(
                        id=group.id, provider_id=provider_id, account_id=account_id, name=group.name
                    )
                )
            await connection.execute(
                delete(resource_group_members).where(
                    resource_group_members.c.provider_id == provider_id, resource_group_members.c.group_id == group.id
                )
            )
            own = select(resources.c.id).where(
                resources.c.provider_id == provider_id, resources.c.account_id == account_id
            )
            there = set((await connection.execute(own)).scalars())
            rows = [
                {"group_id": group.id, "resource_id": resource_id, "provider_id": provider_id}
                for resource_id in sorted(group.resource_ids & there)
            ]
            if rows:
                await connection.execute(insert(resource_group_members), rows)
        return True

    @retried
    async def delete(self, provider_id: int, account_id: int, actor_id: int, group_id: int) -> bool:
        """Remove a group; what was granted stays."""
        async with self._database.writing() as connection:
            if not await may_act(connection, provider_id, account_id, actor_id):
                return False
            gone = await connection.execute(
                delete(resource_groups).where(_one_group(provider_id, account_id, group_id))
            )
        return gone.rowcount == 1
