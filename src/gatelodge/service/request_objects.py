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
    from gatelodge.service.jose import Unverified

UNREADABLE = "the request object is no signed JWT"
UNVERIFIED = "the request object is not signed with a key of this application"
USED = "the request object was used before"


class Keys(Protocol):
    """Who knows applications' public keys."""

    async def signed(self, provider: Provider, client: Client, token: "Unverified", algorithms: list[str]) -> bool:
        """Whether one of the application's own keys made the signature, with one of the algorithms."""


class KeysByValue:
    """The keys that applications gave by value."""

    async def signed(self, provider: Provider, client: Client, token: "Unverified", algorithms: list[str]) -> bool:
        """Whether one of them made the signature: the one that the header names, or any."""
        from gatelodge.service import jose

        if not client.settings.jwks:
            return False
        try:
            keys = jose.key_set(client.settings.jwks).keys
        except jose.Malformed:
            return False
        named = token.header.get("kid")
        meant = [key for key in keys if named is None or key.kid == named]
        return any(jose.is_signed(token, key, algorithms) for key in meant)


class RequestObjects:
    """Opens request objects."""

    def __init__(self, keys: Keys, replays: ReplayStore, clock: Clock) -> None:
        self._keys = keys
        self._replays = replays
        self._clock = clock

    async def open(self, provider: Provider, client: Client, outside: Parameters) -> Asked | InvalidRequestObject:
        """What the request object that came as `request` asks for: that alone counts (RFC 9101 §6.3)."""
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
        allowed = list(algorithms(client, provider.policy))
        good = await self._keys.signed(provider, client, token, allowed)
        return asked if good else InvalidRequestObject(UNVERIFIED)

    async def use(self, provider_id: int, once: str, until: int) -> bool:
        """Use up the request object called `once`. True for exactly one caller; every later one repeats it."""
        return await self._replays.first(provider_id, bytes.fromhex(once), until)


def once_of(client: Client, asked: Asked) -> str:
    """What a request object with a `jti` is remembered by; empty for one without."""
    if asked.jti is None:
        return ""
    return hashlib.sha256(f"request object\0{client.id}\0{asked.jti}".encode()).hexdigest()
