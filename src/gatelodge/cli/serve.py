"""gatelodge serve: everything is looked at first, so that what is wrong is one sentence and nothing has begun."""

import os
import signal
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gatelodge.cli import out
from gatelodge.cli.listening import BACKLOG, listen
from gatelodge.cli.running import DatabaseOption, DataDirOption, quiet_logs, run, settings_of
from gatelodge.identity.provider import Provider

if TYPE_CHECKING:
    import uvicorn

    from gatelodge.config import Settings
    from gatelodge.service.services import Services

APPLICATION = "gatelodge.server:create_app"
GRACE = 10  # seconds that requests have to end when the server stops
STARTUP = 30  # seconds that a worker has to begin


def serve(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on. Else GATELODGE_HOST, else 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="The port. Else GATELODGE_PORT, else 8000. 0: a free one.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="How many processes serve. Else GATELODGE_WORKERS, else 1."),
    ] = None,
    no_migrate: Annotated[
        bool, typer.Option("--no-migrate", help="Leave the database's schema alone; refuse where it isn't current.")
    ] = False,
    database: DatabaseOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Serve until Ctrl-C. Brings the database up to date first."""
    given = {"database": database, "data_dir": data_dir, "host": host, "port": port, "workers": workers}
    with out.refusals():
        settings = settings_of(**given)
        # The processes that serve read their settings from the environment.
        os.environ.update(
            {f"GATELODGE_{name.upper()}": str(value) for name, value in given.items() if value is not None}
        )
        sockets = listen(settings.host, settings.port)
        quiet_logs(settings)
        providers: list[Provider] = []

        async def look(services: "Services") -> None:
            providers.extend(await services.providers.all())

        run(settings, look, migrate=not no_migrate)
        from gatelodge import logs

        logs.configure(settings.log_level, settings.log_format)
        serve_on(sockets, settings, lambda: _announce(settings, providers, sockets))


def serve_on(sockets: Sequence[socket.socket], settings: "Settings", ready: Callable[[], None]) -> None:
    """Serve on open sockets until Ctrl-C or SIGTERM; call `ready` when requests are answered."""
    from uvicorn.config import STARTUP_FAILURE

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what Ctrl-C does, service managers do this way
    try:
        if settings.workers == 1:
            _in_this_process(_configuration(settings), sockets, ready)
        else:
            _in_workers(_configuration(settings), sockets, ready)
    except KeyboardInterrupt:
        return
    except SystemExit as stopped:
        if stopped.code == STARTUP_FAILURE:
            raise out.Refused("The server could not start; the log says why.") from None
        raise


def _configuration(settings: "Settings") -> "uvicorn.Config":
    import uvicorn

    return uvicorn.Config(
        APPLICATION,
        factory=True,
        interface="asgi3",
        loop="uvloop",
        http="gatelodge.web.head_limit:LimitedHead",
        ws="none",
        lifespan="on",
        workers=settings.workers,
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=STARTUP,  # one that takes a dead one's place answers when it has begun
    )


def _in_this_process(config: "uvicorn.Config", sockets: Sequence[socket.socket], ready: Callable[[], None]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

    Server(config).run(list(sockets))


def _in_workers(config: "uvicorn.Config", sockets: Sequence[socket.socket], ready: Callable[[], None]) -> None:
    from multiprocessing import resource_tracker

    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    class Workers(Multiprocess):
        def init_processes(self) -> None:
            # Ctrl-C goes to every process of the terminal. A worker that has only begun to import would answer it with
            # a traceback, so workers never hear it (they inherit what is blocked): it is we who hear it and end them.
            resource_tracker.ensure_running()  # begun later, it would unblock the signal in between
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            super().init_processes()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            if all(process.wait_until_ready(STARTUP, self.should_exit) for process in self.processes):
                ready()

    workers = Workers(config, list(sockets))
    workers.run()
    if any(process.exitcode == STARTUP_FAILURE for process in workers.processes):
        raise SystemExit(STARTUP_FAILURE)


def _announce(settings: "Settings", providers: Sequence[Provider], sockets: Sequence[socket.socket]) -> None:
    port = sockets[0].getsockname()[1]
    if settings.log_format == "json":
        import structlog

        log = structlog.get_logger("gatelodge.serve")
        log.info("serving", host=settings.host, port=port, providers={one.name: one.origin for one in providers})
        return
    width = max((len(one.name) for one in providers), default=0)
    for one in providers:
        out.remark(f"{one.name:<{width}}  {one.origin}")
    if not providers:
        out.remark("There is no provider yet, and so nothing to show. Make one with gatelodge provider create, or fill")
        out.remark("the database with demo data: gatelodge demo.")
    out.remark(f"Listening on {settings.host} port {port}. Press Ctrl-C to stop.")
