"""The owner's view: what can reach the resources of an account, and ending it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatelodge.identity.effective import Holding, effective
from gatelodge.identity.people import Account, Role
from gatelodge.identity.rights import HIGH_RISK
from gatelodge.protocol.scope import Scope
from gatelodge.service.limits import limit_of
from gatelodge.service.minting import Clock
from gatelodge.service.ports import ConsentStore, ReachStore, UserTokenStore
from gatelodge.service.records import Reaching


@dataclass(frozen=True, slots=True)
class Reach:
    """A token or an application, with what it can do in the account at this moment."""

    what: Reaching
    is_token: bool
    role: Role | None  # of its user in the account; None for an application that acts as itself
    rights: Scope  # on any of the account's resources
    resources: tuple[str, ...]  # the names of those on which it can do anything
    all_resources: bool  # these are all that the account has
    elsewhere: bool  # its user belongs to other accounts, in which it may be of use to them as well

    @property
    def high_risk(self) -> bool:
        """Whether it can do what deserves a second look."""
        return bool(self.rights & HIGH_RISK)


class ReachService:
    """For people with full access: whoever calls has asked PeopleService.account."""

    def __init__(self, store: ReachStore, tokens: UserTokenStore, consents: ConsentStore, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._consents = consents
        self._clock = clock

    async def of(self, account: Account) -> Sequence[Reach]:
        """What can do anything with the account's resources now: high risk first, then what was used last."""
        found = await self._store.of_account(account.provider_id, account.id, now=self._clock())
        candidates = [(one, True) for one in found.tokens] + [(one, False) for one in found.applications]
        reaches: list[Reach] = []
        for what, is_token in candidates:
            held = found.everything if what.user is None else found.holdings[what.user.id]
            can = [(one.name, rights) for one in held if (rights := _can(what, one))]
            if can:
                reaches.append(
                    Reach(
                        what,
                        is_token,
                        None if what.user is None else found.members[what.user.id],
                        frozenset().union(*(rights for _, rights in can)),
                        tuple(name for name, _ in can),
                        len(can) == len(found.everything),
                        what.user is not None and what.user.id in found.elsewhere,
                    )
                )
        return sorted(reaches, key=lambda one: (not one.high_risk, -(one.what.last_used_at or 0), one.what.name))

    async def end_token(self, account: Account, token_id: int) -> bool:
        """End a user's token that reaches the account, wholly. False where there is none."""
        for one in await self.of(account):
            if one.is_token and one.what.id == token_id and one.what.user is not None:
                ended = await self._tokens.revoke(account.provider_id, one.what.user.id, token_id, now=self._clock())
                return ended is not None
        return False

    async def end_application(self, account: Account, user_id: int, application_id: int) -> bool:
        """End what a user has allowed an application that reaches the account. False where there is nothing."""
        for one in await self.of(account):
            if not one.is_token and one.what.id == application_id and one.what.user and one.what.user.id == user_id:
                return await self._consents.end(account.provider_id, user_id, application_id, now=self._clock())
        return False


def _can(what: Reaching, holding: Holding) -> Scope:
    return frozenset[str]().union(*(effective(scope, limit_of(details), holding) for scope, details in what.pieces))
