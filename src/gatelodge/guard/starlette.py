"""For Starlette: a decorator for endpoints, and a route for the metadata."""

import functools
from collections.abc import Awaitable, Callable, Sequence
from inspect import iscoroutinefunction
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatelodge.guard import asgi
from gatelodge.guard.access import Access
from gatelodge.guard.guard import Guard

Endpoint = Callable[..., Any]


def access_of(request: HTTPConnection) -> Access:
    """Who calls. Raises KeyError where no guard let them in."""
    return asgi.access_of(request.scope)


def require(
    guard: Guard, *scopes: str, max_age: int | None = None, acr: Sequence[str] = ()
) -> Callable[[Endpoint], Callable[..., Awaitable[Response]]]:
    """Let only calls through whose token has all of `scopes`; others are answered as RFC 6750 says. For an endpoint of
    either kind, and for a method of an HTTPEndpoint; the innermost decorator but for those that need the access.
    `max_age` and `acr` as Guard.check has them."""

    def guarded(endpoint: Endpoint) -> Callable[..., Awaitable[Response]]:
        @functools.wraps(endpoint)
        async def checked(*args: Any, **more: Any) -> Response:
            request = next((one for one in (*args, *more.values()) if isinstance(one, Request)), None)
            if request is None:
                raise TypeError("require is for endpoints that take a Request; WebSockets are for GuardMiddleware")
            outcome = await guard.check_async(
                request.headers.getlist("authorization"),
                *scopes,
                max_age=max_age,
                acr=acr,
                request=asgi.request_of(request.scope),
            )
            if not isinstance(outcome, Access):
                return JSONResponse(outcome.body, outcome.status, dict(outcome.headers))
            request.scope[asgi.KEY] = outcome
            if iscoroutinefunction(endpoint):
                response: Response = await endpoint(*args, **more)
            else:
                response = await run_in_threadpool(endpoint, *args, **more)
            return response

        return checked

    return guarded


def metadata_route(guard: Guard) -> Route:
    """The route of the API's metadata (RFC 9728 §3)."""

    async def metadata(_request: Request) -> Response:
        return Response(guard.metadata, headers=dict(guard.metadata_headers))

    return Route(guard.metadata_path, metadata, include_in_schema=False)
