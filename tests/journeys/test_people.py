"""People: invited by a mail that is really sent, limited, and refused at the next call, on whichever node."""

import re
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import DESKTOP, PHONE, open_browser, visit
from tests.support.client import ask, camera_names, get_tokens
from tests.support.fixtures import cluster
from tests.support.mailbox import Mailbox, mail_server
from tests.support.nodes import Node
from tests.support.person import Person
from tests.support.portal import boxes, make_token
from tests.support.postgres import Cluster
from tests.support.server import DemoUser, Server
from tests.support.stores import execute

__all__ = ["cluster"]

PASSWORD = "correct horse battery"
PRODUCT = "North Cloud"


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    """The mail server of the nodes."""
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def nodes(cluster: Cluster, box: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two nodes on one PostgreSQL database, which send mail."""
    database = f"people_{secrets.token_hex(6)}"
    execute(cluster.url("postgres"), f"CREATE DATABASE {database}")
    settings = {
        "GATELODGE_DATABASE": cluster.url(database),
        "GATELODGE_SMTP_URL": box.url,
        "GATELODGE_MAIL_FROM": "cloud@example.com",
    }
    first = Server(tmp_path_factory.mktemp("people"), settings)
    first.start()
    second = Node(first)
    second.start()
    yield first, second
    for node in (first, second):
        assert node.stop() == 0
        assert "Traceback" not in node.log.read_text()


def guests_page(owner: Person, name: str) -> str:
    """The address of the page on which the owner looks after somebody."""
    people = owner.go("/people")
    row = people.text.partition(f">{name}</span>")[2]
    found = re.search(r'href="(/people/\w+/users/\w+)"', row)
    assert found, people.text
    return found[1]


def camera_ids(server: Server) -> dict[str, str]:
    """The ids of the demo cameras, by name."""
    return {one["name"]: one["id"] for one in server.demo["cameras"]}


def test_a_right_that_was_taken_away_is_gone_in_the_next_call_on_every_node(nodes: tuple[Server, Server]) -> None:
    first, second = nodes
    cameras, guest = camera_ids(first), first.user("partial")
    token = get_tokens(first, guest)["access_token"]
    with Person(first) as owner, Person(second) as same_guest:
        owner.sign_in(first.user("full"))
        same_guest.sign_in(guest)
        own = boxes(make_token(same_guest, "Script", "read", "liveview"))["token"]
        page = guests_page(owner, "Gus Guest")
        for node in nodes:
            for one in (token, own):
                assert camera_names(node, one) == ["Front door", "Garden"]

        form = owner.go(page)
        owner.submit(form, page, access="partial", **{cameras["Garden"]: ["read", "liveview"]}, do="save")
        for node in nodes:
            for one in (token, own):
                assert camera_names(node, one) == ["Garden"]

        owner.submit(owner.go(page), f"{page}/disable")
        for node in nodes:
            for one in (token, own):
                assert camera_names(node, one) == []
        owner.submit(owner.go(page), f"{page}/enable")
        for node in nodes:
            assert camera_names(node, own) == ["Garden"]

        reach = owner.go(f"{page.partition('/users')[0]}/reach")
        assert "Script" in reach.text
        assert "Garden Monitor" in reach.text
        number = re.search(r'action="(/people/\w+/reach/tokens/\w+/end)"', reach.text)
        assert number
        owner.submit(reach, number[1])
        for node in nodes:
            assert ask(node, own).status_code == 401

        owner.submit(owner.go(page), f"{page}/remove")
        for node in nodes:
            assert camera_names(node, token) == []
        assert "Gus Guest" not in owner.go("/people").text


def test_a_high_risk_right_that_a_guest_hands_on_is_told_to_the_owner(
    nodes: tuple[Server, Server], box: Mailbox
) -> None:
    first, second = nodes
    cameras = camera_ids(first)
    with Person(first) as owner, Person(second) as guest:
        owner.sign_in(first.user("full"))
        link = invited(owner, box, "ria@example.com", {cameras["Hall"]: ["read", "audiotransmit"]})
        page = guest.go(link.replace(first.origin, second.origin))
        guest.submit(page, "/invitations/", name="Ria", password=PASSWORD)
        make_token(guest, "Intercom", "read", "audiotransmit")
        (mail,) = box.wait_for(first.user("full").email)
        text = mail.get_content()
        for word in ("Ria", "ria@example.com", "Intercom", "Speak", "North Farm", "/reach"):
            assert word in text
        assert mail["Auto-Submitted"] == "auto-generated"


def invited(owner: Person, box: Mailbox, email: str, rights: dict[str, list[str]]) -> str:
    """The link that came by mail for somebody whom the owner invites with these rights."""
    url = str(owner.go("/people").url).removeprefix(owner.origin)
    said = owner.submit(owner.go(f"{url}/invite"), f"{url}/invite", email=email, access="partial", **rights, do="save")
    assert "on its way" in said.text, said.text
    (mail,) = box.wait_for(email)
    found = re.search(r"http://\S+/invitations/\S+", mail.get_content())
    assert found
    assert found[0] not in said.text
    return found[0]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser process for the tests here."""
    async with open_browser() as opened:
        yield opened


@pytest.mark.parametrize("javascript", [True, False], ids=["desk", "telephone without JavaScript"])
async def test_inviting_accepting_and_limiting(
    javascript: bool, nodes: tuple[Server, Server], box: Mailbox, browser: Browser
) -> None:
    first, second = nodes
    size = DESKTOP if javascript else PHONE
    email, name = f"ivy{javascript}@example.com".lower(), f"Ivy {javascript}"
    async with visit(browser, first.origin, PRODUCT, javascript=javascript, size=size) as owner:
        page = owner.page
        await owner.go("/people")
        await owner.sign_in(first.user("full"))
        await expect(owner.heading("People")).to_be_visible()

        # A group, and an invitation that uses it.
        await owner.go(f"{page.url}/groups/new".removeprefix(first.origin))
        await page.get_by_label("Name", exact=True).fill(f"Outside {javascript}")
        for camera in ("Garden", "Terrace"):
            await page.get_by_role("checkbox", name=camera, exact=True).check()
        await owner.press("Create group")
        await owner.follow("Invite somebody")
        await page.get_by_label("Email", exact=True).fill(email)
        await page.get_by_label("on", exact=True).select_option(label=f"Outside {javascript}")
        adding = page.get_by_role("button", name="Add group", exact=True)
        if javascript:
            await adding.click()
        else:
            await owner.leave(adding.click)
        await expect(page.get_by_label("Email", exact=True)).to_have_value(email)
        for camera, ticked in (("Garden", True), ("Terrace", True), ("Hall", False)):
            box_of_right = page.get_by_role("group", name=camera, exact=True).get_by_role(
                "checkbox", name="Live view", exact=True
            )
            await expect(box_of_right).to_be_checked(checked=ticked)
        await owner.press("Send invitation")
        await expect(owner.notice).to_contain_text("on its way")
        (mail,) = box.wait_for(email)
        found = re.search(r"http://\S+/invitations/\S+", mail.get_content())
        assert found

        # Somebody new accepts, at the other node, and calls.
        link = found[0].replace(first.origin, second.origin)
        async with visit(browser, second.origin, PRODUCT, javascript=javascript, size=size) as guest:
            await guest.go(link)
            await guest.page.get_by_label("Your name", exact=True).fill(name)
            await guest.page.get_by_label("Choose a password", exact=True).fill(PASSWORD)
            await guest.press("Accept")
            await expect(guest.heading("API access")).to_be_visible()
            await expect(guest.notice).to_contain_text("You are in")
        token = await token_of(second, DemoUser(email, PASSWORD, "guest", "partial"))
        assert camera_names(first, token) == ["Garden", "Terrace"]

        # The owner limits, and the next call has lost it.
        await owner.go("/people")
        await owner.leave(owner.row(name, within="People").get_by_role("link", name="Manage").click)
        terrace = page.get_by_role("group", name="Terrace", exact=True)
        for right in ("Names and settings", "Live view", "Events"):
            await terrace.get_by_role("checkbox", name=right, exact=True).uncheck()
        await owner.press("Save changes")
        await expect(owner.notice).to_contain_text("hold from the next request")
        assert camera_names(second, token) == ["Garden"]

        # And ends it.
        await page.get_by_role("button", name="Remove", exact=True).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Applications made for this account stay with it")
        await owner.press("Remove", within=dialog)
        await expect(owner.row(name, within="People")).to_have_count(0)
        assert camera_names(first, token) == []


async def token_of(server: Server, user: DemoUser) -> str:
    """A user token, made by the user at that node."""
    with Person(server) as person:
        person.sign_in(user)
        return boxes(make_token(person, "Phone", "read", "liveview"))["token"]


def test_without_a_mail_server_the_link_is_shown_once_to_be_copied(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        with Person(server) as owner, Person(server) as guest:
            owner.sign_in(server.user("full"))
            url = str(owner.go("/people").url).removeprefix(server.origin)
            camera = camera_ids(server)["Hall"]
            said = owner.submit(
                owner.go(f"{url}/invite"),
                f"{url}/invite",
                email="ned@example.com",
                access="partial",
                **{camera: ["liveview"]},
                do="save",
            )
            link = boxes(said)["invitation-link"]
            assert "It won’t be shown again." in said.text
            assert link not in owner.go(url).text
            page = guest.go(link)
            done = guest.submit(page, "/invitations/", name="Ned", password=PASSWORD)
            assert "You are in" in done.text
            people = owner.go(url).text
            assert people.count("ned@example.com") == 1  # among people, and not among invitations any more
            assert guest.go(link).status_code == 404
    finally:
        assert server.stop() == 0
    assert link.rpartition("_")[2] not in server.log.read_text()


def test_a_wrong_setting_is_named_and_its_value_not_shown(tmp_path: Path) -> None:
    server = Server(tmp_path)
    for settings, name in (
        ({"GATELODGE_SMTP_URL": "http://ann:s3cret@mail"}, "GATELODGE_SMTP_URL"),
        ({"GATELODGE_SMTP_URL": "smtp://ann:s3cret@mail:25"}, "GATELODGE_MAIL_FROM"),
    ):
        server._settings.update(settings)
        said = server.command("serve", "--port", "0")
        assert said.returncode == 1
        assert said.stderr.startswith(f"{name}: ")
        assert "s3cret" not in said.stderr
