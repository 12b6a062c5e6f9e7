"""Authorization requests that wait for their users (ports.RequestStore)."""

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from gatelodge.protocol.authorization import AuthorizationRequest, RequestContext
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.members import from_text, to_text
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import Waiting
from gatelodge.storage.database import Database, retried
from gatelodge.storage.details import details_of, details_text
from gatelodge.storage.schema import authorization_requests as requests


def one_request(provider_id: int, request_id: int) -> ColumnElement[bool]:
    """The condition that picks one request of one provider."""
    return and_(requests.c.id == request_id, requests.c.provider_id == provider_id)


class SqlRequests:
    """Waiting requests in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add(
        self,
        provider_id: int,
        request_id: int,
        digest: bytes,
        request: AuthorizationRequest,
        *,
        expires_at: int,
    ) -> None:
        """Keep a request."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(requests).values(
                    id=request_id,
                    provider_id=provider_id,
                    application_id=request.client_id,
                    digest=digest,
                    redirect_uri=request.redirect_uri,
                    redirect_uri_sent=request.redirect_uri_sent,
                    scope=format_scope(request.scope),
                    state=request.state,
                    code_challenge=request.code_challenge,
                    prompt=format_scope(request.prompt),
                    authorization_details=details_text(request.details),
                    context=to_text(request.context),
                    expires_at=expires_at,
                )
            )

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> Waiting | None:
        """The request, if it still waits."""
        query = select(requests).where(one_request(provider_id, presented.id), requests.c.expires_at > now)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None or not presented.matches(row.digest):
            return None
        request = AuthorizationRequest(
            client_id=row.application_id,
            redirect_uri=row.redirect_uri,
            redirect_uri_sent=row.redirect_uri_sent,
            scope=frozenset(row.scope.split()),
            state=row.state,
            code_challenge=row.code_challenge,
            prompt=frozenset(row.prompt.split()),
            details=details_of(row.authorization_details),
            context=from_text(RequestContext, row.context),
        )
        return Waiting(row.id, request, row.browser_digest, row.session_id, row.expires_at)

    @retried
    async def bind(self, provider_id: int, request_id: int, browser: bytes) -> bool:
        """Tie the request to a browser; False where it was tied to one before."""
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(requests)
                .where(one_request(provider_id, request_id), requests.c.browser_digest.is_(None))
                .values(browser_digest=browser)
            )
        return changed.rowcount == 1

    @retried
    async def signed_in(self, provider_id: int, request_id: int, session_id: int) -> None:
        """Note that this session was begun for the request."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(requests).where(one_request(provider_id, request_id)).values(session_id=session_id)
            )

    @retried
    async def take(self, provider_id: int, request_id: int) -> bool:
        """End the wait. True for exactly one caller."""
        async with self._database.writing() as connection:
            taken = await connection.execute(delete(requests).where(one_request(provider_id, request_id)))
        return taken.rowcount == 1
