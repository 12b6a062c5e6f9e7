"""How a virtual camera stands: values in, values out. Times are UTC epoch seconds, with fractions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gatelodge.service.devices import Live, Motion, Move, Range, State

PAN = Range(-70.0, 70.0)
TILT = Range(-20.0, 15.0)
ZOOM = Range(1.0, 6.0)

PAN_SPEED = 45.0  # degrees a second
TILT_SPEED = 25.0
ZOOM_SPEED = 1.6  # doublings a second


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera looks."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """On the way from one pose to another since some time."""

    origin: Pose = Pose()
    target: Pose = Pose()
    since: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return max(
            abs(self.target.pan - self.origin.pan) / PAN_SPEED,
            abs(self.target.tilt - self.origin.tilt) / TILT_SPEED,
            abs(math.log2(self.target.zoom / self.origin.zoom)) / ZOOM_SPEED,
        )

    def at(self, time: float) -> Pose:
        """The pose at some time: it speeds up, and slows down."""
        seconds = self.seconds
        part = 1.0 if seconds == 0 else min(max((time - self.since) / seconds, 0.0), 1.0)
        part = part * part * (3 - 2 * part)

        def between(a: float, b: float) -> float:
            return a + (b - a) * part

        return Pose(
            between(self.origin.pan, self.target.pan),
            between(self.origin.tilt, self.target.tilt),
            self.origin.zoom * (self.target.zoom / self.origin.zoom) ** part,
        )


def turn_of(state: State) -> Turn:
    """The turn that a state tells of."""
    if "turn" not in state:
        return Turn()
    origin, target, since = state["turn"]
    return Turn(Pose(*origin), Pose(*target), since)


def moved(state: State, move: Move, time: float) -> dict[str, Any]:
    """The state once a move was begun at some time."""
    here = turn_of(state).at(time)
    target = here if move.motion is Motion.STOP else _target(here, move)
    return {**state, "turn": [_numbers(here), _numbers(target), round(time, 3)]}


def _target(here: Pose, move: Move) -> Pose:
    relative = move.motion is Motion.RELATIVE
    target = here
    if move.pan is not None:
        target = replace(target, pan=PAN.clamp(here.pan + move.pan if relative else move.pan))
    if move.tilt is not None:
        target = replace(target, tilt=TILT.clamp(here.tilt + move.tilt if relative else move.tilt))
    if move.zoom is not None:
        target = replace(target, zoom=ZOOM.clamp(here.zoom * move.zoom if relative else move.zoom))
    return target


def _numbers(pose: Pose) -> list[float]:
    return [round(pose.pan, 3), round(pose.tilt, 3), round(pose.zoom, 4)]


def lit(state: State, *, on: bool) -> dict[str, Any]:
    """The state with the light on or off."""
    return {**state, "light": on}


def sounding(state: State, kind: str, name: str, until: float) -> dict[str, Any]:
    """The state while a clip (`playing`) or somebody's voice (`speaking`) is heard."""
    return {**state, kind: [name, round(until, 3)]}


def _heard(state: Mapping[str, Any], kind: str, time: float) -> str | None:
    name, until = state.get(kind, ("", 0.0))
    return name if time < until else None


def live(state: State, time: float) -> Live:
    """How the camera stands at some time."""
    turn = turn_of(state)
    pose = turn.at(time)
    return Live(
        pan=round(pose.pan, 2),
        tilt=round(pose.tilt, 2),
        zoom=round(pose.zoom, 3),
        moving=time < turn.since + turn.seconds,
        light=bool(state.get("light", False)),
        playing=_heard(state, "playing", time),
        speaking=_heard(state, "speaking", time) is not None,
    )
