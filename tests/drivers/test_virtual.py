"""The virtual camera: what it shows depends on its id, the time and its state, and it does all that a camera can do."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from gatelodge.drivers.virtual import pictures as pictures_module
from gatelodge.drivers.virtual.daylight import DAY, daylight_at
from gatelodge.drivers.virtual.driver import CLIPS, VirtualDriver
from gatelodge.drivers.virtual.picture import jpeg
from gatelodge.drivers.virtual.scenes import SCENES, scene_for
from gatelodge.drivers.virtual.schedule import LASTS, visit_at, visits
from gatelodge.drivers.virtual.state import PAN, TILT, ZOOM, Pose, live, moved, turn_of
from gatelodge.service.devices import Camera, CameraSettings, DeviceError, Motion, Move, Speech, State

NOON = 20_800 * DAY + 12 * 3600
MIDNIGHT = 20_800 * DAY
LIT = {"light": True}


class Notebook:
    """A memory for one driver alone."""

    def __init__(self) -> None:
        self.state: State = {}

    async def now(self, camera: Camera) -> Camera:
        """The camera as it was left."""
        return replace(camera, state=self.state)

    async def change(self, camera: Camera, change: Callable[[State], State]) -> Camera:
        """Keep what becomes of the state."""
        self.state = change(self.state)
        return await self.now(camera)


def camera(scene: str = "garden", **more: Any) -> Camera:
    """A camera that looks at a scene."""
    return Camera(1, 42, "Garden", options={"scene": scene}, **more)


def shown(seen: Camera, at: float) -> Image.Image:
    """The picture."""
    return Image.open(io.BytesIO(jpeg(seen, at))).convert("RGB")


def brightness(picture: Image.Image) -> float:
    """From 0 to 255."""
    return ImageStat.Stat(picture.convert("L")).mean[0]


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much two pictures differ, from 0 to 255."""
    return brightness(ImageChops.difference(one, other))


@pytest.fixture
async def driver() -> AsyncIterator[VirtualDriver]:
    """A driver with a memory of its own."""
    made = VirtualDriver(Notebook())
    yield made
    await made.close()


# What it shows.


@pytest.mark.parametrize("scene", SCENES)
def test_a_picture_is_the_same_wherever_it_is_drawn(scene: str) -> None:
    state = {"turn": [[0, 0, 1], [20, 5, 2], NOON - 1]}
    assert jpeg(camera(scene, state=state), NOON) == jpeg(camera(scene, state=state), NOON)


@pytest.mark.parametrize("scene", SCENES)
def test_something_moves_by_itself(scene: str) -> None:
    assert difference(shown(camera(scene), NOON), shown(camera(scene), NOON + 1)) > 0.02


@pytest.mark.parametrize("scene", SCENES)
def test_it_is_darker_at_night_and_lighter_with_the_light(scene: str) -> None:
    noon, night = shown(camera(scene), NOON), shown(camera(scene), MIDNIGHT)
    lit = shown(camera(scene, state=LIT), MIDNIGHT)
    assert brightness(noon) > 1.8 * brightness(night)
    assert brightness(lit) > 1.25 * brightness(night)


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("target", [[30, 0, 1], [0, -10, 1], [0, 0, 3]], ids=["pan", "tilt", "zoom"])
def test_it_shows_something_else_when_it_turns(scene: str, target: list[float]) -> None:
    turned = camera(scene, state={"turn": [[0, 0, 1], target, NOON - 60]})
    assert difference(shown(camera(scene), NOON), shown(turned, NOON)) > 4


@pytest.mark.parametrize("scene", SCENES)
def test_it_draws_wherever_it_can_look_at_any_hour(scene: str) -> None:
    for hour in range(0, 24, 3):
        for pan in (PAN.least, 0, PAN.most):
            for tilt, zoom in ((TILT.least, ZOOM.most), (TILT.most, ZOOM.least)):
                state = {"turn": [[pan, tilt, zoom], [pan, tilt, zoom], 0], "light": hour % 2 == 0}
                assert shown(camera(scene, state=state), MIDNIGHT + hour * 3600).size == (640, 360)


