"""A real Chromium, and a visitor who finds things by what they are called and looks at every page."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, async_playwright

from tests.support.server import DemoUser

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = (1280, 800)
PHONE = (390, 844)
MOST_TABS = 80

# What a page of the portal must not do, whichever it is. Runs where the page's own scripts may not, too.
LOOK = """() => ({
    headings: document.querySelectorAll("h1").length,
    title: document.title,
    language: document.documentElement.lang,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A Chromium process: the one that CHROMIUM names, or the system's."""
    async with async_playwright() as playwright:
        path = os.environ.get("CHROMIUM", CHROMIUM)
        browser = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield browser
        await browser.close()


class Visitor:
    """Somebody at a browser of their own, at one provider. `faults` is what no page should have done."""

    def __init__(self, context: BrowserContext, page: Page, origin: str, product: str) -> None:
        self.context = context
        self.page = page
        self.origin = origin
        self.product = product
        self.faults: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))

    async def go(self, url: str) -> None:
        """Open an address, which may be a path at the provider."""
        await self.page.goto(url if "://" in url else f"{self.origin}{url}")
        await self.look()

    async def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press the button of this name, which leads to another page."""
        await self.leave(lambda: (within or self.page).get_by_role("button", name=name, exact=True).click())

    async def follow(self, name: str, *, within: Locator | None = None) -> None:
        """Follow the link of this name."""
        await self.leave(lambda: (within or self.page).get_by_role("link", name=name, exact=True).click())

    async def leave(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do what leads to another page, and wait for it."""
        async with self.page.expect_navigation():
            await act()
        await self.look()

    async def reload(self) -> None:
        """Load the page again, as the key for it does: with the form that led to it, if one did."""
        await self.page.reload()
        await self.look()

    async def look(self) -> None:
        """Look whether the page is as every page of the portal should be."""
        if not self.page.url.startswith(f"{self.origin}/"):
            return
        seen = await self.page.evaluate(LOOK)
        assert seen["headings"] == 1, f"{self.page.url} has {seen['headings']} headings of the first level"
        assert re.fullmatch(rf".+ · {self.product}", seen["title"]), f"{self.page.url}: {seen['title']}"
        assert seen["language"] == "en"
        assert seen["overflow"] <= 0, f"{self.page.url} is {seen['overflow']} pixels wider than the window"

    async def sign_in(self, user: DemoUser) -> None:
        """Sign in, on the page where one does."""
        await self.page.get_by_label("Email", exact=True).fill(user.email)
        await self.page.get_by_label("Password", exact=True).fill(user.password)
        await self.press("Sign in")

    async def tab_to(self, target: Locator) -> None:
        """Go from one element to the next with the keyboard until `target` has the focus."""
        for _ in range(MOST_TABS):
            if await target.evaluate("element => element === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} can't be reached with the keyboard")

    def heading(self, name: str) -> Locator:
        """The page's heading, if it is this one."""
        return self.page.get_by_role("heading", level=1, name=name, exact=True)

    def row(self, name: str, *, within: str) -> Locator:
        """The row whose first cell begins with this name, in the table of that section."""
        first = self.page.get_by_role("rowheader", name=re.compile(rf"^{re.escape(name)}"))
        return self.page.get_by_role("region", name=within).get_by_role("row").filter(has=first)

    @property
    def notice(self) -> Locator:
        """What the page says of what was just done."""
        return self.page.get_by_role("main").get_by_role("status")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # The browser itself notes a page that came with an error status; that status is what was asked for.
        if message.text.startswith("Failed to load resource") and message.location.get("url") == self.page.url:
            return
        self.faults.append(f"{self.page.url}: {message.text}")


@asynccontextmanager
async def visit(
    browser: Browser, origin: str, product: str, *, javascript: bool = True, size: tuple[int, int] = DESKTOP
) -> AsyncIterator[Visitor]:
    """A visitor with a fresh browser profile; what their pages did wrong is said when they leave."""
    context = await browser.new_context(java_script_enabled=javascript, viewport={"width": size[0], "height": size[1]})
    context.set_default_timeout(15_000)
    try:
        visitor = Visitor(context, await context.new_page(), origin, product)
        yield visitor
        assert not visitor.faults, "\n".join(visitor.faults)
    finally:
        await context.close()
