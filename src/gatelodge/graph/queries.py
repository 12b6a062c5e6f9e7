"""What can be asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from gatelodge.graph.camera_types import Camera, Event, Recording
from gatelodge.graph.connections import (
    CameraConnection,
    CameraEdge,
    EventConnection,
    EventEdge,
    RecordingConnection,
    RecordingEdge,
)
from gatelodge.graph.context import GraphInfo
from gatelodge.graph.cursors import cursor
from gatelodge.graph.needs import NEEDS
from gatelodge.graph.pages import CAMERAS, EVENTS, MOST_SEARCH, RECORDINGS, cut, period, place, size, wrong
from gatelodge.graph.refusals import CAMERA_NOT_FOUND, NOT_FOUND, NotAnswered, answered, demand, field_of, forbidden
from gatelodge.graph.types import Me
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.service.records import EventRow
from gatelodge.service.refusals import NotFound
from gatelodge.service.resources import Lacking, Seen, lacking

MOST_KINDS = 20

CameraId = Annotated[strawberry.ID, strawberry.argument(description="The camera's id.")]
Search = Annotated[str | None, strawberry.argument(description="Only cameras in whose name this is found.")]
After = Annotated[str | None, strawberry.argument(description="A cursor: the page begins behind it.")]
Since = Annotated[datetime | None, strawberry.argument(description="From then on. Without a zone it is UTC.")]
Until = Annotated[datetime | None, strawberry.argument(description="Before then. Without a zone it is UTC.")]


def me(info: GraphInfo) -> Me:
    """The caller."""
    return Me.of(info.context.caller)


async def camera_list(
    info: GraphInfo,
    search: Search = None,
    first: Annotated[
        int | None, strawberry.argument(description=f"At most so many, {CAMERAS.most} at most. Left out: all of them.")
    ] = None,
    after: Annotated[
        strawberry.ID | None, strawberry.argument(description="The id of a camera: only those behind it.")
    ] = None,
) -> list[Camera]:
    """Every camera that the caller can read."""
    context = info.context
    seen = await context.services.resources.seen(context.caller)
    if search is None and first is None and after is None:
        return [Camera.of(one) for one in seen]
    found = _found(info, seen, search)
    if after is not None:
        places = [number for number, one in enumerate(found) if one.holding.resource_id == parse_public_id(after)]
        if not places:
            raise wrong(info, "after", "No camera of this id is in the list.")
        found = found[places[0] + 1 :]
    return [Camera.of(one) for one in (found if first is None else found[: size(info, first, CAMERAS)])]


async def cameras(
    info: GraphInfo,
    first: Annotated[int, strawberry.argument(description=f"The page's size, {CAMERAS.most} at most.")] = CAMERAS.usual,
    after: After = None,
    search: Search = None,
) -> CameraConnection:
    """The same, in pages."""
    most = size(info, first, CAMERAS)
    behind = place(info, "cameras", after, str, int)
    context = info.context
    found = _found(info, await context.services.resources.seen(context.caller), search)
    # A cursor holds name and id: it stands where it stood, also when its camera is gone.
    rest = found if behind is None else [one for one in found if (one.holding.name, one.holding.resource_id) > behind]
    page = cut(
        rest[: most + 1],
        most,
        lambda one: cursor("cameras", one.holding.name, one.holding.resource_id),
        later=len(rest) < len(found),
    )
    edges = [CameraEdge(cursor=where, node=Camera.of(one)) for where, one in page.rows]
    return CameraConnection(edges=edges, page_info=page.info, total_count=len(found))


def _found(info: GraphInfo, seen: Sequence[Seen], search: str | None) -> list[Seen]:
    if search is not None and len(search) > MOST_SEARCH:
        raise wrong(info, "search", f"Search for {MOST_SEARCH} characters at most.")
    wanted = (search or "").casefold()
    found = [one for one in seen if wanted in one.holding.name.casefold()]
    return sorted(found, key=lambda one: (one.holding.name, one.holding.resource_id))


async def camera(
    info: GraphInfo,
    id: Annotated[strawberry.ID, strawberry.argument(description="The id that cameraList gives.")],
) -> Camera | None:
    """The camera, unless it is unknown, out of the caller's sight, or `id` is none."""
    number = parse_public_id(id)
    if number is None:
        return None
    seen = await info.context.services.resources.one(info.context.caller, number)
    return Camera.of(seen) if seen else None


