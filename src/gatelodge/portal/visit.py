"""A visit: one request of one browser, with what every page handler needs of it: who, where, and a form's fields."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gatelodge.identity.people import User
from gatelodge.identity.provider import Provider
from gatelodge.portal.csrf import csrf_holds, csrf_token, from_another_site
from gatelodge.portal.form import Form, read_form
from gatelodge.portal.models import PageModel
from gatelodge.portal.pages import PageRenderer
from gatelodge.protocol.credentials import Presented
from gatelodge.service.records import Session
from gatelodge.service.services import Services
from gatelodge.web.authorize import see_other
from gatelodge.web.context import provider_of, services_of
from gatelodge.web.cookies import BROWSER, SESSION, browser_of, read_cookie, set_cookie

SIGN_IN = "/signin"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to the portal."""

    request: Request
    pages: PageRenderer
    services: Services
    provider: Provider
    browser: Presented
    session: Session | None
    form: Form

    @property
    def user(self) -> User:
        """Who is signed in; only for handlers that are wrapped in `signed_in`."""
        assert self.session is not None
        return self.session.user

    def page(self, page: PageModel, *, status: int = 200) -> Response:
        """Answer with a page."""
        csrf = csrf_token(self.services.keys, self.browser, self.session)
        return self.pages.respond(self.request, page, session=self.session, csrf=csrf, status=status)

    def error(self, status: int, title: str, text: str) -> Response:
        """Answer with a page that says what is wrong and what to do next."""
        csrf = csrf_token(self.services.keys, self.browser, self.session)
        return self.pages.error(self.request, status, title, text, session=self.session, csrf=csrf)

    def not_found(self) -> Response:
        """Answer that there is no such thing, or none that this user may see."""
        return self.error(404, "Page not found", "There is nothing at this address, or it is not yours to see.")


Handler = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def anybody(pages: PageRenderer, handler: Handler) -> Endpoint:
    """An endpoint for whoever comes. What is posted must come from a form of ours in this very browser and session."""

    async def endpoint(request: Request) -> Response:
        services, provider = services_of(request), provider_of(request)
        browser, new_browser = browser_of(request, provider, services.mint)
        session = await services.sign_in.session(provider, read_cookie(request, provider, SESSION))
        form = await read_form(request) if request.method == "POST" else Form()
        visit = Visit(request, pages, services, provider, browser, session, form or Form())
        if form is None:
            response = visit.error(400, "That did not work", "The form could not be read. Go back and send it again.")
        elif request.method == "POST" and not _ours(visit):
            response = visit.error(
                403,
                "This page was too old",
                "It was opened before you signed in or out, or in another browser, so nothing was done. "
                "Go back, load the page anew and try again.",
            )
        else:
            response = await handler(visit)
        if new_browser is not None:
            set_cookie(response, provider, BROWSER, new_browser.text)
        return response

    return endpoint


def signed_in(pages: PageRenderer, handler: Handler) -> Endpoint:
    """An endpoint for whoever is signed in; others sign in first and come back."""

    async def only_signed_in(visit: Visit) -> Response:
        if visit.session is None:
            path = visit.request.url.path if visit.request.method == "GET" else "/"
            return see_other(f"{SIGN_IN}?next={quote(path)}")
        return await handler(visit)

    return anybody(pages, only_signed_in)


def _ours(visit: Visit) -> bool:
    if from_another_site(visit.request, visit.provider):
        return False
    return csrf_holds(visit.services.keys, visit.form.get("csrf"), visit.browser, visit.session)
