"""Run by test_durability.py in a process of its own: writes as fast as it can, and says what was acknowledged.

Arguments: the database's URL, the ids of a provider, a user, an application and a grant. On stdout, after each answer,
the kind and the id of what was stored or ended: `access`, `code`, `revoked`, `user_token`. It goes on until it is
killed."""

import asyncio
import os
import sys
from contextlib import suppress

from gatelodge.identity.people import User
from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.credentials import Kind
from gatelodge.service.minting import Mint
from gatelodge.service.ports import StoreUnavailable
from gatelodge.service.records import Granted, NewCode, NewToken, UserToken
from tests.support.stores import Stores, open_stores
from tests.support.world import CALLBACK, START

SCOPE = frozenset({"read"})


def say(kind: str, row_id: int) -> None:
    """Acknowledge; past every buffer, as an answer that has left for the network."""
    os.write(1, f"{kind} {row_id}\n".encode())


class Writer:
    """Somebody who writes for one user of one application."""

    def __init__(self, stores: Stores, user: User, application_id: int, grant_id: int) -> None:
        self._stores = stores
        self._user = user
        self._application_id = application_id
        self._grant_id = grant_id
        self._mint = Mint()

    def _token(self, kind: Kind, grant_id: int) -> NewToken:
        secret = self._mint.secret(kind).presented
        return NewToken(secret.id, self._user.provider_id, secret.digest, grant_id, SCOPE, START + 60)

    async def access_tokens(self) -> None:
        """Refresh without end."""
        while True:
            token = self._token(Kind.ACCESS_TOKEN, self._grant_id)
            await self._stores.tokens.add_access_token(token)
            say("access", token.id)

    async def grants(self) -> None:
        """Grant, exchange and revoke without end, through the portal's way and the hot path in turn."""
        p = self._user.provider_id
        while True:
            request = self._mint.secret(Kind.REQUEST).presented
            asked = AuthorizationRequest(self._application_id, CALLBACK, True, SCOPE)
            await self._stores.requests.add(p, request.id, request.digest, asked, expires_at=START + 60)
            code_id, grant_id = self._mint.id(), self._mint.id()
            code = NewCode(code_id, b"c" * 32, grant_id, CALLBACK, True, None, START + 60)
            granted = Granted(SCOPE, SCOPE)
            await self._stores.consents.allow(
                p, request.id, self._user.id, self._application_id, granted, code, now=START
            )
            access, refresh = (self._token(kind, grant_id) for kind in (Kind.ACCESS_TOKEN, Kind.REFRESH_TOKEN))
            await self._stores.tokens.redeem_code(code_id, access, refresh, now=START)
            say("code", code_id)
            say("access", access.id)
            await self._stores.tokens.revoke_grant(p, grant_id, now=START)
            say("revoked", grant_id)

    async def user_tokens(self) -> None:
        """Make user tokens without end."""
        while True:
            token = UserToken(self._mint.id(), "Script", SCOPE, START, None, None, None)
            await self._stores.user_tokens.create(self._user, token, b"u" * 32)
            say("user_token", token.id)


async def write(url: str, provider_id: int, user_id: int, application_id: int, grant_id: int) -> None:
    """Write until the end, or until the database is gone."""
    async with open_stores(url) as stores:
        user = User(user_id, provider_id, "owner@example.com", "Owner")
        writer = Writer(stores, user, application_id, grant_id)
        with suppress(StoreUnavailable):
            await asyncio.gather(
                *[writer.access_tokens() for _ in range(10)], *[writer.grants() for _ in range(3)], writer.user_tokens()
            )


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], *map(int, sys.argv[2:])))
