"""What goes on at cameras while nobody looks: asked of their drivers now and then, and stored.

Every node asks, for stretches of time that overlap. The tables know each event and recording by its camera and second,
so that whatever is told twice is stored once.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from gatelodge.service.background import attempt, running, stopped_within
from gatelodge.service.camera_memory import camera_of
from gatelodge.service.devices import Camera, DeviceError, Drivers, Happenings
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import CameraStore, EventStore, RecordingStore
from gatelodge.service.records import EventRow, RecordingRow

AT_ONCE = 200  # cameras
OVERLAP = 120  # seconds that are asked about again, as clocks differ and drivers may be late
LOOK_BACK = 3600  # seconds that a node asks about when it starts; Sweeper counts on it (TOLD_WITHIN)
TIMEOUT = 10.0  # seconds that one camera may take

_log = structlog.get_logger("gatelodge.watch")


class Watch:
    """Asks drivers what went on, and stores it."""

    def __init__(
        self,
        cameras: CameraStore,
        events: EventStore,
        recordings: RecordingStore,
        drivers: Drivers,
        mint: Mint,
        clock: Clock,
    ) -> None:
        self._cameras = cameras
        self._events = events
        self._recordings = recordings
        self._drivers = drivers
        self._mint = mint
        self._clock = clock
        self._asked_until: int | None = None

    async def look(self) -> None:
        """Ask about all that went on since the last time. Raises StoreUnavailable."""
        now = self._clock()
        since = now - LOOK_BACK if self._asked_until is None else max(self._asked_until - OVERLAP, now - LOOK_BACK)
        after = -1
        while rows := await self._cameras.after(after, AT_ONCE):
            after = rows[-1].resource_id
            await self.store([camera_of(row) for row in rows], since, now)
        self._asked_until = now

    async def store(self, cameras: Sequence[Camera], since: int, until: int) -> None:
        """Store what went on at these cameras, from `since` on and before `until`."""
        told = await asyncio.gather(*(self._ask(camera, since, until) for camera in cameras))
        pairs = list(zip(cameras, told, strict=True))
        await self._events.add(
            [
                EventRow(self._mint.id(), camera.provider_id, camera.id, one.kind, one.at, one.details)
                for camera, happenings in pairs
                for one in happenings.noticed
                if camera.settings.motion_detection or one.kind != "motion"
            ]
        )
        await self._recordings.add(
            [
                RecordingRow(self._mint.id(), camera.provider_id, camera.id, one.started_at, one.ended_at, one.details)
                for camera, happenings in pairs
                for one in happenings.recorded
                if camera.settings.recording
            ]
        )

    async def _ask(self, camera: Camera, since: int, until: int) -> Happenings:
        try:
            driver = self._drivers.named(camera.driver)
            return await asyncio.wait_for(driver.happenings(camera, since, until), TIMEOUT)
        except (DeviceError, TimeoutError) as error:
            _log.warning("a camera says nothing", camera=camera.id, driver=camera.driver, reason=str(error))
            return Happenings()
        except Exception:  # one driver's fault is not to keep the others from telling
            _log.exception("a driver failed", camera=camera.id, driver=camera.driver)
            return Happenings()

    async def run(self, interval: int, stop: asyncio.Event) -> None:
        """Look every `interval` seconds until `stop` is set, whatever becomes of one of the looks. Nodes that were
        started together do not look together."""
        rest = random.uniform(0, interval)  # noqa: S311 (no secret)
        while not await stopped_within(stop, rest):
            rest = interval
            await attempt(
                self.look, _log, put_off="looking at the cameras put off", failed="looking at the cameras failed"
            )

    @asynccontextmanager
    async def running(self, interval: int) -> AsyncIterator[None]:
        """Look every `interval` seconds for as long as the block lasts; not at all where it is 0."""
        if not interval:
            yield
            return
        async with running(lambda stop: self.run(interval, stop)):
            yield
