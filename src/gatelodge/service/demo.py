"""Demo data: two providers that look different, people with full and partial access, an application, cameras."""

import secrets
from dataclasses import dataclass, field
from typing import TypeVar

from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.identity.provider import Provider
from gatelodge.service.applications import ApplicationService, Registered
from gatelodge.service.minting import Mint
from gatelodge.service.ports import ProviderStore, ResourceStore
from gatelodge.service.provisioning import ProvisioningService
from gatelodge.service.records import ApplicationForm
from gatelodge.service.refusals import Faults

T = TypeVar("T")

CAMERAS = ("Driveway", "Front door", "Garden", "Garage", "Hall", "Terrace")
GUESTS_CAMERAS = ("Front door", "Garden")
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
        mint: Mint,
    ) -> None:
        self._providers = providers
        self._provisioning = provisioning
        self._applications = applications
        self._resources = resources
        self._mint = mint

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
        _, access = await self._user(marina, "harbour@example.com", "Hanna Harbour", Role.OWNER, Access.FULL)
        await self._cameras(marina, ("Pier", "Crane"))
        return provider, access

    async def _user(self, account: Account, email: str, name: str, role: Role, access: Access) -> tuple[User, DemoUser]:
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        made = await self._provisioning.create_user(account, email, name, password, role=role, access=access)
        return _sure(made), DemoUser(email, password, role, access)

    async def _cameras(self, account: Account, names: tuple[str, ...]) -> list[tuple[int, str]]:
        cameras = [(self._mint.id(), name) for name in names]
        for camera_id, name in cameras:
            await self._resources.add(account.provider_id, camera_id, account.id, name)
        return cameras


def _sure(made: T | Faults) -> T:
    """Demo data is ours and has no faults; if it has, the program is wrong, not its user."""
    if isinstance(made, Faults):
        raise TypeError(f"the demo data was refused: {made}")
    return made
