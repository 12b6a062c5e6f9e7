"""OAuth2 applications (ports.ApplicationStore)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings import ClientSettings, with_sector
from gatelodge.protocol.client_settings_rules import SECRET_JWT
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.members import from_text, to_text
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import Application, ApplicationForm, ResourceServer
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import (
    accounts,
    applications,
    client_secrets,
    consents,
    grants,
    redirect_uris,
    users,
)


def _one_application(provider_id: int, application_id: int) -> ColumnElement[bool]:
    return and_(applications.c.provider_id == provider_id, applications.c.id == application_id)


def _applications(where: ColumnElement[bool]) -> Select[Any]:
    of_this = applications.c.id
    users_count = select(func.count()).where(consents.c.application_id == of_this).scalar_subquery()
    secret_at = (
        select(func.max(client_secrets.c.created_at))
        .where(client_secrets.c.application_id == of_this)
        .scalar_subquery()
    )
    return (
        select(
            applications,
            accounts.c.name.label("account"),
            users.c.name.label("creator"),
            users_count.label("users"),
            secret_at.label("secret_at"),
        )
        .join(accounts, accounts.c.id == applications.c.account_id)
        .outerjoin(
            users,
            and_(users.c.id == applications.c.created_by, users.c.provider_id == applications.c.provider_id),
        )
        .where(where)
        .order_by(applications.c.name, applications.c.id)
    )


class SqlApplications:
    """Applications in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def resource_servers(self, provider_id: int) -> Sequence[ResourceServer]:
        """The provider's resource servers that are not switched off and that are called something, oldest first."""
        query = (
            select(applications.c.id, applications.c.settings)
            .where(
                applications.c.provider_id == provider_id,
                applications.c.resource_server,
                applications.c.disabled_at.is_(None),
                applications.c.settings.is_not(None),
            )
            .order_by(applications.c.id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        found = [(row.id, from_text(ClientSettings, row.settings)) for row in rows]
        return [
            ResourceServer(row_id, settings.resource_uris, settings.access_token_format)
            for row_id, settings in found
            if settings.resource_uris
        ]

    async def client(self, provider_id: int, client_id: int) -> tuple[Client, str] | None:
        """The application as the protocol sees it, with its redirect URIs, and the name of the owning account."""
        query = (
            select(applications, accounts.c.name.label("account"))
            .join(accounts, accounts.c.id == applications.c.account_id)
            .where(_one_application(provider_id, client_id))
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            uris = (await _redirect_uris(connection, [row.id])).get(row.id, ())
        client = Client(
            id=row.id,
            name=row.name,
            confidential=row.confidential,
            redirect_uris=uris,
            disabled=row.disabled_at is not None,
            grant_types=frozenset(row.grant_types.split()),
            resource_server=row.resource_server,
            optional_scope=frozenset(row.optional_scope.split()),
            settings=from_text(ClientSettings, row.settings),
            document_url=row.document_url,
        )
        return client, row.account

    async def of_accounts(self, provider_id: int, account_ids: Sequence[int]) -> Sequence[Application]:
        """The applications of these accounts, by name."""
        return await self._load(
            and_(applications.c.provider_id == provider_id, applications.c.account_id.in_(account_ids))
        )

    async def all(self, provider_id: int) -> Sequence[Application]:
        """A provider's applications by name."""
        return await self._load(applications.c.provider_id == provider_id)

    async def find(self, provider_id: int, application_id: int) -> Application | None:
        """One application."""
        found = await self._load(_one_application(provider_id, application_id))
        return found[0] if found else None

    async def _load(self, where: ColumnElement[bool]) -> list[Application]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(_applications(where))).all()
            uris = await _redirect_uris(connection, [row.id for row in rows])
        return [
            Application(
                id=row.id,
                provider_id=row.provider_id,
                account_id=row.account_id,
                account_name=row.account,
                name=row.name,
                description=row.description,
                redirect_uris=uris.get(row.id, ()),
                confidential=row.confidential,
                grant_types=frozenset(row.grant_types.split()),
                own_scope=frozenset(row.own_scope.split()),
                resource_server=row.resource_server,
                created_at=row.created_at,
                created_by=row.creator or "",
                secret_created_at=row.secret_at,
                users=row.users,
                disabled=row.disabled_at is not None,
                optional_scope=frozenset(row.optional_scope.split()),
                settings=from_text(ClientSettings, row.settings),
                document_url=row.document_url,
            )
            for row in rows
        ]

    @retried
    async def create(
        self,
        provider_id: int,
        application_id: int,
        account_id: int,
        user_id: int,
        form: ApplicationForm,
        secret: Presented | None,
        own_grant_id: int | None,
        *,
        now: int,
    ) -> None:
        """Store an application, with its first secret where it is confidential, and with the grant `own_grant_id` where
        it may act as itself."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(applications).values(
                    id=application_id,
                    provider_id=provider_id,
                    account_id=account_id,
                    created_by=user_id,
                    name=form.name,
                    description=form.description,
                    confidential=form.confidential,
                    resource_server=form.resource_server,
                    grant_types=format_scope(form.grant_types or ()),
                    own_scope=format_scope(form.own_scope),
                    optional_scope=format_scope(form.optional_scope),
                    own_grant_id=own_grant_id,
                    settings=to_text(with_sector(form.settings, form.redirect_uris)),
                    created_at=now,
                )
            )
            if own_grant_id is not None:
                await connection.execute(
                    insert(grants).values(
                        id=own_grant_id, provider_id=provider_id, application_id=application_id, created_at=now
                    )
                )
            await store_uris(connection, provider_id, application_id, form.redirect_uris)
            if secret is not None:
                await _store_secret(connection, provider_id, application_id, secret, now)

    @retried
    async def update(self, provider_id: int, application_id: int, form: ApplicationForm) -> None:
        """Change name, description, redirect URIs, settings and what people may leave out; with `form.grant_types`,
        also what it may do, and whether it is confidential."""
        async with self._database.writing() as connection:
            await change(connection, provider_id, application_id, form)

    @retried
    async def replace_secret(self, provider_id: int, application_id: int, secret: Presented, *, now: int) -> None:
        """Make `secret` the application's only one."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(client_secrets).where(
                    client_secrets.c.provider_id == provider_id,
                    client_secrets.c.application_id == application_id,
                )
            )
            await _store_secret(connection, provider_id, application_id, secret, now)

    @retried
    async def set_disabled(self, provider_id: int, application_id: int, *, disabled: bool, now: int) -> None:
        """Switch an application off (its tokens stop) or on again."""
        disabled_at = applications.c.disabled_at
        when = case((disabled_at.is_(None), now), else_=disabled_at) if disabled else None
        async with self._database.writing() as connection:
            await connection.execute(
                update(applications).where(_one_application(provider_id, application_id)).values(disabled_at=when)
            )

    @retried
    async def delete(self, provider_id: int, application_id: int) -> None:
        """Remove an application with its secrets, consents and grants, and so every token that it holds."""
        async with self._database.writing() as connection:
            # Codes and tokens open nothing without their grant, and looking for them would hold up every other write.
            await connection.execute(delete(applications).where(_one_application(provider_id, application_id)))


