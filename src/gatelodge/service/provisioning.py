"""What an operator does: providers, accounts and users are made here."""

import unicodedata
from dataclasses import replace

from gatelodge.identity.people import (
    Access,
    Account,
    Role,
    User,
    name_fault,
    normal_email,
    password_fault,
)
from gatelodge.identity.provider import Provider, accent_fault, origin_fault
from gatelodge.protocol.policy import Policy, policy_faults
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.passwords import Passwords
from gatelodge.service.ports import AlreadyExists, PeopleStore, ProviderStore
from gatelodge.service.refusals import Faults

DEFAULT_ACCENT = "#1f5fbf"


class ProvisioningService:
    """Makes providers, accounts and users."""

    def __init__(
        self, providers: ProviderStore, people: PeopleStore, passwords: Passwords, mint: Mint, clock: Clock
    ) -> None:
        self._providers = providers
        self._people = people
        self._passwords = passwords
        self._mint = mint
        self._clock = clock

    async def create_provider(
        self, name: str, origin: str, accent: str = DEFAULT_ACCENT, *, query_credentials: bool = True
    ) -> Provider | Faults:
        """Make a provider; `origin` (scheme, host, port) becomes its issuer."""
        origin = origin.rstrip("/").lower()
        faults = {
            "name": name_fault(name),
            "origin": origin_fault(origin),
            "accent": accent_fault(accent.lower()),
        }
        if found := {field: text for field, text in faults.items() if text}:
            return Faults(found)
        provider = Provider(self._mint.id(), name.strip(), origin, accent.lower(), query_credentials)
        try:
            await self._providers.create(provider)
        except AlreadyExists:
            return Faults({"origin": f"There is a provider at {provider.host} already."})
        return provider

    async def set_policy(
        self, provider: Provider, policy: Policy, *, query_credentials: bool | None = None
    ) -> Provider | Faults:
        """Put a provider's switches as they are from now on; other nodes see it within seconds
        (service/providers.py). `query_credentials` None: as before."""
        if faults := policy_faults(policy):
            return Faults(faults)
        query = provider.query_credentials if query_credentials is None else query_credentials
        await self._providers.set_policy(provider.id, policy, query_credentials=query)
        return replace(provider, policy=policy, query_credentials=query)

    async def create_account(self, provider: Provider, name: str) -> Account | Faults:
        """Make an account of a provider."""
        if fault := name_fault(name):
            return Faults({"name": fault})
        account = Account(self._mint.id(), provider.id, name.strip())
        try:
            await self._people.create_account(account, now=self._clock())
        except AlreadyExists:
            return Faults({"name": f"There is an account named {account.name} already."})
        return account

    async def create_user(
        self, account: Account, email: str, name: str, password: str, *, role: Role, access: Access
    ) -> User | Faults:
        """Make a user as a member of an account. An owner has full access."""
        normal = normal_email(email)
        faults = {
            "email": None if normal else f"'{email}' is no e-mail address.",
            "name": name_fault(name),
            "password": password_fault(password),
            "access": "An owner has full access." if role is Role.OWNER and access is not Access.FULL else None,
        }
        if found := {field: text for field, text in faults.items() if text}:
            return Faults(found)
        user = User(self._mint.id(), account.provider_id, normal or "", unicodedata.normalize("NFC", name.strip()))
        hashed = await self._passwords.hash(password)
        try:
            await self._people.create_user(user, hashed, account.id, role, access, now=self._clock())
        except AlreadyExists:
            return Faults({"email": f"There is a user with the address {user.email} already."})
        return user

    async def set_password(self, user: User, password: str) -> Faults | None:
        """Give a user another password; every browser is signed out."""
        if fault := password_fault(password):
            return Faults({"password": fault})
        hashed = await self._passwords.hash(password)
        await self._people.set_password(user.provider_id, user.id, hashed, now=self._clock())
        return None

    async def set_disabled(self, user: User, *, disabled: bool) -> None:
        """Switch a user off: sessions end and tokens stop, at once. Or on again."""
        await self._people.set_disabled(user.provider_id, user.id, disabled=disabled, now=self._clock())
