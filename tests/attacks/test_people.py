"""People pages and invitations, as somebody uses them who has no business there."""

import re
from typing import Any

import pytest

from gatelodge.identity.people import Access, Account
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.service.invitations import Invited
from gatelodge.service.refusals import NotFound
from gatelodge.service.services import Services
from tests.attacks.world import House
from tests.support.server import DemoUser, Server
from tests.web.browser import Browser, field
from tests.web.raw import Answer
from tests.web.served import use

PASSWORD = "correct horse battery"
EVIL = "<script>alert('x')</script>"
RIGHTS = frozenset({"read"})


def account_url(browser: Browser) -> str:
    """Where the user's first account is looked after."""
    answer = browser.get("/people")
    assert answer.status == 303, answer.text
    return answer["location"]


def ids(page: Answer, kind: str) -> list[str]:
    """The ids of people, groups or invitations that a page links to."""
    return re.findall(rf'/people/\w{{11}}/{kind}/(\w{{11}})[/"]', page.text)


@pytest.fixture(scope="module")
def things(server: Server, house: House) -> dict[str, str]:
    """The owner's account with one of everything, as addresses."""
    owner = Browser(server)
    owner.sign_in(house.owner)
    url = account_url(owner)
    form = owner.get(f"{url}/groups/new")
    camera = re.findall(r'name="camera" value="(\w{11})"', form.text)[0]
    made = owner.post(f"{url}/groups/new", {"csrf": field(form, "csrf"), "name": "Attacked", "camera": camera})
    assert made.status == 303, made.text
    form = owner.get(f"{url}/invite")
    fields = {"csrf": field(form, "csrf"), "email": "attacked@example.com", "access": "partial", camera: "read"}
    assert owner.post(f"{url}/invite", fields).status == 200
    page = owner.get(url)
    tokens = owner.get(f"{url}/reach")
    assert tokens.status == 200
    person = ids(page, "users")
    guest = next(one for one in person if "partial" in owner.get(f"{url}/users/{one}").text and one != person[0])
    return {
        "url": url,
        "camera": camera,
        "group": ids(page, "groups")[-1],
        "invitation": ids(page, "invitations")[0],
        "guest": guest,
        "owner": person[0],
    }


def pages(things: dict[str, str], url: str) -> list[str]:
    """Every page of the account."""
    return [
        url,
        f"{url}/invite",
        f"{url}/users/{things['guest']}",
        f"{url}/groups/new",
        f"{url}/groups/{things['group']}",
        f"{url}/reach",
    ]


def posts(things: dict[str, str], url: str) -> list[tuple[str, dict[str, str]]]:
    """Everything that can be done to the account."""
    rights = {things["camera"]: "audiotransmit", "access": "full"}
    return [
        (f"{url}/invite", {"email": "eve@example.com", **rights}),
        (f"{url}/invitations/{things['invitation']}/again", {}),
        (f"{url}/invitations/{things['invitation']}/withdraw", {}),
        (f"{url}/users/{things['guest']}", rights),
        (f"{url}/users/{things['owner']}", rights),
        *((f"{url}/users/{things[who]}/{what}", {}) for who in ("guest", "owner") for what in ("disable", "remove")),
        (f"{url}/groups/new", {"name": "Eve's", "camera": things["camera"]}),
        (f"{url}/groups/{things['group']}", {"name": "Eve's", "camera": things["camera"]}),
        (f"{url}/groups/{things['group']}/delete", {}),
    ]


