"""Every use case of one installation, put together: what endpoints, pages, the Graph API and the CLI are handed."""

from dataclasses import dataclass

from gatelodge.service.applications import ApplicationService
from gatelodge.service.authorize import AuthorizeService
from gatelodge.service.authorized import AuthorizedService
from gatelodge.service.bearer import BearerService
from gatelodge.service.cameras import CameraService
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.client_keys import ClientKeys
from gatelodge.service.demo import DemoService
from gatelodge.service.device_flow import DeviceFlow
from gatelodge.service.discovery import DiscoveryService
from gatelodge.service.explain import ExplainService
from gatelodge.service.footage import FootageService
from gatelodge.service.granting import Granting
from gatelodge.service.groups import GroupService
from gatelodge.service.initial_tokens import InitialTokenService
from gatelodge.service.introspect import IntrospectionService
from gatelodge.service.invitations import InvitationService
from gatelodge.service.key_keeper import KeyKeeper
from gatelodge.service.keys import KeyRing
from gatelodge.service.live_views import LiveViewService
from gatelodge.service.logout import LogoutService
from gatelodge.service.logout_notices import LogoutNotices
from gatelodge.service.minting import Mint
from gatelodge.service.outbox import Outbox
from gatelodge.service.people import PeopleService
from gatelodge.service.ports import ApplicationStore, Outbound, PeopleStore, ProviderStore, ReplayStore
from gatelodge.service.possession import Possession
from gatelodge.service.providers import ProviderDirectory
from gatelodge.service.provisioning import ProvisioningService
from gatelodge.service.pushed_requests import PushedRequestService
from gatelodge.service.reach import ReachService
from gatelodge.service.registration import RegistrationService
from gatelodge.service.resources import ResourceService
from gatelodge.service.revoke import RevocationService
from gatelodge.service.sign_in import SignInService
from gatelodge.service.signing import Signing
from gatelodge.service.sweeper import Sweeper
from gatelodge.service.token import TokenService
from gatelodge.service.user_tokens import UserTokenService
from gatelodge.service.userinfo import UserinfoService
from gatelodge.service.watch import Watch


@dataclass(frozen=True, slots=True)
class Services:
    """One field a use case."""

    applications: ApplicationService
    authorize: AuthorizeService
    authorized: AuthorizedService
    bearer: BearerService
    demo: DemoService
    introspection: IntrospectionService
    provider_directory: ProviderDirectory
    provisioning: ProvisioningService
    resources: ResourceService
    explain: ExplainService
    revocation: RevocationService
    sign_in: SignInService
    sweeper: Sweeper
    token: TokenService
    user_tokens: UserTokenService
    members: PeopleService
    groups: GroupService
    invitations: InvitationService
    reach: ReachService
    outbox: Outbox
    logout: LogoutService
    logout_notices: LogoutNotices
    cameras: CameraService
    footage: FootageService
    live_views: LiveViewService
    watch: Watch
    keys: KeyRing
    signing: Signing
    pushed_requests: PushedRequestService
    discovery: DiscoveryService
    key_keeper: KeyKeeper
    clients: ClientAuthentication
    devices: DeviceFlow
    granting: Granting
    mint: Mint
    outbound: Outbound
    replays: ReplayStore
    registration: RegistrationService
    initial_tokens: InitialTokenService
    possession: Possession
    client_keys: ClientKeys
    userinfo: UserinfoService
    # The operator's lists, which need no rule of their own.
    providers: ProviderStore
    people: PeopleStore
    all_applications: ApplicationStore
