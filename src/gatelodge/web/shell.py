"""The shell around every endpoint, put together."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from gatelodge.service.services import Services
from gatelodge.web.faults import exception_handlers
from gatelodge.web.middleware import AccessLog, BodyLimit, ProviderByHost, SecurityHeaders
from gatelodge.web.pages import ErrorPages
from gatelodge.web.parameters import MAX_BODY


def build_shell(
    routes: Sequence[BaseRoute],
    pages: ErrorPages,
    open_services: Callable[[], AbstractAsyncContextManager[Services]],
) -> ASGIApp:
    """The server as an ASGI application, which opens the use cases when it starts and closes them when it ends."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_services() as services:
            app.state.services = services
            yield

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers=exception_handlers(pages),
        middleware=[Middleware(BodyLimit, most=MAX_BODY), Middleware(ProviderByHost, pages=pages)],
    )
    app.router.redirect_slashes = False  # a redirect would lose a form's body
    return AccessLog(SecurityHeaders(app))