def state(server: Server, url: str) -> Any:
    """All there is of the account."""
    number = parse_public_id(url.rpartition("/")[2])
    assert number is not None

    async def look(services: Services) -> Any:
        (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
        account = Account(number, provider.id, "")
        everybody = await services.members.everybody(account)
        rights = [await services.members.member(account, one.user.id) for one in everybody]
        return everybody, rights, await services.invitations.of(account), await services.groups.of(account)

    return use(server, look)


@pytest.mark.parametrize("who", ["guest", "neighbour"])
def test_without_full_access_to_the_account_there_is_nothing(
    who: str, server: Server, house: House, things: dict[str, str]
) -> None:
    user: DemoUser = getattr(house, who)
    eve = Browser(server)
    eve.sign_in(user)
    before = state(server, things["url"])
    for page in pages(things, things["url"]):
        assert eve.get(page).status == 404, page
    csrf = eve.csrf()
    for path, fields in posts(things, things["url"]):
        assert eve.post(path, {"csrf": csrf, **fields}).status == 404, path
    assert state(server, things["url"]) == before


def test_a_partial_guest_is_told_why_there_is_no_people_page(guest: Browser) -> None:
    answer = guest.get("/people")
    assert answer.status == 403
    assert "full access" in answer.text


def test_ones_own_account_is_no_way_to_what_is_in_another(server: Server, house: House, things: dict[str, str]) -> None:
    eve = Browser(server)
    eve.sign_in(house.neighbour)
    own = account_url(eve)
    before = state(server, things["url"])
    csrf = eve.csrf()
    for page in (f"{own}/users/{things['guest']}", f"{own}/groups/{things['group']}"):
        assert eve.get(page).status == 404, page
    for path, fields in posts(things, own):
        if path.endswith("/invite") or path.endswith("/groups/new"):
            continue
        assert eve.post(path, {"csrf": csrf, **fields}).status == 404, path
    # A camera of somebody else's counts for nothing in a form.
    answer = eve.post(
        f"{own}/invite", {"csrf": csrf, "email": "x@example.com", "access": "partial", things["camera"]: "read"}
    )
    assert answer.status == 422
    assert eve.post(f"{own}/groups/new", {"csrf": csrf, "name": "X", "camera": things["camera"]}).status == 422
    assert state(server, things["url"]) == before


def test_at_another_providers_host_the_account_does_not_exist(
    server: Server, house: House, things: dict[str, str]
) -> None:
    eve = Browser(server, "harbour.localhost")
    eve.sign_in(house.harbour)
    before = state(server, things["url"])
    csrf = eve.csrf()
    for page in pages(things, things["url"]):
        assert eve.get(page).status == 404
    for path, fields in posts(things, things["url"]):
        assert eve.post(path, {"csrf": csrf, **fields}).status == 404, path
    assert state(server, things["url"]) == before


def test_what_is_no_id_is_not_found(owner: Browser, things: dict[str, str]) -> None:
    csrf, url = owner.csrf(), things["url"]
    for bad in ("x", "0" * 11, "z" * 11, "%00", "..%2f", "é" * 11, "1" * 4000):
        for page in (f"/people/{bad}", f"{url}/users/{bad}", f"{url}/groups/{bad}", f"/invitations/{bad}"):
            assert owner.get(page).status in (404, 414, 400), page
        for path in (
            f"{url}/users/{bad}/remove",
            f"{url}/groups/{bad}/delete",
            f"{url}/invitations/{bad}/withdraw",
            f"{url}/reach/tokens/{bad}/end",
            f"{url}/reach/applications/{bad}/{bad}/end",
        ):
            assert owner.post(path, {"csrf": csrf}).status in (404, 414, 400), path


def test_the_last_with_full_access_stays(owner: Browser, things: dict[str, str], server: Server) -> None:
    before = state(server, things["url"])
    for what in ("remove", "disable"):
        answer = owner.post(f"{things['url']}/users/{things['owner']}/{what}", {"csrf": owner.csrf()})
        assert answer.status == 422
    answer = owner.post(f"{things['url']}/users/{things['owner']}", {"csrf": owner.csrf(), "access": "partial"})
    assert answer.status == 422
    assert state(server, things["url"]) == before


@pytest.mark.parametrize(
    "email", ["x@example.com\r\nBcc: y@example.com", "x@example.com,y@example.com", EVIL, "\0@x", "a" * 300 + "@x"]
)
def test_an_address_that_is_none_is_refused_and_shown_as_text(
    email: str, owner: Browser, things: dict[str, str], server: Server
) -> None:
    before = state(server, things["url"])
    answer = owner.post(f"{things['url']}/invite", {"csrf": owner.csrf(), "email": email, "access": "full"})
    assert answer.status == 422
    assert "<script>alert" not in answer.text
    assert state(server, things["url"]) == before


def test_markup_in_the_name_of_a_group_or_a_person_is_text(
    owner: Browser, server: Server, things: dict[str, str]
) -> None:
    fields = {"csrf": owner.csrf(), "name": f"{EVIL}", "camera": things["camera"]}
    assert owner.post(f"{things['url']}/groups/new", fields).status == 303
    link = invitation(server, things, "evil@example.com")
    newcomer = Browser(server)
    page = newcomer.get(f"/invitations/{link}")
    answer = newcomer.post(f"/invitations/{link}", {"csrf": field(page, "csrf"), "name": EVIL, "password": PASSWORD})
    assert answer.status == 303, answer.text
    for place in (things["url"], f"{things['url']}/invite", f"{things['url']}/reach"):
        shown = owner.get(place)
        assert shown.status == 200
        assert "<script>alert" not in shown.text
    assert "&lt;script&gt;" in owner.get(things["url"]).text


def invitation(server: Server, things: dict[str, str], email: str) -> str:
    """The secret in the link of a new invitation."""
    number = parse_public_id(things["url"].rpartition("/")[2])
    camera = parse_public_id(things["camera"])
    assert number is not None
    assert camera is not None

    async def invite(services: Services) -> str:
        (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
        owner = await services.people.by_email(provider.id, "owner@example.com")
        assert owner is not None
        account = await services.members.account(owner, number)
        assert not isinstance(account, NotFound)
        made = await services.invitations.invite(provider, owner, account, email, Access.PARTIAL, {camera: RIGHTS})
        assert isinstance(made, Invited), made
        return made.link.rpartition("/")[2]

    return use(server, invite)


def test_a_link_is_used_once_and_at_its_own_provider(server: Server, house: House, things: dict[str, str]) -> None:
    link = invitation(server, things, "once@example.com")
    away = Browser(server, "harbour.localhost")
    assert away.get(f"/invitations/{link}").status == 404
    fields = {"name": "Once", "password": PASSWORD}
    assert away.post(f"/invitations/{link}", {"csrf": away.csrf(), **fields}).status == 404
    first, second = Browser(server), Browser(server)
    tokens = [field(one.get(f"/invitations/{link}"), "csrf") for one in (first, second)]
    assert first.post(f"/invitations/{link}", {"csrf": tokens[0], **fields}).status == 303
    assert first.get("/api-access").status == 200
    again = second.post(f"/invitations/{link}", {"csrf": tokens[1], **fields})
    assert again.status == 404
    assert not any("session" in name for name in second.cookies)


def test_a_tampered_link_is_worth_nothing(server: Server, things: dict[str, str]) -> None:
    link = invitation(server, things, "tampered@example.com")
    browser = Browser(server)
    for bad in (
        link[:-1],
        link[:-1] + ("0" if link[-1] != "0" else "1"),
        link.swapcase(),
        link.replace("gliv", "glss"),
    ):
        assert browser.get(f"/invitations/{bad}").status == 404
    assert browser.get(f"/invitations/{link}").status == 200


def test_looking_at_a_link_uses_nothing_up(server: Server, things: dict[str, str]) -> None:
    link = invitation(server, things, "scanned@example.com")
    for _ in range(3):
        assert Browser(server).get(f"/invitations/{link}").status == 200


def test_the_page_behind_a_link_is_the_same_whoever_has_a_user(
    server: Server, house: House, things: dict[str, str]
) -> None:
    pages = []
    for email in (house.neighbour.email, "nobody.knows@example.com"):
        page = Browser(server).get(f"/invitations/{invitation(server, things, email)}")
        text = re.sub(r"gliv_\w+|name=\"csrf\" value=\"[^\"]+\"", "", page.text).replace(email, "")
        pages.append((page.status, text))
    assert pages[0] == pages[1]


def test_a_link_for_somebody_who_has_a_user_changes_no_password_and_signs_nobody_in(
    server: Server, house: House, things: dict[str, str]
) -> None:
    link = invitation(server, things, house.neighbour.email)
    eve = Browser(server)
    page = eve.get(f"/invitations/{link}")
    fields = {"csrf": field(page, "csrf"), "name": "Eve", "password": PASSWORD + "!"}
    answer = eve.post(f"/invitations/{link}", fields)
    assert answer.status == 422
    assert not any("session" in name for name in eve.cookies)
    wrong = DemoUser(house.neighbour.email, PASSWORD + "!", "", "")
    assert Browser(server).sign_in(wrong).status == 422
    assert Browser(server).sign_in(house.neighbour).status == 303


def test_signed_in_as_somebody_else_one_is_told_and_let_nowhere(
    server: Server, house: House, things: dict[str, str], guest: Browser
) -> None:
    link = invitation(server, things, "not.the.guest@example.com")
    page = guest.get(f"/invitations/{link}")
    assert "You are signed in as" in page.text
    assert house.guest.email in page.text
    before = state(server, things["url"])
    assert guest.post(f"/invitations/{link}", {"csrf": field(page, "csrf")}).status == 200
    assert state(server, things["url"]) == before
    out = guest.post("/signout", {"csrf": field(page, "csrf"), "next": f"/invitations/{link}"})
    assert out["location"] == f"/invitations/{link}"
    for foreign in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        browser = Browser(server)
        browser.sign_in(house.guest)
        assert browser.post("/signout", {"csrf": browser.csrf(), "next": foreign})["location"] == "/signin"
