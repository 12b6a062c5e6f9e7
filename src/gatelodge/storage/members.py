"""Who belongs to an account, and what they were granted in it (ports.MemberStore)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gatelodge.identity.membership import Change, Refusal, Standing, refusal
from gatelodge.identity.people import Access, Role
from gatelodge.protocol.scope import Scope, format_scope
from gatelodge.service.records import Member
from gatelodge.storage.database import Database, retried
from gatelodge.storage.people import user_of
from gatelodge.storage.schema import accounts, invitations, memberships, resource_rights, resources, users


async def lock_account(connection: AsyncConnection, provider_id: int, account_id: int) -> None:
    """Have the account's memberships to oneself until the transaction ends. On SQLite a transaction that writes has the
    whole database to itself anyway."""
    query = select(accounts.c.id).where(accounts.c.provider_id == provider_id, accounts.c.id == account_id)
    await connection.execute(query.with_for_update(key_share=True))


async def standings(
    connection: AsyncConnection, provider_id: int, account_id: int, *people: int | None
) -> Sequence[Standing]:
    """What these people, and everybody with full access, are in the account now."""
    query = (
        select(memberships, users.c.disabled_at.label("user_disabled_at"))
        .join(users, users.c.id == memberships.c.user_id)
        .where(
            memberships.c.provider_id == provider_id,
            memberships.c.account_id == account_id,
            or_(memberships.c.access == Access.FULL.value, memberships.c.user_id.in_([one for one in people if one])),
        )
    )
    return [
        Standing(
            row.user_id,
            Role(row.role),
            Access(row.access),
            active=row.disabled_at is None and row.user_disabled_at is None,
        )
        for row in await connection.execute(query)
    ]


async def may_act(connection: AsyncConnection, provider_id: int, account_id: int, actor_id: int) -> bool:
    """Whether the actor has full access at this moment, and until the transaction ends."""
    await lock_account(connection, provider_id, account_id)
    return any(
        one.full for one in await standings(connection, provider_id, account_id, actor_id) if one.user_id == actor_id
    )


async def put_rights(
    connection: AsyncConnection, provider_id: int, account_id: int, user_id: int, rights: Mapping[int, Scope]
) -> None:
    """Grant exactly this in the account. Resources that are not the account's (any more) are left out."""
    own = select(resources.c.id).where(resources.c.provider_id == provider_id, resources.c.account_id == account_id)
    await connection.execute(
        delete(resource_rights).where(
            resource_rights.c.provider_id == provider_id,
            resource_rights.c.user_id == user_id,
            resource_rights.c.resource_id.in_(own),
        )
    )
    if not rights:
        return
    there = set((await connection.execute(own)).scalars())
    rows = [
        {
            "provider_id": provider_id,
            "user_id": user_id,
            "resource_id": resource_id,
            "rights": format_scope(granted),
        }
        for resource_id, granted in rights.items()
        if granted and resource_id in there
    ]
    if rows:
        await connection.execute(insert(resource_rights), rows)


def one_membership(provider_id: int, account_id: int, user_id: int) -> ColumnElement[bool]:
    """One person in one account."""
    return and_(
        memberships.c.provider_id == provider_id,
        memberships.c.account_id == account_id,
        memberships.c.user_id == user_id,
    )


