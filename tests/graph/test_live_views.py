"""Live views: an address that shows a camera for as long as its beginner may see it, and to nobody else anything."""

import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import urlsplit

import pytest
from PIL import Image
from sqlalchemy import text

from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.credentials import Kind, parse, public_id
from gatelodge.service import live_views as module
from gatelodge.service.bearer import Caller
from gatelodge.service.devices import DeviceError
from gatelodge.service.live_views import while_allowed
from gatelodge.service.ports import NotThere, StoreUnavailable
from tests.graph.conftest import GUEST, HARBOUR, ORIGIN, OWNER, Site, bearer
from tests.graph.test_rights import Stage
from tests.support.stores import outside

ENDS = 10.0  # seconds within which a stream that is to end has to
START = 'mutation {liveViewStart(camera: "%s") {id url snapshotUrl expiresAt}}'


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are asked anew more often than in earnest, so that no test waits for long."""
    monkeypatch.setattr(module, "CHECK_EVERY", 0.05)


async def begun(site: Site, token: str, camera: str = "Garden") -> dict[str, str]:
    """A live view."""
    view: dict[str, str] = (await site.data(token, START % site.camera(camera)))["liveViewStart"]
    return view


def path(url: str) -> str:
    """The path of an address."""
    return urlsplit(url).path


async def stream(site: Site, url: str) -> AsyncGenerator[bytes, None]:
    """The pictures that an address shows, as the endpoint for it gets them."""
    views, secret = site.services.live_views, path(url).removeprefix("/live/")
    camera = await views.camera(site.provider, secret)
    assert camera is not None

    async def allowed() -> bool:
        return await views.camera(site.provider, secret) is not None

    shown = views.stream(camera, allowed)
    assert isinstance(shown, AsyncGenerator)
    return shown


async def end_of(pictures: AsyncGenerator[bytes, None]) -> int:
    """How many pictures come before the stream ends, which it has to."""
    return len([one async for one in pictures])


async def test_the_address_shows_a_picture_and_a_stream_of_them(site: Site) -> None:
    view = await begun(site, await site.token(OWNER))
    snapshot = await site.http.get(path(view["snapshotUrl"]))
    assert (snapshot.status_code, snapshot.headers["content-type"]) == (200, "image/jpeg")
    assert snapshot.headers["cache-control"] == "no-store"
    assert Image.open(io.BytesIO(snapshot.content)).size == (640, 360)
    async with aclosing(await stream(site, view["url"])) as pictures:
        first, second = await anext(pictures), await anext(pictures)
    assert first[:3] == second[:3] == b"\xff\xd8\xff"
    assert first != second


TAKEN_AWAY = {
    "right": "UPDATE resource_rights SET rights = 'read events'",
    "camera": "DELETE FROM resource_rights",
    "token": "UPDATE user_tokens SET revoked_at = 1",
    "token's time": "UPDATE user_tokens SET expires_at = 1",
    "user": "UPDATE users SET disabled_at = 1",
    "membership": "UPDATE memberships SET disabled_at = 1",
    "view": "DELETE FROM live_views",
    "view's time": "UPDATE live_views SET expires_at = 1",
}


@pytest.mark.parametrize("what", TAKEN_AWAY)
async def test_a_stream_ends_with_what_it_stands_on(site: Site, what: str) -> None:
    view = await begun(site, await site.token(GUEST))
    async with aclosing(await stream(site, view["url"])) as pictures:
        await anext(pictures)
        site.change(TAKEN_AWAY[what])
        await asyncio.wait_for(end_of(pictures), ENDS)
    for address in (view["url"], view["snapshotUrl"]):
        assert (await site.http.get(path(address))).status_code == 404


async def test_a_stream_ends_when_it_is_ended_by_whoever_began_it(site: Site) -> None:
    token = await site.token(GUEST)
    view = await begun(site, token)
    end = f'mutation {{liveViewEnd(id: "{view["id"]}")}}'
    assert (await site.refused(await site.token(OWNER), end))["code"] == "NOT_FOUND"
    without = await site.refused(await site.token(GUEST, ["read", "events"]), end)
    assert (without["code"], without["missing"], without["lacking"]) == ("FORBIDDEN", "liveview", "token")
    async with aclosing(await stream(site, view["url"])) as pictures:
        await anext(pictures)
        assert await site.data(token, end) == {"liveViewEnd": True}
        await asyncio.wait_for(end_of(pictures), ENDS)
    assert (await site.refused(token, end))["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE grants SET revoked_at = 1",
        "DELETE FROM access_tokens",
        "UPDATE access_tokens SET expires_at = 1",
        "UPDATE applications SET disabled_at = 1",
    ],
)
async def test_a_stream_of_an_application_ends_with_its_token(site: Site, end: str) -> None:
    stage = Stage(site, {"owner": await site.user(OWNER)})
    view = await begun(site, await stage.own_token(ALL_RIGHTS))
    async with aclosing(await stream(site, view["url"])) as pictures:
        await anext(pictures)
        site.change(end)
        await asyncio.wait_for(end_of(pictures), ENDS)


async def test_a_stream_ends_when_the_server_is_to_stop(site: Site) -> None:
    view = await begun(site, await site.token(GUEST))
    async with aclosing(await stream(site, view["url"])) as pictures:
        await anext(pictures)
        site.services.live_views.stopping.set()
        assert await asyncio.wait_for(end_of(pictures), ENDS) <= 1


async def test_it_lasts_no_longer_than_its_token(site: Site) -> None:
    user = await site.user(OWNER)
    made = await site.services.user_tokens.create(user, "short", ALL_RIGHTS, 30)
    text_of = getattr(made, "text", "")
    await begun(site, text_of)

    def times(connection: object) -> list[tuple[int, int]]:
        query = "SELECT v.expires_at, t.expires_at FROM live_views v JOIN user_tokens t ON t.id = v.user_token_id"
        rows = connection.execute(text(query))  # type: ignore[attr-defined]
        return [(row[0], row[1]) for row in rows]

    [(view_ends, token_ends)] = outside(site.url, times)
    assert view_ends == token_ends


async def test_in_the_portal_it_lasts_for_as_long_as_the_user_may_see(site: Site) -> None:
    caller = Caller(site.provider, await site.user(GUEST), ALL_RIGHTS, None)
    garden = next(number for number, name in site.demo.cameras if name == "Garden")
    view = await site.services.live_views.start(caller, garden)
    secret = getattr(view, "secret", "")
    assert await site.services.live_views.camera(site.provider, secret) is not None
    site.change("UPDATE users SET disabled_at = 1")
    assert await site.services.live_views.camera(site.provider, secret) is None


async def test_an_address_of_another_provider_shows_nothing(site: Site) -> None:
    harbour = site.demo.others[0]
    token = await site.token(HARBOUR, provider=harbour)
    crane = (await site.data(token, "{cameraList{id}}", host=harbour.host))["cameraList"][0]["id"]
    view = (await site.data(token, START % crane, host=harbour.host))["liveViewStart"]
    there = await site.http.get(path(view["snapshotUrl"]), headers={"Host": harbour.host})
    assert there.status_code == 200
    for address in (view["url"], view["snapshotUrl"]):
        assert (await site.http.get(path(address))).status_code == 404


async def test_an_address_that_was_changed_or_made_up_shows_nothing(site: Site) -> None:
    view = await begun(site, await site.token(OWNER))
    url = path(view["url"])
    other_secret = site.services.mint.secret(Kind.LIVE_VIEW).text
    secret = url.removeprefix("/live/")
    token = await site.token(OWNER)
    for changed in (
        url[:-1] + ("1" if url[-1] != "1" else "2"),
        f"/live/{other_secret}",
        # the view's id with somebody else's secret, well formed
        f"/live/{site.services.mint.secret(Kind.LIVE_VIEW, _id_of(secret)).text}",
        f"/live/{token}",
        "/live/x",
        "/live/%00",
        f"/live/{'x' * 5000}",
    ):
        for suffix in ("", "/snapshot.jpg"):
            assert (await site.http.get(changed + suffix)).status_code == 404, changed


def _id_of(secret: str) -> int:
    presented = parse(secret, Kind.LIVE_VIEW)
    assert presented is not None
    return presented.id


async def test_nobody_begins_more_than_so_many(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VIEWS", 2)
    token = await site.token(OWNER)
    for _ in range(2):
        await begun(site, token)
    refused = await site.refused(token, START % site.camera("Garden"))
    assert refused["code"] == "INVALID_ARGUMENT"


async def test_a_process_shows_no_more_than_so_many_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_STREAMS", 1)
    view = await begun(site, await site.token(OWNER))
    async with aclosing(await stream(site, view["url"])) as pictures:
        await anext(pictures)
        assert (await site.http.get(path(view["url"]))).status_code == 503
    async with aclosing(await stream(site, view["url"])) as pictures:
        assert await anext(pictures)


# With a token.


async def test_a_snapshot_with_a_token(site: Site) -> None:
    token = await site.token(GUEST)
    url = (await site.data(token, f'{{camera(id: "{site.camera("Garden")}") {{snapshotUrl}}}}'))["camera"][
        "snapshotUrl"
    ]
    shown = await site.http.get(path(url), headers=bearer(token))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    without = await site.http.get(path(url))
    assert (without.status_code, without.headers.get_list("www-authenticate")[0]) == (
        401,
        f'Bearer realm="{ORIGIN}", resource_metadata="{ORIGIN}/.well-known/oauth-protected-resource"',
    )
    lacking = await site.http.get(path(url), headers=bearer(await site.token(GUEST, ["read"])))
    assert lacking.status_code == 403
    assert {key: lacking.json()[key] for key in ("missing", "lacking")} == {"missing": "liveview", "lacking": "token"}
    hall = await site.http.get(f"/api/cameras/{site.camera('Hall')}/snapshot.jpg", headers=bearer(token))
    nowhere = await site.http.get("/api/cameras/00000000001/snapshot.jpg", headers=bearer(token))
    assert (hall.status_code, hall.content) == (nowhere.status_code, nowhere.content) == (404, b'{"error":"not_found"}')


async def test_a_recording_with_a_token(site: Site) -> None:
    token = await site.token(OWNER)
    query = f'{{recordingList(camera: "{site.camera("Garden")}", first: 1) {{edges {{node {{id pictureUrl}}}}}}}}'
    recording = (await site.data(token, query))["recordingList"]["edges"][0]["node"]
    url = path(recording["pictureUrl"])
    begins = await site.http.get(url, headers=bearer(token))
    later = await site.http.get(f"{url}?second=8", headers=bearer(token))
    assert (begins.status_code, later.status_code) == (200, 200)
    assert begins.content != later.content
    assert begins.content == (await site.http.get(url, headers=bearer(token))).content  # drawn again
    for second in ("x", "-1", "nan", "1e9"):
        assert (await site.http.get(f"{url}?second={second}", headers=bearer(token))).status_code == 404
    guest = await site.http.get(url, headers=bearer(await site.token(GUEST)))
    assert (guest.status_code, guest.json()["missing"], guest.json()["lacking"]) == (403, "recordings", "user")
    await site.data(token, f'mutation {{recordingDelete(recording: "{recording["id"]}")}}')
    assert (await site.http.get(url, headers=bearer(token))).status_code == 404
    video = f"/api/recordings/{recording['id']}/video.mjpeg"
    assert (await site.http.get(video, headers=bearer(token))).status_code == 404


# The gate that every stream goes through.


async def pictures_without_end() -> AsyncGenerator[bytes, None]:
    """As fast as they are taken."""
    while True:
        yield b"picture"
        await asyncio.sleep(0)


async def test_no_picture_is_given_to_somebody_slow_whose_right_has_gone() -> None:
    right = True

    async def allowed() -> bool:
        return right

    async with aclosing(while_allowed(pictures_without_end(), allowed, asyncio.Event())) as shown:
        assert await anext(shown)
        await asyncio.sleep(module.CHECK_EVERY)  # they take their time with it, and meanwhile
        right = False
        assert [one async for one in shown] == []


async def test_a_camera_that_sends_nothing_does_not_keep_the_stream_from_ending() -> None:
    async def silent() -> AsyncGenerator[bytes, None]:
        await asyncio.Event().wait()
        yield b""

    async def allowed() -> bool:
        return False

    shown = while_allowed(silent(), allowed, asyncio.Event())
    assert await asyncio.wait_for(end_of(shown), ENDS) == 0


@pytest.mark.parametrize("fault", [StoreUnavailable("away"), NotThere("gone"), DeviceError("off")])
async def test_a_stream_ends_where_nobody_can_tell_or_nothing_comes(fault: Exception) -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        yield b"picture"
        raise fault

    async def yes() -> bool:
        return True

    async def nobody_knows() -> bool:
        raise StoreUnavailable("away")

    assert await end_of(while_allowed(broken(), yes, asyncio.Event())) == 1
    await asyncio.wait_for(end_of(while_allowed(pictures_without_end(), nobody_knows, asyncio.Event())), ENDS)


async def test_ids_of_views_are_public_and_open_nothing(site: Site) -> None:
    view = await begun(site, await site.token(OWNER))
    assert len(view["id"]) == len(public_id(1))
    assert (await site.http.get(f"/live/{view['id']}")).status_code == 404
