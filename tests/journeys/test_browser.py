"""The journeys of people, in a real browser: with JavaScript at a desk, and without it on a telephone."""

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.support.browser import DESKTOP, PHONE, Visitor, open_browser, visit
from tests.support.callback import listen
from tests.support.client import ask, authorization_url, camera_names, exchange, refresh
from tests.support.person import Person
from tests.support.portal import boxes, examples, make_application
from tests.support.server import DemoUser, Server

PRODUCT = "North Cloud"
OWNER = "Olga Owner"
RECENTLY = re.compile("just now|minutes? ago")
LOADS = 50


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser process for all tests of this process."""
    async with open_browser() as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["desk", "telephone without JavaScript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Whether pages may run scripts."""
    allowed: bool = request.param
    return allowed


@pytest.fixture
async def visitor(browser: Browser, server: Server, javascript: bool) -> AsyncIterator[Visitor]:
    """Somebody who has never been here."""
    size = DESKTOP if javascript else PHONE
    async with visit(browser, server.origin, PRODUCT, javascript=javascript, size=size) as somebody:
        yield somebody


@pytest.fixture(scope="session")
def callback() -> Iterator[str]:
    """Where the applications of these tests are called back."""
    with listen() as address:
        yield address


@pytest.fixture
def owner(server: Server) -> DemoUser:
    """The user with full access."""
    return server.user("full")


@pytest.fixture
def guest(server: Server) -> DemoUser:
    """The user with partial access."""
    return server.user("partial")


async def test_signing_in_and_out(visitor: Visitor, owner: DemoUser) -> None:
    page = visitor.page
    await visitor.go("/")
    await expect(page.get_by_role("button", name=OWNER)).to_have_count(0)
    await visitor.sign_in(DemoUser(owner.email, "wrong", "", ""))
    await expect(page.get_by_role("alert")).to_contain_text("The email or the password is wrong")
    await expect(page.get_by_label("Email", exact=True)).to_have_value(owner.email)
    await visitor.sign_in(owner)
    await expect(visitor.heading("API access")).to_be_visible()

    menu = page.get_by_role("button", name=OWNER)
    link = page.get_by_role("link", name="</> API", exact=True)
    await expect(link).to_be_hidden()
    await menu.click()
    await expect(link).to_be_visible()
    await visitor.follow("</> API")
    for section in ("User tokens", "OAuth2 applications", "Authorized applications"):
        await expect(page.get_by_role("heading", level=2, name=section)).to_be_visible()

    await menu.click()
    await visitor.press("Sign out")
    await expect(visitor.heading("Sign in")).to_be_visible()
    await visitor.go("/api-access")
    await expect(visitor.heading("Sign in")).to_be_visible()


# Applications


async def test_an_application_is_made_once_and_its_secret_shown_once(
    visitor: Visitor, owner: DemoUser, callback: str, javascript: bool
) -> None:
    page, name = visitor.page, f"Barn Watch {javascript}"
    await visitor.go("/api-access")
    await visitor.sign_in(owner)
    await visitor.follow("New application")

    await page.get_by_label("Name", exact=True).fill(name)
    addresses = page.get_by_label("Redirect URLs", exact=True)
    wrong = {
        "https://*.example.com/callback": "Wildcards are not allowed",
        "https://app.example.com/callback#top": "Leave out the part from “#” on",
        "http://app.example.com/callback": "Use https://",
    }
    await addresses.fill("\n".join(wrong))
    await visitor.press("Create application")
    for address, fault in wrong.items():
        await expect(addresses).to_have_accessible_description(re.compile(f"{re.escape(address)}: {re.escape(fault)}"))
    await expect(addresses).to_have_attribute("aria-invalid", "true")
    await expect(addresses).to_have_value("\n".join(wrong))
    await expect(page.get_by_label("Name", exact=True)).to_have_value(name)

    await addresses.fill(callback)
    await visitor.press("Create application")
    await expect(visitor.heading(name)).to_be_visible()
    client_id, secret = await page.locator("#client-id").inner_text(), await page.locator("#client-secret").inner_text()
    assert secret.startswith("glcs_")
    await expect(page.get_by_text("It won’t be shown again")).to_be_visible()

    await visitor.reload()
    assert secret not in await page.content()
    await expect(page.get_by_role("alert")).to_contain_text("This form was sent before")
    await visitor.go("/api-access")
    await expect(page.get_by_role("link", name=name, exact=True)).to_have_count(1)
    await visitor.follow(name)
    assert secret not in await page.content()
    await expect(page.locator("#client-id")).to_have_text(client_id)


