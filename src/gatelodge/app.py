"""The composition root: the use cases on a database, put together by hand. server.py puts the rest around them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from gatelodge.config import Settings, SettingsError
from gatelodge.drivers.registry import InstalledDrivers
from gatelodge.outbound import HttpOutbound, OutboundSettingsError, read_outbound
from gatelodge.protocol.client import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    JWT_BEARER,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from gatelodge.protocol.client_settings_rules import SELF_SIGNED_TLS, TLS
from gatelodge.service.access_tokens import AccessTokens
from gatelodge.service.answering import Answering
from gatelodge.service.applications import ApplicationService
from gatelodge.service.audiences import Audiences
from gatelodge.service.authorize import AuthorizeService
from gatelodge.service.authorized import AuthorizedService
from gatelodge.service.bearer import BearerService
from gatelodge.service.camera_memory import CameraMemory
from gatelodge.service.cameras import CameraService
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.client_documents import ClientDocuments
from gatelodge.service.client_ids import ClientIds
from gatelodge.service.client_keys import ClientKeys
from gatelodge.service.demo import DemoService
from gatelodge.service.device_flow import DeviceFlow
from gatelodge.service.discovery import DiscoveryService
from gatelodge.service.explain import ExplainService
from gatelodge.service.footage import FootageService
from gatelodge.service.grant_management import GrantManagement
from gatelodge.service.granting import Granting
from gatelodge.service.grants.client_credentials import ClientCredentialsGrant
from gatelodge.service.grants.code import CodeGrant
from gatelodge.service.grants.device import DeviceGrant
from gatelodge.service.grants.exchange import ExchangeGrant
from gatelodge.service.grants.jwt_bearer import JwtBearerGrant
from gatelodge.service.grants.refresh import RefreshGrant
from gatelodge.service.groups import GroupService
from gatelodge.service.id_tokens import IdTokens
from gatelodge.service.initial_tokens import InitialTokenService
from gatelodge.service.introspect import IntrospectionService
from gatelodge.service.invitations import InvitationService
from gatelodge.service.key_keeper import KeyKeeper
from gatelodge.service.key_life import Life
from gatelodge.service.keys import KeyRing
from gatelodge.service.known_secrets import KnownSecrets
from gatelodge.service.live_views import LiveViewService
from gatelodge.service.logout import LogoutService
from gatelodge.service.logout_notices import LogoutNotices
from gatelodge.service.minting import Mint, clock
from gatelodge.service.nobody import Nobody
from gatelodge.service.nonces import Nonces
from gatelodge.service.notices import Notices
from gatelodge.service.outbox import Outbox
from gatelodge.service.passwords import Passwords
from gatelodge.service.people import PeopleService
from gatelodge.service.ports import HoldingStore, Postman, ReplayStore, SweepStore
from gatelodge.service.possession import Possession
from gatelodge.service.providers import ProviderDirectory
from gatelodge.service.provisioning import ProvisioningService
from gatelodge.service.pushed_requests import PushedRequestService
from gatelodge.service.reach import ReachService
from gatelodge.service.registration import RegistrationService
from gatelodge.service.request_objects import RequestObjects
from gatelodge.service.requesting import Requesting
from gatelodge.service.resources import ResourceService
from gatelodge.service.revoke import RevocationService
from gatelodge.service.rotation import Rotation
from gatelodge.service.sealing import Sealer
from gatelodge.service.sectors import Sectors
from gatelodge.service.services import Services
from gatelodge.service.sign_in import SignInService
from gatelodge.service.signing import Signing
from gatelodge.service.subjects import Subjects
from gatelodge.service.sweeper import Sweeper
from gatelodge.service.throttle import Throttle
from gatelodge.service.token import Grant, TokenService
from gatelodge.service.user_tokens import UserTokenService
from gatelodge.service.userinfo import UserinfoService
from gatelodge.service.watch import Watch
from gatelodge.storage import migrations
from gatelodge.storage.applications import SqlApplications
from gatelodge.storage.cameras import SqlCameras
from gatelodge.storage.client_secrets import SqlClientSecrets
from gatelodge.storage.consents import SqlConsents
from gatelodge.storage.database import Database, DatabaseUrlError, read_url, sqlite_path
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
from gatelodge.storage.sessions import SqlSessions
from gatelodge.storage.signing_keys import SqlSigningKeys
from gatelodge.storage.sweeping import PostgresSweeping, SqliteSweeping
from gatelodge.storage.tokens_sqlite import SqliteTokens
from gatelodge.storage.user_tokens import SqlUserTokens

if TYPE_CHECKING:
    from gatelodge.storage.tokens_postgres import PostgresTokens


class SchemaError(Exception):
    """The database's schema is not the one that this version works with; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What `prepare` found and left: the revision that the database was at, None for an empty one, and is at now."""

    before: str | None
    now: str


