"""Notes on cameras, without a framework: the same API as in the other examples, guarded by middleware with rules."""

import json
import os
from typing import Any
from urllib.parse import parse_qs

from gatelodge.guard import Guard, Introspection
from gatelodge.guard.asgi import GuardMiddleware, Receive, Rule, Scope, Send, access_of

guard = Guard(
    Introspection(
        os.environ.get("GUARD_ISSUER", "http://localhost:8000"),
        os.environ["GUARD_CLIENT_ID"],
        os.environ["GUARD_CLIENT_SECRET"],
    ),
    resource=os.environ.get("GUARD_RESOURCE", "http://localhost:8100"),
    name="Notes",
    scopes=["read", "write"],
)
notes: dict[str, str] = {}


async def api(scope: Scope, receive: Receive, send: Send) -> None:
    """The API itself, which only sees calls that the rules below let through."""
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    if scope["type"] != "http":
        return None
    path, method = scope["path"], scope["method"]
    if path == "/":
        return await answer(send, 200, {"name": "Notes on cameras"})
    access = access_of(scope)
    if path == "/me":
        about = {
            "user": access.user and access.user.username,
            "application": access.application and access.application.client_id,
            "scopes": sorted(access.scopes),
        }
        return await answer(send, 200, about)
    camera = path.removeprefix("/notes/")
    right = {"GET": "read", "PUT": "write"}.get(method)
    if right is None or not path.startswith("/notes/") or not access.allows(right, camera):
        return await answer(send, 404, {"error": "not_found"})
    if method == "PUT":
        notes[camera] = parse_qs(scope["query_string"].decode("ascii")).get("text", [""])[0]
    return await answer(send, 200, {"note": notes.get(camera)})


async def lifespan(receive: Receive, send: Send) -> None:
    """Nothing to set up."""
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})


async def answer(send: Send, status: int, members: dict[str, Any]) -> None:
    """Send a JSON answer."""
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(members).encode("ascii")})


app = GuardMiddleware(
    api,
    guard,
    scopes=["read", "write"],  # whatever no rule is about
    rules=[
        Rule("/", None),  # open to everybody
        Rule("/me", []),  # any good token
        Rule("/notes/*", ["read"], methods=["GET"]),
        Rule("/notes/*", ["write"], methods=["PUT"]),
    ],
)
