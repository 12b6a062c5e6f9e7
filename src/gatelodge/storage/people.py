"""Accounts, users and memberships (ports.PeopleStore)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, insert, select, update

from gatelodge.identity.people import Access, Account, Membership, Role, User
from gatelodge.service.records import Person, UserRow
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import accounts, memberships, providers, sessions, users
from gatelodge.storage.session_ends import end_sessions


def _one_user(provider_id: int, user_id: int) -> ColumnElement[bool]:
    return and_(users.c.provider_id == provider_id, users.c.id == user_id)


class SqlPeople:
    """People in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_email(self, provider_id: int, email: str) -> User | None:
        """The user with this e-mail address, spelled normally."""
        found = await self.password_hash(provider_id, email)
        return found[0] if found else None

    async def password_hash(self, provider_id: int, email: str) -> tuple[User, str] | None:
        """The user and the hash to hold a password against."""
        query = select(users).where(users.c.provider_id == provider_id, users.c.email == email)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return (user_of(row), row.password_hash) if row else None

    async def person(self, provider_id: int, user_id: int) -> Person | None:
        """A user who is not disabled, with what applications can be told of them."""
        query = select(users).where(_one_user(provider_id, user_id), users.c.disabled_at.is_(None))
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Person(user_of(row), row.email_verified_at is not None) if row else None

    async def memberships(self, provider_id: int, user_id: int) -> Sequence[Membership]:
        """The accounts that a user belongs to, and as what; none in which the user is disabled."""
        query = (
            select(accounts.c.id, accounts.c.name, memberships.c.role, memberships.c.access)
            .join(memberships, memberships.c.account_id == accounts.c.id)
            .where(
                accounts.c.provider_id == provider_id,
                memberships.c.provider_id == provider_id,
                memberships.c.user_id == user_id,
                memberships.c.disabled_at.is_(None),
            )
            .order_by(accounts.c.name)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [Membership(Account(row.id, provider_id, row.name), Role(row.role), Access(row.access)) for row in rows]

    @retried
    async def create_account(self, account: Account, *, now: int) -> None:
        """Store an account. Raises AlreadyExists where the provider has one of that name."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(accounts).values(
                    id=account.id, provider_id=account.provider_id, name=account.name, created_at=now
                )
            )

    async def accounts(self, provider_id: int) -> Sequence[Account]:
        """A provider's accounts by name."""
        query = select(accounts).where(accounts.c.provider_id == provider_id).order_by(accounts.c.name)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [Account(row.id, row.provider_id, row.name) for row in rows]

    @retried
    async def create_user(
        self, user: User, password_hash: str, account_id: int, role: Role, access: Access, *, now: int
    ) -> None:
        """Store a user as a member of one account. Raises AlreadyExists where the e-mail address is taken."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(users).values(
                    id=user.id,
                    provider_id=user.provider_id,
                    email=user.email,
                    name=user.name,
                    password_hash=password_hash,
                    created_at=now,
                )
            )
            await connection.execute(
                insert(memberships).values(
                    account_id=account_id,
                    user_id=user.id,
                    provider_id=user.provider_id,
                    role=role.value,
                    access=access.value,
                    created_at=now,
                )
            )

    async def users(self, provider_id: int) -> Sequence[UserRow]:
        """A provider's users by e-mail address."""
        query = (
            select(
                users,
                providers.c.host,
                accounts.c.name.label("account"),
                memberships.c.role,
                memberships.c.access,
            )
            .join(providers, providers.c.id == users.c.provider_id)
            .outerjoin(memberships, memberships.c.user_id == users.c.id)
            .outerjoin(accounts, accounts.c.id == memberships.c.account_id)
            .where(users.c.provider_id == provider_id)
            .order_by(users.c.email, accounts.c.name)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        by_user: dict[int, UserRow] = {}
        for row in rows:
            known = by_user.get(row.id)
            belongs = ((row.account, row.role, row.access),) if row.account is not None else ()
            by_user[row.id] = UserRow(
                user_of(row), row.host, (known.memberships if known else ()) + belongs, row.created_at
            )
        return list(by_user.values())

    @retried
    async def set_password(self, provider_id: int, user_id: int, password_hash: str, *, now: int) -> None:
        """Replace a password and end every session that the old one began."""
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(users).where(_one_user(provider_id, user_id)).values(password_hash=password_hash)
            )
            if changed.rowcount:
                await end_sessions(connection, provider_id, sessions.c.user_id == user_id, now=now)

    @retried
    async def set_disabled(self, provider_id: int, user_id: int, *, disabled: bool, now: int) -> None:
        """Switch a user off (sessions end, tokens stop) or on again."""
        when = case((users.c.disabled_at.is_(None), now), else_=users.c.disabled_at) if disabled else None
        async with self._database.writing() as connection:
            await connection.execute(update(users).where(_one_user(provider_id, user_id)).values(disabled_at=when))
            if disabled:
                await end_sessions(connection, provider_id, sessions.c.user_id == user_id, now=now)


def user_of(row: Any) -> User:
    """The user in a row that has the columns of `users`."""
    return User(row.id, row.provider_id, row.email, row.name, row.disabled_at is not None)
