"""People of an account: what those with full access to it may do with who else belongs to it."""

from collections.abc import Mapping, Sequence

from gatelodge.identity.effective import Holding
from gatelodge.identity.membership import Change, Refusal
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.scope import Scope
from gatelodge.service.minting import Clock
from gatelodge.service.ports import AlreadyExists, HoldingStore, MemberStore, NotThere, PeopleStore
from gatelodge.service.records import Member
from gatelodge.service.refusals import Faults, NotAllowed, NotFound

FULL_ACCESS_ONLY = "Only people with full access to an account see who else belongs to it. Ask the account's owner."
REASONS = {
    Refusal.OWNER_KEEPS_FULL: "An owner keeps full access.",
    Refusal.OWNERS_ONLY: "Only an owner can change what becomes of an owner.",
    Refusal.YOURSELF: "You can't change your own access. Somebody else with full access can.",
    Refusal.LAST_FULL: "Nobody else has full access to this account, and somebody must. Give it to another first.",
}
NO_SUCH_CAMERA = "One of these cameras is not there any more. Load the page anew and choose again."


class PeopleService:
    """Memberships. Whoever has no full access to an account at that moment finds nothing in it."""

    def __init__(self, people: PeopleStore, members: MemberStore, holdings: HoldingStore, clock: Clock) -> None:
        self._people = people
        self._members = members
        self._holdings = holdings
        self._clock = clock

    async def accounts(self, user: User) -> Sequence[Account]:
        """The accounts that this user may look after: their own first, then by name."""
        memberships = await self._people.memberships(user.provider_id, user.id)
        full = [one for one in memberships if one.access is Access.FULL]
        return [one.account for one in sorted(full, key=lambda m: (m.role is not Role.OWNER, m.account.name))]

    async def account(self, user: User, account_id: int) -> Account | NotFound:
        """One of them."""
        return next((one for one in await self.accounts(user) if one.id == account_id), NotFound())

    async def everybody(self, account: Account) -> Sequence[Member]:
        """Who belongs to an account that `account` said the user may look after: owners first, then by name."""
        return await self._members.of_account(account.provider_id, account.id)

    async def resources(self, account: Account) -> Sequence[Holding]:
        """What the account has, by name."""
        return await self._holdings.of_account(account.provider_id, account.id)

    async def member(self, account: Account, person_id: int) -> tuple[Member, Mapping[int, Scope]] | NotFound:
        """One person of the account, with what they were granted piece by piece."""
        found = next((one for one in await self.everybody(account) if one.user.id == person_id), None)
        if found is None:
            return NotFound()
        return found, await self._members.rights(account.provider_id, account.id, person_id)

    async def set_access(
        self, user: User | None, account: Account, person_id: int, access: Access, rights: Mapping[int, Scope]
    ) -> Faults | NotAllowed | NotFound | None:
        """Give a person full access, or partial access with exactly these rights on these resources.
        `user` None: the operator."""
        kept = tidy(rights)
        if access is Access.PARTIAL and (faults := await rights_faults(self._holdings, account, kept)):
            return faults
        actor_id = user.id if user else None
        return _said(await self._members.set_access(account.provider_id, account.id, actor_id, person_id, access, kept))

    async def change(
        self, user: User | None, account: Account, person_id: int, change: Change
    ) -> NotAllowed | NotFound | None:
        """Disable, enable or remove a person in this account. Elsewhere nothing changes."""
        actor_id, now = user.id if user else None, self._clock()
        return _said(await self._members.change(account.provider_id, account.id, actor_id, person_id, change, now=now))

    async def add(self, account: Account, person: User, role: Role, access: Access) -> Faults | None:
        """Let a user who is there into one more account, as the operator does."""
        if account.of_nobody:
            return Faults({"user": f"{account.name} has no members: what it has belongs to nobody."})
        if role is Role.OWNER and access is not Access.FULL:
            return Faults({"access": REASONS[Refusal.OWNER_KEEPS_FULL]})
        try:
            await self._members.add(account.provider_id, account.id, person.id, role, access, now=self._clock())
        except AlreadyExists:
            return Faults({"user": f"{person.email} belongs to {account.name} already."})
        except NotThere:
            return Faults({"user": f"{person.email} and {account.name} are not of the same provider."})
        return None


def tidy(rights: Mapping[int, Scope]) -> dict[int, Scope]:
    """The rights without empty ones; whoever has any right on a resource can also read it, or would not find it."""
    return {resource_id: granted | {"read"} for resource_id, granted in rights.items() if granted}


async def rights_faults(holdings: HoldingStore, account: Account, rights: Mapping[int, Scope]) -> Faults | None:
    """What is wrong with rights that somebody is to have in an account: only its own resources, only known rights."""
    there = {one.resource_id for one in await holdings.of_account(account.provider_id, account.id)}
    if not rights.keys() <= there:
        return Faults({"rights": NO_SUCH_CAMERA})
    if not all(granted <= ALL_RIGHTS for granted in rights.values()):
        return Faults({"rights": f"Choose from: {', '.join(sorted(ALL_RIGHTS))}."})
    return None


def _said(refused: Refusal | None) -> NotAllowed | NotFound | None:
    if refused is None:
        return None
    return NotAllowed(REASONS[refused]) if refused in REASONS else NotFound()