async def test_an_application_is_edited_gets_a_new_secret_and_is_deleted(
    visitor: Visitor, server: Server, owner: DemoUser, callback: str, javascript: bool
) -> None:
    page, name = visitor.page, f"Stable Watch {javascript}"
    application = Registered(server, owner, name, callback)
    tokens = application.tokens(owner)
    await visitor.go(f"/api-access/applications/{application.client_id}")
    await visitor.sign_in(owner)
    await expect(page.get_by_text(f"One person has allowed {name} to act for them.")).to_be_visible()

    await visitor.follow("Edit")
    other = "https://stable.example.com/callback"
    await page.get_by_label("Description", exact=True).fill("Watches the <horses> & the hay.")
    await page.get_by_label("Redirect URLs", exact=True).fill(f"{callback}\n{other}#x")
    await visitor.press("Save changes")
    await expect(page.get_by_label("Redirect URLs", exact=True)).to_have_accessible_description(re.compile("“#”"))
    await page.get_by_label("Redirect URLs", exact=True).fill(f"{callback}\n{other}")
    await visitor.press("Save changes")
    await expect(visitor.notice).to_contain_text("The changes are saved.")
    await expect(page.get_by_text("Watches the <horses> & the hay.")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text=other)).to_be_visible()
    assert camera_names(server, tokens["access_token"])

    await page.get_by_role("button", name="New secret", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Make a new secret for “{name}”?")
    await expect(dialog).to_contain_text("The secret in use stops working at once")
    await visitor.press("New secret", within=dialog)
    secret = await page.locator("#client-secret").inner_text()
    refused = refresh(server, tokens["refresh_token"], **application.credentials)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    application.client_secret = secret
    renewed = refresh(server, tokens["refresh_token"], **application.credentials).json()
    assert camera_names(server, renewed["access_token"])

    await page.get_by_role("button", name="Delete application", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Delete “{name}”?")
    await expect(dialog).to_contain_text("It stops working at once for the one person who uses it")
    await visitor.press("Delete application", within=dialog)
    await expect(visitor.notice).to_contain_text("The application is deleted")
    await expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    for token in (tokens["access_token"], renewed["access_token"]):
        assert ask(server, token).status_code == 401
    assert refresh(server, tokens["refresh_token"], **application.credentials).status_code == 401
    await visitor.go(f"/api-access/applications/{application.client_id}")
    await expect(visitor.heading("Page not found")).to_be_visible()
    await visitor.go(application.authorization_url())
    await expect(visitor.heading("This link does not work")).to_be_visible()


# Consent


async def test_a_person_is_asked_lets_an_application_in_and_ends_its_access(
    visitor: Visitor, server: Server, owner: DemoUser, callback: str, javascript: bool
) -> None:
    page, name = visitor.page, f"Yard Watch {javascript}"
    application = Registered(server, owner, name, callback)
    await visitor.go(application.authorization_url(scope="read,recordings_delete", state="a b&c"))
    await expect(page.get_by_role("main")).to_contain_text(f"to continue to {name}")
    await visitor.sign_in(owner)

    await expect(visitor.heading(name)).to_be_visible()
    consent = page.get_by_role("main")
    for text in (
        "by North Farm",
        "North Farm as owner@example.com",
        "see your cameras' names and settings",
        "delete recordings",
        "A deleted recording can't be brought back.",
        "Until you end it",
        urlsplit(callback).netloc,
    ):
        await expect(consent).to_contain_text(text)
    for absent in ("watch your cameras live", "recordings_delete"):
        await expect(consent).not_to_contain_text(absent)
    allow, deny = (page.get_by_role("button", name=text, exact=True) for text in ("Allow access", "Deny"))
    await expect(allow).not_to_be_focused()
    assert await size_of(allow) == await size_of(deny)

    await visitor.press("Deny")
    answer = answer_at(visitor, callback)
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "a b&c", server.origin)
    await visitor.go(application.authorization_url(scope="read,recordings_delete"))
    await visitor.press("Allow access")
    answer = answer_at(visitor, callback)
    assert (answer["state"], answer["iss"]) == ("st-1", server.origin)
    tokens = exchange(server, answer["code"], redirect_uri=callback, **application.credentials).json()
    assert "Driveway" in camera_names(server, tokens["access_token"])

    await visitor.go("/api-access")
    row = visitor.row(name, within="Authorized applications")
    await expect(row).to_contain_text("North Farm")
    await expect(row).to_contain_text("High risk")
    opener = row.get_by_role("button", name="End access", exact=True)
    dialog = page.get_by_role("dialog", name=f"End the access of “{name}”?")
    await visitor.tab_to(opener)
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_visible()
    await expect(dialog).to_contain_text(f"{name} stops working for you at once")
    await expect(dialog.get_by_role("button", name="Cancel", exact=True)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(opener).to_be_focused()
    assert ask(server, tokens["access_token"]).status_code == 200
    await page.keyboard.press("Enter")
    await visitor.tab_to(dialog.get_by_role("button", name="End access", exact=True))
    await visitor.leave(lambda: page.keyboard.press("Enter"))
    await expect(visitor.notice).to_contain_text("The access is ended.")
    await expect(visitor.row(name, within="Authorized applications")).to_have_count(0)
    assert ask(server, tokens["access_token"]).status_code == 401
    assert refresh(server, tokens["refresh_token"], **application.credentials).json()["error"] == "invalid_grant"


async def test_what_was_allowed_is_remembered_until_the_application_asks_otherwise(
    visitor: Visitor, server: Server, owner: DemoUser, callback: str, javascript: bool
) -> None:
    page, name = visitor.page, f"Field Watch {javascript}"
    application = Registered(server, owner, name, callback)

    async def asked(**changes: str) -> None:
        await visitor.go(application.authorization_url(**changes))

    await asked(prompt="none")
    assert answer_at(visitor, callback)["error"] == "login_required"
    await visitor.go("/signin")
    await visitor.sign_in(owner)
    await asked(prompt="none")
    assert answer_at(visitor, callback)["error"] == "consent_required"

    await asked()
    await visitor.press("Allow access")
    for changes in ({}, {"scope": "read"}, {"prompt": "none"}):
        await asked(**changes)
        assert "code" in answer_at(visitor, callback)
    await asked(prompt="none", scope="read,events")
    assert answer_at(visitor, callback)["error"] == "consent_required"
    await asked(scope="read,events")
    await expect(page.get_by_role("button", name="Allow access", exact=True)).to_be_visible()
    await asked(prompt="consent")
    await visitor.press("Allow access")
    assert "code" in answer_at(visitor, callback)

    await asked(prompt="login")
    await expect(visitor.heading("Sign in")).to_be_visible()
    await visitor.sign_in(owner)
    assert "code" in answer_at(visitor, callback)


async def test_the_wrong_user_changes_places_and_comes_back_to_the_same_request(
    visitor: Visitor, server: Server, owner: DemoUser, guest: DemoUser, callback: str, javascript: bool
) -> None:
    page, name = visitor.page, f"Gate Watch {javascript}"
    application = Registered(server, owner, name, callback)
    await visitor.go("/signin")
    await visitor.sign_in(owner)
    await visitor.go(application.authorization_url(scope="read", state="the same"))
    asked_at = page.url
    await visitor.follow("not you?")
    await expect(page.get_by_role("main")).to_contain_text(f"to continue to {name}")
    await visitor.sign_in(guest)
    assert page.url == asked_at
    await expect(page.get_by_role("main")).to_contain_text("guest@example.com")
    await visitor.press("Allow access")
    answer = answer_at(visitor, callback)
    assert answer["state"] == "the same"
    tokens = exchange(server, answer["code"], redirect_uri=callback, **application.credentials).json()
    assert sorted(camera_names(server, tokens["access_token"])) == ["Front door", "Garden"]

    # The request is over, and says so to whoever comes back to it.
    await visitor.go(asked_at)
    await expect(visitor.heading("This request is over")).to_be_visible()


async def test_signed_out_meanwhile_a_person_comes_back_to_the_same_request(
    visitor: Visitor, server: Server, owner: DemoUser, callback: str, javascript: bool
) -> None:
    page, name = visitor.page, f"Pond Watch {javascript}"
    application = Registered(server, owner, name, callback)
    await visitor.go("/signin")
    await visitor.sign_in(owner)
    await visitor.go(application.authorization_url(state="kept"))
    asked_at = page.url
    await page.get_by_role("button", name=OWNER).click()
    await visitor.press("Sign out")
    await visitor.go(asked_at)
    await expect(visitor.heading("Sign in")).to_be_visible()
    await visitor.sign_in(owner)
    assert page.url == asked_at
    await visitor.press("Allow access")
    assert answer_at(visitor, callback)["state"] == "kept"


# User tokens


async def test_a_guest_makes_a_token_of_their_own_and_ends_it(
    visitor: Visitor, server: Server, guest: DemoUser, javascript: bool
) -> None:
    page, name = visitor.page, f"Doorbell {javascript}"
    await visitor.go("/signin")
    await visitor.sign_in(guest)
    section = page.get_by_role("region", name="OAuth2 applications")
    await expect(section).to_contain_text("full access")
    await expect(section.get_by_role("link", name="New application")).to_have_count(0)
    await visitor.go("/api-access/applications/new")
    await expect(visitor.heading("Not with your access")).to_be_visible()
    await expect(page.get_by_role("main")).to_contain_text("full access")

    await visitor.go("/api-access")
    await visitor.follow("New token")
    await page.get_by_label("Name", exact=True).fill(name)
    rights = page.get_by_role("checkbox")
    assert [await right.get_attribute("value") for right in await rights.all() if await right.is_checked()] == ["read"]
    await page.get_by_role("checkbox", name="Names and settings", exact=True).uncheck()
    await visitor.press("Create token")
    await expect(page.get_by_role("group", name="Rights", exact=True)).to_have_accessible_description(
        re.compile("Choose at least one right")
    )
    await page.get_by_role("checkbox", name="Names and settings", exact=True).check()
    expires = page.get_by_label("Expires", exact=True)
    assert await expires.input_value() != "never"
    warning = page.get_by_text("Whoever finds this token can use it until you end it.")
    await expect(warning).to_be_hidden()
    await expires.select_option("Never")
    await expect(warning).to_be_visible()
    await visitor.press("Create token")

    token = await page.locator("#token").inner_text()
    assert token.startswith("glut_")
    await copies(visitor, "Copy the token", token, javascript=javascript)
    await visitor.reload()
    assert token not in await page.content()
    await expect(page.get_by_role("alert")).to_contain_text("This form was sent before")
    await visitor.go("/api-access")
    row = visitor.row(name, within="User tokens")
    await expect(row).to_have_count(1)
    await expect(row.get_by_role("cell")).to_have_text([RECENTLY, "Never", "Never", re.compile("End")])

    assert sorted(camera_names(server, token)) == ["Front door", "Garden"]
    await visitor.go("/api-access")
    last_used = row.get_by_role("cell").nth(2)
    for _ in range(LOADS):  # the API answers first and notes the use then
        if await last_used.inner_text() != "Never":
            break
        await visitor.reload()
    await expect(last_used).to_have_text(RECENTLY)
    await row.get_by_role("button", name="End token", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"End “{name}”?")
    await expect(dialog).to_contain_text("stops working at once")
    await visitor.press("End token", within=dialog)
    await expect(visitor.notice).to_contain_text("The token is ended.")
    await expect(visitor.row(name, within="User tokens")).to_have_count(0)
    assert ask(server, token).status_code == 401


# Examples


@pytest.mark.parametrize("kind", ["confidential", "public"])
async def test_the_javascript_example_runs_on_a_page_of_the_application(
    browser: Browser, server: Server, owner: DemoUser, callback: str, kind: str
) -> None:
    with Person(server) as person:
        person.sign_in(owner)
        example = examples(make_application(person, f"Script {kind}", callback, kind=kind))
        # RFC 7636, appendix B
        verifier, challenge = (
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        )
        url = example["Authorization URL"].replace("S256_OF_YOUR_CODE_VERIFIER", challenge)
        back = person.decide(owner, url).headers["location"]
    async with visit(browser, server.origin, PRODUCT) as visitor:
        await visitor.go(back)
        async with visitor.page.expect_console_message() as printed:
            await visitor.page.evaluate(f"async verifier => {{ {example['JavaScript']} }}", verifier)
        answer = await (await printed.value).args[0].json_value()
        assert {"name": "Driveway"} in answer["data"]["cameraList"]


# Providers


async def test_providers_look_different_and_know_nothing_of_each_other(
    visitor: Visitor, browser: Browser, server: Server, owner: DemoUser, javascript: bool
) -> None:
    await visitor.go("/signin")
    harbour = f"http://harbour.localhost:{server.port}"
    async with visit(browser, harbour, "Harbour View", javascript=javascript) as neighbour:
        await neighbour.go("/signin")
        await expect(neighbour.page.get_by_role("banner")).to_contain_text("Harbour View")
        await expect(neighbour.page.get_by_role("banner")).not_to_contain_text("North Cloud")
        await expect(visitor.page.get_by_role("banner")).to_contain_text("North Cloud")
        assert await accent(visitor) == "rgb(31, 95, 191)"
        assert await accent(neighbour) == "rgb(15, 118, 110)"
        await neighbour.sign_in(owner)
        await expect(neighbour.page.get_by_role("alert")).to_contain_text("The email or the password is wrong")
        *_, hanna = server.demo["users"]
        await neighbour.sign_in(DemoUser(**hanna))
        await expect(neighbour.page.get_by_role("button", name="Hanna Harbour")).to_be_visible()
        await neighbour.go("/api-access")
        await expect(neighbour.page.get_by_role("link", name="Garden Monitor")).to_have_count(0)
        await neighbour.go(authorization_url(server).replace(server.origin, harbour))
        await expect(neighbour.heading("This link does not work")).to_be_visible()


# What these journeys share


class Registered:
    """An application that is there when a journey begins; `name` tells it from those of other journeys."""

    def __init__(self, server: Server, owner: DemoUser, name: str, callback: str) -> None:
        self._server = server
        self._callback = callback
        with Person(server) as person:
            person.sign_in(owner)
            made = boxes(make_application(person, name, callback))
        self.client_id, self.client_secret = made["client-id"], made["client-secret"]

    @property
    def credentials(self) -> dict[str, str]:
        """What the application shows at the token endpoint."""
        return {"client_id": self.client_id, "client_secret": self.client_secret}

    def authorization_url(self, **changes: str) -> str:
        """Where it sends people."""
        return authorization_url(self._server, client_id=self.client_id, redirect_uri=self._callback, **changes)

    def tokens(self, user: DemoUser) -> dict[str, str]:
        """What it holds once `user` has let it in."""
        with Person(self._server) as person:
            code = person.authorize(user, self.authorization_url())["code"]
        tokens: dict[str, str] = exchange(self._server, code, redirect_uri=self._callback, **self.credentials).json()
        return tokens


def answer_at(visitor: Visitor, callback: str) -> dict[str, str]:
    """What came with the visitor when they were sent back to the application."""
    assert visitor.page.url.startswith(f"{callback}?"), visitor.page.url
    return dict(parse_qsl(urlsplit(visitor.page.url).query, keep_blank_values=True))


async def copies(visitor: Visitor, name: str, text: str, *, javascript: bool) -> None:
    """See that the button copies `text`; without JavaScript, that there is none."""
    button = visitor.page.get_by_role("button", name=name, exact=True)
    if not javascript:
        await expect(button).to_have_count(0)
        return
    await visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await button.click()
    await expect(visitor.page.get_by_role("status")).to_have_text("Copied")
    assert await visitor.page.evaluate("navigator.clipboard.readText()") == text


async def size_of(button: Locator) -> tuple[float, float]:
    """Width and height, in pixels."""
    box = await button.bounding_box()
    assert box is not None
    return round(box["width"], 1), round(box["height"], 1)


async def accent(visitor: Visitor) -> str:
    """The colour of the button that matters most."""
    colour: str = await visitor.page.get_by_role("button", name="Sign in", exact=True).evaluate(
        "button => getComputedStyle(button).backgroundColor"
    )
    return colour
