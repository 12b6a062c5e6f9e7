"""Invitations (ports.InvitationStore)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gatelodge.identity.membership import Refusal
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.scope import Scope, format_scope
from gatelodge.service.records import Invitation, NewInvitation
from gatelodge.storage.database import Database, retried
from gatelodge.storage.members import lock_account, may_act, one_membership, put_rights
from gatelodge.storage.schema import accounts, invitations, memberships, users


def _with_names(provider_id: int) -> Select[Any]:
    """Invitations with the names of their account and of whoever sent them."""
    return (
        select(invitations, accounts.c.name.label("account_name"), users.c.name.label("inviter"))
        .join(accounts, accounts.c.id == invitations.c.account_id)
        .outerjoin(users, users.c.id == invitations.c.invited_by)
        .where(invitations.c.provider_id == provider_id)
    )


class SqlInvitations:
    """Invitations in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[Invitation]:
        """The account's invitations, newest first; expired ones for as long as they are kept."""
        query = _with_names(provider_id).where(invitations.c.account_id == account_id).order_by(invitations.c.id.desc())
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [_invitation(row) for row in rows]

    @retried
    async def create(
        self, provider_id: int, account_id: int, actor_id: int, new: NewInvitation, *, most: int
    ) -> Refusal | None:
        """Store an invitation in place of any other to the same address; not more than `most` in the account."""
        own = (invitations.c.provider_id == provider_id, invitations.c.account_id == account_id)
        async with self._database.writing() as connection:
            if not await may_act(connection, provider_id, account_id, actor_id):
                return Refusal.NO_ACCESS
            member = (
                select(users.c.id)
                .join(memberships, memberships.c.user_id == users.c.id)
                .where(
                    users.c.provider_id == provider_id,
                    users.c.email == new.email,
                    memberships.c.account_id == account_id,
                )
            )
            if (await connection.execute(member)).first() is not None:
                return Refusal.ALREADY_MEMBER
            others = select(func.count()).where(*own, invitations.c.email != new.email)
            if (await connection.execute(others)).scalar_one() >= most:
                return Refusal.TOO_MANY
            await connection.execute(delete(invitations).where(*own, invitations.c.email == new.email))
            await connection.execute(
                insert(invitations).values(
                    id=new.id,
                    provider_id=provider_id,
                    account_id=account_id,
                    digest=new.digest,
                    email=new.email,
                    access=new.access.value,
                    rights=_as_json(new.rights),
                    invited_by=actor_id,
                    created_at=new.created_at,
                    expires_at=new.expires_at,
                )
            )
        return None

    @retried
    async def mailed(self, provider_id: int, invitation_id: int, *, now: int) -> None:
        """Note that the mail server took the mail with the link, which nobody else was shown."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(invitations)
                .where(invitations.c.provider_id == provider_id, invitations.c.id == invitation_id)
                .values(mailed_at=now)
            )

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> Invitation | None:
        """The invitation whose link this is, while it holds."""
        async with self._database.reading() as connection:
            row = await _holding(connection, provider_id, presented, now=now)
        return _invitation(row) if row is not None else None

    @retried
    async def accept(self, provider_id: int, presented: Presented, user_id: int, *, now: int) -> bool:
        """Use the invitation up and let the user in. True for exactly one caller."""
        async with self._database.writing() as connection:
            used = await _use_up(connection, provider_id, presented, now=now)
            if used is None:
                return False
            if used.mailed:
                await connection.execute(
                    update(users)
                    .where(users.c.provider_id == provider_id, users.c.id == user_id, users.c.email == used.email)
                    .values(email_verified_at=now)
                )
            known = select(memberships.c.user_id).where(one_membership(provider_id, used.account.id, user_id))
            if (await connection.execute(known)).first() is None:
                await _let_in(connection, provider_id, used, user_id, now=now)
        return True

    @retried
    async def accept_as_new(
        self, provider_id: int, presented: Presented, user: User, password_hash: str, *, now: int
    ) -> bool:
        """The same for somebody who becomes a user by it. Raises AlreadyExists where the address has one."""
        async with self._database.writing() as connection:
            used = await _use_up(connection, provider_id, presented, now=now)
            if used is None:
                return False
            await connection.execute(
                insert(users).values(
                    id=user.id,
                    provider_id=provider_id,
                    email=user.email,
                    name=user.name,
                    password_hash=password_hash,
                    created_at=now,
                    email_verified_at=now if used.mailed else None,
                )
            )
            await _let_in(connection, provider_id, used, user.id, now=now)
        return True

    @retried
    async def withdraw(self, provider_id: int, account_id: int, actor_id: int, invitation_id: int) -> bool:
        """Take an invitation back; False where there is none, or whoever asks has no full access."""
        async with self._database.writing() as connection:
            if not await may_act(connection, provider_id, account_id, actor_id):
                return False
            gone = await connection.execute(
                delete(invitations).where(
                    invitations.c.provider_id == provider_id,
                    invitations.c.account_id == account_id,
                    invitations.c.id == invitation_id,
                )
            )
        return gone.rowcount == 1


async def _holding(connection: AsyncConnection, provider_id: int, presented: Presented, *, now: int) -> Any | None:
    """The row, if the link is good: also its sender must have full access still, who might else come back by it."""
    query = (
        _with_names(provider_id)
        .join(
            memberships,
            (memberships.c.user_id == invitations.c.invited_by)
            & (memberships.c.account_id == invitations.c.account_id),
        )
        .where(
            invitations.c.id == presented.id,
            invitations.c.expires_at > now,
            memberships.c.access == Access.FULL.value,
            memberships.c.disabled_at.is_(None),
            users.c.disabled_at.is_(None),
        )
    )
    row = (await connection.execute(query)).one_or_none()
    return row if row is not None and presented.matches(row.digest) else None


async def _use_up(
    connection: AsyncConnection, provider_id: int, presented: Presented, *, now: int
) -> Invitation | None:
    """Take the invitation out, for exactly one caller; it is judged again once the account is locked."""
    seen = await _holding(connection, provider_id, presented, now=now)
    if seen is None:
        return None
    await lock_account(connection, provider_id, seen.account_id)
    row = await _holding(connection, provider_id, presented, now=now)
    if row is None:
        return None
    gone = await connection.execute(
        delete(invitations).where(invitations.c.provider_id == provider_id, invitations.c.id == presented.id)
    )
    return _invitation(row) if gone.rowcount == 1 else None


async def _let_in(connection: AsyncConnection, provider_id: int, used: Invitation, user_id: int, *, now: int) -> None:
    await connection.execute(
        insert(memberships).values(
            account_id=used.account.id,
            user_id=user_id,
            provider_id=provider_id,
            role=Role.GUEST.value,
            access=used.access.value,
            created_at=now,
        )
    )
    await put_rights(connection, provider_id, used.account.id, user_id, used.rights)


def _as_json(rights: Mapping[int, Scope]) -> str:
    return json.dumps({str(resource_id): format_scope(granted) for resource_id, granted in rights.items()})


def _invitation(row: Any) -> Invitation:
    return Invitation(
        id=row.id,
        account=Account(row.account_id, row.provider_id, row.account_name),
        email=row.email,
        access=Access(row.access),
        rights={int(number): frozenset(granted.split()) for number, granted in json.loads(row.rights).items()},
        invited_by=row.inviter or "",
        created_at=row.created_at,
        expires_at=row.expires_at,
        mailed=row.mailed_at is not None,
    )
