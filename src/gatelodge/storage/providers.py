"""Providers (ports.ProviderStore)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from gatelodge.identity.provider import Provider
from gatelodge.protocol.members import from_text, to_text
from gatelodge.protocol.policy import Policy
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import providers

PROVIDER = (  # the columns that `provider_of` reads
    providers.c.id,
    providers.c.name,
    providers.c.origin,
    providers.c.accent,
    providers.c.query_credentials,
    providers.c.policy,
)


class SqlProviders:
    """Providers in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_host(self, host: str) -> Provider | None:
        """The provider that answers at `host`."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*PROVIDER).where(providers.c.host == host))).one_or_none()
        return provider_of(row) if row else None

    async def all(self) -> Sequence[Provider]:
        """Every provider, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*PROVIDER).order_by(providers.c.id))
        return [provider_of(row) for row in rows]

    @retried
    async def create(self, provider: Provider) -> None:
        """Store a provider. Raises AlreadyExists where its host is taken."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(providers).values(
                    id=provider.id,
                    host=provider.host,
                    origin=provider.origin,
                    name=provider.name,
                    accent=provider.accent,
                    query_credentials=provider.query_credentials,
                    policy=to_text(provider.switches),
                )
            )

    @retried
    async def set_policy(self, provider_id: int, policy: Policy, *, query_credentials: bool) -> None:
        """Put a provider's switches as they are from now on."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(providers)
                .where(providers.c.id == provider_id)
                .values(policy=to_text(policy), query_credentials=query_credentials)
            )


def provider_of(row: Any) -> Provider:
    """The provider in a row that has those columns."""
    return Provider(row.id, row.name, row.origin, row.accent, row.query_credentials, from_text(Policy, row.policy))
