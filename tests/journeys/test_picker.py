"""Picking cameras and leaving out rights in a real browser: with JavaScript at a desk, and without it on a phone."""

from playwright.async_api import expect

from tests.journeys.test_browser import (
    Registered,
    answer_at,
    browser,
    callback,
    guest,
    javascript,
    owner,
    visitor,
)
from tests.support.browser import Visitor
from tests.support.client import ask, camera_names, exchange
from tests.support.server import DemoUser, Server

__all__ = ["browser", "callback", "guest", "javascript", "owner", "visitor"]


async def test_a_person_picks_two_cameras_and_finds_on_a_page_what_came_of_it(
    visitor: Visitor, server: Server, owner: DemoUser, callback: str, javascript: bool
) -> None:
    page, name = visitor.page, f"Stable Watch {javascript}"
    application = Registered(server, owner, name, callback)
    await visitor.go("/signin")
    await visitor.sign_in(owner)
    await visitor.go(application.authorization_url(scope="read,liveview"))
    consent = page.get_by_role("main")
    summary = page.get_by_text("All, also those added later")
    garden = page.get_by_role("checkbox", name="Garden", exact=True)
    await expect(consent).to_contain_text("Which cameras")
    await expect(garden).to_be_hidden()
    await visitor.tab_to(page.locator("summary", has=summary))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("radio", name="All cameras, including future ones")).to_be_checked()
    await expect(garden).to_be_hidden()  # as long as all are chosen
    await page.get_by_role("radio", name="Only these").check()
    await expect(garden).to_be_visible()
    await visitor.look()

    await visitor.press("Allow access")
    await expect(page.get_by_role("alert")).to_have_text("Choose at least one camera.")
    await expect(page.get_by_role("radio", name="Only these")).to_be_checked()
    await garden.check()
    await page.get_by_role("checkbox", name="Hall", exact=True).check()
    await visitor.press("Allow access")
    code = answer_at(visitor, callback)["code"]
    tokens = exchange(server, code, redirect_uri=callback, **application.credentials).json()
    assert camera_names(server, tokens["access_token"]) == ["Garden", "Hall"]
    assert len(tokens["authorization_details"][0]["cameras"]) == 2

    await visitor.go(application.authorization_url(scope="read,liveview"))
    await expect(page.locator("summary", has_text="Garden, Hall")).to_be_visible()
    await visitor.go("/api-access")
    row = visitor.row(name, within="Authorized applications")
    await expect(row).to_contain_text("2 cameras: Garden, Hall")
    await visitor.follow(name, within=row)
    await expect(visitor.heading(f"What {name} can do")).to_be_visible()
    rights = page.get_by_role("row").filter(has_text="Garden")
    await expect(rights).to_contain_text("yes")
    await expect(rights).to_contain_text("not given")
    await expect(page.get_by_role("row").filter(has_text="Driveway")).to_contain_text("other cameras only")
    await page.get_by_role("button", name="End access", exact=True).first.click()
    await visitor.press("End access", within=page.get_by_role("dialog"))
    await expect(visitor.notice).to_contain_text("The access is ended.")
    assert ask(server, tokens["access_token"]).status_code == 401


async def test_a_person_unticks_what_the_application_can_do_without(
    visitor: Visitor, server: Server, owner: DemoUser, callback: str, javascript: bool
) -> None:
    page, name = visitor.page, f"Mill Watch {javascript}"
    application = Registered(server, owner, name, callback)
    await visitor.go("/signin")
    await visitor.sign_in(owner)
    await visitor.go(f"/api-access/applications/{application.client_id}/edit")
    await page.locator("summary", has_text="Rights that people may leave out: none").click()
    await page.get_by_role("checkbox", name="Live view", exact=True).check()
    await page.get_by_role("checkbox", name="Delete recordings", exact=True).check()
    await visitor.press("Save changes")
    await expect(page.get_by_role("main")).to_contain_text(
        "People may leave out, where it asks for them: Live view, Delete recordings."
    )

    await visitor.go(application.authorization_url(scope="read,liveview,recordings_delete"))
    for text in ("watch your cameras live", "delete recordings"):
        await expect(page.get_by_role("checkbox", name=text, exact=True)).to_be_checked()
    await expect(page.get_by_role("checkbox", name="see your cameras' names and settings")).to_have_count(0)
    await page.get_by_role("checkbox", name="delete recordings", exact=True).uncheck()
    await visitor.press("Allow access")
    code = answer_at(visitor, callback)["code"]
    tokens = exchange(server, code, redirect_uri=callback, **application.credentials).json()
    assert tokens["scope"] == "liveview read"
    await visitor.go(application.authorization_url(scope="read,liveview,recordings_delete"))
    assert "code" in answer_at(visitor, callback)  # it was left out once, and is not asked for again


async def test_a_guest_makes_a_token_for_one_camera(
    visitor: Visitor, server: Server, guest: DemoUser, javascript: bool
) -> None:
    page, name = visitor.page, f"Nest {javascript}"
    await visitor.go("/api-access/tokens/new")
    await visitor.sign_in(guest)
    await page.get_by_label("Name", exact=True).fill(name)
    await page.locator("summary", has_text="All, also those added later").click()
    await page.get_by_role("radio", name="Only these").check()
    await expect(page.get_by_role("checkbox", name="Garage", exact=True)).to_have_count(0)
    await visitor.press("Create token")
    await expect(page.get_by_text("Choose at least one camera.")).to_be_visible()
    await page.get_by_role("checkbox", name="Garden", exact=True).check()
    await visitor.press("Create token")
    token = await page.locator("#token").inner_text()
    assert camera_names(server, token) == ["Garden"]
    await visitor.go("/api-access")
    row = visitor.row(name, within="User tokens")
    await expect(row).to_contain_text("1 camera: Garden")
    await visitor.follow(name, within=row)
    await expect(page.get_by_role("row").filter(has_text="Front door")).to_contain_text("other cameras only")
