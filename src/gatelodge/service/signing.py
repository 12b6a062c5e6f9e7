"""The keys that a provider signs with, and signing.

A key is told of (in the JWK Set) before it is used, and until nothing that it signed is good any more, so that whoever
keeps what they read of the set for a while never meets a key that they don't know (service/key_life.py).

A signature takes the event loop 50 µs with ES256, 270 with RSA. Even the latter is made where it is asked for: a node
has a process for every core, so that another thread would only take the time from somebody else, and the handing over
on top. Making an RSA key, once in months, takes long enough (50 ms) to go to a thread.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.key_life import Life, Stage, in_use, is_over, newest, next_use, stage
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import AlreadyExists, SigningKeyStore
from gatelodge.service.records import SigningKey
from gatelodge.service.sealing import Sealer

if TYPE_CHECKING:
    from joserfc.jwk import Key

REMEMBER = 5.0  # seconds: how long another node's new key may take to be known here
PURPOSE = "signing key"
TOLD = (Stage.TOLD, Stage.USED, Stage.LEAVING)


class Signing:
    """Signs for providers. A provider's first key of an algorithm is made when it is first needed."""

    def __init__(
        self, store: SigningKeyStore, sealer: Sealer, mint: Mint, clock: Clock, *, life: Life | None = None
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._mint = mint
        self._clock = clock
        self._life = life or Life()
        self._known: dict[int, tuple[float, Sequence[SigningKey]]] = {}
        self._opened: dict[int, Key] = {}

    async def sign(
        self, provider: Provider, claims: Mapping[str, Any], *, kind: str, algorithm: str | None = None
    ) -> str:
        """A JWT of `claims`, of the type `kind`, signed with the provider's key of `algorithm`, by default its own.
        Raises Unsealable."""
        from gatelodge.service import jose

        key = await self._in_use(provider.id, algorithm or provider.policy.signing_algorithm)
        opened = self._opened.get(key.id)
        if opened is None:
            opened = jose.load(key.algorithm, self._sealer.open(PURPOSE, key.private_key))
            self._opened[key.id] = opened
        return jose.sign(claims, opened, algorithm=key.algorithm, key_id=public_id(key.id), kind=kind)

    async def verified(self, provider: Provider, text: str, *, kind: str) -> Mapping[str, Any] | None:
        """The claims of a JWT that the provider signed as one of the type `kind`, also with a key that is told of no
        more; None for any other. Whether it has expired is not looked at."""
        from gatelodge.service import signatures

        jwt = signatures.read_jwt(text)
        if jwt is None or jwt.header.get("typ") != kind:
            return None
        key_id = parse_public_id(jwt.kid or "")
        key = next((one for one in await self._keys(provider.id) if one.id == key_id), None)
        if key is None or jwt.alg != key.algorithm:
            return None
        own = signatures.read_key(json.loads(key.public_key))
        return jwt.claims if own is not None and signatures.made_by(jwt, [own]) else None

    async def told(self, provider: Provider) -> Sequence[SigningKey]:
        """The keys that the provider's JWK Set tells of: those in use, to be used, and lately used. There is one of
        every algorithm that the provider signs with, so that an application which begins to ask for another one finds
        it in what it read before."""
        for algorithm in provider.policy.algorithms:
            await self._in_use(provider.id, algorithm)
        now, keys = self._clock(), await self._keys(provider.id)
        return [key for key in keys if stage(key, keys, now) in TOLD]

    async def all(self, provider: Provider) -> Sequence[tuple[SigningKey, Stage]]:
        """Every key of the provider, oldest first, and how far it has come."""
        now, keys = self._clock(), await self._store.of_provider(provider.id)
        return [(key, stage(key, keys, now)) for key in keys]

    async def rotate(self, provider: Provider, algorithm: str, *, at_once: bool = False) -> SigningKey:
        """Make the next key of an algorithm. It is used once it has been told of for long enough; where there is such
        a one already, that is the answer.

        `at_once` is for a key that may have got out: the new one is used from now on, the earlier ones are forgotten,
        and nobody believes any more what they signed."""
        keys, now = await self._store.of_provider(provider.id), self._clock()
        last = newest(keys, algorithm)
        if last is None:
            return await self._make(provider.id, algorithm, 1, used_from=now)
        if at_once:
            made = await self._make(provider.id, algorithm, last.number + 1, used_from=now)
            if now < made.used_from:  # another node's, which has just been made in the usual way
                made = await self._make(provider.id, algorithm, made.number + 1, used_from=now)
            there_are = await self._store.of_provider(provider.id)
            await self._forget(provider.id, [key for key in there_are if key.algorithm == algorithm and key != made])
            return made
        if now < last.used_from:
            return last
        return await self._make(provider.id, algorithm, last.number + 1, used_from=now + self._life.ahead)

    async def tend(self, provider: Provider) -> None:
        """Make the keys that it is time for, and forget those that nobody needs any more. Any number of nodes may do so
        at once."""
        keys, now = await self._store.of_provider(provider.id), self._clock()
        for algorithm in {key.algorithm for key in keys}:
            last = newest(keys, algorithm)
            used_from = next_use(last, self._life, now) if last else None
            if last is not None and used_from is not None:
                await self._make(provider.id, algorithm, last.number + 1, used_from=used_from)
        if over := [key for key in keys if is_over(key, keys, now)]:
            await self._forget(provider.id, over)

    async def _forget(self, provider_id: int, keys: Sequence[SigningKey]) -> None:
        await self._store.remove(provider_id, [key.id for key in keys])
        self._known.pop(provider_id, None)
        for key in keys:
            self._opened.pop(key.id, None)

    async def _in_use(self, provider_id: int, algorithm: str) -> SigningKey:
        key = in_use(await self._keys(provider_id), algorithm, self._clock())
        return key or await self._make(provider_id, algorithm, 1, used_from=self._clock())

    async def _make(self, provider_id: int, algorithm: str, number: int, *, used_from: int) -> SigningKey:
        """The key of this number: a new one, or that which another node has made in the meantime."""
        from gatelodge.service import jose

        row_id = self._mint.id()
        public_key, private_key = await asyncio.to_thread(jose.generate, algorithm, public_id(row_id))
        sealed = self._sealer.seal(PURPOSE, private_key)
        key = SigningKey(row_id, provider_id, algorithm, number, public_key, sealed, self._clock(), used_from)
        try:
            await self._store.add(key)
        except AlreadyExists:
            found = [one for one in await self._store.of_provider(provider_id) if one.algorithm == algorithm]
            theirs = next((one for one in found if one.number == number), None)
            if theirs is None:
                raise
            key = theirs
        self._known.pop(provider_id, None)
        return key

    async def _keys(self, provider_id: int) -> Sequence[SigningKey]:
        at, keys = self._known.get(provider_id, (0.0, ()))
        if time.monotonic() - at >= REMEMBER:
            keys = await self._store.of_provider(provider_id)
            self._known[provider_id] = (time.monotonic(), keys)
        return keys
