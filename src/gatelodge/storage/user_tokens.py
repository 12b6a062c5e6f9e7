"""Tokens that users make for themselves (ports.UserTokenStore)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from gatelodge.identity.people import User
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import Mail, UserToken
from gatelodge.storage.database import Database, retried
from gatelodge.storage.details import details_of, details_text
from gatelodge.storage.mails import put_mails
from gatelodge.storage.schema import user_tokens


class SqlUserTokens:
    """User tokens in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def create(self, user: User, token: UserToken, digest: bytes, mails: Sequence[Mail] = ()) -> None:
        """Store a token, and the mails that tell of it."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(user_tokens).values(
                    id=token.id,
                    provider_id=user.provider_id,
                    user_id=user.id,
                    digest=digest,
                    name=token.name,
                    scope=format_scope(token.scope),
                    created_at=token.created_at,
                    expires_at=token.expires_at,
                    authorization_details=details_text(token.details),
                )
            )
            await put_mails(connection, user.provider_id, mails, now=token.created_at)

    async def of_user(self, provider_id: int, user_id: int) -> Sequence[UserToken]:
        """The user's tokens that are not revoked, newest first."""
        query = (
            select(user_tokens)
            .where(
                user_tokens.c.provider_id == provider_id,
                user_tokens.c.user_id == user_id,
                user_tokens.c.revoked_at.is_(None),
            )
            .order_by(user_tokens.c.id.desc())
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [_token(row) for row in rows]

    @retried
    async def revoke(self, provider_id: int, user_id: int, token_id: int, *, now: int) -> UserToken | None:
        """End one of the user's tokens; None where the user has no such live token."""
        change = (
            update(user_tokens)
            .where(
                user_tokens.c.id == token_id,
                user_tokens.c.provider_id == provider_id,
                user_tokens.c.user_id == user_id,
                user_tokens.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
            .returning(user_tokens)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(change)).one_or_none()
        return _token(row) if row else None


def _token(row: Any) -> UserToken:
    return UserToken(
        row.id,
        row.name,
        frozenset(row.scope.split()),
        row.created_at,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
        details_of(row.authorization_details),
    )
