"""A device without a browser is let in from a phone: the example program as a real process, a real Chromium."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, expect

from tests.journeys.test_browser import browser, guest, owner
from tests.support.browser import PHONE, Visitor, visit
from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.server import DemoUser, Server

__all__ = ["browser", "guest", "owner"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "device_flow.py"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
async def phone(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """A visitor at a phone, without JavaScript."""
    async with visit(browser, server.origin, "North Cloud", javascript=False, size=PHONE) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def television(server: Server) -> str:
    """The client_id of an application for devices, made by command."""
    made = server.command(
        *("app", "create", "--owner", server.user("full").email, "--name", "Television", "--description", "Shows."),
        *("--public", "--grant", "device_code", "--grant", "refresh_token", "--json"),
    )
    assert made.returncode == 0, made.stderr
    found = re.search(r'"client_id": ?"(\w+)"', made.stdout)
    assert found, made.stdout
    return found[1]


@contextmanager
def device(server: Server, client_id: str) -> Iterator[subprocess.Popen[str]]:
    """The example as a process of its own, for as long as the block lasts."""
    environment = {**os.environ, "GATELODGE_SERVER": server.origin, "GATELODGE_CLIENT_ID": client_id}
    command = [sys.executable, str(EXAMPLE)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        try:
            yield run
        finally:
            run.kill()


def shown(run: subprocess.Popen[str]) -> str:
    """The code that the device shows."""
    assert run.stdout is not None
    for line in run.stdout:
        if found := re.search(r"The code is ([A-Z]{4}-[A-Z]{4})", line):
            return found[1]
    raise AssertionError(run.stderr and run.stderr.read())


async def test_a_device_is_let_in_by_a_code_that_is_typed(
    phone: Visitor, server: Server, owner: DemoUser, television: str
) -> None:
    page = phone.page
    with device(server, television) as run:
        code = shown(run)
        await phone.go("/device")
        await phone.sign_in(owner)
        await expect(phone.heading("Connect a device")).to_be_visible()
        await expect(page.get_by_role("main")).to_contain_text("If somebody sent you this code")
        await page.get_by_label("Code", exact=True).fill("bbbb bbbb")
        await phone.press("Continue")
        await expect(page.get_by_role("main")).to_contain_text("No device waits with this code.")
        await page.get_by_label("Code", exact=True).fill(f" {code.lower().replace('-', ' ')} ")
        await phone.press("Continue")
        consent = page.get_by_role("main")
        await expect(phone.heading("Television")).to_be_visible()
        for told in (code, "The network that you are on", "ago", owner.email, "watch your cameras live"):
            await expect(consent).to_contain_text(told if told != "ago" else re.compile("just now|ago"))
        await phone.press("Allow access")
        await expect(phone.heading("You can go back to your device")).to_be_visible()
        printed, problem = run.communicate(timeout=60)
    assert (run.returncode, problem) == (0, "")
    assert "Front door" in printed
    await phone.go("/api-access")
    await expect(phone.row("Television", within="Authorized applications")).to_contain_text("On a device")


async def test_a_device_is_turned_away_by_a_code_that_is_scanned(
    phone: Visitor, server: Server, owner: DemoUser, television: str
) -> None:
    page = phone.page
    with device(server, television) as run:
        code = shown(run)
        await phone.go(f"/device?user_code={code}")
        await phone.sign_in(owner)
        await expect(page.get_by_role("main")).to_contain_text("Does your device show exactly this code?")
        await expect(page.get_by_label("Code", exact=True)).to_have_value(code)
        await phone.press("It shows this code")
        await phone.press("Deny")
        await expect(phone.heading("Nothing was shared")).to_be_visible()
        _, problem = run.communicate(timeout=60)
    assert (run.returncode, problem) == (1, "Not let in: access_denied\n")


def begin(server: Server, client_id: str, **more: str) -> httpx2.Response:
    """A device's first request."""
    form = {"client_id": client_id, "scope": "read", **more}
    return HTTP.post(f"{server.origin}/oauth2/device_authorization/", data=form)


def poll(server: Server, client_id: str, device_code: str) -> httpx2.Response:
    """A device's next request."""
    form = {"client_id": client_id, "grant_type": DEVICE_CODE, "device_code": device_code}
    return HTTP.post(f"{server.origin}/oauth2/token", data=form)


@pytest.mark.rfc("8628", "3.2", "the answer is JSON that nobody keeps")
@pytest.mark.rfc("8628", "3.5", "a device that waits is answered with an error of status 400")
def test_the_wire(server: Server, person: Person, guest: DemoUser, television: str) -> None:
    answer = begin(server, television)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    asked = answer.json()
    assert asked["verification_uri"] == f"{server.origin}/device"
    waiting = poll(server, television, asked["device_code"])
    assert (waiting.status_code, waiting.json()["error"]) == (400, "authorization_pending")
    assert poll(server, television, asked["device_code"]).json()["error"] == "slow_down"
    page = person.sign_in(guest, person.go(asked["verification_uri_complete"]))
    page = person.submit(page, "/device", user_code=asked["user_code"])
    done = person.submit(page, "/device/answer", answer="allow", cameras="all")
    assert "You can go back to your device" in done.text
    tokens = poll(server, television, asked["device_code"])
    assert tokens.status_code == 200, tokens.text
    assert tokens.json().keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    again = poll(server, television, asked["device_code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.rfc("8628", "4", "the metadata name the endpoint and the grant")
def test_the_metadata(server: Server) -> None:
    told = HTTP.get(f"{server.origin}/.well-known/oauth-authorization-server").json()
    assert told["device_authorization_endpoint"] == f"{server.origin}/oauth2/device_authorization"
    assert DEVICE_CODE in told["grant_types_supported"]
