"""Grants that give one token, and go with it (ports.LoneGrantStore)."""

from sqlalchemy import insert, select

from gatelodge.protocol.members import to_text
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import BY_ASSERTION, NewGrant, NewToken
from gatelodge.storage.database import Database, retried
from gatelodge.storage.device_codes import token_values
from gatelodge.storage.schema import access_tokens, consents, grants


class SqlLoneGrants:
    """Grants of one token in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add(self, provider_id: int, grant: NewGrant, access: NewToken, *, now: int) -> bool:
        """Begin the grant and store its token, together. False where it rests on a consent that is there no more."""
        async with self._database.writing() as connection:
            if grant.way == BY_ASSERTION:
                # Held until this is over: who ends the consent in between finds the grant, and ends it as well.
                consent = select(consents.c.user_id).where(
                    consents.c.provider_id == provider_id,
                    consents.c.user_id == grant.user_id,
                    consents.c.application_id == grant.application_id,
                )
                if (await connection.execute(consent.with_for_update(read=True))).first() is None:
                    return False
            await connection.execute(
                insert(grants).values(
                    id=grant.id,
                    provider_id=provider_id,
                    user_id=grant.user_id,
                    application_id=grant.application_id,
                    scope=format_scope(grant.scope),
                    authorization_details=grant.details,
                    context=to_text(grant.context),
                    way=grant.way,
                    subject_grant_id=grant.subject_grant_id,
                    subject_token_id=grant.subject_token_id,
                    created_at=now,
                )
            )
            await connection.execute(insert(access_tokens).values(**token_values(access), alone=True))
        return True
