"""What a caller may see, worked out now: the token's scope and the user's rights of this moment."""

from gatelodge.identity.effective import Visible, visible
from gatelodge.service.bearer import Caller
from gatelodge.service.ports import HoldingStore


class ResourceService:
    """Resources, as a caller may see them."""

    def __init__(self, store: HoldingStore) -> None:
        self._store = store

    async def of(self, caller: Caller) -> list[Visible]:
        """The resources that the caller can read, by name, each with what the caller may do with it."""
        if caller.user is not None:
            holdings = await self._store.of_user(caller.provider.id, caller.user.id)
        elif caller.application is not None:  # as itself it sees what the account that owns it has
            holdings = await self._store.of_account(caller.provider.id, caller.application.account_id)
        else:
            holdings = []
        return visible(caller.scope, caller.limit, holdings)

    async def one(self, caller: Caller, resource_id: int) -> Visible | None:
        """One resource; None where there is none, or none that the caller may know of."""
        return next((resource for resource in await self.of(caller) if resource.resource_id == resource_id), None)
