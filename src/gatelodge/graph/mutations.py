"""What can be done."""

import base64
import binascii
import dataclasses
from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import UNSET

from gatelodge.graph.camera_parts import moment
from gatelodge.graph.camera_types import Camera
from gatelodge.graph.context import GraphInfo
from gatelodge.graph.loading import loaders
from gatelodge.graph.pages import wrong
from gatelodge.graph.queries import CameraId
from gatelodge.graph.refusals import CAMERA_NOT_FOUND, NOT_FOUND, NotAnswered, answered, field_of
from gatelodge.graph.types import ID_FORM
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service import devices
from gatelodge.service.cameras import Refusal
from gatelodge.service.speech import MOST_BYTES, MOST_SECONDS

NO_RECORDING = "There is no such recording, or none that you can see."
NO_VIEW = "There is no such live view of yours."


@strawberry.enum(description="How a move is meant.")
class PtzMotion(Enum):
    """devices.Motion, as the API names it."""

    ABSOLUTE = strawberry.enum_value("absolute", description="To these angles and this zoom.")
    RELATIVE = strawberry.enum_value(
        "relative", description="By so many degrees from where it looks now; zoom is multiplied."
    )
    STOP = strawberry.enum_value("stop", description="Stay where it is now.")


@strawberry.input(description="What to change; what is left out stays as it is.")
class CameraSettingsInput:
    """Changes of settings."""

    frame_rate: int | None = strawberry.field(default=UNSET, description="Pictures a second, from 1 to 10.")
    quality: int | None = strawberry.field(default=UNSET, description="How good its JPEGs are, from 30 to 95.")
    overlay: bool | None = strawberry.field(
        default=UNSET, description="Whether its name and the time are in the picture."
    )
    motion_detection: bool | None = strawberry.field(default=UNSET, description="Whether motion is noted as an event.")
    recording: bool | None = strawberry.field(
        default=UNSET, description="Whether what happened is kept as a recording."
    )


@strawberry.type(description="A live view that was begun.")
class LiveView:
    """A live view."""

    id: strawberry.ID = strawberry.field(description=f"What liveViewEnd calls it: {ID_FORM}.")
    url: str = strawberry.field(
        description="Where to GET the pictures, as MJPEG, which a browser plays in an <img>. Whoever has the address "
        "needs no token: keep it as you would keep one."
    )
    snapshot_url: str = strawberry.field(description="Where to GET one JPEG of now, likewise.")
    expires_at: datetime = strawberry.field(
        description="When it ends at the latest. It ends before with the right, with the token and with liveViewEnd."
    )


def _id(info: GraphInfo, text: str, *, not_found: str = CAMERA_NOT_FOUND) -> int:
    number = parse_public_id(text)
    if number is None:
        raise NotAnswered(NOT_FOUND, not_found, field=field_of(info))
    return number


async def _camera(info: GraphInfo, done: devices.Camera | Refusal) -> Camera:
    """The camera as it is after something was done to it."""
    camera = answered(info, done)
    context = info.context
    context.kept.pop("loaders", None)  # what was looked up before is not how it is now
    loaders(context).camera.prime(camera.id, camera)
    seen = await context.services.resources.one(context.caller, camera.id)
    if seen is None:
        raise NotAnswered(NOT_FOUND, CAMERA_NOT_FOUND, field=field_of(info))
    return Camera.of(seen)


async def camera_rename(
    info: GraphInfo,
    camera: CameraId,
    name: Annotated[str, strawberry.argument(description="What to call it: 1 to 80 characters.")],
) -> Camera | None:
    """Give a camera another name."""
    context = info.context
    done = await context.services.cameras.rename(context.caller, _id(info, camera), name)
    return Camera.of(answered(info, done))


async def camera_settings(
    info: GraphInfo,
    camera: CameraId,
    settings: Annotated[CameraSettingsInput, strawberry.argument(description="What to change.")],
) -> Camera | None:
    """Change some settings."""
    named = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    changes = {name: value for name, value in named.items() if value is not UNSET and value is not None}
    context = info.context
    return await _camera(info, await context.services.cameras.configure(context.caller, _id(info, camera), changes))


