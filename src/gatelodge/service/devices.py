"""The device port: what a driver of cameras does, and what it is handed to do it with.

The rest of the core knows resources; that they are cameras is known here, to drivers and to the Graph API. A driver is
plugged in by an entry point of the group `gatelodge.cameras`, which names a callable that takes a `Memory` and gives a
`Driver` (docs/drivers.md). Several nodes may serve one camera at a time: what a driver has to know again, it keeps in
its `Memory`. Times are UTC epoch seconds, angles degrees.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

State = Mapping[str, Any]  # what JSON can hold


class DeviceError(Exception):
    """The camera, or its driver, can't do that now; the text is a sentence for whoever asked."""


class DriverMissing(DeviceError):
    """The camera's driver isn't installed here."""


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """What people set, whatever the driver."""

    frame_rate: int = 4  # pictures a second in a live view
    quality: int = 80  # of JPEG
    overlay: bool = True  # name and time in the picture
    motion_detection: bool = True  # raises events
    recording: bool = True  # keeps what motion was seen in


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera as its driver sees it."""

    provider_id: int
    id: int
    name: str
    driver: str = "virtual"
    settings: CameraSettings = CameraSettings()
    options: State = field(default_factory=dict)  # the driver's own settings
    state: State = field(default_factory=dict)  # what the driver keeps


@dataclass(frozen=True, slots=True)
class Range:
    """From the least to the greatest that a camera can do."""

    least: float
    most: float

    def clamp(self, value: float) -> float:
        """The value, or the end of the range that it is beyond."""
        return min(max(value, self.least), self.most)


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound that a camera can play."""

    name: str
    label: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a camera can do; None or empty: it can't."""

    pan: Range | None = None
    tilt: Range | None = None
    zoom: Range | None = None
    light: bool = False
    clips: tuple[Clip, ...] = ()
    speaker: bool = False


class Motion(StrEnum):
    """How a move is meant."""

    ABSOLUTE = "absolute"  # to these angles and this zoom
    RELATIVE = "relative"  # by so much from where the camera looks now; zoom is multiplied
    STOP = "stop"  # stay where it is now


@dataclass(frozen=True, slots=True)
class Move:
    """A move; None: that axis stays as it is."""

    motion: Motion
    pan: float | None = None
    tilt: float | None = None
    zoom: float | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """How a camera stands at this moment."""

    pan: float = 0.0  # degrees to the right of its middle
    tilt: float = 0.0  # degrees up
    zoom: float = 1.0  # times
    moving: bool = False
    light: bool = False
    playing: str | None = None  # the clip's name
    speaking: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound to be played once, as it was sent."""

    media_type: str  # audio/wav or audio/ogg
    data: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something that the camera noticed by itself. A camera has at most one event of a kind in a second."""

    kind: str  # "motion", "sound"
    at: int
    details: State = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something that the camera recorded. A camera begins at most one recording in a second."""

    started_at: int
    ended_at: int
    details: State = field(default_factory=dict)  # what the driver needs to show it again


@dataclass(frozen=True, slots=True)
class Happenings:
    """What went on at a camera in some stretch of time."""

    noticed: tuple[Noticed, ...] = ()
    recorded: tuple[Recorded, ...] = ()


class Memory(Protocol):
    """What a driver keeps, where every node finds it."""

    async def now(self, camera: Camera) -> Camera:
        """The camera as it is stored now, or was a quarter of a second ago at most."""

    async def change(self, camera: Camera, change: Callable[[State], State]) -> Camera:
        """Put what `change` makes of the state in its place, in one transaction: of several at once each sees what
        the one before it made. It may be called again, so it must do nothing else."""


class Driver(Protocol):
    """A kind of camera. Whatever can't be done raises DeviceError."""

    def abilities(self, camera: Camera) -> Abilities:
        """What the camera can do."""

    async def online(self, cameras: Sequence[Camera]) -> frozenset[int]:
        """The ids of those that can be reached."""

    async def live(self, cameras: Sequence[Camera]) -> Mapping[int, Live]:
        """How they stand, by id; a camera that can't be reached is left out."""

    async def snapshot(self, camera: Camera) -> bytes:
        """A JPEG of now."""

    def frames(self, camera: Camera) -> AsyncIterator[bytes]:
        """One JPEG after the other, in time, for as long as somebody asks for the next one."""

    async def move(self, camera: Camera, move: Move) -> None:
        """Begin to turn the camera. What is out of its range is taken as the end of the range."""

    async def light(self, camera: Camera, *, on: bool) -> None:
        """Switch the light."""

    async def play(self, camera: Camera, clip: Clip) -> None:
        """Begin to play one of the camera's clips."""

    async def speak(self, camera: Camera, speech: Speech) -> None:
        """Begin to play what somebody says."""

    async def configure(self, camera: Camera, settings: CameraSettings) -> None:
        """Have the camera work with these settings from now on; they are stored afterwards."""

    async def happenings(self, camera: Camera, since: int, until: int) -> Happenings:
        """What has been noticed, and what has been recorded to its end, from `since` on and before `until`. Every node
        asks, for stretches that overlap: each answer must tell of the same thing in the same way."""

    def playback(self, camera: Camera, recorded: Recorded) -> AsyncIterator[bytes]:
        """The recording's JPEGs, one after the other, in time."""

    async def still(self, camera: Camera, recorded: Recorded, second: float) -> bytes:
        """A JPEG of the recording, `second` after its beginning."""

    async def forget(self, camera: Camera, recorded: Recorded) -> None:
        """Delete what was recorded."""

    async def close(self) -> None:
        """Let go of everything."""


class Drivers(Protocol):
    """The drivers that there are."""

    def named(self, name: str) -> Driver:
        """The driver of this name. Raises DriverMissing."""
