"""Checks the signatures of request objects (RFC 9101 §6.2) and sees that none is used twice."""

import hashlib
from typing import TYPE_CHECKING, Protocol

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import Client
from gatelodge.protocol.errors import InvalidRequestObject
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.request_object import REQUEST, Asked, algorithms, read_request_object
from gatelodge.service.minting import Clock
from gatelodge.service.ports import ReplayStore

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

UNREADABLE = "the request object is no signed JWT"
UNVERIFIED = "the request object is not signed with a key of this application"


class Keys(Protocol):
    """Where an application's public keys come from."""

    async def of(self, provider: Provider, client: Client, key_id: str | None = None) -> "KeySet | None":
        """Its keys, among them the one called `key_id`, if it can be found; None where it has none."""


class RequestObjects:
    """Opens request objects."""

    def __init__(self, keys: Keys, replays: ReplayStore, clock: Clock) -> None:
        self._keys = keys
        self._replays = replays
        self._clock = clock

    async def open(
        self, provider: Provider, client: Client, outside: Parameters
    ) -> Parameters | InvalidRequestObject:
        """The parameters of the request object that came as `request`: they alone count (RFC 9101 §6.3)."""
        from gatelodge.service import jose

        try:
            token = jose.unverified(outside.get(REQUEST) or "")
        except jose.Malformed as error:
            return InvalidRequestObject(UNREADABLE, log=str(error))
        asked = read_request_object(
            token.header, token.claims, outside, client, provider.policy, provider.origin, now=self._clock()
        )
        if isinstance(asked, InvalidRequestObject):
            return asked
        key_id = token.header.get("kid")
        keys = await self._keys.of(provider, client, key_id if isinstance(key_id, str) else None)
        allowed = algorithms(client, provider.policy)
        if keys is None or not jose.is_signed(token, keys, allowed):
            return InvalidRequestObject(UNVERIFIED)
        return asked.parameters if await self._is_new(provider, client, asked) else InvalidRequestObject(
            "the request object was used before"
        )

    async def _is_new(self, provider: Provider, client: Client, asked: Asked) -> bool:
        """Whether its `jti`, if it has one, is seen for the first time, which is noted (RFC 9101 §10.2 leaves it to us)."""
        if asked.jti is None:
            return True
        digest = hashlib.sha256(f"request object\0{client.id}\0{asked.jti}".encode()).digest()
        return await self._replays.is_new(provider.id, digest, expires_at=asked.expires_at)
