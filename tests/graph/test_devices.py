"""Cameras by way of their drivers: what is stored and told of what is done, and what a driver may get wrong."""

import asyncio
import base64
import io
import random
import struct
import wave
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gatelodge.drivers.registry import InstalledDrivers
from gatelodge.service import cameras as cameras_module
from gatelodge.service.camera_memory import camera_of
from gatelodge.service.devices import Abilities, Camera, DeviceError, Driver, Happenings, Live, Noticed, Recorded
from gatelodge.service.ports import StoreUnavailable
from gatelodge.service.speech import MOST_BYTES, MOST_SECONDS, TOO_LONG, UNKNOWN, read_speech
from tests.graph.conftest import OWNER, Site, bearer, opened
from tests.graph.test_rights import Stage
from tests.support.stores import dump


class Stubborn:
    """A driver that does what a broken one may do."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.told = Happenings()

    async def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault
        await asyncio.Event().wait()

    def abilities(self, _camera: Camera) -> Abilities:
        """A light that does not work."""
        return Abilities(light=True)

    async def online(self, _cameras: Sequence[Camera]) -> frozenset[int]:
        """It does not say."""
        await self._fail()
        return frozenset()

    async def live(self, _cameras: Sequence[Camera]) -> Mapping[int, Live]:
        """It does not say."""
        await self._fail()
        return {}

    async def light(self, _camera: Camera, *, on: bool) -> None:
        """It does not do it."""
        await self._fail()

    async def snapshot(self, _camera: Camera) -> bytes:
        """It shows nothing."""
        await self._fail()
        return b""

    async def happenings(self, _camera: Camera, _since: int, _until: int) -> Happenings:
        """What the test says, or a fault."""
        if self.fault is not None:
            raise self.fault
        return self.told

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def garden(site: Site) -> tuple[str, int]:
    """The public id and the key of a camera."""
    return site.camera("Garden"), next(number for number, name in site.demo.cameras if name == "Garden")


async def plug_in(site: Site, driver: Stubborn) -> None:
    """Have the camera in the garden be of this driver."""
    drivers = site.services.cameras._drivers
    assert isinstance(drivers, InstalledDrivers)
    drivers._made["stubborn"] = cast(Driver, driver)
    await set_driver(site, "stubborn")


async def set_driver(site: Site, name: str) -> None:
    """Have the camera in the garden be of the driver of this name."""
    camera_id = next(number for number, camera in site.demo.cameras if camera == "Garden")
    await site.services.cameras._store.change(site.provider.id, camera_id, lambda row: replace(row, driver=name))


ALL = "{camera(id: $camera) {name online live {pan} abilities {light}}}"


async def test_a_camera_whose_driver_is_missing_is_said_to_be_out_of_reach(site: Site, garden: tuple[str, int]) -> None:
    await set_driver(site, "nowhere")
    token, camera = await site.token(OWNER), garden[0]
    shown = (await site.data(token, ALL.replace("$camera", f'"{camera}"')))["camera"]
    assert shown == {"name": "Garden", "online": False, "live": None, "abilities": {"light": False}}
    response = await site.ask(token, f'mutation {{lightSet(camera: "{camera}", on: true) {{name}}}}')
    [error] = response.json()["errors"]
    assert error["message"] == "The camera's driver “nowhere” is not installed here."
    assert error["extensions"] == {"code": "DEVICE_UNAVAILABLE", "field": "Mutation.lightSet"}
    snapshot = await site.http.get(f"/api/cameras/{camera}/snapshot.jpg", headers=bearer(token))
    assert (snapshot.status_code, snapshot.json()["error"]) == (503, "device_unavailable")
    view = await site.data(token, f'mutation {{liveViewStart(camera: "{camera}") {{url snapshotUrl}}}}')
    for url in view["liveViewStart"].values():
        assert (await site.http.get(urlsplit(url).path)).status_code == 503


@pytest.mark.parametrize("fault", [DeviceError("The bulb is broken."), None], ids=["refuses", "hangs"])
async def test_a_camera_that_fails_keeps_nothing_else_from_being_answered(
    site: Site, garden: tuple[str, int], fault: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cameras_module, "DEVICE_TIMEOUT", 0.05)
    await plug_in(site, Stubborn(fault))
    token, camera = await site.token(OWNER), garden[0]
    listed = (await site.data(token, "{cameraList {name online live {pan}}}"))["cameraList"]
    assert {one["name"]: one["online"] for one in listed if one["name"] in ("Garden", "Hall")} == {
        "Garden": False,
        "Hall": True,
    }
    response = await site.ask(token, f'mutation {{lightSet(camera: "{camera}", on: true) {{name}}}}')
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "DEVICE_UNAVAILABLE"
    assert error["message"] == (str(fault) if fault else "The camera did not answer in time.")
    events = await site.data(token, f'{{eventList(cameras: ["{camera}"], kinds: ["light"]) {{edges {{cursor}}}}}}')
    assert events["eventList"]["edges"] == []


@pytest.mark.parametrize(
    ("mutation", "message"),
    [
        ("ptzMove(camera: $camera, pan: 1) {name}", "This camera has no pan."),
        ('audioClipPlay(camera: $camera, clip: "dog") {name}', "It has no clips."),
        ("audioTransmit(camera: $camera, audio: $audio) {name}", "This camera has no speaker."),
    ],
)
async def test_what_a_camera_can_not_do_is_said(
    site: Site, garden: tuple[str, int], mutation: str, message: str
) -> None:
    await plug_in(site, Stubborn())
    sound = base64.b64encode(wav(800)).decode("ascii")
    query = mutation.replace("$camera", f'"{garden[0]}"').replace("$audio", f'"{sound}"')
    response = await site.ask(await site.token(OWNER), f"mutation {{{query}}}")
    assert [error["message"] for error in response.json()["errors"]] == [message]


async def test_what_is_done_is_noted_with_whoever_had_it_done(site: Site, garden: tuple[str, int]) -> None:
    camera, token = garden[0], await site.token(OWNER)
    stage = Stage(site, {"owner": await site.user(OWNER)})
    await site.data(token, f'mutation {{ptzMove(camera: "{camera}", pan: 7) {{live {{moving}}}}}}')
    machine = await stage.own_token(frozenset({"read", "liveview_light"}))
    await site.data(machine, f'mutation {{lightSet(camera: "{camera}", on: true) {{name}}}}')
    node = "{edges {node {kind by application details}}}"
    query = f'{{eventList(cameras: ["{camera}"], kinds: ["ptz", "light"]) {node}}}'
    edges = (await site.data(token, query))["eventList"]["edges"]
    assert sorted((edge["node"] for edge in edges), key=lambda one: str(one["kind"])) == [
        {"kind": "light", "by": None, "application": "Machine", "details": {"on": True}},
        {"kind": "ptz", "by": "Olga Owner", "application": None, "details": {"motion": "relative", "pan": 7.0}},
    ]


async def test_what_is_done_is_seen_at_once_and_by_every_node(site: Site, garden: tuple[str, int]) -> None:
    camera, token = garden[0], await site.token(OWNER)
    query = """mutation ($camera: ID!) {
        light: lightSet(camera: $camera, on: true) {live {light playing}}
        play: audioClipPlay(camera: $camera, clip: "siren") {live {light playing}}
        off: lightSet(camera: $camera, on: false) {live {light playing}}
        set: cameraSettings(camera: $camera, settings: {quality: 44, recording: false}) {
            settings {quality frameRate recording}
        }
        name: cameraRename(camera: $camera, name: " Rose garden ") {name rights}
    }"""
    done = await site.data(token, query, variables={"camera": camera})
    assert done["light"]["live"] == {"light": True, "playing": None}
    assert done["play"]["live"] == {"light": True, "playing": "siren"}
    assert done["off"]["live"] == {"light": False, "playing": "siren"}
    assert done["set"]["settings"] == {"quality": 44, "frameRate": 4, "recording": False}
    assert done["name"]["name"] == "Rose garden"
    async with opened(site.url, site.demo, site.database) as other_node:
        again = "query ($camera: ID!) {camera(id: $camera) {name live {light playing} settings {quality recording}}}"
        assert (await other_node.data(token, again, variables={"camera": camera}))["camera"] == {
            "name": "Rose garden",
            "live": {"light": False, "playing": "siren"},
            "settings": {"quality": 44, "recording": False},
        }


# What happens while nobody looks.


async def test_two_nodes_store_what_happened_once(site: Site) -> None:
    def stored() -> tuple[list[tuple[int, int, str]], list[tuple[int, int]]]:
        rows = dump(site.url)
        events = sorted((row["resource_id"], row["at"], row["kind"]) for row in rows["events"])
        return events, sorted((row["resource_id"], row["started_at"]) for row in rows["recordings"])

    before = stored()
    assert len(before[0]) > 50
    async with opened(site.url, site.demo, site.database) as other_node:
        await asyncio.gather(site.services.watch.look(), other_node.services.watch.look())
        await asyncio.gather(site.services.watch.look(), other_node.services.watch.look())
    events, recordings = stored()
    assert set(before[0]) <= set(events)
    assert len(events) == len(set(events))
    assert len(recordings) == len(set(recordings)) >= len(before[1])


async def test_the_settings_say_what_is_kept(site: Site, garden: tuple[str, int]) -> None:
    camera_id = garden[1]
    driver = Stubborn(DeviceError("not yet"))
    await plug_in(site, driver)
    now = site.services.watch._clock()
    driver.fault = None
    driver.told = Happenings(
        (Noticed("motion", now - 5), Noticed("sound", now - 5)), (Recorded(now - 9, now - 5, {"film": 1}),)
    )

    async def changed(**settings: bool) -> list[str]:
        site.change("DELETE FROM events")
        site.change("DELETE FROM recordings")
        row = await site.services.cameras._store.change(
            site.provider.id, camera_id, lambda row: replace(row, settings=settings)
        )
        await site.services.watch.store([camera_of(row)], now - 60, now)
        rows = dump(site.url)
        return [*sorted(row["kind"] for row in rows["events"]), *(row["details"] for row in rows["recordings"])]

    assert await changed() == ["motion", "sound", '{"film":1}']
    await site.services.watch.look()
    assert await changed(motion_detection=False) == ["sound", '{"film":1}']
    assert await changed(recording=False) == ["motion", "sound"]


@pytest.mark.parametrize("fault", [DeviceError("It is off."), ValueError("a fault of the driver's")])
async def test_a_driver_that_fails_keeps_the_others_from_nothing(site: Site, fault: Exception) -> None:
    await plug_in(site, Stubborn(fault))
    site.change("DELETE FROM events")
    with capture_logs() as logs:
        await site.services.watch.look()
    assert len(dump(site.url)["events"]) > 4
    [entry] = logs
    assert entry["event"] == ("a camera says nothing" if isinstance(fault, DeviceError) else "a driver failed")
    assert entry["driver"] == "stubborn"


async def test_it_looks_again_and_again_until_it_is_told_to_stop(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    watch, looked = site.services.watch, asyncio.Event()
    faults = [StoreUnavailable("away"), ValueError("odd")]

    async def look() -> None:
        if faults:
            raise faults.pop()
        looked.set()

    monkeypatch.setattr(random, "uniform", lambda *_: 0)
    monkeypatch.setattr(watch, "look", look)
    stop = asyncio.Event()
    with capture_logs() as logs:
        running = asyncio.create_task(watch.run(0, stop))
        await asyncio.wait_for(looked.wait(), 10)
        stop.set()
        await asyncio.wait_for(running, 10)
    assert [entry["event"] for entry in logs] == [
        "looking at the cameras failed",
        "looking at the cameras put off",
    ]


# Sound.


def wav(frames: int, rate: int = 8000) -> bytes:
    """Silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(rate)
        made.writeframes(b"\x80" * frames)
    return out.getvalue()


