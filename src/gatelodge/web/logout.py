"""`/oauth2/logout` (OpenID Connect RP-Initiated Logout §2): takes the request in, and sends its person on to the page
that ends the session."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gatelodge.protocol.errors import InvalidRequest
from gatelodge.web.authorize import see_other
from gatelodge.web.context import provider_of, services_of
from gatelodge.web.pages import ErrorPages
from gatelodge.web.parameters import parameters_of

LEAVING = "/signout/confirm"  # the portal's page

Handler = Callable[[Request], Awaitable[Response]]


def logout(pages: ErrorPages) -> Handler:
    """The endpoint, with the pages on which it explains what it can't do. It never redirects with an error: that would
    be to an address that nobody has vouched for."""

    async def endpoint(request: Request) -> Response:
        body = b"" if request.method == "GET" else await request.body()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        parameters = parameters_of(request.scope["query_string"], body, media_type)
        if isinstance(parameters, InvalidRequest):
            return _explain(pages, request, parameters.description)
        begun = await services_of(request).logout.begin(provider_of(request), parameters)
        if isinstance(begun, InvalidRequest):
            return _explain(pages, request, begun.description)
        return see_other(f"{LEAVING}?request={quote(begun)}")

    return endpoint


def _explain(pages: ErrorPages, request: Request, detail: str) -> Response:
    return pages.error(
        request,
        400,
        "You were not signed out here",
        "The application that sent you here did not say correctly who it is or where you should return to. "
        "To sign out here as well, go to the first page and choose Sign out in the menu with your name.",
        detail=detail,
    )
