"""Applications' public keys: those that they gave by value, and those that are at an address of theirs, which are
fetched when they are needed and kept as long as their headers say, within bounds."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.freshness import fresh_for
from gatelodge.protocol.jwt import Jwt
from gatelodge.service.ports import Outbound
from gatelodge.service.records import FetchFault

if TYPE_CHECKING:
    from gatelodge.service.signatures import PublicKey

ACCEPT = "application/jwk-set+json, application/json"
MAX_BYTES = 65_536
SHORTEST, USUAL, LONGEST = 30, 300, 86_400  # seconds that keys are kept
STALE = 600  # seconds longer, where nobody answers: who uses the application need not know that its web server is away
# Seconds after which a key that is not among those at hand may make us look again. Made-up ones make no traffic.
LOOK_AGAIN = 30
BACK_OFF = 5  # seconds in which a failure is not tried again
MOST = 1000  # addresses whose keys are kept

_log = structlog.get_logger("gatelodge.client_keys")


@dataclass(frozen=True, slots=True)
class _Known:
    """What an address gave; times by the clock that nobody sets."""

    keys: "Sequence[PublicKey]"
    asked_at: float
    good_until: float
    again_at: float  # when to ask again


class ClientKeys:
    """Knows applications' keys."""

    def __init__(self, outbound: Outbound, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._outbound = outbound
        self._elapsed = elapsed
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._fetching: dict[str, asyncio.Task[_Known]] = {}

    async def of(self, settings: ClientSettings) -> "Sequence[PublicKey]":
        """The application's keys; none where they can't be had."""
        if settings.jwks:
            return _by_value(settings.jwks)
        if not settings.jwks_uri:
            return ()
        known = self._known.get(settings.jwks_uri)
        if known is None or self._elapsed() >= known.again_at:
            known = await self._fetch(settings.jwks_uri)
        return known.keys

    async def have_made(self, jwt: Jwt, settings: ClientSettings) -> bool:
        """Whether one of the application's keys made the signature. With which algorithm is for the caller to have
        looked at. A key that is new to us is looked for once more where the application has its keys."""
        from gatelodge.service import signatures

        keys = await self.of(settings)
        if signatures.made_by(jwt, keys) is not None:
            return True
        if settings.jwks or not settings.jwks_uri or any(key.kid == jwt.kid and key.fits(jwt.alg) for key in keys):
            return False
        known = self._known.get(settings.jwks_uri)
        if known is not None and self._elapsed() < known.asked_at + LOOK_AGAIN:
            return False
        return signatures.made_by(jwt, (await self._fetch(settings.jwks_uri)).keys) is not None

    async def _fetch(self, uri: str) -> _Known:
        """The keys as they are now. Those who ask at the same time share one question."""
        task = self._fetching.get(uri)
        if task is None:
            task = self._fetching[uri] = asyncio.create_task(self._fetched(uri))
            task.add_done_callback(lambda _: self._fetching.pop(uri, None))
        return await asyncio.shield(task)

    async def _fetched(self, uri: str) -> _Known:
        before, now = self._known.get(uri), self._elapsed()
        found = await self._ask(uri)
        if isinstance(found, str):
            _log.warning("keys not read", host=urlsplit(uri).hostname, reason=found)
            good_until = before.good_until if before is not None else now
            kept = before.keys if before is not None and now < good_until + STALE else ()
            known = _Known(kept, now, good_until, now + BACK_OFF)
        else:
            known = _Known(found[0], now, now + found[1], now + found[1])
        self._known[uri] = known
        self._known.move_to_end(uri)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return known

    async def _ask(self, uri: str) -> "tuple[Sequence[PublicKey], int] | str":
        from gatelodge.service import signatures

        fetched = await self._outbound.get(uri, accept=ACCEPT, most_bytes=MAX_BYTES)
        if isinstance(fetched, FetchFault):
            return fetched.reason
        if fetched.status != 200:
            return f"the answer has status {fetched.status}"
        keys = signatures.read_keys(fetched.body.decode("utf-8", "replace"))
        if keys is None:
            return "the answer is no JWK Set"
        return keys, fresh_for(fetched.headers, shortest=SHORTEST, usual=USUAL, longest=LONGEST)


@lru_cache(1000)
def _by_value(text: str) -> "Sequence[PublicKey]":
    from gatelodge.service import signatures

    return signatures.read_keys(text) or ()