def test_name_and_time_are_in_the_picture_unless_they_are_not_to_be() -> None:
    plain = camera(settings=CameraSettings(overlay=False))
    assert difference(shown(camera(), NOON), shown(plain, NOON)) > 0.3
    other = replace(camera(), name="Terrace")
    assert difference(shown(camera(), NOON), shown(other, NOON)) > 0.05
    assert jpeg(plain, NOON) == jpeg(replace(other, settings=plain.settings), NOON)


@pytest.mark.parametrize("state", [{"playing": ["dog", NOON + 1]}, {"speaking": ["", NOON + 1]}])
def test_what_is_heard_is_shown_as_long_as_it_lasts(state: dict[str, Any]) -> None:
    silent = shown(camera(), NOON)
    assert difference(shown(camera(state=state), NOON), silent) > 0.1
    assert difference(shown(camera(state=state), NOON + 1), shown(camera(), NOON + 1)) == 0


def test_a_worse_picture_is_smaller() -> None:
    assert len(jpeg(camera(settings=CameraSettings(quality=30)), NOON)) < len(jpeg(camera(), NOON))


@given(st.floats(0, 4e9))
def test_there_is_a_light_for_every_moment(at: float) -> None:
    daylight = daylight_at(at)
    assert all(0 <= part <= 255 for part in (*daylight.top, *daylight.horizon, *daylight.sky(10)))
    assert 0 <= daylight.night <= 1


@pytest.mark.parametrize("name", ["", "x" * 80, "Сад 🐈", "日本", "a\tb"])
def test_any_name_can_be_written(name: str) -> None:
    assert jpeg(replace(camera(), name=name), NOON)


def test_a_camera_without_a_scene_of_its_own_has_one_all_the_same() -> None:
    assert {scene_for(number, None) for number in range(8)} == set(SCENES)
    assert scene_for(3, "hall") == "hall"
    assert scene_for(3, "nowhere") == scene_for(3, ["x"]) == scene_for(3, None)


# How it turns.


def test_it_turns_to_where_it_is_told_and_takes_its_time() -> None:
    state = moved({}, Move(Motion.ABSOLUTE, pan=40, tilt=-10, zoom=2), NOON)
    assert turn_of(state).at(NOON) == Pose()
    halfway = turn_of(state).at(NOON + 0.4)
    assert 0 < halfway.pan < 40
    assert live(state, NOON + 0.4).moving
    after = live(state, NOON + 5)
    assert (after.pan, after.tilt, after.zoom, after.moving) == (40, -10, 2, False)


def test_it_turns_from_where_it_is_and_stops_where_it_is() -> None:
    state = moved({}, Move(Motion.ABSOLUTE, pan=40), NOON)
    stopped = moved(state, Move(Motion.STOP), NOON + 0.4)
    here = turn_of(state).at(NOON + 0.4)
    assert live(stopped, NOON + 9).pan == pytest.approx(here.pan, abs=0.01)
    further = moved(stopped, Move(Motion.RELATIVE, pan=5, zoom=2), NOON + 9)
    assert live(further, NOON + 20).pan == pytest.approx(here.pan + 5, abs=0.01)
    assert live(further, NOON + 20).zoom == 2


moves = st.builds(
    Move,
    st.sampled_from([Motion.ABSOLUTE, Motion.RELATIVE]),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.floats(1e-300, 1e300),
)


@given(st.lists(moves, max_size=5))
def test_it_never_looks_beyond_its_range(all_moves: list[Move]) -> None:
    state: dict[str, Any] = {}
    for number, move in enumerate(all_moves):
        state = moved(state, move, NOON + number / 3)
        for later in (0.0, 0.2, 30.0):
            pose = turn_of(state).at(NOON + number / 3 + later)
            for value, limit in ((pose.pan, PAN), (pose.tilt, TILT), (pose.zoom, ZOOM)):
                assert limit.least - 0.001 <= value <= limit.most + 0.001


# Who comes by.


def test_the_same_visitors_come_by_wherever_one_asks_from() -> None:
    whole = list(visits(42, NOON, NOON + 7200))
    parts = [*visits(42, NOON, NOON + 3000), *visits(42, NOON + 3000, NOON + 7200)]
    assert whole == parts
    assert 3 < len(whole) < 13
    assert whole != list(visits(43, NOON, NOON + 7200))


def test_a_visitor_is_there_for_as_long_as_the_visit() -> None:
    [visit, *_] = visits(42, NOON, NOON + 7200)
    assert visit_at(42, visit.began - 0.1) is None
    assert visit_at(42, visit.began + LASTS / 2) == visit
    assert visit_at(42, visit.began + LASTS) is None


