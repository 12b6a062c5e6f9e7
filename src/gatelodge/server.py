"""The server, put together: the use cases of app.py behind pages and endpoints. Apart from it, so that a command line
that only asks the use cases need not load what draws pages."""

import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.routing import Route
from starlette.types import ASGIApp

from gatelodge import logs
from gatelodge.app import open_services
from gatelodge.config import Settings, read_settings
from gatelodge.graph.endpoint import graph_endpoints
from gatelodge.graph.explorer import GraphExplorer
from gatelodge.portal.pages import PageRenderer
from gatelodge.portal.routes import portal_routes
from gatelodge.service.services import Services
from gatelodge.web.client_certificates import ClientCertificates
from gatelodge.web.discovery import discovery_endpoints
from gatelodge.web.pictures import picture_routes
from gatelodge.web.routes import oauth_endpoints, oauth_routes
from gatelodge.web.shell import build_shell
from gatelodge.web.stopping import stopping


def create_app() -> ASGIApp:
    """The server, with the settings of the environment: what a worker process runs."""
    settings = read_settings()
    logs.configure(settings.log_level, settings.log_format)
    _end_with_the_process_above()
    access = logs.AccessLog(settings.log_level, settings.log_format)
    pages = PageRenderer()
    explorer = GraphExplorer(introspection=settings.graph_introspection)
    routes = [*oauth_routes(pages), *portal_routes(pages, explorer), *picture_routes()]
    endpoints = {**oauth_endpoints(), **graph_endpoints(introspection=settings.graph_introspection)}
    paths = frozenset({*endpoints, *(route.path for route in routes if isinstance(route, Route))})
    return build_shell(
        routes,
        {**endpoints, **discovery_endpoints(paths)},
        pages,
        access,
        lambda: _serving(settings, access),
        ClientCertificates(
            settings.client_certificate_header, settings.client_certificate_verified_header, settings.trusted_proxies
        )
        if settings.client_certificate_header
        else None,
    )


@asynccontextmanager
async def _serving(settings: Settings, access: logs.AccessLog) -> AsyncIterator[Services]:
    async with (
        open_services(settings) as services,
        services.sweeper.running(settings.sweep_interval),
        services.outbox.running(),
        services.logout_notices.running(),
        services.watch.running(settings.camera_interval),
        services.key_keeper.running(),
    ):
        with stopping(services.live_views.stopping):
            yield services
    access.flush()


def _end_with_the_process_above() -> None:
    """Have a worker stop when the process that began it has gone without telling it to: it would hold the port, and
    nobody would end it."""
    above = multiprocessing.parent_process()
    if above is None:
        return

    def wait() -> None:
        above.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="process-above", daemon=True).start()
