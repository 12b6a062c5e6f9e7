"""A small world to test in: two providers, each with an account, an owner, a guest, a resource and an
application, made through the services; and the use cases, at a time that the test sets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.identity.provider import Provider
from gatelodge.outbound import HttpOutbound
from gatelodge.protocol.client import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    JWT_BEARER,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from gatelodge.protocol.credentials import Kind, Presented, public_id
from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import NOTHING
from gatelodge.protocol.token_exchange import ACCESS_TOKEN
from gatelodge.service.access_tokens import AccessTokens
from gatelodge.service.answering import Answering, SendBack
from gatelodge.service.applications import ApplicationService, Registered
from gatelodge.service.audiences import Audiences
from gatelodge.service.authorize import AuthorizeService
from gatelodge.service.authorized import AuthorizedService
from gatelodge.service.bearer import BearerService, Caller
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.client_documents import ClientDocuments
from gatelodge.service.client_ids import ClientIds
from gatelodge.service.client_keys import ClientKeys
from gatelodge.service.device_flow import Begun, DeviceFlow
from gatelodge.service.explain import ExplainService
from gatelodge.service.granting import Granting, TokenAnswer
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
from gatelodge.service.keys import KeyRing
from gatelodge.service.known_secrets import KnownSecrets
from gatelodge.service.logout import LogoutService
from gatelodge.service.logout_notices import LogoutNotices
from gatelodge.service.minting import Mint
from gatelodge.service.nobody import Nobody
from gatelodge.service.nonces import Nonces
from gatelodge.service.notices import Notices
from gatelodge.service.passwords import Passwords
from gatelodge.service.people import PeopleService
from gatelodge.service.ports import Outbound, Postman
from gatelodge.service.possession import Possession
from gatelodge.service.provisioning import ProvisioningService
from gatelodge.service.pushed_requests import PushedRequestService
from gatelodge.service.reach import ReachService
from gatelodge.service.records import Application, ApplicationForm, CallingApplication, Session
from gatelodge.service.registration import RegistrationService
from gatelodge.service.request_objects import RequestObjects
from gatelodge.service.requesting import Requesting
from gatelodge.service.resources import ResourceService
from gatelodge.service.revoke import RevocationService
from gatelodge.service.rotation import Rotation
from gatelodge.service.sealing import Sealer
from gatelodge.service.sectors import Sectors
from gatelodge.service.signing import Signing
from gatelodge.service.subjects import Subjects
from gatelodge.service.throttle import Throttle
from gatelodge.service.token import TokenService
from gatelodge.service.user_tokens import UserTokenService
from gatelodge.service.userinfo import UserinfoService
from tests.support.stores import Stores

T = TypeVar("T")

START = 1_800_000_000  # the world's first second
ACCESS_LIFETIME = 3600
REFRESH_LIFETIME = 30 * 86_400
CODE_LIFETIME = 60
REQUEST_LIFETIME = 1800
DEVICE_CODE_LIFETIME = 600
EXCHANGED_LIFETIME = 900
SESSION_LIFETIME = 86_400
INVITATION_LIFETIME = 7 * 86_400
PASSWORD = "correct horse battery"
CALLBACK = "https://app.example.com/callback"
LOOPBACK = "http://127.0.0.1:9000/callback"
GUESTS_RIGHTS = frozenset({"read", "liveview"})


@dataclass(frozen=True, slots=True)
class House:
    """One provider and who and what is there. The guest has partial access: GUESTS_RIGHTS on the resource."""

    provider: Provider
    account: Account
    owner: User
    guest: User
    resource_id: int
    application: Application
    client_secret: str

    @property
    def client_id(self) -> str:
        """The application's `client_id` on the wire."""
        return public_id(self.application.id)

    @property
    def calling(self) -> CallingApplication:
        """The application as an API sees it."""
        return CallingApplication(self.application.id, self.application.name, self.account.id)