async def test_what_happens_is_told_the_same_however_it_is_asked(driver: VirtualDriver) -> None:
    since, until = int(NOON), int(NOON) + 7200
    whole = await driver.happenings(camera(), since, until)
    noticed, recorded = whole.noticed, {one.started_at for one in whole.recorded}
    parts = [await driver.happenings(camera(), at, at + 100) for at in range(since, until, 100)]
    assert {(one.kind, one.at) for part in parts for one in part.noticed} == {(one.kind, one.at) for one in noticed}
    assert {one.started_at for part in parts for one in part.recorded} == recorded
    assert {one.kind for one in noticed} <= {"motion", "sound"}
    assert all(since <= one.at < until for one in noticed)
    assert all(since <= one.ended_at < until for one in whole.recorded)


async def test_a_recording_shows_what_was_seen_as_the_camera_stood_then(driver: VirtualDriver) -> None:
    lit = camera(state=LIT)
    [recorded, *_] = (await driver.happenings(lit, int(MIDNIGHT), int(MIDNIGHT) + 7200)).recorded
    dark_now = camera()
    still = await driver.still(dark_now, recorded, 5)
    assert still == jpeg(lit, recorded.started_at + 5)
    assert await driver.still(dark_now, recorded, 1e9) == jpeg(lit, recorded.ended_at)


async def test_a_recording_is_played_back(driver: VirtualDriver) -> None:
    seen = camera(settings=CameraSettings(frame_rate=10))
    [recorded, *_] = (await driver.happenings(seen, int(NOON), int(NOON) + 7200)).recorded
    short = replace(recorded, ended_at=recorded.started_at + 1)
    pictures = [one async for one in driver.playback(seen, short)]
    assert len(pictures) == 10
    assert len(set(pictures)) == 10


# What it does.


async def test_it_does_what_a_camera_does(driver: VirtualDriver) -> None:
    seen = camera()
    notebook = driver._memory
    await driver.move(seen, Move(Motion.ABSOLUTE, pan=10))
    await driver.light(seen, on=True)
    await driver.play(seen, CLIPS[0])
    await driver.speak(seen, Speech("audio/wav", b"", 2.0))
    now = await notebook.now(seen)
    [stands] = (await driver.live([now])).values()
    assert (stands.light, stands.playing, stands.speaking) == (True, CLIPS[0].name, True)
    await driver.light(seen, on=False)
    assert not live((await notebook.now(seen)).state, time.time()).light
    assert await driver.online([seen]) == {42}


async def test_ten_viewers_cost_one_drawing(driver: VirtualDriver) -> None:
    pictures = await asyncio.gather(*(driver.pictures.get(camera(), NOON) for _ in range(10)))
    assert len(set(pictures)) == 1
    assert driver.pictures.drawn == 1


async def test_one_viewer_who_leaves_takes_the_picture_from_nobody(driver: VirtualDriver) -> None:
    leaving = asyncio.ensure_future(driver.pictures.get(camera(), NOON))
    staying = asyncio.ensure_future(driver.pictures.get(camera(), NOON))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == jpeg(camera(), NOON)


async def test_too_many_drawings_at_once_are_refused(driver: VirtualDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures_module, "MOST_WAITING", 3)
    asked = [driver.pictures.get(camera(), NOON + number) for number in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, DeviceError) for one in answers) == 5
    assert await driver.pictures.get(camera(), NOON)


async def test_pictures_are_not_kept_for_good(driver: VirtualDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures_module, "KEPT", 2)
    for number in range(6):
        await driver.pictures.get(camera(), NOON + number)
    assert len(driver.pictures._kept) <= 3


async def test_a_live_picture_follows_the_camera(driver: VirtualDriver) -> None:
    seen = camera(settings=CameraSettings(frame_rate=10))
    async with aclosing(driver.frames(seen)) as frames:  # type: ignore[type-var]
        before = Image.open(io.BytesIO(await anext(frames)))
        await driver.move(seen, Move(Motion.ABSOLUTE, pan=60))
        seen_after = [Image.open(io.BytesIO(await anext(frames))) for _ in range(12)]
    assert difference(before, seen_after[-1]) > 4
