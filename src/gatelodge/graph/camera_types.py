"""Cameras, what happened at them and what they recorded, as the Graph API shows them. Each says what the caller may do
with it; what needs more than to see the camera is refused by itself, and the rest is answered."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from gatelodge.graph.camera_parts import Abilities, CameraSettings, LiveState, moment
from gatelodge.graph.context import GraphInfo
from gatelodge.graph.loading import loaders
from gatelodge.graph.pages import LAST_EVENTS, size
from gatelodge.graph.refusals import demand
from gatelodge.graph.types import ID_FORM
from gatelodge.protocol.credentials import public_id
from gatelodge.service import devices
from gatelodge.service.records import EventRow, RecordingRow
from gatelodge.service.resources import Seen


async def _camera(camera: "Camera", info: GraphInfo) -> devices.Camera:
    found = await loaders(info.context).camera.load(camera.seen.holding.resource_id)
    # It was there a moment ago, and is shown as it comes should it have been removed since.
    return found or devices.Camera(info.context.caller.provider.id, camera.seen.holding.resource_id, camera.name)


async def camera_settings(camera: strawberry.Parent["Camera"], info: GraphInfo) -> CameraSettings:
    """Looked up for all cameras of the answer at once, as are the next three."""
    return CameraSettings.of((await _camera(camera, info)).settings)


async def abilities(camera: strawberry.Parent["Camera"], info: GraphInfo) -> Abilities:
    """What its driver says."""
    return Abilities.of(info.context.services.cameras.abilities(await _camera(camera, info)))


async def online(camera: strawberry.Parent["Camera"], info: GraphInfo) -> bool:
    """Whether its driver reaches it."""
    return await loaders(info.context).online.load(camera.seen.holding.resource_id)


async def live(camera: strawberry.Parent["Camera"], info: GraphInfo) -> LiveState | None:
    """How it stands."""
    demand(info, camera.seen)
    return LiveState.of(await loaders(info.context).live.load(camera.seen.holding.resource_id))


def snapshot_url(camera: strawberry.Parent["Camera"], info: GraphInfo) -> str | None:
    """The address says nothing that the id doesn't: it is the token that opens it."""
    demand(info, camera.seen)
    return f"{info.context.caller.provider.origin}/api/cameras/{camera.id}/snapshot.jpg"


async def last_events(
    camera: strawberry.Parent["Camera"],
    info: GraphInfo,
    first: Annotated[int, strawberry.argument(description=f"How many, {LAST_EVENTS.most} at most.")] = 1,
) -> "list[Event] | None":
    """Looked up for all cameras of the answer at once."""
    demand(info, camera.seen)
    rows = await loaders(info.context).events(size(info, first, LAST_EVENTS)).load(camera.seen.holding.resource_id)
    return [Event.of(row, camera.seen) for row in rows]


@strawberry.type(description="A camera that the caller can see.")
class Camera:
    """A camera."""

    seen: strawberry.Private[Seen]
    id: strawberry.ID = strawberry.field(description=f"The camera's id: {ID_FORM}.")
    name: str = strawberry.field(description="What its owner calls the camera.")
    account_name: str = strawberry.field(description="The name of the account that the camera belongs to.")
    rights: list[str] = strawberry.field(
        description="What the caller may do with the camera at this moment, sorted: the token's scopes that "
        "are also the user's rights on the camera. What is taken from the user is gone with the next call."
    )
    online: bool = strawberry.field(resolver=online, description="Whether the camera can be reached.")
    settings: CameraSettings = strawberry.field(resolver=camera_settings, description="How the camera is set.")
    abilities: Abilities = strawberry.field(resolver=abilities, description="What the camera can do.")
    live: LiveState | None = strawberry.field(
        resolver=live,
        description="How the camera stands at this moment; null where it can't be reached. Needs `liveview`.",
    )
    snapshot_url: str | None = strawberry.field(
        resolver=snapshot_url,
        description="Where to GET a JPEG of now, with the same token. Needs `liveview`.",
    )
    last_events: "list[Event] | None" = strawberry.field(
        resolver=last_events, description="What happened at the camera, the newest first. Needs `events`."
    )

    @classmethod
    def of(cls, seen: Seen) -> "Camera":
        """The camera that a resource is."""
        holding = seen.holding
        return cls(
            seen=seen,
            id=strawberry.ID(public_id(holding.resource_id)),
            name=holding.name,
            account_name=holding.account_name,
            rights=sorted(seen.rights),
        )


@strawberry.type(description="Something that happened at a camera.")
class Event:
    """An event."""

    id: strawberry.ID = strawberry.field(description=f"The event's id: {ID_FORM}.")
    kind: str = strawberry.field(
        description="What it was: motion, sound, ptz, light, audioclip, speech, or what else a driver tells of."
    )
    at: datetime = strawberry.field(description="When, to the second.")
    by: str | None = strawberry.field(description="The name of the user who had it done; null where nobody did.")
    application: str | None = strawberry.field(description="The application by way of which it was done, if any.")
    details: JSON = strawberry.field(description="What else there is to say of it, by its kind.")
    camera: Camera = strawberry.field(description="The camera.")
    rights: list[str] = strawberry.field(description="What the caller may do with its camera at this moment, sorted.")

    @classmethod
    def of(cls, row: EventRow, seen: Seen) -> "Event":
        """What an event looks like here."""
        details = dict(row.details)
        by, application = details.pop("by", None), details.pop("application", None)
        return cls(
            id=strawberry.ID(public_id(row.id)),
            kind=row.kind,
            at=moment(row.at),
            by=by,
            application=application,
            details=JSON(details),
            camera=Camera.of(seen),
            rights=sorted(seen.rights),
        )


def _recording_url(recording: "Recording", info: GraphInfo, what: str) -> str:
    return f"{info.context.caller.provider.origin}/api/recordings/{recording.id}/{what}"


def video_url(recording: strawberry.Parent["Recording"], info: GraphInfo) -> str:
    """It is the token that opens it."""
    return _recording_url(recording, info, "video.mjpeg")


def picture_url(recording: strawberry.Parent["Recording"], info: GraphInfo) -> str:
    """It is the token that opens it."""
    return _recording_url(recording, info, "picture.jpg")


@strawberry.type(description="Something that a camera recorded.")
class Recording:
    """A recording."""

    id: strawberry.ID = strawberry.field(description=f"The recording's id: {ID_FORM}.")
    started_at: datetime = strawberry.field(description="When it begins.")
    ended_at: datetime = strawberry.field(description="When it ends.")
    seconds: int = strawberry.field(description="How long it is.")
    video_url: str = strawberry.field(
        resolver=video_url, description="Where to GET it with the same token, as MJPEG, as fast as it happened."
    )
    picture_url: str = strawberry.field(
        resolver=picture_url,
        description="Where to GET a JPEG of it with the same token; `?second=5`: the picture after five seconds.",
    )
    camera: Camera = strawberry.field(description="The camera.")
    rights: list[str] = strawberry.field(description="What the caller may do with its camera at this moment, sorted.")

    @classmethod
    def of(cls, row: RecordingRow, seen: Seen) -> "Recording":
        """What a recording looks like here."""
        return cls(
            id=strawberry.ID(public_id(row.id)),
            started_at=moment(row.started_at),
            ended_at=moment(row.ended_at),
            seconds=row.ended_at - row.started_at,
            camera=Camera.of(seen),
            rights=sorted(seen.rights),
        )
