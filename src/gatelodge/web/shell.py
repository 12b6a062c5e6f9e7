"""The shell around every endpoint, put together."""

import gc
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from gatelodge.service.ports import StoreUnavailable
from gatelodge.service.services import Services
from gatelodge.web.direct import MAX_BODY, CertificateReader, Endpoint, Switch
from gatelodge.web.faults import exception_handlers
from gatelodge.web.middleware import Access, BodyLimit, Outermost, ProviderByHost
from gatelodge.web.pages import ErrorPages

GARBAGE_AFTER = 20_000  # new objects: requests leave hardly any cycles behind


def build_shell(
    routes: Sequence[BaseRoute],
    endpoints: Mapping[str, Endpoint],
    pages: ErrorPages,
    access: Access,
    open_services: Callable[[], AbstractAsyncContextManager[Services]],
    certificates: CertificateReader | None = None,
) -> ASGIApp:
    """The server as an ASGI application: `endpoints` for machines, `routes` for people; `certificates` reads those of
    clients, where a proxy passes them on. It opens the use cases when it starts and closes them when it ends."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_services() as services:
            app.state.services = switch.services = services
            gc.freeze()  # what is here by now stays; it need not be looked through again and again
            gc.set_threshold(GARBAGE_AFTER)
            yield
            await outermost.all_ended()  # or the use cases would be closed under them

    handlers = exception_handlers(pages)
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers=handlers,
        middleware=[
            Middleware(BodyLimit, most=MAX_BODY),
            # Looking for the provider may fail as well, before the request comes to Starlette's own handling of that.
            Middleware(ExceptionMiddleware, handlers={StoreUnavailable: handlers[StoreUnavailable]}),
            Middleware(ProviderByHost, pages=pages),
        ],
    )
    app.router.redirect_slashes = False  # a redirect would lose a form's body
    switch = Switch(endpoints, app, certificates)

    outermost = Outermost(switch, access)
    return outermost
