"""The keys that providers sign with (ports.SigningKeyStore)."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, insert, select

from gatelodge.service.records import SigningKey
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import signing_keys


class SqlSigningKeys:
    """Signing keys in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_provider(self, provider_id: int) -> Sequence[SigningKey]:
        """A provider's keys, oldest first."""
        query = select(signing_keys).where(signing_keys.c.provider_id == provider_id).order_by(signing_keys.c.id)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
        return [SigningKey(**row._mapping) for row in rows]

    @retried
    async def add(self, key: SigningKey) -> None:
        """Store a key. Raises AlreadyExists where its number is taken."""
        async with self._database.writing() as connection:
            await connection.execute(insert(signing_keys).values(asdict(key)))

    @retried
    async def remove(self, provider_id: int, key_ids: Sequence[int]) -> None:
        """Forget keys of a provider's."""
        mine = (signing_keys.c.provider_id == provider_id) & signing_keys.c.id.in_(key_ids)
        async with self._database.writing() as connection:
            await connection.execute(delete(signing_keys).where(mine))
