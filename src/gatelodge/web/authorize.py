"""`/oauth2/auth` (RFC 6749 §3.1): takes the request in, and sends its person on to where it waits."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gatelodge.protocol.errors import InvalidRequest, UntrustedRedirect
from gatelodge.protocol.redirect_uri import form_action_source
from gatelodge.service.answering import SendBack
from gatelodge.web.answers import NO_STORE
from gatelodge.web.context import provider_of, services_of
from gatelodge.web.middleware import content_security_policy
from gatelodge.web.pages import AnswerPages, ErrorPages
from gatelodge.web.parameters import parameters_of

WAITING = "/authorize/"  # the portal's pages for a request that waits

Handler = Callable[[Request], Awaitable[Response]]


def authorize(pages: AnswerPages) -> Handler:
    """The endpoint, with the pages on which it explains what can't be sent back."""

    async def endpoint(request: Request) -> Response:
        body = b"" if request.method == "GET" else await request.body()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        parameters = parameters_of(request.scope["query_string"], body, media_type)
        if isinstance(parameters, InvalidRequest):
            return _explain(pages, request, parameters.description)
        begun = await services_of(request).authorize.begin(provider_of(request), parameters)
        if isinstance(begun, UntrustedRedirect):
            return _explain(pages, request, begun.description)
        return send_back(pages, request, begun) if isinstance(begun, SendBack) else see_other(f"{WAITING}{begun}")

    return endpoint


def see_other(url: str) -> Response:
    """Send the browser on with GET, so that no form is ever posted on (RFC 9700 §4.12)."""
    return RedirectResponse(url, 303, headers=NO_STORE)


def send_back(pages: AnswerPages, request: Request, answer: SendBack) -> Response:
    """Send the browser back to the application with its answer: by redirect, or by a page with a form that posts itself
    (OAuth 2.0 Form Post Response Mode §2) and can lead nowhere else."""
    if not answer.fields:
        return see_other(answer.url)
    page = pages.hand_over(request, answer.url, answer.fields)
    page.headers["Content-Security-Policy"] = content_security_policy(only_to=form_action_source(answer.url))
    return page


def _explain(pages: ErrorPages, request: Request, detail: str) -> Response:
    return pages.error(
        request,
        400,
        "This link does not work",
        "The application that sent you here did not say correctly who it is or where you should return to, "
        "so nothing was shared with it. Go back and try again; if it happens again, tell the people who make it.",
        detail=detail,
    )