async def recording_list(
    info: GraphInfo,
    camera: CameraId,
    since: Since = None,
    until: Until = None,
    first: Annotated[
        int, strawberry.argument(description=f"The page's size, {RECORDINGS.most} at most.")
    ] = RECORDINGS.usual,
    after: After = None,
) -> RecordingConnection | None:
    """What a camera recorded."""
    most = size(info, first, RECORDINGS)
    asked = period(info, "recordings", since, until, after)
    number, context = parse_public_id(camera), info.context
    seen = await context.services.resources.one(context.caller, number) if number is not None else None
    if seen is None:
        raise NotAnswered(NOT_FOUND, CAMERA_NOT_FOUND, field=field_of(info))
    demand(info, seen)
    found = await context.services.footage.recordings(context.caller, seen.holding.resource_id, asked, most + 1)
    page = cut(
        answered(info, found), most, lambda row: cursor("recordings", row.started_at, row.id), later=after is not None
    )
    edges = [RecordingEdge(cursor=where, node=Recording.of(row, seen)) for where, row in page.rows]
    return RecordingConnection(edges=edges, page_info=page.info)


async def event_list(
    info: GraphInfo,
    cameras: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(description="Of these cameras. Left out: of all whose events the caller may see."),
    ] = None,
    since: Since = None,
    until: Until = None,
    kinds: Annotated[
        list[str] | None, strawberry.argument(description=f"Of these kinds, {MOST_KINDS} at most. Left out: any.")
    ] = None,
    first: Annotated[int, strawberry.argument(description=f"The page's size, {EVENTS.most} at most.")] = EVENTS.usual,
    after: After = None,
) -> EventConnection | None:
    """What happened."""
    most = size(info, first, EVENTS)
    asked = period(info, "events", since, until, after)
    if kinds is not None and len(kinds) > MOST_KINDS:
        raise wrong(info, "kinds", f"Ask for {MOST_KINDS} kinds at most.")
    context = info.context
    seen = {one.holding.resource_id: one for one in await context.services.resources.seen(context.caller)}
    ids = _all_that_may(info, seen) if cameras is None else _those(info, seen, cameras)
    found: Sequence[EventRow] = ()
    wanted = None if kinds is None else [kind for kind in kinds if kind.isprintable()]  # no event has another
    if ids:
        found = await context.services.footage.events(context.caller.provider.id, ids, wanted, asked, most + 1)
    page = cut(found, most, lambda row: cursor("events", row.at, row.id), later=after is not None)
    edges = [EventEdge(cursor=where, node=Event.of(row, seen[row.resource_id])) for where, row in page.rows]
    return EventConnection(edges=edges, page_info=page.info)


def _all_that_may(info: GraphInfo, seen: dict[int, Seen]) -> list[int]:
    """The cameras whose events the caller may see. Where there are cameras and none of them is, it is refused."""
    right = NEEDS[field_of(info)]
    ids = [resource_id for resource_id, one in seen.items() if right in one.rights]
    if seen and not ids:
        takers = [why.takers for one in seen.values() if (why := lacking(info.context.caller, one.holding, right))]
        raise forbidden(info, Lacking(right, frozenset.intersection(*takers) or takers[0]))
    return ids


def _those(info: GraphInfo, seen: dict[int, Seen], cameras: Sequence[str]) -> list[int]:
    if len(cameras) > CAMERAS.most:
        raise wrong(info, "cameras", f"Ask for {CAMERAS.most} cameras at most.")
    ids = []
    for text in dict.fromkeys(cameras):
        number = parse_public_id(text)
        if number is None or number not in seen:
            answered(info, NotFound())
        else:
            demand(info, seen[number])
            ids.append(number)
    return ids


@strawberry.type(description="What can be asked. Each answer is worked out anew, with the rights of the moment.")
class Query:
    """The root of queries."""

    me: Me = strawberry.field(resolver=me, description="Who calls.")
    camera_list: list[Camera] = strawberry.field(
        resolver=camera_list, description="The cameras that the caller can see, by name."
    )
    cameras: CameraConnection | None = strawberry.field(
        resolver=cameras, description="The cameras that the caller can see, by name, in pages."
    )
    camera: Camera | None = strawberry.field(
        resolver=camera, description="One camera; null where the caller can see none of that id."
    )
    recording_list: RecordingConnection | None = strawberry.field(
        resolver=recording_list, description="What a camera recorded, the newest first. Needs `recordings`."
    )
    event_list: EventConnection | None = strawberry.field(
        resolver=event_list, description="What happened at cameras, the newest first. Needs `events`."
    )