class World:
    """The use cases on `stores`, as a node that has the installation's `keys` has them. The clock stands still at
    `now` until the test moves it."""

    def __init__(
        self,
        stores: Stores,
        keys: KeyRing,
        mint: Mint | None = None,
        postman: Postman | None = None,
        outbound: Outbound | None = None,
    ) -> None:
        self.stores = stores
        self._keys = keys
        self.mint = mint or Mint()
        self.now = START
        self.notices = notices = Notices(
            stores.providers, stores.people, stores.members, stores.holdings, self.mint, by_mail=postman is not None
        )
        self.audiences = Audiences(stores.applications)
        self.sealer = Sealer(keys)
        self.secrets = KnownSecrets(stores.client_secrets, self.sealer)
        outbound = outbound or HttpOutbound()
        self.applications = ApplicationService(
            stores.applications, stores.people, self.secrets, Sectors(outbound), self.mint, self.clock
        )
        throttle = Throttle()
        nobody = Nobody(stores.people, self.clock)
        self.documents = ClientDocuments(
            stores.documents, stores.applications, nobody, outbound, throttle, self.mint, self.clock
        )
        client_ids = ClientIds(self.documents)
        self.initial_tokens = InitialTokenService(stores.initial_tokens, stores.people, self.mint, self.clock)
        self.registration = RegistrationService(
            stores.applications,
            stores.initial_tokens,
            stores.tokens,
            nobody,
            Sectors(outbound),
            self.secrets,
            throttle,
            self.mint,
            self.clock,
        )
        self.client_keys = ClientKeys(outbound)
        self.signing = Signing(stores.signing_keys, self.sealer, self.mint, self.clock)
        request_objects = RequestObjects(self.client_keys, stores.replays, self.clock)
        self.requesting = Requesting(
            client_ids, stores.applications, stores.pushed_requests, request_objects, self.audiences, self.clock
        )
        subjects = Subjects(keys)
        id_tokens = IdTokens(self.signing, subjects, stores.people)
        self.authorize = AuthorizeService(
            stores.applications,
            stores.requests,
            stores.consents,
            stores.holdings,
            notices,
            self.requesting,
            Answering(self.signing, self.clock),
            id_tokens,
            subjects,
            self.mint,
            self.clock,
            request_lifetime=REQUEST_LIFETIME,
            code_lifetime=CODE_LIFETIME,
        )
        self.authorized = AuthorizedService(stores.consents, self.clock)
        self.clients = clients = ClientAuthentication(
            client_ids, self.client_keys, self.secrets, stores.replays, self.clock
        )
        self.possession = Possession(stores.replays, Nonces(keys, self.clock), self.clock)
        self.pushed = PushedRequestService(
            stores.tokens,
            stores.applications,
            stores.pushed_requests,
            clients,
            self.possession,
            self.requesting,
            self.mint,
            self.clock,
        )
        self.bearer = BearerService(stores.tokens, self.possession, self.clock)
        self.userinfo = UserinfoService(self.bearer, stores.applications, stores.people, subjects, self.signing)
        self.resources = ResourceService(stores.holdings)
        self.explain = ExplainService(stores.holdings)
        self.revocation = RevocationService(stores.tokens, clients, self.clock)
        self.introspection = IntrospectionService(
            stores.tokens, clients, subjects, self.audiences, self.signing, self.clock
        )
        granting = Granting(
            stores.tokens,
            AccessTokens(self.mint, self.signing, self.audiences, subjects),
            self.audiences,
            id_tokens,
            self.mint,
            self.clock,
            access_lifetime=ACCESS_LIFETIME,
            refresh_lifetime=REFRESH_LIFETIME,
        )
        self.token = TokenService(
            {
                AUTHORIZATION_CODE: CodeGrant(granting, clients),
                REFRESH_TOKEN: RefreshGrant(granting, clients, Rotation(keys)),
                CLIENT_CREDENTIALS: ClientCredentialsGrant(granting, clients),
                DEVICE_CODE: DeviceGrant(granting, clients, stores.device_codes),
                TOKEN_EXCHANGE: ExchangeGrant(
                    granting, clients, self.audiences, stores.lone_grants, lifetime=EXCHANGED_LIFETIME
                ),
                JWT_BEARER: JwtBearerGrant(
                    granting,
                    clients,
                    self.client_keys,
                    stores.replays,
                    stores.people,
                    stores.consents,
                    stores.lone_grants,
                    lifetime=EXCHANGED_LIFETIME,
                ),
            },
            clients,
            self.possession,
            self.clock,
        )
        self.devices = DeviceFlow(
            stores.tokens,
            stores.device_codes,
            stores.applications,
            stores.consents,
            stores.holdings,
            clients,
            self.audiences,
            notices,
            keys,
            Throttle(),
            self.mint,
            self.clock,
            lifetime=DEVICE_CODE_LIFETIME,
        )
        self.user_tokens = UserTokenService(stores.user_tokens, stores.holdings, notices, self.mint, self.clock)
        self.members = PeopleService(stores.people, stores.members, stores.holdings, self.clock)
        self.groups = GroupService(stores.groups, stores.holdings, self.mint)
        self.invitations = InvitationService(
            stores.invitations,
            stores.holdings,
            Passwords(),
            postman,
            Throttle(),
            self.mint,
            self.clock,
            lifetime=INVITATION_LIFETIME,
        )
        self.logout = LogoutService(stores.applications, client_ids, self.signing, keys, self.clock)
        self.logout_notices = self.notices_through(HttpOutbound())
        self.reach = ReachService(stores.reach, stores.user_tokens, stores.consents, self.clock)

    def notices_through(self, outbound: Outbound) -> LogoutNotices:
        """What tells applications of sign-outs, as far as they can be reached."""
        store, subjects = self.stores.logout_notices, Subjects(self._keys)
        return LogoutNotices(store, self.signing, subjects, outbound, self.mint, self.clock)

    def clock(self) -> int:
        """The world's time."""
        return self.now

    def browser(self) -> Presented:
        """A browser that was never seen before."""
        return self.mint.secret(Kind.BROWSER).presented

    async def session(self, user: User) -> Session:
        """A session of `user` that begins now, without the work of checking a password."""
        secret = self.mint.secret(Kind.SESSION).presented
        session = Session(secret.id, user, self.now, self.now + SESSION_LIFETIME)
        await self.stores.sessions.create(session, secret.digest)
        return session

    async def ask(self, house: House, **more: str | None) -> str:
        """The handle of a good authorization request of the house's application, changed by `more`."""
        handle = await self.authorize.begin(house.provider, request_of(house, **more))
        assert isinstance(handle, str), handle
        return handle

    async def code(self, house: House, user: User | None = None, **more: str | None) -> str:
        """A code that `user`, by default the owner, let the house's application have."""
        handle = await self.ask(house, **more)
        session = await self.session(user or house.owner)
        answer = await self.authorize.decide(house.provider, handle, self.browser(), session, allow=True)
        return answer_of(answer)["code"]

    async def exchange(self, house: House, code: str, **more: str | None) -> TokenAnswer | OAuthError:
        """What the token endpoint says to the house's application when it shows `code`."""
        return await self.token.exchange(house.provider, exchange_of(house, code, **more), NOTHING)

    async def refresh(self, house: House, refresh_token: str | None, **more: str | None) -> TokenAnswer | OAuthError:
        """What the token endpoint says to the house's application when it shows a refresh token."""
        parameters = _parameters(
            more,
            {
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
                "client_id": house.client_id,
                "client_secret": house.client_secret,
            },
        )
        return await self.token.exchange(house.provider, parameters, NOTHING)

    async def tokens(self, house: House, user: User | None = None, **more: str | None) -> TokenAnswer:
        """What the house's application holds once `user`, by default the owner, has let it in."""
        answer = await self.exchange(house, await self.code(house, user, **more))
        assert isinstance(answer, TokenAnswer), answer
        return answer

    async def register(self, house: House, **more: Any) -> House:
        """The same house, with another application of its owner's in hand: a plain one, changed by `more`."""
        form = replace(ApplicationForm("Other", "", (CALLBACK,)), **more)
        made = sure(await self.applications.register(house.owner, form), Registered)
        return replace(house, application=made.application, client_secret=made.client_secret or "")

    async def machine(self, house: House, *rights: str) -> House:
        """The same house, with an application in hand that acts as itself, with these rights."""
        return await self.register(
            house,
            name="Machine",
            redirect_uris=(),
            grant_types=frozenset({CLIENT_CREDENTIALS}),
            own_scope=frozenset(rights or ("read", "liveview")),
        )

    async def as_itself(self, house: House, **more: str | None) -> TokenAnswer | OAuthError:
        """What the token endpoint says to the house's application when it asks for access as itself."""
        parameters = _parameters(
            more,
            {
                "grant_type": CLIENT_CREDENTIALS,
                "client_id": house.client_id,
                "client_secret": house.client_secret,
            },
        )
        return await self.token.exchange(house.provider, parameters, NOTHING)

    async def device(self, house: House, *, confidential: bool = False) -> House:
        """The same house, with an application in hand that asks on devices without a browser, and may refresh."""
        return await self.register(
            house,
            name="Television",
            redirect_uris=(),
            confidential=confidential,
            grant_types=frozenset({DEVICE_CODE, REFRESH_TOKEN}),
        )

    async def begin_device(self, house: House, address: str = "192.0.2.7", **more: str | None) -> Begun | OAuthError:
        """What a device of the house's application is told when it asks for codes."""
        usual = {"client_id": house.client_id, "client_secret": house.client_secret, "scope": "read liveview"}
        return await self.devices.begin(house.provider, _parameters(more, usual), NOTHING, address=address)

    async def poll(self, house: House, device_code: str, **more: str | None) -> TokenAnswer | OAuthError:
        """What the token endpoint says to a device of the house's application."""
        usual = {
            "grant_type": DEVICE_CODE,
            "device_code": device_code,
            "client_id": house.client_id,
            "client_secret": house.client_secret,
        }
        return await self.token.exchange(house.provider, _parameters(more, usual), NOTHING)

    async def exchange_token(self, house: House, subject: str, **more: str | None) -> TokenAnswer | OAuthError:
        """What the token endpoint says to the house's application when it shows a token for another one."""
        usual = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": subject,
            "subject_token_type": ACCESS_TOKEN,
            "client_id": house.client_id,
            "client_secret": house.client_secret,
        }
        return await self.token.exchange(house.provider, _parameters(more, usual), NOTHING)

    async def assert_user(self, house: House, assertion: str, **more: str | None) -> TokenAnswer | OAuthError:
        """What the token endpoint says to the house's application when it signs that it acts for somebody."""
        usual = {
            "grant_type": JWT_BEARER,
            "assertion": assertion,
            "client_id": house.client_id,
            "client_secret": house.client_secret,
        }
        return await self.token.exchange(house.provider, _parameters(more, usual), NOTHING)

    async def introspect(
        self, house: House, token: str, *, signed: bool = False, **more: str | None
    ) -> dict[str, object] | str | OAuthError:
        """What the introspection endpoint says to the house's application, a resource server, of a token."""
        usual = {"token": token, "client_id": house.client_id, "client_secret": house.client_secret}
        return await self.introspection.introspect(house.provider, _parameters(more, usual), NOTHING, signed=signed)

    async def revoke(self, house: House, token: str) -> bool | OAuthError:
        """What the revocation endpoint says to somebody who only holds the token."""
        return await self.revocation.revoke(house.provider, _parameters({}, {"token": token}), NOTHING)

    async def call(self, house: House, token: str, scope: str = "read") -> Caller | OAuthError | None:
        """Who the house's API takes the bearer of `token` for."""
        return await self.bearer.authenticate(house.provider, [f"Bearer {token}"], scope=scope)


