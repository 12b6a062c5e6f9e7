"""The virtual camera's driver (devices.Driver)."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence

from gatelodge.drivers.virtual.pictures import Pictures
from gatelodge.drivers.virtual.schedule import AFTER, BEFORE, LASTS, visits
from gatelodge.drivers.virtual.state import PAN, TILT, ZOOM, lit, live, moved, sounding
from gatelodge.service.devices import (
    Abilities,
    Camera,
    CameraSettings,
    Clip,
    Happenings,
    Live,
    Memory,
    Move,
    Noticed,
    Recorded,
    Speech,
)

CLIPS = (
    Clip("doorbell", "Doorbell", 2.0),
    Clip("dog", "Barking dog", 4.0),
    Clip("hello", "“Hello, who is there?”", 2.5),
    Clip("siren", "Siren", 8.0),
)
ABILITIES = Abilities(pan=PAN, tilt=TILT, zoom=ZOOM, light=True, clips=CLIPS, speaker=True)


class VirtualDriver:
    """Cameras that draw what they see."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.pictures = Pictures()

    def abilities(self, _camera: Camera) -> Abilities:
        """Everything."""
        return ABILITIES

    async def online(self, cameras: Sequence[Camera]) -> frozenset[int]:
        """All of them."""
        return frozenset(camera.id for camera in cameras)

    async def live(self, cameras: Sequence[Camera]) -> Mapping[int, Live]:
        """How they stand."""
        now = time.time()
        return {camera.id: live(camera.state, now) for camera in cameras}

    async def snapshot(self, camera: Camera) -> bytes:
        """A JPEG of now."""
        return await self.pictures.get(camera, time.time())

    async def frames(self, camera: Camera) -> AsyncIterator[bytes]:
        """JPEGs of now, as many a second as the settings say, at the same moments for everybody who watches."""
        while True:
            camera = await self._memory.now(camera)
            rate = camera.settings.frame_rate
            number = int(time.time() * rate)
            yield await self.pictures.get(camera, number / rate)
            await asyncio.sleep(max(0.0, (number + 1) / rate - time.time()))

    async def move(self, camera: Camera, move: Move) -> None:
        """Begin to turn."""
        now = time.time()
        await self._memory.change(camera, lambda state: moved(state, move, now))

    async def light(self, camera: Camera, *, on: bool) -> None:
        """Switch the lamp."""
        await self._memory.change(camera, lambda state: lit(state, on=on))

    async def play(self, camera: Camera, clip: Clip) -> None:
        """Show that a clip is heard, for as long as it lasts."""
        until = time.time() + clip.seconds
        await self._memory.change(camera, lambda state: sounding(state, "playing", clip.name, until))

    async def speak(self, camera: Camera, speech: Speech) -> None:
        """Show that somebody is heard."""
        until = time.time() + speech.seconds
        await self._memory.change(camera, lambda state: sounding(state, "speaking", "", until))

    async def configure(self, _camera: Camera, _settings: CameraSettings) -> None:
        """Nothing to do: each picture is drawn by the settings that are stored."""

    async def happenings(self, camera: Camera, since: int, until: int) -> Happenings:
        """Who came by, as motion and sometimes as sound; and what was recorded of it."""
        noticed: list[Noticed] = []
        recorded: list[Recorded] = []
        for visit in visits(camera.id, since - LASTS - AFTER - 2, until):
            began = int(visit.began)
            seen = [Noticed("motion", began + 2), *([Noticed("sound", began + 5)] if visit.loud else [])]
            noticed += [one for one in seen if since <= one.at < until]
            film = Recorded(began - BEFORE, began + int(LASTS) + AFTER, {"state": dict(camera.state)})
            if since <= film.ended_at < until:
                recorded.append(film)
        return Happenings(tuple(noticed), tuple(recorded))

    async def playback(self, camera: Camera, recorded: Recorded) -> AsyncIterator[bytes]:
        """The recording, drawn again."""
        rate, began = camera.settings.frame_rate, time.monotonic()
        for number in range((recorded.ended_at - recorded.started_at) * rate):
            yield await self.still(camera, recorded, number / rate)
            await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))

    async def still(self, camera: Camera, recorded: Recorded, second: float) -> bytes:
        """One picture of it, drawn again."""
        second = min(max(second, 0.0), float(recorded.ended_at - recorded.started_at))
        return await self.pictures.get(_then(camera, recorded), recorded.started_at + second)

    async def forget(self, _camera: Camera, _recorded: Recorded) -> None:
        """Nothing to do: without its row nobody can ask for it."""

    async def close(self) -> None:
        """End the threads that draw."""
        self.pictures.close()


def _then(camera: Camera, recorded: Recorded) -> Camera:
    """The camera as it stood when it recorded."""
    return Camera(
        camera.provider_id, camera.id, camera.name, camera.driver, camera.settings, camera.options,
        recorded.details.get("state", {}),
    )  # fmt: skip
