"""What an access can do, resource by resource and right by right, and why it is not more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatelodge.identity.effective import Holding, Limit, Rights, Taker, effective, explain, users_rights
from gatelodge.identity.limits import Extent, together
from gatelodge.identity.people import User
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.openid import IDENTITY_SCOPES
from gatelodge.service.bearer import Caller
from gatelodge.service.limits import limit_of
from gatelodge.service.ports import HoldingStore
from gatelodge.service.records import AuthorizedApplication, UserToken
from gatelodge.service.resources import holdings_of


@dataclass(frozen=True, slots=True)
class Explained:
    """One resource: the rights on it, and for each other right of the catalogue what takes it away."""

    holding: Holding
    rights: Rights
    taken: Mapping[str, frozenset[Taker]]


class ExplainService:
    """Explains what users, their tokens and the applications that act for them can do at this moment."""

    def __init__(self, store: HoldingStore) -> None:
        self._store = store

    async def user(self, user: User) -> list[Explained]:
        """What a user can do themselves, on each resource that they have anything to do with."""
        return await self._of_user(user, Extent(ALL_RIGHTS))

    async def user_token(self, user: User, token: UserToken) -> list[Explained]:
        """What a token of this user's can do, on each resource that the user has anything to do with."""
        return await self._of_user(user, Extent(token.scope, limit_of(token.details)))

    async def application(self, user: User, application: AuthorizedApplication) -> list[Explained]:
        """What an application can do for this user, on each resource that the user has anything to do with."""
        return await self._of_user(user, extent_of(application))

    async def caller(self, caller: Caller) -> list[Explained]:
        """What a call can do. Only of resources that it can read: that there are others is none of its business, even
        where it is the user's, for whoever holds a limited token may be somebody else."""
        holdings = await holdings_of(self._store, caller)
        return [one for one in explained(caller.scope, caller.limit, holdings) if "read" in one.rights]

    async def _of_user(self, user: User, extent: Extent) -> list[Explained]:
        holdings = await self._store.of_user(user.provider_id, user.id)
        return explained(extent.rights, extent.limit, [one for one in holdings if users_rights(one)])


def explained(scope: Rights, limit: Limit | None, holdings: Sequence[Holding]) -> list[Explained]:
    """Each of the holdings, explained."""
    found = []
    for one in holdings:
        taken = {right: takers for right, takers in explain(scope, limit, one).items() if takers}
        found.append(Explained(one, effective(scope, limit, one), taken))
    return found


def extent_of(application: AuthorizedApplication) -> Extent:
    """All that an application was given, as one: it may have asked several times, each time for something else."""
    return together(Extent(scope - IDENTITY_SCOPES, limit_of(details)) for scope, details in application.pieces)
