"""Initial access tokens: made by users with full access to an account, for programs that register applications of
it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatelodge.identity.people import Access, User, account_for_applications, name_fault
from gatelodge.protocol.credentials import Kind
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import AlreadyExists, InitialTokenStore, PeopleStore
from gatelodge.service.records import InitialToken
from gatelodge.service.refusals import Faults, NotAllowed, NotFound

DAY = 86_400
MAX_LIFETIME = 365 * DAY
MAX_TOKENS = 20
FULL_ACCESS_ONLY = "Only users with full access to an account can let programs register applications of it."
SENT_TWICE = (
    "This form was sent before, and its token was made and shown then. "
    "If you did not copy it, end that token and make another one."
)


@dataclass(frozen=True, slots=True)
class MadeInitialToken:
    """A token just made; `text` is shown this once."""

    token: InitialToken
    text: str

    def __repr__(self) -> str:
        return f"MadeInitialToken({self.token.id})"


class InitialTokenService:
    """What a user may do with initial access tokens."""

    def __init__(self, store: InitialTokenStore, people: PeopleStore, mint: Mint, clock: Clock) -> None:
        self._store = store
        self._people = people
        self._mint = mint
        self._clock = clock

    async def mine(self, user: User) -> Sequence[InitialToken]:
        """Those of the accounts that this user has full access to, the newest first."""
        return await self._store.of_accounts(user.provider_id, await self._accounts(user))

    async def create(
        self, user: User, name: str, lifetime: int, *, row_id: int | None = None
    ) -> MadeInitialToken | Faults | NotAllowed:
        """Make one for the account that the user's own applications belong to. `lifetime` in seconds. A `row_id` given
        ahead makes a request that comes twice make one token."""
        account = account_for_applications(await self._people.memberships(user.provider_id, user.id))
        if account is None:
            return NotAllowed(FULL_ACCESS_ONLY)
        name = name.strip()
        faults: dict[str, str] = {}
        if fault := name_fault(name):
            faults["name"] = fault
        if not 0 < lifetime <= MAX_LIFETIME:
            faults["expires"] = f"Choose between one second and {MAX_LIFETIME // DAY} days."
        if not faults and len(await self.mine(user)) >= MAX_TOKENS:
            faults[""] = f"There are {MAX_TOKENS} of these tokens, and there can't be more. End one that is not used."
        if faults:
            return Faults(faults)
        minted, now = self._mint.secret(Kind.INITIAL_ACCESS_TOKEN, row_id), self._clock()
        token = InitialToken(
            id=minted.presented.id,
            provider_id=user.provider_id,
            account_id=account.id,
            created_by=user.id,
            name=name,
            created_at=now,
            expires_at=now + lifetime,
            last_used_at=None,
        )
        try:
            await self._store.create(token, minted.presented.digest)
        except AlreadyExists:
            return Faults({"": SENT_TWICE})
        return MadeInitialToken(token, minted.text)

    async def revoke(self, user: User, token_id: int) -> InitialToken | NotFound:
        """End one; the applications that were registered with it stay."""
        return await self._store.revoke(user.provider_id, await self._accounts(user), token_id) or NotFound()

    async def _accounts(self, user: User) -> list[int]:
        memberships = await self._people.memberships(user.provider_id, user.id)
        return [one.account.id for one in memberships if one.access is Access.FULL]
