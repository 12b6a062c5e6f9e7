"""The outbox: mails that were stored with what they tell of, sent one after the other by whichever node comes first.

A node claims a mail before it sends it, so that no two send the same one; if it dies meanwhile, the claim runs out and
another sends it, under the same Message-ID.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

from gatelodge.protocol.credentials import public_id
from gatelodge.service.background import attempt, running, stopped_within
from gatelodge.service.minting import Clock
from gatelodge.service.ports import MailRefused, MailStore, MailUnavailable, Postman
from gatelodge.service.records import DueMail

LEASE = 120  # seconds; far longer than handing a mail over can take
LOOK_EVERY = 5.0  # seconds
FIRST_PAUSE = 60  # seconds until the second try; twice as long before each further one
LONGEST_PAUSE = 6 * 3600
MOST_TRIES = 20  # about three days

_log = structlog.get_logger("gatelodge.mail")


class Outbox:
    """Sends what waits. Without a postman nothing is put in, and nothing is looked for."""

    def __init__(self, store: MailStore, postman: Postman | None, clock: Clock) -> None:
        self._store = store
        self._postman = postman
        self._clock = clock

    async def send_due(self, stop: asyncio.Event | None = None) -> int:
        """Send what is due, or what is until `stop` is set; how many mails the mail server took.
        Raises StoreUnavailable."""
        taken = 0
        while self._postman is not None and not (stop is not None and stop.is_set()):
            due = await self._store.claim(lease=LEASE, now=self._clock())
            if due is None:
                break
            taken += await self._send(self._postman, due)
        return taken

    async def _send(self, postman: Postman, due: DueMail) -> bool:
        which = {"mail": public_id(due.mail.id), "provider": due.provider_name, "tries": due.tries}
        try:
            await postman.send(due.provider_name, due.mail)
        except MailRefused as refused:
            _log.error("mail given up", reason=str(refused), **which)
        except MailUnavailable as away:
            if due.tries < MOST_TRIES:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (due.tries - 1))
                _log.warning("mail put off", reason=str(away), seconds=pause, **which)
                await self._store.put_off(due.provider_id, due.mail.id, until=self._clock() + pause)
                return False
            _log.error("mail given up", reason=str(away), **which)
        else:
            _log.info("mail sent", **which)
            await self._store.sent(due.provider_id, due.mail.id)
            return True
        await self._store.sent(due.provider_id, due.mail.id)
        return False

    async def run(self, stop: asyncio.Event) -> None:
        """Send what is due until `stop` is set, whatever happens in between."""
        while not stop.is_set():
            await attempt(partial(self.send_due, stop), _log, put_off="mails put off", failed="sending mails failed")
            await stopped_within(stop, LOOK_EVERY)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send mails for as long as the block lasts; not at all without a mail server."""
        if self._postman is None:
            yield
            return
        async with running(self.run):
            yield
