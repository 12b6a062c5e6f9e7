"""What users have allowed applications (ports.ConsentStore)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.issuance import GrantContext
from gatelodge.protocol.members import from_text, to_text
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import BY_DEVICE, AuthorizedApplication, Consent, Granted, Mail, NewCode
from gatelodge.storage.database import Database, retried
from gatelodge.storage.details import Piece, details_text, piece_of
from gatelodge.storage.mails import put_mails
from gatelodge.storage.requests import one_request
from gatelodge.storage.schema import accounts, applications, authorization_requests, codes, consents, grants, users
from gatelodge.storage.session_ends import remember_sign_in


def _one_consent(provider_id: int, user_id: int, client_id: int) -> ColumnElement[bool]:
    return and_(
        consents.c.provider_id == provider_id,
        consents.c.user_id == user_id,
        consents.c.application_id == client_id,
    )


async def one_answer_at_a_time(connection: AsyncConnection, provider_id: int, user_id: int) -> None:
    """Have one user's answers come one after the other: two first ones would both make the consent, and of two later
    ones one would write over what the other added. SQLite, which has one writer at a time, ignores it."""
    of_the_user = select(users.c.id).where(users.c.id == user_id, users.c.provider_id == provider_id)
    await connection.execute(of_the_user.with_for_update(key_share=True))


async def agree(
    connection: AsyncConnection,
    provider_id: int,
    user_id: int,
    client_id: int,
    granted: Granted,
    grant_id: int,
    context: GrantContext,
    way: str | None = None,
    *,
    now: int,
) -> None:
    """Remember what a user allowed an application, and begin the grant, which came about in the `way` that it says."""
    one = _one_consent(provider_id, user_id, client_id)
    row = (await connection.execute(select(consents).where(one))).one_or_none()
    remembered = granted.remembered(_consent(row) if row else None, now=now)
    decided = {
        "scope": format_scope(remembered.scope),
        "declined_scope": format_scope(remembered.declined),
        "authorization_details": details_text(remembered.details),
    }
    if row is not None:
        await connection.execute(update(consents).where(one).values(decided))
    else:
        await connection.execute(
            insert(consents).values(
                user_id=user_id, application_id=client_id, provider_id=provider_id, created_at=now, **decided
            )
        )
    await connection.execute(
        insert(grants).values(
            id=grant_id,
            provider_id=provider_id,
            user_id=user_id,
            application_id=client_id,
            scope=format_scope(granted.scope),
            authorization_details=details_text(granted.details),
            context=to_text(context),
            session_id=context.session_id,
            way=way,
            created_at=now,
        )
    )


def agreed_to() -> ColumnElement[bool]:
    """The condition that leaves out grants which only pass on, narrower and for a while, what was given elsewhere."""
    return or_(grants.c.way.is_(None), grants.c.way == BY_DEVICE)


class SqlConsents:
    """Consents in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, provider_id: int, user_id: int, client_id: int) -> Consent | None:
        """What is remembered of what the user decided when the application asked."""
        query = select(consents).where(_one_consent(provider_id, user_id, client_id))
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _consent(row) if row else None

    @retried
    async def allow(
        self,
        provider_id: int,
        request_id: int,
        user_id: int,
        client_id: int,
        granted: Granted,
        code: NewCode,
        mails: Sequence[Mail] = (),
        *,
        now: int,
    ) -> bool:
        """In one transaction: end the wait of the request, remember the consent, begin the grant, store the code and
        the mails that tell of it. False, and nothing stored, where somebody else answered the request first."""
        async with self._database.writing() as connection:
            await one_answer_at_a_time(connection, provider_id, user_id)
            taken = await connection.execute(delete(authorization_requests).where(one_request(provider_id, request_id)))
            if taken.rowcount != 1:
                return False
            await agree(connection, provider_id, user_id, client_id, granted, code.grant_id, code.context, now=now)
            await connection.execute(
                insert(codes).values(
                    id=code.id,
                    provider_id=provider_id,
                    digest=code.digest,
                    grant_id=code.grant_id,
                    scope=format_scope(granted.scope),
                    redirect_uri=code.redirect_uri,
                    redirect_uri_sent=code.redirect_uri_sent,
                    code_challenge=code.challenge,
                    expires_at=code.expires_at,
                )
            )
            if code.context.session_id is not None:
                await remember_sign_in(connection, provider_id, code.context.session_id, client_id)
            await put_mails(connection, provider_id, mails, now=now)
        return True

    async def of_user(self, provider_id: int, user_id: int) -> Sequence[AuthorizedApplication]:
        """The applications that may act for the user, by name; each with all that it was given and that still holds, or
        that it would be given without asking."""
        last_use = (
            select(func.max(grants.c.last_used_at))
            .where(grants.c.user_id == user_id, grants.c.application_id == consents.c.application_id)
            .scalar_subquery()
        )
        query = (
            select(
                applications.c.id,
                applications.c.name,
                applications.c.description,
                applications.c.settings,
                accounts.c.name.label("owner"),
                consents.c.scope,
                consents.c.authorization_details,
                consents.c.declined_scope,
                consents.c.created_at,
                consents.c.last_used_at,
                last_use.label("last_use_now"),
            )
            .join(applications, applications.c.id == consents.c.application_id)
            .join(accounts, accounts.c.id == applications.c.account_id)
            .where(consents.c.provider_id == provider_id, consents.c.user_id == user_id)
            .order_by(applications.c.name)
        )
        given = (
            select(grants.c.application_id, grants.c.scope, grants.c.authorization_details, grants.c.way)
            .where(
                grants.c.provider_id == provider_id,
                grants.c.user_id == user_id,
                grants.c.revoked_at.is_(None),
                grants.c.scope.is_not(None),
                agreed_to(),
            )
            .distinct()
        )
        devices: set[int] = set()
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
            pieces: dict[int, dict[Piece, None]] = {row.id: {piece_of(row): None} for row in rows}
            for row in await connection.execute(given):
                pieces.get(row.application_id, {})[piece_of(row)] = None
                if row.way == BY_DEVICE:
                    devices.add(row.application_id)
        return [_authorized(row, tuple(pieces[row.id]), on_device=row.id in devices) for row in rows]

    @retried
    async def end(self, provider_id: int, user_id: int, client_id: int, *, now: int) -> bool:
        """Forget the consent and end every grant that the user gave the application. False where there was none."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(consents).where(_one_consent(provider_id, user_id, client_id)))
            await connection.execute(
                update(grants)
                .where(
                    grants.c.provider_id == provider_id,
                    grants.c.user_id == user_id,
                    grants.c.application_id == client_id,
                    grants.c.revoked_at.is_(None),
                )
                .values(revoked_at=now)
            )
        return gone.rowcount == 1


def _consent(row: Any) -> Consent:
    scope, details = piece_of(row)
    return Consent(scope, row.created_at, details, frozenset(row.declined_scope.split()))


def _authorized(row: Any, pieces: tuple[Piece, ...], *, on_device: bool) -> AuthorizedApplication:
    return AuthorizedApplication(
        row.id,
        row.name,
        row.description,
        row.owner,
        frozenset[str]().union(*(scope for scope, _ in pieces)),
        row.created_at,
        max((at for at in (row.last_used_at, row.last_use_now) if at is not None), default=None),
        pieces,
        on_device,
        from_text(ClientSettings, row.settings).initiate_login_uri,
    )
