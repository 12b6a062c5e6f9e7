"""The application in this process, asked as uvicorn would ask it, but without HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Message, Scope

from bench.loads import Ask

HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"  # of the provider that is asked


async def call(app: ASGIApp, ask: Ask) -> None:
    """Have one request answered."""
    status = 0
    body = ask.body.encode()
    headers = [
        (b"host", HOST.encode()),
        (b"content-type", ask.content_type.encode()),
        (b"authorization", ask.authorization.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": ask.path,
        "raw_path": ask.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    assert status == 200, status


@asynccontextmanager
async def running(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """The application between its start and its end (ASGI's lifespan)."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()
    task = asyncio.create_task(_as_coroutine(app({"type": "lifespan", "state": {}}, inbox.get, outbox.put)))
    await inbox.put({"type": "lifespan.startup"})
    started = await outbox.get()
    assert started["type"] == "lifespan.startup.complete", started
    yield app
    await inbox.put({"type": "lifespan.shutdown"})
    await task


async def _as_coroutine(waiting: Awaitable[None]) -> None:
    await waiting