async def change(connection: AsyncConnection, provider_id: int, application_id: int, form: ApplicationForm) -> None:
    """Make the application be as the form says, within somebody's transaction."""
    values: dict[str, Any] = {
        "name": form.name,
        "description": form.description,
        "optional_scope": format_scope(form.optional_scope),
        "settings": to_text(with_sector(form.settings, form.redirect_uris)),
    }
    if form.grant_types is not None:
        values |= {"grant_types": format_scope(form.grant_types), "confidential": form.confidential}
    changed = await connection.execute(
        update(applications).where(_one_application(provider_id, application_id)).values(values)
    )
    if changed.rowcount:
        if form.settings.token_endpoint_auth_method != SECRET_JWT:  # nobody has to know its secrets any more
            of_it = client_secrets.c.application_id == application_id
            await connection.execute(update(client_secrets).where(of_it).values(sealed=None))
        await connection.execute(delete(redirect_uris).where(redirect_uris.c.application_id == application_id))
        await store_uris(connection, provider_id, application_id, form.redirect_uris)


async def _redirect_uris(connection: AsyncConnection, application_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(redirect_uris.c.application_id, redirect_uris.c.uri)
        .where(redirect_uris.c.application_id.in_(application_ids))
        .order_by(redirect_uris.c.application_id, redirect_uris.c.position)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in await connection.execute(query):
        found[row.application_id] = (*found.get(row.application_id, ()), row.uri)
    return found


async def store_uris(connection: AsyncConnection, provider_id: int, application_id: int, uris: Sequence[str]) -> None:
    """Store an application's redirect URIs, within somebody's transaction."""
    if uris:
        await connection.execute(
            insert(redirect_uris),
            [
                {
                    "application_id": application_id,
                    "position": position,
                    "provider_id": provider_id,
                    "uri": uri,
                }
                for position, uri in enumerate(uris)
            ],
        )


async def _store_secret(
    connection: AsyncConnection, provider_id: int, application_id: int, secret: Presented, now: int
) -> None:
    await connection.execute(
        insert(client_secrets).values(
            id=secret.id,
            provider_id=provider_id,
            application_id=application_id,
            digest=secret.digest,
            created_at=now,
        )
    )
