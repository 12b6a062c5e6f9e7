"""User tokens: made by users for their own scripts."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatelodge.identity.people import User, name_fault
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.authorization_details import CameraAccess
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.scope import Scope
from gatelodge.service.choosing import pick_faults
from gatelodge.service.limits import limit_of
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.notices import Notices
from gatelodge.service.ports import AlreadyExists, HoldingStore, UserTokenStore
from gatelodge.service.records import UserToken
from gatelodge.service.refusals import Faults, NotFound

DAY = 86_400
MAX_LIFETIME = 3650 * DAY
MAX_TOKENS = 100
SENT_TWICE = (
    "This form was sent before, and its token was made and shown then. "
    "If you did not copy it, end that token and make another one."
)


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token just made; `text` is shown this once."""

    token: UserToken
    text: str

    def __repr__(self) -> str:
        return f"MadeToken({self.token.id})"


class UserTokenService:
    """What a user may do with tokens of their own."""

    def __init__(
        self, store: UserTokenStore, holdings: HoldingStore, notices: Notices, mint: Mint, clock: Clock
    ) -> None:
        self._store = store
        self._notices = notices
        self._holdings = holdings
        self._mint = mint
        self._clock = clock

    async def mine(self, user: User) -> Sequence[UserToken]:
        """The user's tokens that are not revoked, newest first."""
        return await self._store.of_user(user.provider_id, user.id)

    async def find(self, user: User, token_id: int) -> UserToken | NotFound:
        """One of the user's tokens that are not revoked."""
        return next((one for one in await self.mine(user) if one.id == token_id), NotFound())

    async def create(
        self,
        user: User,
        name: str,
        scope: Scope,
        lifetime: int | None,
        *,
        resources: frozenset[int] | None = None,
        row_id: int | None = None,
    ) -> MadeToken | Faults:
        """Make a token. `lifetime` in seconds; None, which the user must have chosen, for one that never expires.
        `resources` are those that it is limited to, which the user must be able to use now; None, for all, also
        those of the future. A `row_id` given ahead makes a request that comes twice make one token."""
        name = name.strip()
        faults: dict[str, str] = {}
        if fault := name_fault(name):
            faults["name"] = fault
        if not scope:
            faults["scope"] = "Choose at least one right."
        elif not scope <= ALL_RIGHTS:
            faults["scope"] = f"Choose from: {', '.join(sorted(ALL_RIGHTS))}."
        if lifetime is not None and not 0 < lifetime <= MAX_LIFETIME:
            faults["expires"] = f"Choose between one second and {MAX_LIFETIME // DAY} days."
        if resources is not None:
            faults |= pick_faults(await self._holdings.of_user(user.provider_id, user.id), resources)
        if not faults and len(await self.mine(user)) >= MAX_TOKENS:
            faults[""] = f"You have {MAX_TOKENS} tokens, and there can't be more. End one that you no longer use."
        if faults:
            return Faults(faults)
        minted = self._mint.secret(Kind.USER_TOKEN, row_id)
        now = self._clock()
        token = UserToken(
            id=minted.presented.id,
            name=name,
            scope=scope,
            created_at=now,
            expires_at=None if lifetime is None else now + lifetime,
            last_used_at=None,
            revoked_at=None,
            details=None if resources is None else (CameraAccess(cameras=resources),),
        )
        mails = await self._notices.of_grant(user, scope, limit_of(token.details), f"their own token “{name}”")
        try:
            await self._store.create(user, token, minted.presented.digest, mails)
        except AlreadyExists:
            return Faults({"": SENT_TWICE})
        return MadeToken(token, minted.text)

    async def revoke(self, user: User, token_id: int) -> UserToken | NotFound:
        """End one of the user's tokens, at once."""
        return await self._store.revoke(user.provider_id, user.id, token_id, now=self._clock()) or NotFound()
