"""Demo data: two providers that look different, people with full and partial access, an application, cameras."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.identity.provider import Provider
from gatelodge.service.applications import ApplicationService, Registered
from gatelodge.service.camera_memory import camera_of
from gatelodge.service.groups import GroupService
from gatelodge.service.invitations import InvitationService
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import CameraStore, EventStore, ProviderStore, ResourceStore
from gatelodge.service.provisioning import ProvisioningService
from gatelodge.service.records import ApplicationForm, CameraRow, EventRow
from gatelodge.service.refusals import Faults
from gatelodge.service.watch import Watch

T = TypeVar("T")

CAMERAS = ("Driveway", "Front door", "Garden", "Garage", "Hall", "Terrace")
SCENES = {
    "Driveway": "street",
    "Front door": "street",
    "Garden": "garden",
    "Garage": "hall",
    "Hall": "hall",
    "Terrace": "garden",
    "Pier": "harbour",
    "Crane": "harbour",
}
TOLD = 12 * 3600  # seconds back that the cameras tell of
GUESTS_CAMERAS = ("Front door", "Garden")
GROUP = ("Around the house", ("Driveway", "Garden", "Terrace"))
GUESTS_RIGHTS = frozenset({"read", "liveview", "events"})
OPTIONAL_SCOPE = frozenset({"events", "recordings"})  # what people may leave out when the application asks
REDIRECT_URIS = (
    "http://127.0.0.1:9000/callback",
    "http://localhost:9000/callback",
    "https://app.example.com/callback",
)


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A demo user and the password made for them."""

    email: str
    password: str = field(repr=False)
    role: Role
    access: Access


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo data holds and a person needs to try it: the only time that its secrets are seen."""

    provider: Provider
    others: tuple[Provider, ...]
    users: tuple[DemoUser, ...]
    application: Registered
    cameras: tuple[tuple[int, str], ...]


class DemoService:
    """Fills an empty installation."""

    def __init__(
        self,
        providers: ProviderStore,
        provisioning: ProvisioningService,
        applications: ApplicationService,
        resources: ResourceStore,
        groups: GroupService,
        invitations: InvitationService,
        cameras: CameraStore,
        events: EventStore,
        watch: Watch,
        mint: Mint,
        clock: Clock,
    ) -> None:
        self._providers = providers
        self._provisioning = provisioning
        self._applications = applications
        self._resources = resources
        self._groups = groups
        self._invitations = invitations
        self._cameras_kept = cameras
        self._events = events
        self._watch = watch
        self._mint = mint
        self._clock = clock

    async def fill(self, origin: str) -> Demo | Faults:
        """Fill the installation, whose first provider is to be at `origin`; refused where there is any provider."""
        if await self._providers.all():
            return Faults({"": "The database is not empty; demo data goes only into an empty one."})
        first = await self._provisioning.create_provider("North Cloud", origin, "#1f5fbf")
        if isinstance(first, Faults):
            return first
        farm = _sure(await self._provisioning.create_account(first, "North Farm"))
        owner, owners_access = await self._user(farm, "owner@example.com", "Olga Owner", Role.OWNER, Access.FULL)
        guest, guests_access = await self._user(farm, "guest@example.com", "Gus Guest", Role.GUEST, Access.PARTIAL)
        cameras = await self._cameras(farm, CAMERAS)
        for camera_id, name in cameras:
            if name in GUESTS_CAMERAS:
                await self._resources.grant(first.id, camera_id, guest.id, GUESTS_RIGHTS)
        await self._happened(first.id, cameras, owner)
        application = await self._applications.register(
            owner,
            ApplicationForm(
                "Garden Monitor",
                "Shows the garden on a tablet in the kitchen.",
                REDIRECT_URIS,
                optional_scope=OPTIONAL_SCOPE,
            ),
        )
        if not isinstance(application, Registered):
            raise TypeError(f"the demo application was refused: {application}")
        outside = frozenset(number for number, name in cameras if name in GROUP[1])
        await self._groups.put(owner, farm, None, GROUP[0], outside)
        rights = {number: GUESTS_RIGHTS for number, name in cameras if name == GUESTS_CAMERAS[0]}
        await self._invitations.invite(first, owner, farm, "ivy@example.com", Access.PARTIAL, rights)
        second, seconds_owner = await self._second_provider(first)
        return Demo(first, (second,), (owners_access, guests_access, seconds_owner), application, tuple(cameras))

    async def _second_provider(self, first: Provider) -> tuple[Provider, DemoUser]:
        """Another brand on the same installation: another host name of this computer, at the same port."""
        scheme, _, rest = first.origin.partition("://")
        port = rest.removeprefix(first.host) if not rest.startswith("[") else rest.partition("]")[2]
        provider = _sure(
            await self._provisioning.create_provider("Harbour View", f"{scheme}://harbour.localhost{port}", "#0f766e")
        )
        marina = _sure(await self._provisioning.create_account(provider, "Marina"))
        hanna, access = await self._user(marina, "harbour@example.com", "Hanna Harbour", Role.OWNER, Access.FULL)
        await self._happened(provider.id, await self._cameras(marina, ("Pier", "Crane")), hanna)
        return provider, access

    async def _user(self, account: Account, email: str, name: str, role: Role, access: Access) -> tuple[User, DemoUser]:
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        made = await self._provisioning.create_user(account, email, name, password, role=role, access=access)
        return _sure(made), DemoUser(email, password, role, access)

    async def _cameras(self, account: Account, names: tuple[str, ...]) -> list[tuple[int, str]]:
        cameras = [(self._mint.id(), name) for name in names]
        for camera_id, name in cameras:
            await self._resources.add(account.provider_id, camera_id, account.id, name)
            await self._cameras_kept.change(account.provider_id, camera_id, _looking_at(SCENES[name]))
        return cameras

    async def _happened(self, provider_id: int, cameras: list[tuple[int, str]], user: User) -> None:
        """What cameras noticed and recorded in the last hours, and what a user did with one of them."""
        now = self._clock()
        rows = await self._cameras_kept.of(provider_id, [camera_id for camera_id, _ in cameras])
        await self._watch.store([camera_of(row) for row in rows.values()], now - TOLD, now)
        did: tuple[tuple[int, str, dict[str, object]], ...] = (
            (5400, "ptz", {"motion": "relative", "pan": 20.0}),
            (3000, "light", {"on": True}),
            (2900, "audioclip", {"clip": "doorbell"}),
            (2700, "light", {"on": False}),
        )
        camera_id = cameras[-1][0]
        await self._events.add(
            [
                EventRow(self._mint.id(), provider_id, camera_id, kind, now - ago, {**details, "by": user.name})
                for ago, kind, details in did
            ]
        )


def _looking_at(scene: str) -> Callable[[CameraRow], CameraRow]:
    return lambda row: replace(row, settings={"options": {"scene": scene}})


def _sure(made: T | Faults) -> T:
    """Demo data is ours and has no faults; if it has, the program is wrong, not its user."""
    if isinstance(made, Faults):
        raise TypeError(f"the demo data was refused: {made}")
    return made
