"""What is stored of cameras, on both databases: settings and state, events, recordings, live views."""

import asyncio
from dataclasses import replace

import pytest

from gatelodge.service.ports import NotThere
from gatelodge.service.records import CameraRow, EventRow, LiveViewRow, Period, RecordingRow
from tests.support.stores import Stores, dump
from tests.support.world import START, House, World

NOW = START + 100


def event(world: World, house: House, at: int, kind: str = "motion", camera: int | None = None) -> EventRow:
    """Something that happened at the house's camera."""
    camera_id = house.resource_id if camera is None else camera
    return EventRow(world.mint.id(), house.provider.id, camera_id, kind, at, {"loud": True})


def recording(world: World, house: House, at: int) -> RecordingRow:
    """Something that the house's camera recorded."""
    return RecordingRow(world.mint.id(), house.provider.id, house.resource_id, at, at + 10, {"state": {"light": True}})


async def test_a_camera_comes_as_it_is_until_something_is_stored(stores: Stores, home: House) -> None:
    found = await stores.cameras.of(home.provider.id, [home.resource_id, 7])
    row = CameraRow(home.provider.id, home.resource_id, "Front door", "virtual", {}, {})
    assert found == {home.resource_id: row}
    changed = replace(row, settings={"quality": 60}, state={"light": True})
    assert await stores.cameras.change(home.provider.id, home.resource_id, lambda _: changed) == changed
    assert await stores.cameras.of(home.provider.id, [home.resource_id]) == {home.resource_id: changed}
    assert await stores.cameras.of(home.provider.id, []) == {}


async def test_of_several_changes_at_once_each_sees_the_one_before(stores: Stores, home: House) -> None:
    def one_more(row: CameraRow) -> CameraRow:
        return replace(row, state={"count": row.state.get("count", 0) + 1})

    changes = (stores.cameras.change(home.provider.id, home.resource_id, one_more) for _ in range(12))
    counts = sorted(row.state["count"] for row in await asyncio.gather(*changes))
    assert counts == list(range(1, 13))


async def test_a_camera_that_is_not_there_is_not_changed(stores: Stores, home: House) -> None:
    with pytest.raises(NotThere):
        await stores.cameras.change(home.provider.id, 7, lambda row: row)


async def test_every_camera_comes_by_once(stores: Stores, home: House, away: House) -> None:
    first = await stores.cameras.after(-1, 1)
    second = await stores.cameras.after(first[0].resource_id, 1)
    assert {first[0].resource_id, second[0].resource_id} == {home.resource_id, away.resource_id}
    assert await stores.cameras.after(second[0].resource_id, 1) == []


async def test_an_event_is_stored_once(world: World, stores: Stores, home: House, store_url: str) -> None:
    await stores.events.add([event(world, home, START), event(world, home, START)])
    await stores.events.add([event(world, home, START), event(world, home, START, "light")])
    assert sorted(row["kind"] for row in dump(store_url)["events"]) == ["light", "motion"]


async def test_what_is_told_of_a_camera_that_has_gone_is_passed_over(world: World, stores: Stores, home: House) -> None:
    here = event(world, home, START)
    await stores.events.add([event(world, home, START, camera=7), here])
    await stores.recordings.add([replace(recording(world, home, START), resource_id=7)])
    found = await stores.events.latest(home.provider.id, [7, home.resource_id], None, Period(), 9)
    assert found == [here]


async def test_events_come_newest_first_and_in_pages(world: World, stores: Stores, home: House) -> None:
    other = world.mint.id()
    await stores.resources.add(home.provider.id, other, home.account.id, "Garden")
    rows = [event(world, home, START + n, camera=(home.resource_id, other)[n % 2]) for n in range(10)]
    rows += [event(world, home, START + 9, "ptz"), event(world, home, START + 9, "light")]
    await stores.events.add(rows)
    newest = sorted(rows, key=lambda row: (row.at, row.id), reverse=True)
    both = [home.resource_id, other]
    seen: list[EventRow] = []
    period = Period()
    while page := await stores.events.latest(home.provider.id, both, None, period, 5):
        seen += page
        period = replace(period, before=(page[-1].at, page[-1].id))
    assert seen == newest


