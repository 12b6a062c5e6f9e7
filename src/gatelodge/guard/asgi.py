"""ASGI middleware: for any framework, or none."""

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatelodge.guard.access import Access
from gatelodge.guard.guard import Guard
from gatelodge.guard.possession import Request
from gatelodge.guard.refusal import Refusal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

KEY = "gatelodge.access"  # where in the scope the access is
POLICY_VIOLATION = 1008  # RFC 6455 §7.4.1


def access_of(scope: Mapping[str, Any]) -> Access:
    """Who calls. Raises KeyError where no guard let them in: on a path that is open to everybody."""
    access: Access = scope[KEY]
    return access


@dataclass(frozen=True, slots=True)
class Rule:
    """What a path needs: all of `scopes`, or nothing at all where they are None. `path` is one path, or with /* at its
    end everything below it; without `methods`, whatever is done there. `max_age` and `acr` as Guard.check has them."""

    path: str
    scopes: Collection[str] | None
    methods: Collection[str] = ()
    max_age: int | None = None
    acr: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or isinstance(self.scopes, str) or isinstance(self.methods, str):
            raise ValueError("a rule is Rule('/path', ['scope', …], ['METHOD', …])")

    def is_about(self, path: str, method: str) -> bool:
        """Whether the rule holds for such a call. HEAD is as GET (RFC 9110 §9.3.2)."""
        if self.methods and ("GET" if method == "HEAD" else method) not in self.methods:
            return False
        return path.startswith(self.path[:-1]) if self.path.endswith("/*") else path == self.path


class GuardMiddleware:
    """Lets calls through to `app` whose token has what they need, and answers all others itself.

    The first of `rules` that is about a call says what it needs; where none is, it needs a good token with all of
    `scopes`, so put there what should hold for a path that nobody thought of. WebSockets are treated the same, by their
    handshake. The API's metadata (RFC 9728) is served as well. Put CORS middleware around this one, not inside: a
    browser's preflight brings no token.
    """

    def __init__(self, app: App, guard: Guard, scopes: Collection[str] = (), rules: Iterable[Rule] = ()) -> None:
        if isinstance(scopes, str):
            raise ValueError("scopes are several texts, not one")
        self._app = app
        self._guard = guard
        self._scopes = tuple(scopes)
        self._rules = tuple(rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path, method = _path(scope), scope.get("method", "GET")
        if scope["type"] == "http" and path == self._guard.metadata_path and method in ("GET", "HEAD"):
            await _respond(send, "http", 200, self._guard.metadata_headers, self._guard.metadata)
            return
        rule = next((one for one in self._rules if one.is_about(path, method)), None)
        if rule is not None and rule.scopes is None:
            await self._app(scope, receive, send)
            return
        needed = self._scopes if rule is None or rule.scopes is None else tuple(rule.scopes)
        max_age, acr = (None, ()) if rule is None else (rule.max_age, rule.acr)
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
        outcome = await self._guard.check_async(values, *needed, max_age=max_age, acr=acr, request=request_of(scope))
        if isinstance(outcome, Access):
            await self._app({**scope, KEY: outcome}, receive, send)
        elif scope["type"] == "http":
            await _respond(send, "http", outcome.status, *_rendered(outcome))
        else:
            await _refuse_websocket(scope, receive, send, outcome)


def request_of(scope: Scope) -> Request:
    """The call, for tokens that are bound to something. A handshake of a WebSocket is a GET (RFC 6455 §4.1)."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return Request(scope.get("method", "GET"), str(scope["path"]), headers)


def _path(scope: Scope) -> str:
    """The path as the application below sees it, without where it is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


def _rendered(refusal: Refusal) -> tuple[Iterable[tuple[str, str]], bytes]:
    return (("Content-Type", "application/json"), *refusal.headers), json.dumps(refusal.body).encode("ascii")


async def _refuse_websocket(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    """Refuse the handshake: in full where the server can, else by closing, which is answered with a bare 403."""
    await receive()
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await _respond(send, "websocket.http", refusal.status, *_rendered(refusal))
    else:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})


async def _respond(send: Send, kind: str, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    lines = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in headers]
    lines.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": f"{kind}.response.start", "status": status, "headers": lines})
    await send({"type": f"{kind}.response.body", "body": body})
