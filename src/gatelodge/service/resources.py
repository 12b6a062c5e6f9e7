"""What a caller may see, worked out now: the token's scope and limit, and the user's rights of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatelodge.identity.effective import Holding, Rights, Taker, Visible, effective, explain, visible
from gatelodge.service.bearer import Caller
from gatelodge.service.ports import HoldingStore
from gatelodge.service.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Seen:
    """A resource that a caller can read, and what the caller may do with it."""

    holding: Holding
    rights: Rights


@dataclass(frozen=True, slots=True)
class Lacking:
    """The caller may see the resource, and not do this; what keeps them from it."""

    right: str
    takers: frozenset[Taker]

    @property
    def whose(self) -> str:
        """Who lacks it: the user, and no other token would help, or else the token."""
        return "user" if Taker.USER in self.takers else "token"


class ResourceService:
    """Resources, as a caller may see them."""

    def __init__(self, store: HoldingStore) -> None:
        self._store = store

    async def of(self, caller: Caller) -> list[Visible]:
        """The resources that the caller can read, by name, each with what the caller may do with it."""
        return visible(caller.scope, caller.limit, await holdings_of(self._store, caller))

    async def seen(self, caller: Caller) -> list[Seen]:
        """The same, with what the caller's user holds."""
        rows = (Seen(one, effective(caller.scope, caller.limit, one)) for one in await holdings_of(self._store, caller))
        return [one for one in rows if "read" in one.rights]

    async def one(self, caller: Caller, resource_id: int) -> Seen | None:
        """One resource; None where there is none, or none that the caller may know of."""
        provider_id = caller.provider.id
        holding = None
        if caller.user is not None:
            holding = await self._store.one_of_user(provider_id, caller.user.id, resource_id)
        elif caller.application is not None:
            holding = await self._store.one_of_account(provider_id, caller.application.account_id, resource_id)
        if holding is None:
            return None
        rights = effective(caller.scope, caller.limit, holding)
        return Seen(holding, rights) if "read" in rights else None

    async def may(self, caller: Caller, resource_id: int, right: str) -> Seen | Lacking | NotFound:
        """The resource, if the caller may do this with it."""
        seen = await self.one(caller, resource_id)
        if seen is None:
            return NotFound()
        return lacking(caller, seen.holding, right) or seen


async def holdings_of(store: HoldingStore, caller: Caller) -> Sequence[Holding]:
    """What the caller's user holds, or the account of an application that acts as itself."""
    if caller.user is not None:
        return await store.of_user(caller.provider.id, caller.user.id)
    if caller.application is not None:
        return await store.of_account(caller.provider.id, caller.application.account_id)
    return []


def lacking(caller: Caller, holding: Holding, right: str) -> Lacking | None:
    """What keeps the caller from doing this with a resource, if anything does."""
    if right in effective(caller.scope, caller.limit, holding):
        return None
    return Lacking(right, explain(caller.scope, caller.limit, holding)[right])
