"""The OAuth endpoints and where they are."""

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, request_response

from gatelodge.web.authorize import Handler, authorize
from gatelodge.web.pages import ErrorPages
from gatelodge.web.revoke import revoke
from gatelodge.web.token import token

# Any page may call these: they look at no cookie, only at what the caller itself sends (RFC 10017).
OPEN_TO_BROWSERS = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["POST"],
    allow_headers=["Authorization", "Content-Type"],
    expose_headers=["WWW-Authenticate"],
    max_age=3600,
)


def oauth_routes(pages: ErrorPages) -> list[BaseRoute]:
    """Each with and without a trailing slash, as the contract shows them."""
    ask = authorize(pages)
    return [
        route
        for slash in ("", "/")
        for route in (
            Route(f"/oauth2/auth{slash}", ask, methods=["GET", "POST"]),
            _open(f"/oauth2/token{slash}", token),
            _open(f"/oauth2/revoke{slash}", revoke),
        )
    ]


def _open(path: str, handler: Handler) -> Route:
    """A POST endpoint that any page may call. The route itself keeps no method out, or it would turn a browser's
    preflight away before the middleware could answer it."""

    async def only_post(request: Request) -> Response:
        if request.method != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        return await handler(request)

    middleware, args, kwargs = OPEN_TO_BROWSERS
    return Route(path, middleware(request_response(only_post), *args, **kwargs))
