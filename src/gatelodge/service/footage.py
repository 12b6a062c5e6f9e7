"""What cameras recorded and what happened at them, as callers may see it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from gatelodge.service.bearer import Caller
from gatelodge.service.cameras import DEVICE_TIMEOUT, CameraService, Refusal, Unreachable
from gatelodge.service.devices import Camera, DeviceError, Recorded
from gatelodge.service.minting import Clock
from gatelodge.service.ports import EventStore, RecordingStore
from gatelodge.service.records import EventRow, Period, RecordingRow
from gatelodge.service.refusals import NotFound
from gatelodge.service.resources import ResourceService, Seen


@dataclass(frozen=True, slots=True)
class Footage:
    """A recording and the camera that made it."""

    recording: RecordingRow
    camera: Camera

    @property
    def recorded(self) -> Recorded:
        """The recording as its driver knows it."""
        return Recorded(self.recording.started_at, self.recording.ended_at, self.recording.details)


class FootageService:
    """Recordings and events."""

    def __init__(
        self,
        recordings: RecordingStore,
        events: EventStore,
        sight: ResourceService,
        cameras: CameraService,
        clock: Clock,
    ) -> None:
        self._recordings = recordings
        self._events = events
        self._sight = sight
        self._cameras = cameras
        self._clock = clock

    async def recordings(
        self, caller: Caller, resource_id: int, period: Period, most: int
    ) -> Sequence[RecordingRow] | Refusal:
        """The newest recordings of a camera (`recordings`)."""
        seen = await self._sight.may(caller, resource_id, "recordings")
        if not isinstance(seen, Seen):
            return seen
        return await self._recordings.latest(caller.provider.id, resource_id, period, most)

    async def events(
        self, provider_id: int, resource_ids: Sequence[int], kinds: Sequence[str] | None, period: Period, most: int
    ) -> Sequence[EventRow]:
        """The newest events of these cameras. Whether the caller may see them is the caller's affair."""
        return await self._events.latest(provider_id, resource_ids, kinds, period, most)

    async def events_of_each(
        self, provider_id: int, resource_ids: Sequence[int], most: int
    ) -> Mapping[int, Sequence[EventRow]]:
        """The newest few events of each of these cameras, likewise."""
        return await self._events.latest_each(provider_id, resource_ids, most)

    async def find(self, caller: Caller, recording_id: int, right: str = "recordings") -> Footage | Refusal:
        """One recording; one of a camera that the caller can't see is not there."""
        recording = await self._recordings.find(caller.provider.id, recording_id)
        if recording is None:
            return NotFound()
        seen = await self._sight.may(caller, recording.resource_id, right)
        if not isinstance(seen, Seen):
            return seen
        camera = (await self._cameras.of(caller.provider.id, [recording.resource_id])).get(recording.resource_id)
        return Footage(recording, camera) if camera else NotFound()

    async def still(self, caller: Caller, recording_id: int, second: float) -> bytes | Refusal:
        """A JPEG of a recording."""
        footage = await self.find(caller, recording_id)
        if not isinstance(footage, Footage):
            return footage
        try:
            driver = self._cameras.driver(footage.camera)
            return await asyncio.wait_for(driver.still(footage.camera, footage.recorded, second), DEVICE_TIMEOUT)
        except (DeviceError, TimeoutError) as error:
            return Unreachable(str(error) or "The camera did not answer in time.")

    async def playback(self, caller: Caller, recording_id: int) -> AsyncIterator[bytes] | Refusal:
        """A recording's JPEGs, in time."""
        footage = await self.find(caller, recording_id)
        if not isinstance(footage, Footage):
            return footage
        try:
            return self._cameras.driver(footage.camera).playback(footage.camera, footage.recorded)
        except DeviceError as error:
            return Unreachable(str(error))

    async def may_watch(self, caller: Caller, recording_id: int) -> bool:
        """Whether the caller may still see the recording, and it is still there."""
        return isinstance(await self.find(caller, recording_id), Footage)

    async def delete(self, caller: Caller, recording_id: int) -> RecordingRow | Refusal:
        """Delete a recording (`recordings_delete`), for good. Of several at once one does it."""
        footage = await self.find(caller, recording_id, "recordings_delete")
        if not isinstance(footage, Footage):
            return footage
        try:
            await self._cameras.driver(footage.camera).forget(footage.camera, footage.recorded)
        except DeviceError as error:
            return Unreachable(str(error))
        done = await self._recordings.delete(caller.provider.id, recording_id, now=self._clock())
        return footage.recording if done else NotFound()