def opus(samples: int) -> bytes:
    """An Ogg file of two pages, the last of which ends after so many samples."""
    head = struct.pack("<4sBBqIII", b"OggS", 0, 2, 0, 1, 0, 0) + b"\x01\x13OpusHead" + b"\0" * 11
    return head + struct.pack("<4sBBqIII", b"OggS", 0, 4, samples, 1, 1, 0) + b"\x01\x00"


def test_sound_is_known_by_what_it_is() -> None:
    spoken = read_speech(wav(12_000))
    assert not isinstance(spoken, str)
    assert (spoken.media_type, spoken.seconds) == ("audio/wav", 1.5)
    spoken = read_speech(opus(96_000))
    assert not isinstance(spoken, str)
    assert (spoken.media_type, spoken.seconds) == ("audio/ogg", 2.0)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", UNKNOWN),
        (b"RIFF", UNKNOWN),
        (b"RIFF" + b"\0" * 60, UNKNOWN),
        (wav(0), UNKNOWN),
        (wav(800)[:40], UNKNOWN),
        (wav(800)[:20] + b"\x07\0" + wav(800)[22:], UNKNOWN),  # mu-law
        (wav(800, rate=1)[:24] + b"\0\0\0\0" + wav(800, rate=1)[28:], UNKNOWN),  # no samples a second
        (opus(0), UNKNOWN),
        (opus(-1), UNKNOWN),
        (b"OggS" + b"\0" * 200, UNKNOWN),
        (opus(5)[:60], UNKNOWN),
        (b"ID3" + b"\0" * 500, UNKNOWN),
        (wav(MOST_BYTES), TOO_LONG),
        (wav(2000, rate=100), TOO_LONG),
        (opus(int(48_000 * MOST_SECONDS) + 1), TOO_LONG),
    ],
)
def test_what_is_no_sound_or_too_much_of_it_is_refused(data: bytes, why: str) -> None:
    assert read_speech(data) == why


@given(st.binary(max_size=400))
def test_nothing_that_is_sent_as_sound_does_harm(data: bytes) -> None:
    for sent in (data, b"RIFF" + data, wav(9)[:36] + data, opus(9)[:40] + data):
        read_speech(sent)
