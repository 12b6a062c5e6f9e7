"""The sweeper: takes rows away that have had their time, while the server serves.

It goes through each table in order of its time-ordered ids, a few hundred rows at a time, and rests in between for
longer than it worked. Any number of nodes may do so at once; none has to know of the others.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog

from gatelodge.service.background import running, stopped_within
from gatelodge.service.minting import Clock, first_id_at
from gatelodge.service.ports import StoreUnavailable, SweepStore
from gatelodge.service.records import Stale

MOST = 500  # rows that are looked at, and at most deleted, at once
REST = 4  # how many times as long as the last few hundred rows took, so that most of the time is the traffic's
SHORTEST_REST = 0.005  # seconds
# What has ended is kept for some minutes more: clocks of nodes differ, and requests that have begun are to end well.
SLACK = 300  # seconds
USER_TOKENS_KEPT = 90 * 86_400  # seconds: user tokens that have expired or were revoked can still be asked about
TOKENS_KEPT = 30 * 86_400  # seconds: that one with which applications were registered has expired, its list still says
INVITATIONS_KEPT = 30 * 86_400  # seconds: that one has expired, those who sent it can still see
LONGEST_PUSHED = 600  # seconds: no pushed request can be begun for longer (protocol/policy.py)
TOLD_WITHIN = 3600  # seconds after which nothing is heard any more of what happened at a camera

_log = structlog.get_logger("gatelodge.sweeper")


class Sweeper:
    """Sweeps. Lifetimes in seconds, as those have them who store the rows."""

    def __init__(
        self,
        store: SweepStore,
        clock: Clock,
        *,
        access_lifetime: int,
        code_lifetime: int,
        request_lifetime: int,
        device_code_lifetime: int,
        session_lifetime: int,
        invitation_lifetime: int,
        live_view_lifetime: int,
        event_retention: int,
        recording_retention: int,
        unused_application_retention: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._access_lifetime = access_lifetime
        self._code_lifetime = code_lifetime
        self._request_lifetime = request_lifetime
        self._device_code_lifetime = device_code_lifetime
        self._session_lifetime = session_lifetime
        self._invitation_lifetime = invitation_lifetime
        self._live_view_lifetime = live_view_lifetime
        self._event_retention = event_retention
        self._recording_retention = recording_retention
        self._unused_application_retention = unused_application_retention

    def stale(self) -> Sequence[Stale]:
        """What has had its time by now, table by table.

        A code outlives its use by as long as the access token that it gave, so that its replay is recognised and
        revokes (RFC 6749 §4.1.2), and so does a device code. A rotated refresh token expires with its whole chain and
        is kept until then, so that theft is recognised (RFC 9700 §4.14.2). They leave when the last access token of
        their grant has expired, and take the grant with them; an access token that is all that its grant gave does so
        as well."""
        now = self._clock()
        ended = now - SLACK
        tokens_over = ended - self._access_lifetime
        asked_about = now - USER_TOKENS_KEPT
        return (
            _stale("access_tokens", ended, self._access_lifetime),
            _stale("codes", tokens_over, self._code_lifetime),
            Stale("refresh_tokens", first_id_at(ended + 1), tokens_over, ended),
            _stale("sessions", ended, self._session_lifetime),
            _stale("device_codes", tokens_over, self._device_code_lifetime),
            _stale("authorization_requests", ended, self._request_lifetime),
            # One that was begun is used up when it is answered, which may be as late as any waiting request.
            _stale("pushed_requests", ended - self._request_lifetime, LONGEST_PUSHED),
            Stale("user_tokens", first_id_at(asked_about + 1), asked_about, asked_about),
            _stale("invitations", now - INVITATIONS_KEPT, self._invitation_lifetime),
            _stale("live_views", ended, self._live_view_lifetime),
            Stale("replays", ended + 1, ended, ended),  # which are in order of when they expire
            Stale("initial_access_tokens", first_id_at(now - TOKENS_KEPT + 1), now - TOKENS_KEPT, now - TOKENS_KEPT),
            _kept("applications", now - self._unused_application_retention),
            _kept("events", now - self._event_retention),
            _kept("recordings", now - self._recording_retention),
        )

    async def sweep(self, stop: asyncio.Event | None = None) -> Mapping[str, int]:
        """Go once through every table, or until `stop` is set; how many rows have left each.
        Raises StoreUnavailable."""
        stop = stop or asyncio.Event()
        removed: Counter[str] = Counter()
        for stale in self.stale():
            after: int | None = -1
            while after is not None:
                began = time.perf_counter()
                swept = await self._store.sweep(stale, after, MOST)
                removed.update(swept.removed)
                after = swept.reached
                if await stopped_within(stop, max(SHORTEST_REST, REST * (time.perf_counter() - began))):
                    return removed
        return removed

    async def run(self, interval: int, stop: asyncio.Event) -> None:
        """Sweep every `interval` seconds until `stop` is set, whatever happens to one of the sweeps. Nodes that were
        started together do not sweep together."""
        rest = random.uniform(0, interval)  # noqa: S311 (no secret)
        while not await stopped_within(stop, rest):
            rest = interval
            began = time.perf_counter()
            try:
                removed = await self.sweep(stop)
            except StoreUnavailable as error:
                _log.error("sweep put off", reason=str(error))
            except Exception:
                _log.exception("sweep failed")
            else:
                _log.info("swept", seconds=round(time.perf_counter() - began, 1), **removed)

    @asynccontextmanager
    async def running(self, interval: int) -> AsyncIterator[None]:
        """Sweep every `interval` seconds for as long as the block lasts; not at all where it is 0."""
        if not interval:
            yield
            return
        async with running(lambda stop: self.run(interval, stop)):
            yield


def _stale(table: str, expired: int, lifetime: int) -> Stale:
    """Rows that live for `lifetime` from the second of their ids on, and expired at `expired` or earlier."""
    return Stale(table, first_id_at(expired - lifetime + 1), expired, expired)


def _kept(table: str, until: int) -> Stale:
    """Rows of what was over at `until` or earlier. Each was stored when it was over, or not long after."""
    return Stale(table, first_id_at(until + TOLD_WITHIN + 1), until, until)
