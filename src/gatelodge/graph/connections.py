"""The connections: a page of a list, as edges with cursors (Relay's specification of cursor connections)."""

import strawberry

from gatelodge.graph.camera_types import Camera, Event, Recording
from gatelodge.graph.pages import PageInfo

CURSOR = "Where it stands in the list: `after` for what comes next. Says nothing else."


@strawberry.type(description="A camera in a page.")
class CameraEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Camera = strawberry.field(description="The camera.")


@strawberry.type(description="A page of cameras.")
class CameraConnection:
    """A page."""

    edges: list[CameraEdge] = strawberry.field(description="The page's entries.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(description="How many there are on all pages.")


@strawberry.type(description="An event in a page.")
class EventEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Event = strawberry.field(description="The event.")


@strawberry.type(description="A page of events, the newest first.")
class EventConnection:
    """A page."""

    edges: list[EventEdge] = strawberry.field(description="The page's entries.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


@strawberry.type(description="A recording in a page.")
class RecordingEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Recording = strawberry.field(description="The recording.")


@strawberry.type(description="A page of recordings, the newest first.")
class RecordingConnection:
    """A page."""

    edges: list[RecordingEdge] = strawberry.field(description="The page's entries.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