async def test_events_of_some_time_and_of_some_kinds(world: World, stores: Stores, home: House) -> None:
    rows = [event(world, home, START + n, kind) for n in range(5) for kind in ("motion", "ptz")]
    await stores.events.add(rows)
    period = Period(since=START + 1, until=START + 3)
    found = await stores.events.latest(home.provider.id, [home.resource_id], ["ptz", "x"], period, 9)
    assert [(row.at - START, row.kind) for row in found] == [(2, "ptz"), (1, "ptz")]
    assert await stores.events.latest(home.provider.id, [home.resource_id], [], period, 9) == []


async def test_the_newest_few_of_each_camera(world: World, stores: Stores, home: House) -> None:
    other, silent = world.mint.id(), world.mint.id()
    for camera in (other, silent):
        await stores.resources.add(home.provider.id, camera, home.account.id, "Garden")
    rows = [event(world, home, START + n, camera=camera) for n in range(4) for camera in (home.resource_id, other)]
    await stores.events.add(rows)
    found = await stores.events.latest_each(home.provider.id, [home.resource_id, other, silent], 2)
    assert {camera: [row.at - START for row in events] for camera, events in found.items()} == {
        home.resource_id: [3, 2],
        other: [3, 2],
    }


async def test_recordings_come_newest_first_and_in_pages(world: World, stores: Stores, home: House) -> None:
    rows = [recording(world, home, START + n * 20) for n in range(5)]
    await stores.recordings.add([*rows, rows[0]])
    first = await stores.recordings.latest(home.provider.id, home.resource_id, Period(), 2)
    behind = Period(before=(first[-1].started_at, first[-1].id))
    assert [*first, *await stores.recordings.latest(home.provider.id, home.resource_id, behind, 9)] == rows[::-1]


async def test_a_deleted_recording_stays_deleted(world: World, stores: Stores, home: House, store_url: str) -> None:
    row = recording(world, home, START)
    await stores.recordings.add([row])
    assert await stores.recordings.find(home.provider.id, row.id) == row
    deleted = [await stores.recordings.delete(home.provider.id, row.id, now=NOW) for _ in range(2)]
    assert deleted == [True, False]
    await stores.recordings.add([replace(row, id=world.mint.id())])
    assert await stores.recordings.find(home.provider.id, row.id) is None
    assert await stores.recordings.latest(home.provider.id, home.resource_id, Period(), 9) == []
    [left] = dump(store_url)["recordings"]
    assert (left["deleted_at"], left["details"]) == (NOW, "{}")


def view(world: World, house: House, *, expires_at: int = NOW + 60) -> LiveViewRow:
    """The owner watches."""
    minted = world.mint.id()
    scope = frozenset({"read", "liveview"})
    return LiveViewRow(
        minted, house.provider.id, house.resource_id, b"v" * 32, house.owner.id, None, None, scope, NOW, expires_at
    )


async def test_a_live_view_is_there_until_it_expires_or_ends(world: World, stores: Stores, home: House) -> None:
    row = view(world, home)
    assert await stores.live_views.add(row, 1)
    assert await stores.live_views.find(home.provider.id, row.id, now=NOW + 59) == row
    assert await stores.live_views.find(home.provider.id, row.id, now=NOW + 60) is None
    assert [await stores.live_views.end(home.provider.id, row.id) for _ in range(2)] == [True, False]
    assert await stores.live_views.find(home.provider.id, row.id, now=NOW) is None


async def test_a_live_view_ends_with_its_user(world: World, stores: Stores, home: House) -> None:
    row = view(world, home)
    await stores.live_views.add(row, 1)
    await stores.people.set_disabled(home.provider.id, home.owner.id, disabled=True, now=NOW)
    assert await stores.live_views.find(home.provider.id, row.id, now=NOW) is None


async def test_nobody_has_more_than_so_many_at_a_time(world: World, stores: Stores, home: House) -> None:
    assert await stores.live_views.add(view(world, home, expires_at=NOW), 1)  # has expired, and no longer counts
    assert await stores.live_views.add(view(world, home), 1)
    assert not await stores.live_views.add(view(world, home), 1)
    assert await stores.live_views.add(replace(view(world, home), user_id=home.guest.id), 1)
    machine = replace(view(world, home), user_id=None, access_token_id=5)
    assert await stores.live_views.add(machine, 1)
    assert not await stores.live_views.add(replace(machine, id=world.mint.id()), 1)
    assert await stores.live_views.add(replace(machine, id=world.mint.id(), access_token_id=6), 1)
