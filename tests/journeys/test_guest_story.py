"""One guest's story in a real browser: asked in by mail, limited by the owner and by themselves, watching a camera turn
through an application, until the right is gone and is explained."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, Request, expect

from tests.journeys.test_people import PASSWORD, PRODUCT
from tests.journeys.test_watching import GARDEN, TURNED, ask, camera_id, differ, shot
from tests.support.browser import Visitor, open_browser, visit
from tests.support.callback import listen
from tests.support.client import authorization_url, camera_names, exchange
from tests.support.mailbox import Mailbox, mail_server
from tests.support.server import Server

EMAIL, NAME = "gina@example.com", "Gina"
SCOPE = "read,liveview,liveview_ptz"


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    """The mail server."""
    with mail_server() as running:
        yield running


@pytest.fixture
def mailing(tmp_path: Path, box: Mailbox) -> Iterator[Server]:
    """A server that sends mail."""
    settings = {"GATELODGE_SMTP_URL": box.url, "GATELODGE_MAIL_FROM": "cloud@example.com"}
    with Server(tmp_path, settings).running() as server:
        yield server


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser process."""
    async with open_browser() as opened:
        yield opened


async def invite(owner: Visitor, server: Server, box: Mailbox) -> str:
    """The owner asks Gina in, for two cameras; the link that came by mail."""
    page = owner.page
    await owner.go("/people")
    await owner.sign_in(server.user("full"))
    await owner.follow("Invite somebody")
    await page.get_by_label("Email", exact=True).fill(EMAIL)
    for camera in (GARDEN, "Hall"):
        rights = page.get_by_role("group", name=camera, exact=True)
        for right in ("Names and settings", "Live view", "Move"):
            await rights.get_by_role("checkbox", name=right, exact=True).check()
    await owner.press("Send invitation")
    (mail,) = box.wait_for(EMAIL)
    found = re.search(r"http://\S+/invitations/\S+", mail.get_content())
    assert found
    return found[0]


async def allow_the_garden(guest: Visitor, server: Server, address: str) -> str:
    """Gina lets the application have the garden alone; the access token that it gets."""
    page = guest.page
    await guest.go(authorization_url(server, scope=SCOPE, redirect_uri=address))
    await page.get_by_text("change", exact=False).first.click()
    await page.get_by_role("radio", name="Only these", exact=True).check()
    for camera, picked in ((GARDEN, True), ("Hall", False)):
        await page.get_by_role("checkbox", name=camera, exact=True).set_checked(picked)
    async with page.expect_navigation(url=re.compile("code=")):
        await page.get_by_role("button", name="Allow access", exact=True).click()
    code = parse_qs(urlsplit(page.url).query)["code"][0]
    answer = exchange(server, code, redirect_uri=address).json()
    assert answer["authorization_details"] == [{"type": "camera_access", "cameras": [camera_id(server, GARDEN)]}]
    return str(answer["access_token"])


async def test_a_guests_story(mailing: Server, box: Mailbox, browser: Browser) -> None:
    server, garden = mailing, camera_id(mailing, GARDEN)
    turn = f'mutation {{ptzMove(camera: "{garden}", motion: ABSOLUTE, pan: %d) {{name}}}}'
    async with (
        visit(browser, server.origin, PRODUCT) as owner,
        visit(browser, server.origin, PRODUCT) as guest,
        visit(browser, server.origin, PRODUCT) as watcher,
    ):
        link = await invite(owner, server, box)
        await guest.go(link)
        await guest.page.get_by_label("Your name", exact=True).fill(NAME)
        await guest.page.get_by_label("Choose a password", exact=True).fill(PASSWORD)
        await guest.press("Accept")

        with listen() as address:
            token = await allow_the_garden(guest, server, address)
        assert camera_names(server, token) == [GARDEN]

        # The application watches, and turns the camera.
        ask(server, token, turn % -40)
        view = ask(server, token, f'mutation {{liveViewStart(camera: "{garden}") {{url}}}}')["data"]["liveViewStart"]
        ended: list[Request] = []
        watcher.page.on("requestfinished", lambda request: ended.append(request))
        await watcher.page.set_content(f'<img src="{view["url"]}" alt="The garden" width="640" height="360">')
        await expect(watcher.page.get_by_role("img", name="The garden")).to_have_js_property("naturalWidth", 640)
        before = await shot(watcher)
        assert ask(server, token, turn % 40)["data"]["ptzMove"] == {"name": GARDEN}
        while differ(before, await shot(watcher)) < TURNED:
            await watcher.page.wait_for_timeout(100)

        # The owner takes the right away: the picture ends, and the next call is refused and says why.
        await owner.go("/people")
        await owner.leave(owner.row(NAME, within="People").get_by_role("link", name="Manage").click)
        rights = owner.page.get_by_role("group", name=GARDEN, exact=True)
        await rights.get_by_role("checkbox", name="Live view", exact=True).uncheck()
        await owner.press("Save changes")
        while view["url"] not in [request.url for request in ended]:
            await watcher.page.wait_for_timeout(50)
        refused = ask(server, token, f'mutation {{liveViewStart(camera: "{garden}") {{url}}}}')
        assert refused["errors"][0]["extensions"]["missing"] == "liveview"
        assert refused["errors"][0]["extensions"]["lacking"] == "user"

        # And the guest reads the same where the application's access is explained.
        await guest.go(f"/api-access/authorized/{server.client_id}")
        await expect(guest.page.get_by_role("main")).to_contain_text("not yours")
