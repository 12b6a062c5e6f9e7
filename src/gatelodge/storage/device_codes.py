"""Devices that wait for somebody to let them in (ports.DeviceCodeStore).

A device asks every five seconds and is told the same: one look-up by key and one update of its row, which no other
request has to do with."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gatelodge.protocol.authorization import AuthorizationRequest, RequestContext
from gatelodge.protocol.device_grant import DeviceCode
from gatelodge.protocol.issuance import GrantContext
from gatelodge.protocol.members import from_text, to_text
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import BY_DEVICE, Granted, Mail, NewDeviceCode, NewToken, WaitingDevice
from gatelodge.storage.consents import agree, one_answer_at_a_time
from gatelodge.storage.database import Database, retried
from gatelodge.storage.details import details_of, details_text
from gatelodge.storage.mails import put_mails
from gatelodge.storage.schema import access_tokens, device_codes, grants, refresh_tokens, users
from gatelodge.storage.tokens_sql import token_row

_TOKEN = ("id", "provider_id", "digest", "grant_id", "scope", "expires_at", "binding")


def token_values(token: NewToken) -> dict[str, object]:
    """A token's columns, by their names."""
    return dict(zip(_TOKEN, token_row(token), strict=True))


def _one(provider_id: int, device_code_id: int) -> ColumnElement[bool]:
    return and_(device_codes.c.id == device_code_id, device_codes.c.provider_id == provider_id)


class SqlDeviceCodes:
    """Waiting devices in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add(self, provider_id: int, new: NewDeviceCode) -> None:
        """Store one. Raises AlreadyExists where its id or its user code is taken."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(device_codes).values(
                    id=new.id,
                    provider_id=provider_id,
                    application_id=new.request.client_id,
                    digest=new.digest,
                    user_code_digest=new.user_code_digest,
                    scope=format_scope(new.request.scope),
                    authorization_details=details_text(new.request.details),
                    context=to_text(new.request.context),
                    address=new.address,
                    created_at=new.created_at,
                    expires_at=new.expires_at,
                    interval=new.interval,
                )
            )

    async def waiting(self, provider_id: int, user_codes: Sequence[bytes], *, now: int) -> WaitingDevice | None:
        """The device that shows the user code of one of these digests, if nobody has answered it yet."""
        query = select(device_codes).where(
            device_codes.c.provider_id == provider_id,
            device_codes.c.user_code_digest.in_(user_codes),
            device_codes.c.answered_at.is_(None),
            device_codes.c.expires_at > now,
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        request = AuthorizationRequest(
            row.application_id,
            "",
            redirect_uri_sent=False,
            scope=frozenset(row.scope.split()),
            details=details_of(row.authorization_details),
            context=from_text(RequestContext, row.context),
        )
        return WaitingDevice(row.id, request, row.address, row.created_at, row.expires_at)

    async def find(self, provider_id: int, device_code_id: int) -> DeviceCode | None:
        """The device code, whoever's it is, with what became of it."""
        query = (
            select(
                device_codes,
                grants.c.scope.label("granted"),
                grants.c.authorization_details.label("limits"),
                grants.c.context.label("grant_context"),
                grants.c.revoked_at,
                users.c.disabled_at,
            )
            .outerjoin(
                grants, and_(grants.c.id == device_codes.c.grant_id, grants.c.provider_id == device_codes.c.provider_id)
            )
            .outerjoin(users, users.c.id == grants.c.user_id)
            .where(_one(provider_id, device_code_id))
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        code = DeviceCode(
            row.id,
            row.digest,
            row.application_id,
            row.expires_at,
            row.interval,
            row.polled_at,
            answered=row.answered_at is not None,
            used_at=row.used_at,
        )
        if row.grant_id is None:
            return code
        return replace(
            code,
            grant_id=row.grant_id,
            # With a grant that is gone its application or its user went.
            grant_ended=row.granted is None or row.revoked_at is not None or row.disabled_at is not None,
            scope=frozenset((row.granted or "").split()),
            details=row.limits,
            user_id=row.user_id,
            context=from_text(GrantContext, row.grant_context),
        )

    @retried
    async def polled(self, provider_id: int, device_code_id: int, interval: int, *, now: int) -> None:
        """Note that the device asked, and how long it is to wait from then on."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(device_codes).where(_one(provider_id, device_code_id)).values(polled_at=now, interval=interval)
            )

    @retried
    async def allow(
        self,
        provider_id: int,
        device_code_id: int,
        user_id: int,
        client_id: int,
        granted: Granted,
        grant_id: int,
        context: GrantContext,
        mails: Sequence[Mail] = (),
        *,
        now: int,
    ) -> bool:
        """In one transaction: answer the device with yes, remember the consent, begin the grant and store the mails
        that tell of it. False, and nothing stored, where it was answered before or has expired."""
        async with self._database.writing() as connection:
            await one_answer_at_a_time(connection, provider_id, user_id)
            if not await self._answer(connection, provider_id, device_code_id, user_id, grant_id, now):
                return False
            await agree(connection, provider_id, user_id, client_id, granted, grant_id, context, BY_DEVICE, now=now)
            await put_mails(connection, provider_id, mails, now=now)
        return True

    @retried
    async def deny(self, provider_id: int, device_code_id: int, user_id: int, *, now: int) -> bool:
        """Answer the device with no. True for exactly one caller."""
        async with self._database.writing() as connection:
            return await self._answer(connection, provider_id, device_code_id, user_id, None, now)

    async def _answer(
        self,
        connection: AsyncConnection,
        provider_id: int,
        device_code_id: int,
        user_id: int,
        grant_id: int | None,
        now: int,
    ) -> bool:
        answered = await connection.execute(
            update(device_codes)
            .where(
                _one(provider_id, device_code_id),
                device_codes.c.answered_at.is_(None),
                device_codes.c.expires_at > now,
            )
            .values(answered_at=now, user_id=user_id, grant_id=grant_id)
        )
        return answered.rowcount == 1

    @retried
    async def redeem(self, device_code_id: int, access: NewToken, refresh: NewToken | None, *, now: int) -> bool:
        """Use the device code of `access`'s provider up and store what it gives, together. True for exactly one
        caller."""
        async with self._database.writing() as connection:
            used = await connection.execute(
                update(device_codes)
                .where(_one(access.provider_id, device_code_id), device_codes.c.used_at.is_(None))
                .values(used_at=now, refresh_token_id=None if refresh is None else refresh.id)
            )
            if used.rowcount != 1:
                return False
            await connection.execute(insert(access_tokens).values(token_values(access)))
            if refresh is not None:
                await connection.execute(insert(refresh_tokens).values(token_values(refresh)))
        return True
