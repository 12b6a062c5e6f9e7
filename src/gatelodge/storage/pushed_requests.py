"""Authorization requests that applications have sent ahead (ports.PushedRequestStore)."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from gatelodge.protocol.credentials import Presented
from gatelodge.storage.database import Database, retried
from gatelodge.storage.json_text import from_text, to_text
from gatelodge.storage.schema import pushed_requests


class SqlPushedRequests:
    """Pushed requests in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add(
        self,
        provider_id: int,
        application_id: int,
        presented: Presented,
        parameters: Mapping[str, str],
        *,
        expires_at: int,
    ) -> None:
        """Keep a request."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(pushed_requests).values(
                    id=presented.id,
                    provider_id=provider_id,
                    application_id=application_id,
                    digest=presented.digest,
                    parameters=to_text(parameters),
                    expires_at=expires_at,
                )
            )

    async def find(
        self, provider_id: int, application_id: int, presented: Presented, *, now: int
    ) -> Mapping[str, str] | None:
        """The request's parameters, if it is this application's and has not been used."""
        query = select(pushed_requests.c.digest, pushed_requests.c.parameters).where(
            pushed_requests.c.id == presented.id,
            pushed_requests.c.provider_id == provider_id,
            pushed_requests.c.application_id == application_id,
            pushed_requests.c.expires_at > now,
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return from_text(row.parameters) if row is not None and presented.matches(row.digest) else None

    @retried
    async def take(self, provider_id: int, request_id: int) -> bool:
        """Use the request up. True for exactly one caller."""
        async with self._database.writing() as connection:
            taken = await connection.execute(
                delete(pushed_requests).where(
                    pushed_requests.c.id == request_id, pushed_requests.c.provider_id == provider_id
                )
            )
        return taken.rowcount == 1
