"""Every port on one database, for tests that hold on each kind of database."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar

import asyncpg
from sqlalchemy import Connection, create_engine, select

from gatelodge.service.ports import (
    ApplicationStore,
    CameraStore,
    ClientSecretStore,
    ConsentStore,
    DeviceCodeStore,
    DocumentStore,
    EventStore,
    GrantStore,
    GroupStore,
    HoldingStore,
    InitialTokenStore,
    InvitationStore,
    LiveViewStore,
    LogoutNoticeStore,
    LoneGrantStore,
    MailStore,
    MemberStore,
    PeopleStore,
    ProviderStore,
    PushedRequestStore,
    ReachStore,
    RecordingStore,
    ReplayStore,
    RequestStore,
    ResourceStore,
    SessionStore,
    SigningKeyStore,
    TokenStore,
    UserTokenStore,
)
from gatelodge.storage import migrations
from gatelodge.storage.applications import SqlApplications
from gatelodge.storage.cameras import SqlCameras
from gatelodge.storage.client_secrets import SqlClientSecrets
from gatelodge.storage.consents import SqlConsents
from gatelodge.storage.database import Database, engine_for, is_postgres, read_url, sqlite_path
from gatelodge.storage.device_codes import SqlDeviceCodes
from gatelodge.storage.documents import SqlDocuments
from gatelodge.storage.events import SqlEvents
from gatelodge.storage.grants import SqlGrants
from gatelodge.storage.groups import SqlGroups
from gatelodge.storage.holdings import PostgresHoldings, SqliteHoldings
from gatelodge.storage.initial_tokens import SqlInitialTokens
from gatelodge.storage.invitations import SqlInvitations
from gatelodge.storage.live_views import SqlLiveViews
from gatelodge.storage.logout_notices import SqlLogoutNotices
from gatelodge.storage.lone_grants import SqlLoneGrants
from gatelodge.storage.mails import SqlMails
from gatelodge.storage.members import SqlMembers
from gatelodge.storage.people import SqlPeople
from gatelodge.storage.providers import SqlProviders
from gatelodge.storage.pushed_requests import SqlPushedRequests
from gatelodge.storage.reach import SqlReach
from gatelodge.storage.recordings import SqlRecordings
from gatelodge.storage.replays import PostgresReplays, SqliteReplays
from gatelodge.storage.requests import SqlRequests
from gatelodge.storage.resources import SqlResources
from gatelodge.storage.schema import metadata
from gatelodge.storage.sessions import SqlSessions
from gatelodge.storage.signing_keys import SqlSigningKeys
from gatelodge.storage.tokens_postgres import PostgresTokens
from gatelodge.storage.tokens_sqlite import SqliteTokens
from gatelodge.storage.user_tokens import SqlUserTokens
from tests.support.postgres import Cluster

T = TypeVar("T")
Dump = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Stores:
    """The ports, each by its noun."""

    providers: ProviderStore
    people: PeopleStore
    sessions: SessionStore
    requests: RequestStore
    consents: ConsentStore
    applications: ApplicationStore
    user_tokens: UserTokenStore
    resources: ResourceStore
    holdings: HoldingStore
    tokens: TokenStore
    members: MemberStore
    groups: GroupStore
    invitations: InvitationStore
    mails: MailStore
    reach: ReachStore
    cameras: CameraStore
    events: EventStore
    recordings: RecordingStore
    live_views: LiveViewStore
    signing_keys: SigningKeyStore
    device_codes: DeviceCodeStore
    lone_grants: LoneGrantStore
    replays: ReplayStore
    client_secrets: ClientSecretStore
    logout_notices: LogoutNoticeStore
    grants: GrantStore
    pushed_requests: PushedRequestStore
    initial_tokens: InitialTokenStore
    documents: DocumentStore


@asynccontextmanager
async def open_stores(url: str) -> AsyncIterator[Stores]:
    """The ports on the database at `url`, opened as one process of the server opens them."""
    place = read_url(url)
    database = Database(place)
    tokens: SqliteTokens | PostgresTokens
    if database.turns is None:
        tokens = postgres = await PostgresTokens.open(place)
        holdings: HoldingStore = PostgresHoldings(postgres.pool)
        replays: ReplayStore = PostgresReplays(postgres)
    else:
        tokens = sqlite = SqliteTokens(sqlite_path(place), database.turns)
        holdings = SqliteHoldings(sqlite)
        replays = SqliteReplays(sqlite)
    try:
        yield Stores(
            SqlProviders(database),
            SqlPeople(database),
            SqlSessions(database),
            SqlRequests(database),
            SqlConsents(database),
            SqlApplications(database),
            SqlUserTokens(database),
            SqlResources(database),
            holdings,
            tokens,
            SqlMembers(database),
            SqlGroups(database),
            SqlInvitations(database),
            SqlMails(database),
            SqlReach(database),
            SqlCameras(database),
            SqlEvents(database),
            SqlRecordings(database),
            SqlLiveViews(database),
            SqlSigningKeys(database),
            SqlDeviceCodes(database),
            SqlLoneGrants(database),
            replays,
            SqlClientSecrets(database),
            SqlLogoutNotices(database),
            SqlGrants(database),
            SqlPushedRequests(database),
            SqlInitialTokens(database),
            SqlDocuments(database),
        )
    finally:
        await tokens.close()
        await database.close()


class Backend(Protocol):
    """A kind of database. Each test gets one of its own, which is a copy of one that was made before."""

    def empty(self) -> str:
        """The URL of a new database with this version's schema and no rows."""

    def copy(self, url: str) -> str:
        """The URL of a new database with everything that the one at `url` has; nobody may have that one open."""