async def furnish(world: World) -> tuple[House, House]:
    """Make the world's two providers and what they have."""
    passwords = Passwords()
    home = await _house(world, passwords, "North Cloud", "https://north.example.com")
    return home, await _house(world, passwords, "Harbour View", "https://harbour.example.com")


async def _house(world: World, passwords: Passwords, name: str, origin: str) -> House:
    stores = world.stores
    provisioning = ProvisioningService(stores.providers, stores.people, passwords, world.mint, world.clock)
    provider = sure(await provisioning.create_provider(name, origin), Provider)
    account = sure(await provisioning.create_account(provider, f"{name} Farm"), Account)
    at = provider.host
    owner = sure(
        await provisioning.create_user(
            account, f"owner@{at}", f"{name} Owner", PASSWORD, role=Role.OWNER, access=Access.FULL
        ),
        User,
    )
    guest = sure(
        await provisioning.create_user(
            account, f"guest@{at}", f"{name} Guest", PASSWORD, role=Role.GUEST, access=Access.PARTIAL
        ),
        User,
    )
    resource_id = world.mint.id()
    await stores.resources.add(provider.id, resource_id, account.id, "Front door")
    await stores.resources.grant(provider.id, resource_id, guest.id, GUESTS_RIGHTS)
    form = ApplicationForm(f"{name} Monitor", "Shows the garden.", (CALLBACK, LOOPBACK))
    made = sure(await world.applications.register(owner, form), Registered)
    return House(provider, account, owner, guest, resource_id, made.application, sure(made.client_secret, str))


def sure(made: object, kind: type[T]) -> T:
    """`made`, which has to be of this kind for the test to go on."""
    assert isinstance(made, kind), made
    return made


def request_of(house: House, **more: str | None) -> Parameters:
    """A good authorization request of the house's application, changed by `more`; None leaves one out."""
    return _parameters(
        more,
        {
            "response_type": "code",
            "client_id": house.client_id,
            "redirect_uri": CALLBACK,
            "scope": "read liveview",
            "state": "as it was",
        },
    )


def exchange_of(house: House, code: str, **more: str | None) -> Parameters:
    """The token request of the house's application for `code`, changed by `more`; None leaves one out."""
    return _parameters(
        more,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": house.client_id,
            "client_secret": house.client_secret,
        },
    )


def answer_of(step: object) -> dict[str, str]:
    """The parameters of the redirect that answers an authorization request."""
    assert isinstance(step, SendBack), step
    return dict(parse_qsl(urlsplit(step.url).query))


def _parameters(more: Mapping[str, str | None], usual: Mapping[str, str | None]) -> Parameters:
    return Parameters({name: value for name, value in {**usual, **more}.items() if value is not None})