def prepare(settings: Settings, *, migrate: bool = True) -> Schema:
    """Bring the database to this version's schema, or, without `migrate`, see that it is there.

    Raises SettingsError, SchemaError, StoreUnavailable."""
    _postman(settings)
    _outbound(settings)
    try:
        url = read_url(settings.database_url)
        _make_private(settings.data_dir)
        revision, newest = migrations.current(url), migrations.newest()
        if revision is not None and not migrations.is_known(revision):
            raise SchemaError(
                f"GATELODGE_DATABASE: a newer version made this database (its schema is {revision}); upgrade Gatelodge."
            )
        if revision != newest:
            if not migrate:
                raise SchemaError(
                    f"GATELODGE_DATABASE: the schema is {revision or 'empty'}, this version works with {newest}: "
                    "run gatelodge migrate."
                )
            migrations.migrate(url)
    except DatabaseUrlError as error:
        raise SettingsError(f"GATELODGE_DATABASE: {error}") from None
    return Schema(revision, newest)


def _make_private(folder: Path) -> None:
    """Have the data folder: the key file and, by default, the database are in it, so it is only its owner's."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"GATELODGE_DATA_DIR: the folder {folder} can't be made: {error.strerror}") from None


def _postman(settings: Settings) -> Postman | None:
    """Whoever hands mails to the mail server; None where the settings name none, and then what it takes is not even
    loaded. Raises SettingsError."""
    if not settings.smtp_url:
        return None
    from gatelodge.mail import MailSettingsError, SmtpPostman, read_sender, read_server

    try:
        return SmtpPostman(read_server(settings.smtp_url), read_sender(settings.mail_from))
    except MailSettingsError as error:
        raise SettingsError(str(error)) from None


def _by_certificate(settings: Settings) -> tuple[str, ...]:
    """How applications can prove who they are by certificates: not at all where no header brings them, and by their
    names only where another one says that their chain was verified (RFC 8705 §2.1)."""
    if not settings.client_certificate_header:
        return ()
    return (TLS, SELF_SIGNED_TLS) if settings.client_certificate_verified_header else (SELF_SIGNED_TLS,)


def _outbound(settings: Settings) -> HttpOutbound:
    """Whoever asks other servers. Raises SettingsError."""
    try:
        return read_outbound(settings.outbound_networks, settings.outbound_ca)
    except OutboundSettingsError as error:
        raise SettingsError(str(error)) from None


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The use cases on the database that the settings name. `prepare` comes first."""
    keys = KeyRing(settings.data_dir)
    url = read_url(settings.database_url)
    database = Database(url)
    tokens, holdings, sweeping, replays = await _open_hot_path(url, database)
    mint = Mint()
    passwords = Passwords()
    providers, people, resources = SqlProviders(database), SqlPeople(database), SqlResources(database)
    applications, consents, user_tokens = SqlApplications(database), SqlConsents(database), SqlUserTokens(database)
    members, postman, throttle = SqlMembers(database), _postman(settings), Throttle()
    notices = Notices(providers, people, members, holdings, mint, by_mail=postman is not None)
    groups, invitations = GroupService(SqlGroups(database), holdings, mint), SqlInvitations(database)
    provisioning = ProvisioningService(providers, people, passwords, mint, clock)
    sealer = Sealer(keys)
    secrets = KnownSecrets(SqlClientSecrets(database), sealer)
    cameras, events, recordings = SqlCameras(database), SqlEvents(database), SqlRecordings(database)
    drivers = InstalledDrivers(CameraMemory(cameras))
    audiences = Audiences(applications)
    outbound, nobody, initial_tokens = _outbound(settings), Nobody(people, clock), SqlInitialTokens(database)
    application_service = ApplicationService(applications, people, secrets, Sectors(outbound), mint, clock)
    client_ids = ClientIds(
        ClientDocuments(SqlDocuments(database), applications, nobody, outbound, throttle, mint, clock)
    )
    client_keys = ClientKeys(outbound)
    clients = ClientAuthentication(client_ids, client_keys, secrets, replays, clock)
    signing = _signing(settings, database, sealer, mint)
    subjects = Subjects(keys)
    logout_notices = LogoutNotices(SqlLogoutNotices(database), signing, subjects, outbound, mint, clock)
    id_tokens = IdTokens(signing, subjects, people)
    pushed_store = SqlPushedRequests(database)
    requesting = Requesting(
        client_ids, applications, pushed_store, RequestObjects(client_keys, replays, clock), audiences, clock
    )
    granting = Granting(
        tokens,
        AccessTokens(mint, signing, audiences, subjects),
        audiences,
        id_tokens,
        mint,
        clock,
        access_lifetime=settings.access_token_lifetime,
        refresh_lifetime=settings.refresh_token_lifetime,
    )
    device_codes, lone_grants = SqlDeviceCodes(database), SqlLoneGrants(database)
    grants: Mapping[str, Grant] = {
        AUTHORIZATION_CODE: CodeGrant(granting, clients),
        REFRESH_TOKEN: RefreshGrant(granting, clients, Rotation(keys)),
        CLIENT_CREDENTIALS: ClientCredentialsGrant(granting, clients),
        DEVICE_CODE: DeviceGrant(granting, clients, device_codes),
        TOKEN_EXCHANGE: ExchangeGrant(
            granting, clients, audiences, lone_grants, lifetime=settings.exchanged_token_lifetime
        ),
        JWT_BEARER: JwtBearerGrant(
            granting,
            clients,
            client_keys,
            replays,
            people,
            consents,
            lone_grants,
            lifetime=settings.exchanged_token_lifetime,
        ),
    }
    possession = Possession(replays, Nonces(keys, clock), clock)
    bearer, sight = BearerService(tokens, possession, clock), ResourceService(holdings)
    camera_service = CameraService(cameras, resources, events, sight, drivers, mint, clock)
    watch = Watch(cameras, events, recordings, drivers, mint, clock)
    try:
        yield Services(
            applications=application_service,
            authorize=AuthorizeService(
                applications,
                SqlRequests(database),
                consents,
                holdings,
                notices,
                requesting,
                Answering(signing, clock),
                id_tokens,
                subjects,
                mint,
                clock,
                request_lifetime=settings.request_lifetime,
                code_lifetime=settings.code_lifetime,
            ),
            authorized=AuthorizedService(consents, clock),
            bearer=bearer,
            demo=DemoService(
                providers,
                provisioning,
                application_service,
                resources,
                groups,
                # Demo data has nobody's real address in it: nothing is mailed.
                InvitationService(
                    invitations,
                    holdings,
                    passwords,
                    None,
                    throttle,
                    mint,
                    clock,
                    lifetime=settings.invitation_lifetime,
                ),
                cameras,
                events,
                watch,
                mint,
                clock,
            ),
            introspection=IntrospectionService(tokens, clients, subjects, audiences, signing, clock),
            provider_directory=ProviderDirectory(providers),
            provisioning=provisioning,
            resources=sight,
            explain=ExplainService(holdings),
            revocation=RevocationService(tokens, clients, clock),
            sign_in=SignInService(
                people,
                SqlSessions(database),
                passwords,
                throttle,
                logout_notices,
                mint,
                clock,
                lifetime=settings.session_lifetime,
            ),
            sweeper=Sweeper(
                sweeping,
                clock,
                access_lifetime=settings.access_token_lifetime,
                code_lifetime=settings.code_lifetime,
                request_lifetime=settings.request_lifetime,
                device_code_lifetime=settings.device_code_lifetime,
                session_lifetime=settings.session_lifetime,
                invitation_lifetime=settings.invitation_lifetime,
                live_view_lifetime=settings.live_view_lifetime,
                event_retention=settings.event_retention,
                recording_retention=settings.recording_retention,
                unused_application_retention=settings.unused_application_retention,
            ),
            token=TokenService(grants, clients, possession, clock),
            user_tokens=UserTokenService(user_tokens, holdings, notices, mint, clock),
            members=PeopleService(people, members, holdings, clock),
            groups=groups,
            invitations=InvitationService(
                invitations,
                holdings,
                passwords,
                postman,
                throttle,
                mint,
                clock,
                lifetime=settings.invitation_lifetime,
            ),
            reach=ReachService(SqlReach(database), user_tokens, consents, clock),
            logout=LogoutService(applications, client_ids, signing, keys, clock),
            logout_notices=logout_notices,
            grant_management=GrantManagement(SqlGrants(database), clock),
            outbox=Outbox(SqlMails(database), postman, clock),
            cameras=camera_service,
            footage=FootageService(recordings, events, sight, camera_service, clock),
            live_views=LiveViewService(
                SqlLiveViews(database), bearer, sight, camera_service, mint, clock, lifetime=settings.live_view_lifetime
            ),
            watch=watch,
            keys=keys,
            signing=signing,
            pushed_requests=PushedRequestService(
                tokens, applications, pushed_store, clients, possession, requesting, mint, clock
            ),
            discovery=DiscoveryService(grants, signing, _by_certificate(settings)),
            key_keeper=KeyKeeper(providers, signing, interval=min(3600, settings.signing_key_published_ahead // 4)),
            clients=clients,
            devices=DeviceFlow(
                tokens,
                device_codes,
                applications,
                consents,
                holdings,
                clients,
                audiences,
                notices,
                keys,
                throttle,
                mint,
                clock,
                lifetime=settings.device_code_lifetime,
            ),
            granting=granting,
            mint=mint,
            outbound=outbound,
            replays=replays,
            registration=RegistrationService(
                applications, initial_tokens, tokens, nobody, Sectors(outbound), secrets, throttle, mint, clock
            ),
            initial_tokens=InitialTokenService(initial_tokens, people, mint, clock),
            possession=possession,
            client_keys=client_keys,
            userinfo=UserinfoService(bearer, applications, people, subjects, signing),
            providers=providers,
            people=people,
            all_applications=applications,
        )
    finally:
        await drivers.close()
        await tokens.close()
        await database.close()


def _signing(settings: Settings, database: Database, sealer: Sealer, mint: Mint) -> Signing:
    life = Life(settings.signing_key_published_ahead, settings.signing_key_lifetime)
    return Signing(SqlSigningKeys(database), sealer, mint, clock, life=life)


async def _open_hot_path(
    url: URL, database: Database
) -> tuple["SqliteTokens | PostgresTokens", HoldingStore, SweepStore, ReplayStore]:
    """What machines call for, on the raw driver of either database, the sweeper's way past it, and what was seen."""
    if database.turns is None:
        # Only here, since it brings asyncpg along, which a server on SQLite has no use for.
        from gatelodge.storage.tokens_postgres import PostgresTokens

        postgres = await PostgresTokens.open(url)
        return postgres, PostgresHoldings(postgres.pool), PostgresSweeping(database), PostgresReplays(postgres)
    sqlite = SqliteTokens(sqlite_path(url), database.turns)
    return sqlite, SqliteHoldings(sqlite), SqliteSweeping(database, sqlite), SqliteReplays(sqlite)
