"""The last resort: what is answered where no page's handler did. The direct endpoints answer for themselves."""

from collections.abc import Awaitable, Callable

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from gatelodge.protocol.errors import InvalidRequest
from gatelodge.service.ports import AlreadyExists, NotThere, StoreUnavailable
from gatelodge.web.answers import NO_STORE, RETRY_AFTER
from gatelodge.web.pages import ErrorPages

ExceptionHandler = Callable[[Request, Exception], Awaitable[Response]]

# Here nobody is at home but direct endpoints: whoever gets lost is a program.
FOR_PROGRAMS = (
    "/api/",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/oauth2/userinfo",
    "/oauth2/register",
    "/oauth2/par",
)

_TEXTS = {
    404: (
        "Page not found",
        "There is nothing at this address. Go to the portal's first page and find your way from there.",
    ),
    405: ("Not like this", "This address does not take that kind of request."),
    413: ("Too much at once", "What was sent is larger than anything that is needed here."),
}
_log = structlog.get_logger("gatelodge.faults")


def exception_handlers(pages: ErrorPages) -> dict[int | type[Exception], ExceptionHandler]:
    """What to do with each kind of exception that comes out of a handler."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = {**(error.headers or {}), **NO_STORE}
        if error.status_code == 405 and (methods := _methods(request)):
            headers["Allow"] = ", ".join(sorted(methods))
        title, text = _TEXTS.get(error.status_code, ("That did not work", "Go back and try again."))
        if request.url.path.startswith(FOR_PROGRAMS):
            members = {"error": InvalidRequest.code, "error_description": "there is nothing at this address"}
            return JSONResponse(members, error.status_code, headers)
        answer = pages.error(request, error.status_code, title, text)
        answer.headers.update(headers)
        return answer

    async def unavailable(request: Request, error: Exception) -> Response:
        _log.error("the database can't be used", reason=str(error))
        text = "The service can't reach its data just now. Try again in a moment."
        answer = pages.error(request, 503, "Back in a moment", text)
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer

    async def changed(request: Request, error: Exception) -> Response:
        _log.warning("something has changed meanwhile", reason=str(error))
        return pages.error(
            request,
            409,
            "Something has changed meanwhile",
            "What this was about was removed or made by somebody else, so nothing was done. Go back and try again.",
        )

    async def failed(request: Request, error: Exception) -> Response:
        if isinstance(error, StoreUnavailable):
            return await unavailable(request, error)
        return pages.error(
            request,
            500,
            "Something went wrong",
            "The fault is on our side and has been logged. Try again in a moment.",
        )

    async def gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=400)  # nobody is there to read it; it is what the log line will say

    return {
        HTTPException: refused,
        ClientDisconnect: gone,
        StoreUnavailable: unavailable,
        AlreadyExists: changed,
        NotThere: changed,
        Exception: failed,
    }


def _methods(request: Request) -> set[str]:
    """Every method that this address takes (RFC 9110 §10.2.1): it may have a route for each, and the one that
    refused knew of its own alone. Empty where it wasn't a route of ours that refused."""
    if not isinstance(request.scope.get("route"), Route):
        return set()
    routes = (r for r in request.app.routes if isinstance(r, Route) and r.matches(request.scope)[0] is not Match.NONE)
    return {method for route in routes for method in route.methods or ()}
