"""The server stops and waits no longer for a request: it is told to come back, and nothing is closed under it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from gatelodge.identity.provider import Provider
from gatelodge.portal.pages import PageRenderer
from gatelodge.service.services import Services
from gatelodge.web.shell import build_shell

PROVIDER = Provider(1, "Cloud", "http://localhost", "#1f5fbf")


class Directory:
    """One provider, whichever host is asked for."""

    async def by_host(self, header: str) -> Provider:
        """It."""
        return PROVIDER


class Notes:
    """What was noted of requests."""

    def __init__(self) -> None:
        self.statuses: list[int] = []

    def note(self, method: str, path: bytes, host: str, status: int, seconds: float) -> None:
        """Note a request."""
        self.statuses.append(status)


async def test_who_is_cut_off_is_told_so_and_lets_go_before_the_use_cases_are_closed() -> None:
    happened: list[str] = []
    begun, may_let_go = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> Response:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            happened.append("cancelled")
            await may_let_go.wait()
            happened.append("let go")
        return PlainTextResponse("never")

    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        class Some:
            provider_directory = Directory()

        yield cast("Services", Some())
        happened.append("closed")

    notes = Notes()
    app = build_shell([Route("/slow", slow)], {}, PageRenderer(), notes, open_services)

    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    lifespan = asyncio.create_task(_run(app, {"type": "lifespan"}, to_app, from_app))
    to_app.put_nowait({"type": "lifespan.startup"})
    assert (await from_app.get())["type"] == "lifespan.startup.complete"

    answer: asyncio.Queue[Message] = asyncio.Queue()
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/slow",
        "raw_path": b"/slow",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    request = asyncio.create_task(_run(app, scope, asyncio.Queue(), answer))
    await begun.wait()
    request.cancel()
    to_app.put_nowait({"type": "lifespan.shutdown"})
    for _ in range(20):  # turns of the loop: more than the end of the lifespan takes where it waits for nobody
        await asyncio.sleep(0)
    assert happened == ["cancelled"]

    may_let_go.set()
    await asyncio.wait_for(request, 30)
    await asyncio.wait_for(lifespan, 30)
    assert happened == ["cancelled", "let go", "closed"]
    start = answer.get_nowait()
    assert start["status"] == 503
    assert int(dict(start["headers"])[b"retry-after"]) > 0
    assert notes.statuses == [503]


async def _run(app: Any, scope: dict[str, Any], incoming: asyncio.Queue[Message], out: asyncio.Queue[Message]) -> None:
    await app(scope, incoming.get, out.put)
