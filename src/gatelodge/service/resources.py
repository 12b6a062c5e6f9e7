"""What a caller may see, worked out now: the token's scope and the user's rights of this moment."""

from gatelodge.identity.effective import Visible, visible
from gatelodge.service.bearer import Caller
from gatelodge.service.ports import ResourceStore


class ResourceService:
    """Resources, as a caller may see them."""

    def __init__(self, store: ResourceStore) -> None:
        self._store = store

    async def of(self, caller: Caller) -> list[Visible]:
        """The resources that the caller can read, by name, each with what the caller may do with it."""
        return visible(caller.scope, await self._store.holdings(caller.provider.id, caller.user.id))

    async def one(self, caller: Caller, resource_id: int) -> Visible | None:
        """One resource; None where there is none, or none that the caller may know of."""
        return next((resource for resource in await self.of(caller) if resource.resource_id == resource_id), None)
