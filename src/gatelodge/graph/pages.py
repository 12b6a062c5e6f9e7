"""Pages of lists: how large one may be, and the forms that cursor connections have (Relay's specification of them)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

import strawberry

from gatelodge.graph.context import GraphInfo
from gatelodge.graph.cursors import read_cursor
from gatelodge.graph.refusals import INVALID_ARGUMENT, NotAnswered, field_of
from gatelodge.service.records import Period

T = TypeVar("T")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a page of some list may be."""

    most: int
    usual: int


CAMERAS = Size(1000, 50)
EVENTS = Size(100, 20)
RECORDINGS = Size(100, 20)
LAST_EVENTS = Size(10, 1)
MOST_SEARCH = 80  # characters


def size(info: GraphInfo, first: int, limit: Size) -> int:
    """The page's size, if it is one. Raises NotAnswered."""
    if not 1 <= first <= limit.most:
        raise wrong(info, "first", f"A page has 1 to {limit.most} entries.")
    return first


def wrong(info: GraphInfo, argument: str, text: str) -> NotAnswered:
    """An argument that can't be."""
    return NotAnswered(INVALID_ARGUMENT, text, field=field_of(info), arguments={argument: text})


def place(info: GraphInfo, kind: str, after: str | None, *types: type) -> tuple[object, ...] | None:
    """The place behind which a page begins; None: at the beginning. Raises NotAnswered."""
    if after is None:
        return None
    found = read_cursor(kind, after, *types)
    if found is None:
        raise wrong(info, "after", "This is no cursor of this list; take endCursor, or an edge's cursor, as it is.")
    return found


def period(info: GraphInfo, kind: str, since: datetime | None, until: datetime | None, after: str | None) -> Period:
    """The stretch of time that is asked about, and where in it the page begins. Raises NotAnswered."""
    found = place(info, kind, after, int, int)
    before = None if found is None else (int(str(found[0])), int(str(found[1])))
    return Period(_seconds(since), _seconds(until), before)


def _seconds(at: datetime | None) -> int | None:
    """A time that says no zone is UTC."""
    if at is None:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether more comes after this page.")
    has_previous_page: bool = strawberry.field(description="Whether something came before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the page's first entry.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last entry: `after` of the next.")


@dataclass(frozen=True, slots=True)
class Cut(Generic[Row]):
    """The rows of a page, each with its cursor, and its PageInfo."""

    rows: list[tuple[str, Row]]
    info: PageInfo


def cut(rows: Sequence[Row], most: int, cursor_of: Callable[[Row], str], *, later: bool) -> Cut[Row]:
    """A page of rows, of which there is one more than the page holds where more comes after it; `later`: whether it
    began behind a cursor."""
    shown = [(cursor_of(row), row) for row in rows[:most]]
    info = PageInfo(
        has_next_page=len(rows) > most,
        has_previous_page=later,
        start_cursor=shown[0][0] if shown else None,
        end_cursor=shown[-1][0] if shown else None,
    )
    return Cut(shown, info)
