"""Apache's mod_auth_openidc as a relying party, configured by the issuer's address; a person in a real browser."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, expect

from tests.support.apache import RelyingParty, relying_party
from tests.support.browser import Visitor, open_browser, visit
from tests.support.person import Person
from tests.support.portal import boxes, make_application
from tests.support.server import Server

PRODUCT = "North Cloud"
MEMBERS = "/members/index.html"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser process for all tests of this process."""
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def visitor(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Somebody who has never been here."""
    async with visit(browser, server.origin, PRODUCT) as somebody:
        yield somebody


@pytest.fixture
def site() -> Iterator[RelyingParty]:
    """A site for members."""
    with relying_party() as made:
        yield made


def register(server: Server, site: RelyingParty, **settings: dict[str, str]) -> tuple[str, str]:
    """Make the site's application in the portal, with settings by group; its id and secret."""
    with Person(server) as owner:
        owner.sign_in(server.user("full"))
        made = boxes(make_application(owner, "Members’ site", site.back))
        for group, fields in settings.items():
            url = f"/api-access/applications/{made['client-id']}/settings/{group.replace('_', '-')}"
            answer = owner.submit(owner.go(url), url, **fields)
            assert "The changes are saved." in answer.text, answer.text
        return made["client-id"], made["client-secret"]


@pytest.mark.rfc("OpenID Connect Discovery", "4", "a relying party finds everything from the issuer's address")
async def test_members_sign_in(server: Server, site: RelyingParty, visitor: Visitor) -> None:
    user, page = server.user("full"), visitor.page
    with site.running(server.origin, *register(server, site), more="OIDCPKCEMethod S256"):
        await visitor.go(f"{site.origin}{MEMBERS}")
        await expect(page).to_have_url(re.compile(rf"{re.escape(server.origin)}/signin"))
        await visitor.sign_in(user)
        await visitor.press("Allow access")
        await expect(page).to_have_url(f"{site.origin}{MEMBERS}")
        await expect(page.get_by_role("heading", name="Members")).to_be_visible()
        assert await page.locator("#issuer").inner_text() == server.origin
        who = await page.locator("#who").inner_text()
        assert who
        assert who != user.email
        assert "error" not in site.log.lower(), site.log