class SqlMembers:
    """Memberships in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[Member]:
        """Everybody who belongs to the account: owners first, then by name."""
        granted = (
            select(func.count())
            .select_from(resource_rights)
            .join(resources, resources.c.id == resource_rights.c.resource_id)
            .where(resource_rights.c.user_id == memberships.c.user_id, resources.c.account_id == account_id)
            .scalar_subquery()
        )
        query = (
            select(
                users,
                memberships.c.role,
                memberships.c.access,
                memberships.c.created_at.label("since"),
                memberships.c.disabled_at.label("disabled_here_at"),
                granted.label("granted"),
            )
            .join(memberships, memberships.c.user_id == users.c.id)
            .where(memberships.c.provider_id == provider_id, memberships.c.account_id == account_id)
            .order_by(memberships.c.role.desc(), users.c.name, users.c.id)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [
            Member(user_of(row), Role(row.role), Access(row.access), row.since, row.disabled_here_at, row.granted)
            for row in rows
        ]

    async def rights(self, provider_id: int, account_id: int, user_id: int) -> Mapping[int, Scope]:
        """What a user was granted on the account's resources, by their ids."""
        query = (
            select(resource_rights.c.resource_id, resource_rights.c.rights)
            .join(resources, resources.c.id == resource_rights.c.resource_id)
            .where(
                resource_rights.c.provider_id == provider_id,
                resource_rights.c.user_id == user_id,
                resources.c.account_id == account_id,
            )
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return {row.resource_id: frozenset(row.rights.split()) for row in rows}

    @retried
    async def add(
        self, provider_id: int, account_id: int, user_id: int, role: Role, access: Access, *, now: int
    ) -> None:
        """Let a user belong to the account. Raises AlreadyExists where they do, NotThere."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(memberships).values(
                    account_id=account_id,
                    user_id=user_id,
                    provider_id=provider_id,
                    role=role.value,
                    access=access.value,
                    created_at=now,
                )
            )

    @retried
    async def set_access(
        self,
        provider_id: int,
        account_id: int,
        actor_id: int | None,
        user_id: int,
        access: Access,
        rights: Mapping[int, Scope],
    ) -> Refusal | None:
        """Give a person this access and exactly these rights, whatever they had in the account before."""
        change = Change.FULL if access is Access.FULL else Change.PARTIAL
        async with self._database.writing() as connection:
            refused = await _refused(connection, provider_id, account_id, actor_id, user_id, change)
            if refused is not None:
                return refused
            one = one_membership(provider_id, account_id, user_id)
            await connection.execute(update(memberships).where(one).values(access=access.value))
            await put_rights(
                connection, provider_id, account_id, user_id, rights if access is Access.PARTIAL else dict[int, Scope]()
            )
            if access is Access.PARTIAL:
                await _withdraw_all(connection, provider_id, account_id, user_id)
        return None

    @retried
    async def change(
        self, provider_id: int, account_id: int, actor_id: int | None, user_id: int, change: Change, *, now: int
    ) -> Refusal | None:
        """Disable, enable or remove a person, in this account alone. Who loses their say there has their invitations
        withdrawn with it."""
        one = one_membership(provider_id, account_id, user_id)
        async with self._database.writing() as connection:
            refused = await _refused(connection, provider_id, account_id, actor_id, user_id, change)
            if refused is not None:
                return refused
            if change is Change.REMOVE:
                await put_rights(connection, provider_id, account_id, user_id, {})
                await connection.execute(delete(memberships).where(one))
            elif change is Change.DISABLE:
                await connection.execute(
                    update(memberships).where(one, memberships.c.disabled_at.is_(None)).values(disabled_at=now)
                )
            elif change is Change.ENABLE:
                await connection.execute(update(memberships).where(one).values(disabled_at=None))
            else:
                raise ValueError(f"{change} comes with rights")
            if change is not Change.ENABLE:
                await _withdraw_all(connection, provider_id, account_id, user_id)
        return None


async def _refused(
    connection: AsyncConnection, provider_id: int, account_id: int, actor_id: int | None, user_id: int, change: Change
) -> Refusal | None:
    await lock_account(connection, provider_id, account_id)
    everybody = await standings(connection, provider_id, account_id, actor_id, user_id)
    return refusal(change, actor_id, user_id, everybody)


async def _withdraw_all(connection: AsyncConnection, provider_id: int, account_id: int, user_id: int) -> None:
    await connection.execute(
        delete(invitations).where(
            invitations.c.provider_id == provider_id,
            invitations.c.account_id == account_id,
            invitations.c.invited_by == user_id,
        )
    )
