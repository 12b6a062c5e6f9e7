"""Initial access tokens (ports.InitialTokenStore)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import and_, delete, insert, select, update

from gatelodge.identity.people import Access
from gatelodge.protocol.credentials import Presented
from gatelodge.service.records import InitialToken
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import initial_access_tokens as tokens
from gatelodge.storage.schema import memberships, users


class SqlInitialTokens:
    """Initial access tokens in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def create(self, token: InitialToken, digest: bytes) -> None:
        """Store one."""
        async with self._database.writing() as connection:
            await connection.execute(insert(tokens).values(asdict(token) | {"digest": digest}))

    async def of_accounts(self, provider_id: int, account_ids: Sequence[int]) -> Sequence[InitialToken]:
        """Those of these accounts, the newest first."""
        query = (
            select(tokens)
            .where(tokens.c.provider_id == provider_id, tokens.c.account_id.in_(account_ids))
            .order_by(tokens.c.id.desc())
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [_token(row) for row in rows]

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> InitialToken | None:
        """The one that was shown, if it is still good, and whoever made it still has full access."""
        # As with every token, what its user may do counts as it is now.
        query = (
            select(tokens)
            .join(
                memberships,
                and_(
                    memberships.c.account_id == tokens.c.account_id,
                    memberships.c.user_id == tokens.c.created_by,
                    memberships.c.provider_id == tokens.c.provider_id,
                ),
            )
            .join(users, and_(users.c.id == memberships.c.user_id, users.c.provider_id == tokens.c.provider_id))
            .where(
                tokens.c.provider_id == provider_id,
                tokens.c.id == presented.id,
                tokens.c.expires_at > now,
                memberships.c.access == Access.FULL.value,
                memberships.c.disabled_at.is_(None),
                users.c.disabled_at.is_(None),
            )
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _token(row) if row is not None and presented.matches(row.digest) else None

    @retried
    async def used(self, provider_id: int, token_id: int, *, now: int) -> None:
        """Note that it was used."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(tokens)
                .where(tokens.c.provider_id == provider_id, tokens.c.id == token_id)
                .values(last_used_at=now)
            )

    @retried
    async def revoke(self, provider_id: int, account_ids: Sequence[int], token_id: int) -> InitialToken | None:
        """End one of these accounts'."""
        one = (
            tokens.c.provider_id == provider_id,
            tokens.c.account_id.in_(account_ids),
            tokens.c.id == token_id,
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(select(tokens).where(*one))).one_or_none()
            if row is None:
                return None
            await connection.execute(delete(tokens).where(*one))
        return _token(row)


def _token(row: Any) -> InitialToken:
    return InitialToken(
        id=row.id,
        provider_id=row.provider_id,
        account_id=row.account_id,
        created_by=row.created_by,
        name=row.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
