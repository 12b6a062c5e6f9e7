"""Telling applications that somebody has signed out (OpenID Connect Back-Channel Logout 1.0).

The notices were stored with the end of the session. Whoever ended it tries each once, at once; what fails is tried
again by whichever node comes first, and given up after a day. A node claims a notice before it sends it; if it dies
meanwhile, the claim runs out and another sends it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.logout import LOGOUT_TOKEN, logout_token
from gatelodge.service.background import attempt, running, stopped_within
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import LogoutNoticeStore, Outbound, StoreUnavailable
from gatelodge.service.records import DueNotice, FetchFault
from gatelodge.service.signing import Signing
from gatelodge.service.subjects import Subjects

AT_ONCE = 20  # notices
LEASE = 60  # seconds; far longer than telling can take
LOOK_EVERY = 5.0  # seconds
FIRST_PAUSE = 30  # seconds until the second try; twice as long before each further one
LONGEST_PAUSE = 3 * 3600
MOST_TRIES = 16  # about a day
HEARD = (200, 204)  # §2.8

_log = structlog.get_logger("gatelodge.logout")


class LogoutNotices:
    """Delivers what waits."""

    def __init__(
        self,
        store: LogoutNoticeStore,
        signing: Signing,
        subjects: Subjects,
        outbound: Outbound,
        mint: Mint,
        clock: Clock,
    ) -> None:
        self._store = store
        self._signing = signing
        self._subjects = subjects
        self._outbound = outbound
        self._mint = mint
        self._clock = clock

    async def tell(self, session_id: int) -> None:
        """Tell those who are to hear of this session's end, before its user is sent on (RP-Initiated Logout §3). Each
        gets as long as any answer from elsewhere may take; what fails is tried again later."""
        try:
            while await self._deliver(session_id):
                pass
        except StoreUnavailable as error:
            _log.warning("logout notices put off", reason=str(error))

    async def send_due(self, stop: asyncio.Event | None = None) -> int:
        """Deliver what is due, or what is until `stop` is set; how many notices were tried. Raises StoreUnavailable."""
        tried = 0
        while not (stop is not None and stop.is_set()) and (count := await self._deliver(None)):
            tried += count
        return tried

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver what is due until `stop` is set, whatever happens in between."""
        while not stop.is_set():
            await attempt(
                partial(self.send_due, stop),
                _log,
                put_off="logout notices put off",
                failed="delivering logout notices failed",
            )
            await stopped_within(stop, LOOK_EVERY)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver for as long as the block lasts."""
        async with running(self.run):
            yield

    async def _deliver(self, session_id: int | None) -> int:
        due = await self._store.claim(session_id=session_id, most=AT_ONCE, lease=LEASE, now=self._clock())
        await asyncio.gather(*map(self._tell_one, due))
        return len(due)

    async def _tell_one(self, due: DueNotice) -> None:
        key = (due.provider.id, due.session_id, due.application_id)
        which = {"client_id": due.client_id, "provider": due.provider.name, "tries": due.tries}
        fault = await self._post(due)
        if fault is None:
            _log.info("sign-out told", **which)
            await self._store.told(*key)
        elif fault.for_good or due.tries >= MOST_TRIES:
            _log.error("sign-out not told, given up", reason=fault.reason, **which)
            await self._store.told(*key)
        else:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (due.tries - 1))
            _log.warning("sign-out not told yet", reason=fault.reason, seconds=pause, **which)
            await self._store.put_off(*key, until=self._clock() + pause)

    async def _post(self, due: DueNotice) -> FetchFault | None:
        """Tell one application; why it has not heard."""
        provider, settings = due.provider, due.settings
        if not settings.backchannel_logout_uri:
            return FetchFault("the application does not want to hear of it any more", for_good=True)
        claims = logout_token(
            issuer=provider.origin,
            client_id=due.client_id,
            subject=self._subjects.of(provider, settings, due.user_id),
            session_id=due.session_id,
            token_id=public_id(self._mint.id()),
            now=self._clock(),
        )
        # With the same key as its ID tokens (§2.4).
        algorithm = settings.id_token_signed_response_alg or None
        token = await self._signing.sign(provider, claims, kind=LOGOUT_TOKEN, algorithm=algorithm)
        answer = await self._outbound.post_form(settings.backchannel_logout_uri, {"logout_token": token})
        if isinstance(answer, FetchFault):
            return answer
        return None if answer.status in HEARD else FetchFault(f"the answer was {answer.status}")
