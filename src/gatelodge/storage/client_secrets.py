"""Applications' secrets that have to be known again (ports.ClientSecretStore)."""

from collections.abc import Sequence

from sqlalchemy import select, update

from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import client_secrets


class SqlClientSecrets:
    """What is sealed of them, in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sealed(self, provider_id: int, application_id: int) -> Sequence[tuple[int, bytes]]:
        """What was sealed of the application's secrets, each with its id."""
        query = select(client_secrets.c.id, client_secrets.c.sealed).where(
            client_secrets.c.provider_id == provider_id,
            client_secrets.c.application_id == application_id,
            client_secrets.c.sealed.is_not(None),
        )
        async with self._database.reading() as connection:
            return [(row.id, row.sealed) for row in await connection.execute(query)]

    @retried
    async def seal(self, provider_id: int, secret_id: int, sealed: bytes) -> None:
        """Keep a secret, sealed."""
        one = (client_secrets.c.provider_id == provider_id, client_secrets.c.id == secret_id)
        async with self._database.writing() as connection:
            await connection.execute(update(client_secrets).where(*one).values(sealed=sealed))
