"""Watching a camera live, from the token to the refusal: over real HTTP, and in a real browser."""

import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.async_api import Browser, Request, expect
from sqlalchemy import text

from gatelodge.identity.rights import ALL_RIGHTS
from tests.support.browser import Visitor, open_browser, visit
from tests.support.http import HTTP, NO_TLS
from tests.support.server import DemoUser, Server
from tests.support.stores import outside

GARDEN = "Garden"
EVERYTHING = ",".join(sorted(ALL_RIGHTS))
TURNED = 6.0  # by how much two pictures differ, of 255, where the camera has turned away


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser process for all tests of this process."""
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def visitor(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Somebody at a desk."""
    async with visit(browser, server.origin, "North Cloud") as somebody:
        yield somebody


def camera_id(server: Server, name: str) -> str:
    """The public id of a camera."""
    return next(str(one["id"]) for one in server.demo["cameras"] if one["name"] == name)


def token_of(server: Server, user: DemoUser) -> tuple[str, str]:
    """A new token of a user's, with everything, and its id."""
    made = server.command("token", "create", "--user", user.email, "--name", "live", "--scope", EVERYTHING, "--json")
    assert made.returncode == 0, made.stderr
    return read_json(made.stdout, "token"), read_json(made.stdout, "id")


def read_json(printed: str, name: str) -> str:
    """One member of what a command printed."""
    return str(json.loads(printed)[name])


def ask(server: Server, token: str, query: str) -> dict[str, Any]:
    """What the Graph API answers."""
    response = HTTP.post(
        f"{server.origin}/api/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"}
    )
    answer: dict[str, Any] = response.json()
    return answer


def begin(server: Server, token: str) -> dict[str, str]:
    """A live view of the garden."""
    start = f'mutation {{liveViewStart(camera: "{camera_id(server, GARDEN)}") {{id url snapshotUrl}}}}'
    view: dict[str, str] = ask(server, token, start)["data"]["liveViewStart"]
    return view


def change(server: Server, statement: str) -> None:
    """Change rows as another node would."""
    url = server._settings.get("GATELODGE_DATABASE", f"sqlite:///{server.folder / 'gatelodge.db'}")
    assert outside(url, lambda connection: connection.execute(text(statement)).rowcount) > 0


@pytest.fixture
def guests_rights(server: Server) -> Iterator[None]:
    """What a test takes from the guest is given back."""
    yield
    change(server, "UPDATE resource_rights SET rights = 'events liveview read'")


def pictures(response: httpx2.Response) -> Iterator[bytes]:
    """The JPEGs of a stream."""
    rest = b""
    for piece in response.iter_bytes():
        rest += piece
        while found := re.search(rb"Content-Length: (\d+)\r\n\r\n", rest):
            end = found.end() + int(found[1])
            if len(rest) < end:
                break
            yield rest[found.end() : end]
            rest = rest[end:]


def picture(data: bytes) -> Image.Image:
    """A picture that can be compared."""
    return Image.open(io.BytesIO(data)).convert("L").resize((320, 180))


def differ(one: Image.Image, other: Image.Image) -> float:
    """By how much two pictures differ."""
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


def test_a_stream_shows_the_camera_turn_and_ends_with_the_token(server: Server) -> None:
    token, token_id = token_of(server, server.user("full"))
    view = begin(server, token)
    turn = f'mutation {{ptzMove(camera: "{camera_id(server, GARDEN)}", motion: ABSOLUTE, pan: %d) {{name}}}}'
    ask(server, token, turn % -40)
    with httpx2.stream("GET", view["url"], verify=NO_TLS, timeout=20) as response:
        assert response.headers["content-type"].startswith("multipart/x-mixed-replace")
        frames = pictures(response)
        before = picture(next(frames))
        ask(server, token, turn % 40)
        assert any(differ(before, picture(frame)) > TURNED for frame in frames)
        assert server.command("token", "revoke", token_id, "--user", server.user("full").email).returncode == 0
        assert list(frames) is not None  # they come to an end
    assert HTTP.get(view["url"]).status_code == 404
    assert HTTP.get(view["snapshotUrl"]).status_code == 404
    while "path=/live/gllv_… " not in server.log.read_text():  # lines are written some at a time
        HTTP.get(f"{server.origin}/signin")
    assert view["url"].rpartition("_")[2] not in server.log.read_text()


