"""What a camera can do, how it is set and how it stands, as the Graph API shows it."""

from datetime import UTC, datetime

import strawberry

from gatelodge.service import devices


def moment(at: int) -> datetime:
    """A time as the API shows it."""
    return datetime.fromtimestamp(at, UTC)


@strawberry.type(description="How a camera is set.")
class CameraSettings:
    """devices.CameraSettings, as the API names it."""

    frame_rate: int = strawberry.field(description="Pictures a second in a live view, from 1 to 10.")
    quality: int = strawberry.field(description="How good its JPEGs are, from 30 to 95.")
    overlay: bool = strawberry.field(description="Whether its name and the time are in the picture.")
    motion_detection: bool = strawberry.field(description="Whether motion is noted as an event.")
    recording: bool = strawberry.field(description="Whether what happened is kept as a recording.")

    @classmethod
    def of(cls, settings: devices.CameraSettings) -> "CameraSettings":
        """What settings look like here."""
        return cls(
            frame_rate=settings.frame_rate,
            quality=settings.quality,
            overlay=settings.overlay,
            motion_detection=settings.motion_detection,
            recording=settings.recording,
        )


@strawberry.type(description="From the least to the most that a camera can do.")
class Range:
    """devices.Range, as the API names it."""

    least: float = strawberry.field(description="The least.")
    most: float = strawberry.field(description="The most.")

    @classmethod
    def of(cls, found: devices.Range | None) -> "Range | None":
        """What a range looks like here."""
        return cls(least=found.least, most=found.most) if found else None


@strawberry.type(description="A sound that a camera can play.")
class AudioClip:
    """devices.Clip, as the API names it."""

    name: str = strawberry.field(description="What audioClipPlay calls it.")
    label: str = strawberry.field(description="What to call it before people.")
    seconds: float = strawberry.field(description="How long it lasts.")


@strawberry.type(description="What a camera can do. Whether the caller may have it do so, its rights say.")
class Abilities:
    """devices.Abilities, as the API names it."""

    pan: Range | None = strawberry.field(description="Degrees to the right of its middle; null: it does not turn.")
    tilt: Range | None = strawberry.field(description="Degrees up; null: it does not tilt.")
    zoom: Range | None = strawberry.field(description="Times; null: it does not zoom.")
    light: bool = strawberry.field(description="Whether it has a light.")
    speaker: bool = strawberry.field(description="Whether it can be spoken through.")
    audio_clips: list[AudioClip] = strawberry.field(description="The sounds that it can play.")

    @classmethod
    def of(cls, found: devices.Abilities) -> "Abilities":
        """What abilities look like here."""
        return cls(
            pan=Range.of(found.pan),
            tilt=Range.of(found.tilt),
            zoom=Range.of(found.zoom),
            light=found.light,
            speaker=found.speaker,
            audio_clips=[AudioClip(name=one.name, label=one.label, seconds=one.seconds) for one in found.clips],
        )


@strawberry.type(description="How a camera stands at this moment.")
class LiveState:
    """devices.Live, as the API names it."""

    pan: float = strawberry.field(description="Degrees to the right of its middle.")
    tilt: float = strawberry.field(description="Degrees up.")
    zoom: float = strawberry.field(description="Times.")
    moving: bool = strawberry.field(description="Whether it is on its way to somewhere.")
    light: bool = strawberry.field(description="Whether its light is on.")
    playing: str | None = strawberry.field(description="The audio clip that is heard, if one is.")
    speaking: bool = strawberry.field(description="Whether somebody is heard through it.")

    @classmethod
    def of(cls, found: devices.Live | None) -> "LiveState | None":
        """What a state looks like here."""
        if found is None:
            return None
        return cls(
            pan=found.pan,
            tilt=found.tilt,
            zoom=found.zoom,
            moving=found.moving,
            light=found.light,
            playing=found.playing,
            speaking=found.speaking,
        )
