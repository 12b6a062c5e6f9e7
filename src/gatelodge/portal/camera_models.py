"""The page models of cameras."""

from dataclasses import dataclass
from typing import ClassVar

from gatelodge.portal.models import Moment


@dataclass(frozen=True, slots=True)
class CameraCard:
    """A camera in the list."""

    name: str
    account: str
    url: str
    snapshot: str  # where its picture is; empty where the user may not see it
    rights: str  # what the user may do, in short


@dataclass(frozen=True, slots=True)
class CamerasPage:
    """Every camera that the user can see."""

    template: ClassVar[str] = "cameras.html"
    cameras: tuple[CameraCard, ...]


@dataclass(frozen=True, slots=True)
class RecordingCard:
    """A recording in the list."""

    when: Moment
    seconds: int
    video: str
    picture: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in the list."""

    what: str
    by: str
    when: Moment


@dataclass(frozen=True, slots=True)
class ClipChoice:
    """A sound to be played."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class CameraPage:
    """One camera: its picture, and what the user may do with it."""

    template: ClassVar[str] = "camera.html"
    name: str
    account: str
    action: str
    live: str  # where the live picture is; empty where the user may not watch
    can_move: bool
    can_light: bool
    light_on: bool
    clips: tuple[ClipChoice, ...]
    recordings: tuple[RecordingCard, ...] | None  # None: not the user's to see
    events: tuple[EventRow, ...] | None
    lacking: str  # what the user may not do, in short
    fault: str = ""
