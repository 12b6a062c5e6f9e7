"""The OAuth endpoints and where they are."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route

from gatelodge.web.authorize import authorize
from gatelodge.web.introspect import introspect
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
            Route(f"/oauth2/token{slash}", token, methods=["POST"], middleware=[OPEN_TO_BROWSERS]),
            Route(f"/oauth2/introspect{slash}", introspect, methods=["POST"]),
            Route(f"/oauth2/revoke{slash}", revoke, methods=["POST"], middleware=[OPEN_TO_BROWSERS]),
        )
    ]
