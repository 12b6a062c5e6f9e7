"""Checks the signatures of request objects (RFC 9101 §6.2) and sees that none is used twice."""

import hashlib

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import Client
from gatelodge.protocol.errors import InvalidRequestObject
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.request_object import REQUEST, Asked, read_request_object
from gatelodge.service.client_keys import ClientKeys
from gatelodge.service.minting import Clock
from gatelodge.service.ports import ReplayStore

UNREADABLE = "the request object is no signed JWT"
UNVERIFIED = "the request object is not signed with a key of this application"
USED = "the request object was used before"


class RequestObjects:
    """Opens request objects."""

    def __init__(self, keys: ClientKeys, replays: ReplayStore, clock: Clock) -> None:
        self._keys = keys
        self._replays = replays
        self._clock = clock

    async def open(self, provider: Provider, client: Client, outside: Parameters) -> Asked | InvalidRequestObject:
        """What the request object that came as `request` asks for: that alone counts (RFC 9101 §6.3)."""
        from gatelodge.service import signatures

        jwt = signatures.read_jwt(outside.get(REQUEST) or "")
        if jwt is None:
            return InvalidRequestObject(UNREADABLE)
        asked = read_request_object(
            jwt.header, jwt.claims, outside, client, provider.policy, provider.origin, now=self._clock()
        )
        if isinstance(asked, InvalidRequestObject):
            return asked
        good = await self._keys.have_made(jwt, client.settings)
        return asked if good else InvalidRequestObject(UNVERIFIED)

    async def use(self, provider_id: int, once: str, until: int) -> bool:
        """Use up the request object called `once`. True for exactly one caller; every later one repeats it."""
        return await self._replays.first(provider_id, bytes.fromhex(once), until)


def once_of(client: Client, asked: Asked) -> str:
    """What a request object with a `jti` is remembered by; empty for one without."""
    if asked.jti is None:
        return ""
    return hashlib.sha256(f"request object\0{client.id}\0{asked.jti}".encode()).hexdigest()
