"""The ASGI middleware: rules, mounts, WebSockets, lifespan."""

import json
from typing import Any

import pytest

from gatelodge.guard import Access
from gatelodge.guard.asgi import GuardMiddleware, Receive, Rule, Scope, Send, access_of
from tests.guard.test_guard import guard

RULES = [
    Rule("/open", None),
    Rule("/any", []),
    Rule("/notes/*", ["read"], methods=["GET"]),
    Rule("/notes/*", ["write"], methods=["PUT", "POST"]),
    Rule("/files/*", None, methods=["GET"]),
]


class Inner:
    """The application behind the guard: remembers what it was called with."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer whatever comes with 204."""
        self.scopes.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})


async def call(
    app: GuardMiddleware, path: str, *authorization: str, method: str = "GET", kind: str = "http", **more: Any
) -> list[dict[str, Any]]:
    """What is sent in answer to one connection."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.connect" if kind == "websocket" else "http.request"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    headers = [(b"authorization", value.encode()) for value in authorization]
    scope = {"type": kind, "path": path, "headers": headers, **({"method": method} if kind == "http" else {}), **more}
    await app(scope, receive, send)
    return sent


async def status(
    path: str, *authorization: str, method: str = "GET", scopes: tuple[str, ...] = ("events",), **more: Any
) -> int:
    """The status of the answer to one call, with the rules above."""
    sent = await call(GuardMiddleware(Inner(), guard(), scopes, RULES), path, *authorization, method=method, **more)
    code: int = sent[0]["status"]
    return code


@pytest.mark.anyio
class TestRules:
    async def test_an_open_path_needs_nothing(self) -> None:
        assert await status("/open") == 204
        assert await status("/open", "Bearer bad") == 204
        assert await status("/files/a/b") == 204

    async def test_a_path_below_or_beside_an_open_one_is_not_open(self) -> None:
        for path in ("/open/", "/open/x", "/opener", "/OPEN", "//open", "/x/../open", "/files", "/open?x", "", "*"):
            assert await status(path) == 401

    async def test_a_rule_is_for_its_methods(self) -> None:
        assert await status("/files/a", method="DELETE") == 401
        assert await status("/notes/1", "Bearer good") == 204
        assert await status("/notes/1", "Bearer good", method="HEAD") == 204
        assert await status("/notes/1", "Bearer good", method="PUT") == 204
        assert await status("/notes/1", "Bearer good", method="DELETE") == 403

    async def test_what_no_rule_is_about_needs_what_is_said_for_all(self) -> None:
        assert await status("/new", "Bearer good") == 403
        assert await status("/new", "Bearer good", scopes=()) == 204
        assert await status("/new", "Bearer bad", scopes=()) == 401
        assert await status("/any", "Bearer good") == 204

    async def test_several_headers_are_refused(self) -> None:
        assert await status("/any", "Bearer good", "Bearer good") == 400

    async def test_a_mounted_application_is_seen_from_inside(self) -> None:
        assert await status("/api/open", root_path="/api") == 204
        assert await status("/open", root_path="/api") == 204
        assert await status("/apiopen", root_path="/api") == 401

    @pytest.mark.parametrize("arguments", [("open", None), ("/", "read"), ("/", [], "GET")], ids=str)
    async def test_a_rule_that_cannot_be_meant_is_refused(self, arguments: Any) -> None:
        with pytest.raises(ValueError, match="a rule is"):
            Rule(*arguments)

    async def test_the_scopes_of_all_are_several(self) -> None:
        with pytest.raises(ValueError, match="several"):
            GuardMiddleware(Inner(), guard(), "read")


@pytest.mark.anyio
async def test_the_access_is_in_the_scope_and_the_callers_scope_is_left_alone() -> None:
    inner = Inner()
    await call(GuardMiddleware(inner, guard()), "/", "Bearer good")
    assert isinstance(access_of(inner.scopes[0]), Access)
    inner.scopes.clear()
    await call(GuardMiddleware(inner, guard(), rules=[Rule("/", None)]), "/", "Bearer good")
    with pytest.raises(KeyError):
        access_of(inner.scopes[0])


@pytest.mark.anyio
async def test_a_refusal_is_json_with_its_headers() -> None:
    inner = Inner()
    start, body = await call(GuardMiddleware(inner, guard(), ["read"]), "/")
    headers = dict(start["headers"])
    assert headers[b"www-authenticate"].startswith(b'Bearer realm="https://api.example.com", scope="read"')
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    assert json.loads(body["body"])["error"] == "missing_token"
    assert inner.scopes == []


@pytest.mark.rfc("9728", "3", "the metadata is answered to whoever asks, without a token")
@pytest.mark.anyio
async def test_the_metadata_is_served() -> None:
    app = GuardMiddleware(Inner(), guard())
    start, body = await call(app, "/.well-known/oauth-protected-resource")
    assert (start["status"], body["body"]) == (200, guard().metadata)
    assert dict(start["headers"])[b"access-control-allow-origin"] == b"*"
    start, _ = await call(app, "/.well-known/oauth-protected-resource", method="POST")
    assert start["status"] == 401


@pytest.mark.anyio
class TestWebSockets:
    async def test_a_good_token_opens_one(self) -> None:
        inner = Inner()
        await call(GuardMiddleware(inner, guard(), ["read"]), "/live", "Bearer good", kind="websocket")
        assert inner.scopes[0]["type"] == "websocket"
        assert access_of(inner.scopes[0]).scopes == {"read", "write"}

    async def test_a_bad_one_is_refused_in_full_where_the_server_can(self) -> None:
        inner = Inner()
        app = GuardMiddleware(inner, guard(), ["read"])
        can: dict[str, object] = {"websocket.http.response": {}}
        start, body = await call(app, "/live", "Bearer bad", kind="websocket", extensions=can)
        assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
        assert body["type"] == "websocket.http.response.body"
        assert inner.scopes == []

    async def test_a_bad_one_is_closed_where_the_server_can_nothing_else(self) -> None:
        inner = Inner()
        neither: tuple[dict[str, object] | None, ...] = ({}, None)
        for extensions in neither:
            sent = await call(GuardMiddleware(inner, guard()), "/live", kind="websocket", extensions=extensions)
            assert sent == [{"type": "websocket.close", "code": 1008}]
        assert inner.scopes == []


@pytest.mark.anyio
async def test_the_applications_life_is_its_own() -> None:
    inner = Inner()
    await call(GuardMiddleware(inner, guard()), "", kind="lifespan")
    assert inner.scopes[0]["type"] == "lifespan"
