"""Authorized applications: who may act for a user, and how the user ends that."""

from collections.abc import Sequence

from gatelodge.identity.people import User
from gatelodge.service.minting import Clock
from gatelodge.service.ports import ConsentStore
from gatelodge.service.records import AuthorizedApplication


class AuthorizedService:
    """The user's side of consent."""

    def __init__(self, store: ConsentStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def mine(self, user: User) -> Sequence[AuthorizedApplication]:
        """The applications that may act for this user, by name."""
        return await self._store.of_user(user.provider_id, user.id)

    async def end(self, user: User, application_id: int) -> bool:
        """End an application's access: its tokens stop at once, and it must ask again. False: it had none."""
        return await self._store.end(user.provider_id, user.id, application_id, now=self._clock())
