"""What the attacks need beside the demo data: more applications, another account, a provider at an https origin."""

from dataclasses import dataclass

import pytest

from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import public_id
from gatelodge.service.applications import Registered
from gatelodge.service.records import ApplicationForm
from gatelodge.service.services import Services
from tests.support.server import DemoUser, Server
from tests.web.served import use

PASSWORD = "correct horse battery"
SECURE = "secure.example"
DISABLED = "disabled@example.com"


@dataclass(frozen=True)
class App:
    """An application, as its client knows it."""

    client_id: str
    client_secret: str | None
    redirect_uri: str


@dataclass(frozen=True)
class House:
    """Everybody and everything."""

    owner: DemoUser
    guest: DemoUser
    neighbour: DemoUser  # full access, at the same provider, to another account
    harbour: DemoUser  # at another provider
    secure: DemoUser  # at a provider whose origin is https
    other: App  # confidential, of the owner's account
    public: App
    neighbours: App


@pytest.fixture(scope="session")
def house(server: Server) -> House:
    """Built once, on the shared server."""

    async def build(services: Services) -> House:
        (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
        owner = await services.people.by_email(provider.id, "owner@example.com")
        assert owner is not None
        next_door = await services.provisioning.create_account(provider, "Next Door")
        assert isinstance(next_door, Account)
        neighbour = await person(services, next_door, "neighbour@example.com")
        disabled = await person(services, next_door, DISABLED)
        await services.provisioning.set_disabled(disabled, disabled=True)
        secure = await services.provisioning.create_provider("Secure", f"https://{SECURE}")
        assert isinstance(secure, Provider)
        vault = await services.provisioning.create_account(secure, "Vault")
        assert isinstance(vault, Account)
        await person(services, vault, "secure@example.com")
        users = {user["email"]: DemoUser(**user) for user in server.demo["users"] if len(user) == 4}
        return House(
            owner=server.user("full"),
            guest=server.user("partial"),
            neighbour=DemoUser("neighbour@example.com", PASSWORD, "owner", "full"),
            harbour=users["harbour@example.com"],
            secure=DemoUser("secure@example.com", PASSWORD, "owner", "full"),
            other=await application(services, owner, "Other", "https://other.example/cb"),
            public=await application(services, owner, "Kiosk", "https://kiosk.example/cb", confidential=False),
            neighbours=await application(services, neighbour, "Neighbour's", "https://neighbour.example/cb"),
        )

    return use(server, build)


async def person(services: Services, account: Account, email: str) -> User:
    """A user with full access to the account."""
    made = await services.provisioning.create_user(
        account, email, email.partition("@")[0], PASSWORD, role=Role.OWNER, access=Access.FULL
    )
    assert isinstance(made, User)
    return made


async def application(
    services: Services, user: User, name: str, redirect_uri: str, *, confidential: bool = True
) -> App:
    """An application of the user's account."""
    made = await services.applications.register(user, ApplicationForm(name, "", (redirect_uri,), confidential))
    assert isinstance(made, Registered)
    return App(public_id(made.application.id), made.client_secret, redirect_uri)