def test_head_of_a_stream_shows_nothing_and_ends(server: Server) -> None:
    view = begin(server, token_of(server, server.user("full"))[0])
    head = HTTP.request("HEAD", view["url"])
    assert (head.status_code, head.content) == (200, b"")


def test_a_server_that_is_watched_stops_when_it_is_told_to(tmp_path: Path) -> None:
    own_server = Server(tmp_path)
    own_server.start()
    view = begin(own_server, token_of(own_server, own_server.user("full"))[0])
    with httpx2.stream("GET", view["url"], verify=NO_TLS, timeout=20) as response:
        frames = pictures(response)
        assert next(frames)
        assert own_server.stop() == 0
    log = own_server.log.read_text()
    assert "Traceback" not in log
    assert "Cancel" not in log


def test_a_recording_is_played(server: Server) -> None:
    token = token_of(server, server.user("full"))[0]
    query = f'{{recordingList(camera: "{camera_id(server, GARDEN)}", first: 1) {{edges {{node {{videoUrl}}}}}}}}'
    url = ask(server, token, query)["data"]["recordingList"]["edges"][0]["node"]["videoUrl"]
    with httpx2.stream("GET", url, headers={"Authorization": f"Bearer {token}"}, verify=NO_TLS, timeout=20) as response:
        assert response.status_code == 200
        frames = pictures(response)
        assert next(frames) != next(frames)
    assert HTTP.get(url).status_code == 401


async def shot(visitor: Visitor) -> Image.Image:
    """What the browser shows of the camera."""
    return picture(await visitor.page.locator("img").screenshot())


async def test_in_a_browser_the_picture_moves_until_the_right_is_gone(
    server: Server, visitor: Visitor, guests_rights: None
) -> None:
    """The guest watches in a page of their own, the owner turns the camera, and then takes the right away."""
    owner, guest = token_of(server, server.user("full"))[0], token_of(server, server.user("partial"))[0]
    turn = f'mutation {{ptzMove(camera: "{camera_id(server, GARDEN)}", motion: ABSOLUTE, pan: %d) {{name}}}}'
    ask(server, owner, turn % -40)
    view = begin(server, guest)
    ended: list[Request] = []
    visitor.page.on("requestfinished", lambda request: ended.append(request))
    await visitor.page.set_content(f'<img src="{view["url"]}" alt="The garden" width="640" height="360">')
    await expect(visitor.page.get_by_role("img", name="The garden")).to_have_js_property("naturalWidth", 640)
    before = await shot(visitor)

    ask(server, owner, turn % 40)
    while differ(before, await shot(visitor)) < TURNED:
        await visitor.page.wait_for_timeout(100)

    refused = ask(server, guest, turn % 0)
    assert refused["errors"][0]["extensions"]["lacking"] == "user"
    change(server, "UPDATE resource_rights SET rights = 'events read'")
    while view["url"] not in [request.url for request in ended]:
        await visitor.page.wait_for_timeout(50)
    again = ask(server, guest, f'mutation {{liveViewStart(camera: "{camera_id(server, GARDEN)}") {{url}}}}')
    assert again["data"] == {"liveViewStart": None}
    assert again["errors"][0]["message"] == "The token's user may not do this: it needs liveview."
    assert again["errors"][0]["extensions"] == {
        "code": "FORBIDDEN",
        "field": "Mutation.liveViewStart",
        "missing": "liveview",
        "lacking": "user",
        "takenBy": ["user"],
    }
