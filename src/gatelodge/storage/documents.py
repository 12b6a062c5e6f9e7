"""Applications that documents describe (ports.DocumentStore)."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select, update

from gatelodge.protocol.client_settings import with_sector
from gatelodge.protocol.members import to_text
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import ApplicationForm, KnownDocument, Reading
from gatelodge.storage.applications import change, store_uris
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import applications
from gatelodge.storage.schema import client_documents as documents


class SqlDocuments:
    """Documents in SQL: an application's row, and beside it what is known of its document."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, provider_id: int, url: str) -> KnownDocument | None:
        """The application that the document at `url` describes."""
        query = (
            select(documents)
            .join(applications, applications.c.id == documents.c.application_id)
            .where(applications.c.provider_id == provider_id, applications.c.document_url == url)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return (
            None
            if row is None
            else KnownDocument(row.application_id, Reading(row.fetched_at, row.fresh_until, row.etag))
        )

    @retried
    async def put(
        self, provider_id: int, application_id: int, account_id: int, url: str, form: ApplicationForm, reading: Reading
    ) -> int:
        """Make the application be as the document says, and remember when it was read."""
        known = select(applications.c.id).where(
            applications.c.provider_id == provider_id, applications.c.document_url == url
        )
        async with self._database.writing() as connection:
            found: int | None = (await connection.execute(known)).scalar_one_or_none()
            if found is not None:
                await change(connection, provider_id, found, form)
            else:
                # The index of document_url lets one of those win who come at once; the others come back here, and find
                # it.
                await connection.execute(
                    insert(applications).values(
                        id=application_id,
                        provider_id=provider_id,
                        account_id=account_id,
                        created_by=account_id,  # nobody
                        name=form.name,
                        description=form.description,
                        confidential=form.confidential,
                        resource_server=form.resource_server,
                        grant_types=format_scope(form.grant_types or ()),
                        own_scope="",
                        settings=to_text(with_sector(form.settings, form.redirect_uris)),
                        document_url=url,
                        created_at=reading.fetched_at,
                    )
                )
                await store_uris(connection, provider_id, application_id, form.redirect_uris)
            row_id = application_id if found is None else found
            await connection.execute(delete(documents).where(documents.c.application_id == row_id))
            await connection.execute(
                insert(documents).values(asdict(reading) | {"application_id": row_id, "provider_id": provider_id})
            )
        return row_id

    @retried
    async def read_again(self, provider_id: int, application_id: int, reading: Reading) -> None:
        """Remember that the document was found as it was."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(documents)
                .where(documents.c.provider_id == provider_id, documents.c.application_id == application_id)
                .values(asdict(reading))
            )