class SqliteBackend:
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._template: str | None = None

    def empty(self) -> str:
        """A new file with the schema."""
        if self._template is None:
            self._template = self._new()
            migrations.migrate(read_url(self._template))
        return self.copy(self._template)

    def copy(self, url: str) -> str:
        """A new file; the one that is copied was closed, and so has no log beside it."""
        source = sqlite_path(read_url(url))
        assert not source.with_name(f"{source.name}-wal").exists()
        made = self._new()
        shutil.copyfile(source, sqlite_path(read_url(made)))
        return made

    def _new(self) -> str:
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"


class PostgresBackend:
    """Databases of one server. They stay until the server goes: dropping one costs more than making it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._template: str | None = None

    def empty(self) -> str:
        """A new database with the schema."""
        if self._template is None:
            self._template = self._new("template1")
            migrations.migrate(read_url(self._template))
        return self.copy(self._template)

    def copy(self, url: str) -> str:
        """A new database made after the other one."""
        return self._new(str(read_url(url).database))

    def _new(self, template: str) -> str:
        name = f"t{secrets.token_hex(6)}"
        execute(self._cluster.url("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._cluster.url(name)


def elsewhere(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What `work` returns in an event loop of its own, for code that is not, or must not be, in the test's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


def execute(url: str, statement: str) -> None:
    """Run a statement of PostgreSQL's outside any transaction."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()

    elsewhere(run)


def new_database(cluster: Cluster, purpose: str) -> str:
    """The URL of an empty database of the server's, which stays until the server goes."""
    name = f"{purpose}_{secrets.token_hex(6)}"
    execute(cluster.url("postgres"), f"CREATE DATABASE {name}")
    return cluster.url(name)


def outside(url: str, work: Callable[[Connection], T]) -> T:
    """What `work` returns in a transaction of somebody else's on the database, who is not set up as we are."""
    if is_postgres(read_url(url)):

        async def run() -> T:
            engine = engine_for(read_url(url))
            try:
                async with engine.begin() as connection:
                    return await connection.run_sync(work)
            finally:
                await engine.dispose()

        return elsewhere(run)
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


async def noted(stores: Stores) -> None:
    """Wait until every use of a token that was noted is stored."""
    assert isinstance(stores.tokens, SqliteTokens | PostgresTokens)
    await asyncio.gather(*stores.tokens._noted)


def dump(url: str) -> Dump:
    """Every row of every table, as another process sees them at this moment."""
    queries = {table.name: select(table).order_by(*table.primary_key) for table in metadata.sorted_tables}
    if is_postgres(read_url(url)):

        async def read() -> Dump:  # without SQLAlchemy, which asks a new connection a dozen questions first
            connection = await asyncpg.connect(url)
            # At one moment: the last word of a process that was killed may still be running.
            async with connection.transaction(isolation="repeatable_read"):
                found = {
                    name: [dict(row) for row in await connection.fetch(str(query))] for name, query in queries.items()
                }
            await connection.close()
            return found

        return elsewhere(read)
    return outside(
        url,
        lambda connection: {
            name: [dict(row) for row in connection.execute(query).mappings()] for name, query in queries.items()
        },
    )
