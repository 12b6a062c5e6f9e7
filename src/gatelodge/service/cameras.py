"""Cameras: what people and programs do with them, each allowed or not as of now, and what is stored of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from gatelodge.identity.people import name_fault
from gatelodge.service.bearer import Caller
from gatelodge.service.camera_memory import camera_of, with_settings
from gatelodge.service.devices import (
    Abilities,
    Camera,
    CameraSettings,
    DeviceError,
    Driver,
    Drivers,
    Live,
    Motion,
    Move,
)
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import CameraStore, EventStore, NotThere, ResourceStore
from gatelodge.service.records import CameraRow, EventRow
from gatelodge.service.refusals import Faults, NotFound
from gatelodge.service.resources import Lacking, ResourceService, Seen
from gatelodge.service.speech import read_speech

FRAME_RATES = (1, 10)
QUALITIES = (30, 95)
DEVICE_TIMEOUT = 5.0  # seconds that anybody waits for a driver


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The camera did not do it; `reason` is a sentence."""

    reason: str


Refusal = Lacking | NotFound | Faults | Unreachable


class CameraService:
    """Cameras, as callers use them."""

    def __init__(
        self,
        store: CameraStore,
        resources: ResourceStore,
        events: EventStore,
        sight: ResourceService,
        drivers: Drivers,
        mint: Mint,
        clock: Clock,
    ) -> None:
        self._store = store
        self._resources = resources
        self._events = events
        self._sight = sight
        self._drivers = drivers
        self._mint = mint
        self._clock = clock

    async def of(self, provider_id: int, resource_ids: Sequence[int]) -> Mapping[int, Camera]:
        """These cameras, by id, in one read. Whether the caller may see them is the caller's affair."""
        rows = await self._store.of(provider_id, resource_ids)
        return {resource_id: camera_of(row) for resource_id, row in rows.items()}

    def driver(self, camera: Camera) -> Driver:
        """The camera's driver. Raises DriverMissing."""
        return self._drivers.named(camera.driver)

    def abilities(self, camera: Camera) -> Abilities:
        """What the camera can do; nothing where its driver is missing."""
        try:
            return self.driver(camera).abilities(camera)
        except DeviceError:
            return Abilities()

    async def live(self, cameras: Sequence[Camera]) -> Mapping[int, Live]:
        """How cameras stand, by id; one that can't be reached is left out."""
        found: dict[int, Live] = {}
        for driver, own in self._by_driver(cameras):
            try:
                found |= await asyncio.wait_for(driver.live(own), DEVICE_TIMEOUT)
            except (DeviceError, TimeoutError):
                continue
        return found

    async def online(self, cameras: Sequence[Camera]) -> frozenset[int]:
        """Which of these cameras can be reached, by id."""
        found: frozenset[int] = frozenset()
        for driver, own in self._by_driver(cameras):
            try:
                found |= await asyncio.wait_for(driver.online(own), DEVICE_TIMEOUT)
            except (DeviceError, TimeoutError):
                continue
        return found

    async def snapshot(self, caller: Caller, resource_id: int) -> bytes | Refusal:
        """A JPEG of now, for whoever has `liveview`."""
        camera = await self._camera(caller, resource_id, "liveview")
        if not isinstance(camera, Camera):
            return camera
        try:
            return await asyncio.wait_for(self.driver(camera).snapshot(camera), DEVICE_TIMEOUT)
        except (DeviceError, TimeoutError) as error:
            return Unreachable(_reason(error))

    async def rename(self, caller: Caller, resource_id: int, name: str) -> Seen | Refusal:
        """Give the camera another name (`write`)."""
        seen = await self._sight.may(caller, resource_id, "write")
        if not isinstance(seen, Seen):
            return seen
        name = name.strip()
        if fault := name_fault(name):
            return Faults({"name": fault})
        await self._resources.rename(caller.provider.id, resource_id, name)
        return await self._sight.one(caller, resource_id) or NotFound()

    async def configure(self, caller: Caller, resource_id: int, changes: Mapping[str, Any]) -> Camera | Refusal:
        """Change some settings (`write`): names of CameraSettings, and what each is to be."""
        if faults := settings_faults(changes):
            return Faults(faults)

        async def work(driver: Driver, camera: Camera) -> None:
            await driver.configure(camera, settings_with(camera.settings, changes))

        camera = await self._work(caller, resource_id, "write", work)
        if not isinstance(camera, Camera):
            return camera

        def changed(row: CameraRow) -> CameraRow:
            return with_settings(row, settings_with(camera_of(row).settings, changes))

        try:
            return camera_of(await self._store.change(caller.provider.id, resource_id, changed))
        except NotThere:
            return NotFound()

    async def move(self, caller: Caller, resource_id: int, move: Move) -> Camera | Refusal:
        """Turn the camera (`liveview_ptz`)."""
        given = {name: getattr(move, name) for name in ("pan", "tilt", "zoom") if getattr(move, name) is not None}
        if bool(given) is (move.motion is Motion.STOP):
            return Faults({"": "Say where to with pan, tilt or zoom." if not given else "To stop needs no direction."})
        if given.get("zoom", 1) <= 0:
            return Faults({"zoom": "Zoom is a factor, greater than 0."})

        async def work(driver: Driver, camera: Camera) -> None:
            abilities = driver.abilities(camera)
            if unable := [name for name in given if getattr(abilities, name) is None]:
                raise DeviceError(f"This camera has no {unable[0]}.")
            await driver.move(camera, move)

        details = {"motion": move.motion.value, **given}
        return await self._work(caller, resource_id, "liveview_ptz", work, event=("ptz", details))

    async def light(self, caller: Caller, resource_id: int, *, on: bool) -> Camera | Refusal:
        """Switch the light (`liveview_light`)."""

        async def work(driver: Driver, camera: Camera) -> None:
            if not driver.abilities(camera).light:
                raise DeviceError("This camera has no light.")
            await driver.light(camera, on=on)

        return await self._work(caller, resource_id, "liveview_light", work, event=("light", {"on": on}))

    async def play(self, caller: Caller, resource_id: int, name: str) -> Camera | Refusal:
        """Play one of the camera's clips (`liveview_audioclip`)."""
        camera = await self._camera(caller, resource_id, "liveview_audioclip")
        if not isinstance(camera, Camera):
            return camera
        clips = {clip.name: clip for clip in self.abilities(camera).clips}
        if name not in clips:
            return Faults({"clip": f"This camera has the clips {', '.join(clips)}." if clips else "It has no clips."})

        async def work(driver: Driver, camera: Camera) -> None:
            await driver.play(camera, clips[name])

        return await self._work(caller, resource_id, "liveview_audioclip", work, event=("audioclip", {"clip": name}))

    async def speak(self, caller: Caller, resource_id: int, sound: bytes) -> Camera | Refusal:
        """Have something heard at the camera (`audiotransmit`)."""
        speech = read_speech(sound)

        async def work(driver: Driver, camera: Camera) -> None:
            if not driver.abilities(camera).speaker:
                raise DeviceError("This camera has no speaker.")
            assert not isinstance(speech, str)
            await driver.speak(camera, speech)

        if isinstance(speech, str):
            allowed = await self._sight.may(caller, resource_id, "audiotransmit")
            return Faults({"sound": speech}) if isinstance(allowed, Seen) else allowed
        details = {"seconds": round(speech.seconds, 1)}
        return await self._work(caller, resource_id, "audiotransmit", work, event=("speech", details))

    async def _camera(self, caller: Caller, resource_id: int, right: str) -> Camera | Lacking | NotFound:
        seen = await self._sight.may(caller, resource_id, right)
        if not isinstance(seen, Seen):
            return seen
        return (await self.of(caller.provider.id, [resource_id])).get(resource_id) or NotFound()

    async def _work(
        self,
        caller: Caller,
        resource_id: int,
        right: str,
        work: Callable[[Driver, Camera], Awaitable[None]],
        *,
        event: tuple[str, Mapping[str, Any]] | None = None,
    ) -> Camera | Refusal:
        """Have the camera's driver do something that the caller may do, and note who had it done."""
        camera = await self._camera(caller, resource_id, right)
        if not isinstance(camera, Camera):
            return camera
        try:
            await asyncio.wait_for(work(self.driver(camera), camera), DEVICE_TIMEOUT)
        except (DeviceError, TimeoutError) as error:
            return Unreachable(_reason(error))
        except NotThere:
            return NotFound()
        if event is not None:
            kind, details = event
            row = EventRow(
                self._mint.id(), caller.provider.id, resource_id, kind, self._clock(), {**details, **_by(caller)}
            )
            await self._events.add([row])
        return (await self.of(caller.provider.id, [resource_id])).get(resource_id) or NotFound()

    def _by_driver(self, cameras: Sequence[Camera]) -> list[tuple[Driver, list[Camera]]]:
        found = []
        for name, own in groupby(sorted(cameras, key=lambda one: one.driver), key=lambda one: one.driver):
            try:
                found.append((self._drivers.named(name), list(own)))
            except DeviceError:
                continue
        return found


def settings_with(settings: CameraSettings, changes: Mapping[str, Any]) -> CameraSettings:
    """The settings with some of them changed."""
    return CameraSettings(**{name: changes.get(name, getattr(settings, name)) for name in CameraSettings.__slots__})


def settings_faults(changes: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with new settings, by name."""
    faults = {}
    for name, (least, most) in (("frame_rate", FRAME_RATES), ("quality", QUALITIES)):
        if name in changes and not least <= changes[name] <= most:
            faults[name] = f"Choose from {least} to {most}."
    return faults if changes else {"": "Say which setting to change."}


def _by(caller: Caller) -> dict[str, str]:
    """Who had something done: the user, and by way of what."""
    by = {"by": caller.user.name} if caller.user else {}
    return by | ({"application": caller.application.name} if caller.application else {})


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, DeviceError) else "The camera did not answer in time."
