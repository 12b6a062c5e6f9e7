"""Asking about grants and ending them, by a token: the user's own sees all that the user gave, an application's what
that user gave the application. To anybody else a grant is not there."""

from collections.abc import Sequence

from gatelodge.protocol.credentials import parse_public_id
from gatelodge.protocol.errors import InsufficientScope
from gatelodge.protocol.grant_management import GrantState
from gatelodge.service.bearer import Caller
from gatelodge.service.minting import Clock
from gatelodge.service.ports import GrantStore

READ, WRITE = "read", "write"


class GrantManagement:
    """The grants that a caller has to do with."""

    def __init__(self, store: GrantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def all(self, caller: Caller) -> Sequence[GrantState] | InsufficientScope:
        """Those that hold, newest first. The user's own token needs `read` for it."""
        if caller.user is None:
            return []
        if caller.application is None and READ not in caller.scope:
            return InsufficientScope("the token lacks the scope read", scope=READ)
        application_id = caller.application.id if caller.application else None
        return await self._store.of_user(caller.provider.id, caller.user.id, application_id)

    async def find(self, caller: Caller, grant_id: str) -> GrantState | InsufficientScope | None:
        """One of them; None where there is none of that id among them."""
        found, number = await self.all(caller), parse_public_id(grant_id)
        if isinstance(found, InsufficientScope):
            return found
        return next((one for one in found if one.id == number), None)

    async def end(self, caller: Caller, grant_id: str) -> bool | InsufficientScope:
        """End one with every token that it gave; False where there is none. The user's own token needs `write`, for
        everything: one that is limited to some cameras must not decide on others."""
        number = parse_public_id(grant_id)
        if caller.user is None or number is None:
            return False
        if caller.application is None and WRITE not in caller.scope:
            return InsufficientScope("the token lacks the scope write", scope=WRITE)
        if caller.application is None and caller.limit is not None:
            return InsufficientScope("the token is limited to some cameras", scope=WRITE)
        application_id = caller.application.id if caller.application else None
        return await self._store.end(caller.provider.id, caller.user.id, application_id, number, now=self._clock())
