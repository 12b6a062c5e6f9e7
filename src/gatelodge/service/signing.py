"""The keys that a provider signs with, and signing.

A key is told of (in the JWK Set) before it is used, and until nothing that it signed is good any more, so that whoever
keeps what they read of the set for a while never meets a key that they don't know.
"""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import public_id
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import SigningKeyStore
from gatelodge.service.records import SigningKey
from gatelodge.service.sealing import Sealer

if TYPE_CHECKING:
    from joserfc.jwk import Key

REMEMBER = 5.0  # seconds: how long another node's new key may take to be known here
PURPOSE = "signing key"


class Signing:
    """Signs for providers. A provider's first key of an algorithm is made when it is first asked for."""

    def __init__(self, store: SigningKeyStore, sealer: Sealer, mint: Mint, clock: Clock) -> None:
        self._store = store
        self._sealer = sealer
        self._mint = mint
        self._clock = clock
        self._known: dict[int, tuple[float, Sequence[SigningKey]]] = {}
        self._opened: dict[int, Key] = {}

    async def sign(
        self, provider: Provider, claims: Mapping[str, Any], *, kind: str, algorithm: str | None = None
    ) -> str:
        """A JWT of `claims`, of the type `kind`, signed with the provider's key of `algorithm`, by default its own.
        Raises Unsealable."""
        from gatelodge.service import jose

        key = await self._in_use(provider, algorithm or provider.policy.signing_algorithm)
        opened = self._opened.get(key.id)
        if opened is None:
            opened = jose.load(key.algorithm, self._sealer.open(PURPOSE, key.private_key))
            self._opened[key.id] = opened
        return jose.sign(claims, opened, algorithm=key.algorithm, key_id=public_id(key.id), kind=kind)

    async def verified(self, provider: Provider, text: str, *, kind: str) -> Mapping[str, Any] | None:
        """The claims of a JWT of the type `kind` that the provider signed, with whichever of its keys, in use or not;
        whether it has expired is another question. None for anything else."""
        from gatelodge.service import jose

        try:
            token = jose.unverified(text)
        except jose.Malformed:
            return None
        if token.header.get("typ") != kind:
            return None
        for key in await self._keys(provider.id):
            if public_id(key.id) == token.header.get("kid"):
                known = jose.key_set(f'{{"keys":[{key.public_key}]}}')
                return token.claims if jose.is_signed(token, known, (key.algorithm,)) else None
        return None

    async def told(self, provider: Provider) -> Sequence[SigningKey]:
        """The keys that the provider's JWK Set tells of: those in use, to be used, and lately used. The provider has at
        least one of its own algorithm."""
        await self._in_use(provider, provider.policy.signing_algorithm)
        now = self._clock()
        return [key for key in await self._keys(provider.id) if key.told_until is None or now < key.told_until]

    async def _in_use(self, provider: Provider, algorithm: str) -> SigningKey:
        now = self._clock()
        for key in reversed(await self._keys(provider.id)):
            if key.algorithm == algorithm and key.used_from <= now and (key.used_until is None or now < key.used_until):
                return key
        return await self._make(provider.id, algorithm, used_from=now)

    async def _make(self, provider_id: int, algorithm: str, *, used_from: int) -> SigningKey:
        from gatelodge.service import jose

        row_id = self._mint.id()
        public_key, private_key = jose.generate(algorithm, public_id(row_id))
        sealed = self._sealer.seal(PURPOSE, private_key)
        key = SigningKey(row_id, provider_id, algorithm, public_key, sealed, self._clock(), used_from, None, None)
        await self._store.add(key)
        self._known.pop(provider_id, None)
        return key

    async def _keys(self, provider_id: int) -> Sequence[SigningKey]:
        at, keys = self._known.get(provider_id, (0.0, ()))
        if time.monotonic() - at >= REMEMBER:
            keys = await self._store.of_provider(provider_id)
            self._known[provider_id] = (time.monotonic(), keys)
        return keys
