"""Checks the signatures of request objects (RFC 9101 §6.2) and sees that none is used twice."""

import hashlib
from typing import TYPE_CHECKING, Protocol

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.errors import InvalidRequestObject
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.request_object import REQUEST, Asked, read_request_object
from gatelodge.service.minting import Clock
from gatelodge.service.ports import ReplayStore

if TYPE_CHECKING:
    from gatelodge.service.signatures import Jwt

UNREADABLE = "the request object is no signed JWT"
UNVERIFIED = "the request object is not signed with a key of this application"
USED = "the request object was used before"


class Keys(Protocol):
    """Who knows applications' public keys."""

    async def have_made(self, jwt: "Jwt", settings: ClientSettings) -> bool:
        """Whether one of the application's keys made the signature."""


class KeysByValue:
    """The keys that applications gave by value."""

    async def have_made(self, jwt: "Jwt", settings: ClientSettings) -> bool:
        """Whether one of them made the signature."""
        from gatelodge.service import signatures

        keys = signatures.read_keys(settings.jwks) or () if settings.jwks else ()
        return signatures.made_by(jwt, keys) is not None


class RequestObjects:
    """Opens request objects."""

    def __init__(self, keys: Keys, replays: ReplayStore, clock: Clock) -> None:
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
        return asked if await self._keys.have_made(jwt, client.settings) else InvalidRequestObject(UNVERIFIED)

    async def use(self, provider_id: int, once: str, until: int) -> bool:
        """Use up the request object called `once`. True for exactly one caller; every later one repeats it."""
        return await self._replays.first(provider_id, bytes.fromhex(once), until)


def once_of(client: Client, asked: Asked) -> str:
    """What a request object with a `jti` is remembered by; empty for one without."""
    if asked.jti is None:
        return ""
    return hashlib.sha256(f"request object\0{client.id}\0{asked.jti}".encode()).hexdigest()
