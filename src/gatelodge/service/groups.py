"""Groups of resources: a quick way to pick several at once. A group grants nothing by itself."""

from collections.abc import Sequence

from gatelodge.identity.people import Account, User, name_fault
from gatelodge.service.minting import Mint
from gatelodge.service.people import NO_SUCH_CAMERA
from gatelodge.service.ports import AlreadyExists, GroupStore, HoldingStore
from gatelodge.service.records import ResourceGroup
from gatelodge.service.refusals import Faults, NotFound

MOST = 100  # groups in an account


class GroupService:
    """Groups, for people with full access to their account."""

    def __init__(self, groups: GroupStore, holdings: HoldingStore, mint: Mint) -> None:
        self._groups = groups
        self._holdings = holdings
        self._mint = mint

    async def of(self, account: Account) -> Sequence[ResourceGroup]:
        """The account's groups by name."""
        return await self._groups.of_account(account.provider_id, account.id)

    async def find(self, account: Account, group_id: int) -> ResourceGroup | NotFound:
        """One of them."""
        return next((one for one in await self.of(account) if one.id == group_id), NotFound())

    async def put(
        self, user: User, account: Account, group_id: int | None, name: str, resource_ids: frozenset[int]
    ) -> ResourceGroup | Faults | NotFound:
        """Make a group, or give the one of this id another name and other members."""
        known = await self.of(account)
        if group_id is not None and all(one.id != group_id for one in known):
            return NotFound()
        faults: dict[str, str] = {}
        if fault := name_fault(name):
            faults["name"] = fault
        if not resource_ids:
            faults["resources"] = "Choose at least one camera."
        elif not resource_ids <= {
            one.resource_id for one in await self._holdings.of_account(account.provider_id, account.id)
        }:
            faults["resources"] = NO_SUCH_CAMERA
        if group_id is None and len(known) >= MOST:
            faults[""] = f"There are {MOST} groups, and there can't be more. Delete one that you don't need."
        if faults:
            return Faults(faults)
        group = ResourceGroup(self._mint.id() if group_id is None else group_id, name.strip(), resource_ids)
        try:
            stored = await self._groups.put(account.provider_id, account.id, user.id, group)
        except AlreadyExists:
            return Faults({"name": "There is a group of this name already."})
        return group if stored else NotFound()

    async def delete(self, user: User, account: Account, group_id: int) -> bool:
        """Remove a group. Rights that were granted by way of it stay."""
        return await self._groups.delete(account.provider_id, account.id, user.id, group_id)