async def ptz_move(
    info: GraphInfo,
    camera: CameraId,
    motion: Annotated[PtzMotion, strawberry.argument(description="How the move is meant.")] = PtzMotion.RELATIVE,
    pan: Annotated[float | None, strawberry.argument(description="Degrees to the right.")] = None,
    tilt: Annotated[float | None, strawberry.argument(description="Degrees up.")] = None,
    zoom: Annotated[float | None, strawberry.argument(description="Times, greater than 0.")] = None,
) -> Camera | None:
    """Turn a camera."""
    context = info.context
    move = devices.Move(devices.Motion[motion.name], pan, tilt, zoom)
    return await _camera(info, await context.services.cameras.move(context.caller, _id(info, camera), move))


async def light_set(
    info: GraphInfo,
    camera: CameraId,
    on: Annotated[bool, strawberry.argument(description="Whether it is to be on.")],
) -> Camera | None:
    """Switch a light."""
    context = info.context
    return await _camera(info, await context.services.cameras.light(context.caller, _id(info, camera), on=on))


async def audio_clip_play(
    info: GraphInfo,
    camera: CameraId,
    clip: Annotated[str, strawberry.argument(description="The name of one of its audio clips.")],
) -> Camera | None:
    """Play a sound."""
    context = info.context
    return await _camera(info, await context.services.cameras.play(context.caller, _id(info, camera), clip))


async def audio_transmit(
    info: GraphInfo,
    camera: CameraId,
    audio: Annotated[
        str,
        strawberry.argument(
            description=f"The sound in base64: WAV (PCM) or Ogg Opus, {MOST_BYTES} bytes and {MOST_SECONDS:.0f} "
            "seconds at most."
        ),
    ],
) -> Camera | None:
    """Speak."""
    try:
        sound = base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        raise wrong(info, "audio", "This is not base64.") from None
    context = info.context
    return await _camera(info, await context.services.cameras.speak(context.caller, _id(info, camera), sound))


async def recording_delete(
    info: GraphInfo, recording: Annotated[strawberry.ID, strawberry.argument(description="The recording's id.")]
) -> strawberry.ID | None:
    """Delete a recording."""
    context = info.context
    number = _id(info, recording, not_found=NO_RECORDING)
    done = await context.services.footage.delete(context.caller, number)
    return strawberry.ID(public_id(answered(info, done, not_found=NO_RECORDING).id))


async def live_view_start(info: GraphInfo, camera: CameraId) -> LiveView | None:
    """Begin to watch."""
    context = info.context
    view = answered(info, await context.services.live_views.start(context.caller, _id(info, camera)))
    url = f"{context.caller.provider.origin}/live/{view.secret}"
    return LiveView(
        id=strawberry.ID(public_id(view.id)),
        url=url,
        snapshot_url=f"{url}/snapshot.jpg",
        expires_at=moment(view.expires_at),
    )


async def live_view_end(
    info: GraphInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The live view's id.")]
) -> bool | None:
    """Stop watching."""
    answered(info, await info.context.services.live_views.end(info.context.caller, id), not_found=NO_VIEW)
    return True


@strawberry.type(
    description="What can be done. Each is null where it was refused, and an error says why; the others are done."
)
class Mutation:
    """The root of mutations."""

    camera_rename: Camera | None = strawberry.mutation(
        resolver=camera_rename, description="Give a camera another name. Needs `write`."
    )
    camera_settings: Camera | None = strawberry.mutation(
        resolver=camera_settings, description="Change how a camera is set. Needs `write`."
    )
    ptz_move: Camera | None = strawberry.mutation(
        resolver=ptz_move,
        description="Begin to turn a camera, or to zoom; what is out of its range is taken as the end of the range. "
        "Needs `liveview_ptz`.",
    )
    light_set: Camera | None = strawberry.mutation(
        resolver=light_set, description="Switch a camera's light. Needs `liveview_light`."
    )
    audio_clip_play: Camera | None = strawberry.mutation(
        resolver=audio_clip_play, description="Play one of a camera's audio clips. Needs `liveview_audioclip`."
    )
    audio_transmit: Camera | None = strawberry.mutation(
        resolver=audio_transmit, description="Have something heard at a camera, once. Needs `audiotransmit`."
    )
    recording_delete: strawberry.ID | None = strawberry.mutation(
        resolver=recording_delete,
        description="Delete a recording, for good; its id where it is done. Needs `recordings_delete`.",
    )
    live_view_start: LiveView | None = strawberry.mutation(
        resolver=live_view_start, description="Begin to watch a camera live. Needs `liveview`."
    )
    live_view_end: bool | None = strawberry.mutation(
        resolver=live_view_end, description="End a live view that you began. Needs `liveview`."
    )
