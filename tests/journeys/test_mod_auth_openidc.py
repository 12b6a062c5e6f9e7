"""Apache's mod_auth_openidc as a relying party, configured by the issuer's address; a person in a real browser."""

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

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


@pytest.mark.rfc("OpenID Connect RP-Initiated Logout", "3", "who signed out is sent back to the application")
async def test_members_sign_out(server: Server, site: RelyingParty, visitor: Visitor) -> None:
    user, page = server.user("full"), visitor.page
    settings = {"post_logout_redirect_uris": site.bye, "backchannel_logout_uri": ""}
    with site.running(server.origin, *register(server, site, sign_out=settings), scope="openid email"):
        await visitor.go(f"{site.origin}{MEMBERS}")
        await visitor.sign_in(user)
        await visitor.press("Allow access")
        await expect(page.locator("#email")).to_have_text(user.email)
        await visitor.go(f"{site.back}?logout={quote(site.bye, safe='')}")
        await expect(page).to_have_url(site.bye)
        # Neither the site nor the provider knows them any more.
        await visitor.go(f"{site.origin}{MEMBERS}")
        await expect(page.get_by_label("Password", exact=True)).to_be_visible()
        assert "error" not in site.log.lower(), site.log


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.5", "an answer that a browser posts is taken by a relying party")
async def test_an_answer_in_a_form(server: Server, site: RelyingParty, visitor: Visitor) -> None:
    page = visitor.page
    more = "OIDCResponseMode form_post\nOIDCPKCEMethod S256\nOIDCCookieSameSite Off"
    with site.running(server.origin, *register(server, site), more=more):
        await visitor.go(f"{site.origin}{MEMBERS}")
        await visitor.sign_in(server.user("full"))
        await visitor.press("Allow access")
        await expect(page).to_have_url(f"{site.origin}{MEMBERS}")
        await expect(page.locator("#issuer")).to_have_text(server.origin)
