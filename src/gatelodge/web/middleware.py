"""What every request passes through, from the outside in: a log line, headers, a body limit, its provider."""

import asyncio
import random
import time
from collections.abc import Awaitable
from typing import Protocol

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatelodge.identity.provider import Provider
from gatelodge.logs import request_id
from gatelodge.service.services import Services
from gatelodge.web.answers import RETRY_AFTER
from gatelodge.web.pages import ErrorPages

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would send our own forms without an origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=63072000"
STOPPING = b"The server is stopping. Try again in a moment.\n"
FOR_EVERYBODY = "/static/"  # the same files for every provider, and for the page that says there is none

_log = structlog.get_logger("gatelodge.shell")


def content_security_policy(*, form_targets: tuple[str, ...] = (), only_to: str = "") -> str:
    """The policy of a page whose forms may lead, by redirect, to `form_targets` as well; or to `only_to` alone."""
    policy = CONTENT_SECURITY_POLICY | {"form-action": only_to or " ".join(("'self'", *form_targets))}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


class Access(Protocol):
    """Where each request is noted."""

    def note(self, method: str, path: bytes, host: str, status: int, seconds: float) -> None:
        """Note a request that was answered; `path` as it was sent, percent-encoded."""


_CSP = b"content-security-policy"
_DEFAULT_CSP = (_CSP, content_security_policy().encode("ascii"))
_FIXED = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in HEADERS.items()]
_HSTS = (b"strict-transport-security", HSTS.encode("ascii"))


class Outermost:
    """Gives each request an id, its answer the headers that keep browsers from doing more than the page says, and the
    log a line. Whatever nobody else caught ends here, without a word of it in the answer."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._under_way = 0
        self._all_ended: asyncio.Event | None = None

    async def all_ended(self) -> None:
        """Wait until no request is under way. Where the server has lost patience with those that are, they are being
        cancelled, and still have to let go of what they hold."""
        self._all_ended = asyncio.Event()
        if self._under_way:
            await self._all_ended.wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._under_way += 1
        status, started = 0, time.perf_counter()
        name = f"{random.getrandbits(64):016x}"  # tells log lines apart, keeps nobody out
        request_id.set(name)

        def harden(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                provider: Provider | None = scope.get("gatelodge.provider")
                message["headers"] = _hardened(message["headers"], name, provider)
            return send(message)

        try:
            await self._app(scope, receive, harden)
        except asyncio.CancelledError:
            # The server stops and waits no longer. It would log whatever is raised from here as a fault of ours.
            if not status:
                await _send_stopping(harden)
        except Exception:
            # Whoever asked has their answer (see faults.py); here is what the operator needs to mend it.
            _log.exception("failed")
            if not status:
                raise
        finally:
            provider = scope.get("gatelodge.provider")
            host = provider.host if provider else "-"
            seconds = time.perf_counter() - started
            self._access.note(scope["method"], scope.get("raw_path", b""), host, status, seconds)
            self._under_way -= 1
            if self._all_ended is not None and not self._under_way:
                self._all_ended.set()


async def _send_stopping(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(STOPPING)).encode("ascii")),
        (b"cache-control", b"no-store"),
        (b"retry-after", str(RETRY_AFTER).encode("ascii")),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": STOPPING})


def _hardened(headers: list[tuple[bytes, bytes]], name: str, provider: Provider | None) -> list[tuple[bytes, bytes]]:
    made = [*headers, *_FIXED, (b"x-request-id", name.encode("ascii"))]
    if _CSP not in dict(headers):
        made.append(_DEFAULT_CSP)
    if provider is not None and provider.secure:
        made.append(_HSTS)
    return made


class BodyLimit:
    """Refuses to read more than `most` bytes of a body (RFC 9110 §15.5.14)."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        too_much = declared.isdecimal() and int(declared) > self._most
        read = 0

        async def count() -> Message:
            nonlocal read
            if too_much:  # before the first byte: whoever waits for “100 Continue” is spared the rest
                raise HTTPException(413)
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413)
            return message

        await self._app(scope, count, send)


class ProviderByHost:
    """Finds the provider that the request's host names; nobody else's host is served (RFC 9110 §15.5.20)."""

    def __init__(self, app: ASGIApp, pages: ErrorPages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and not scope["path"].startswith(FOR_EVERYBODY):
            services: Services = scope["app"].state.services
            hosts = Headers(scope=scope).getlist("host")
            if len(hosts) != 1:
                answer = self._pages.error(
                    Request(scope),
                    400,
                    "No address",
                    "The request does not say to which address it goes, or says it twice, so nobody can answer it.",
                )
                await answer(scope, receive, send)
                return
            provider = await services.provider_directory.by_host(hosts[0])
            if provider is None:
                answer = self._pages.error(
                    Request(scope),
                    421,
                    "No provider at this address",
                    "This server answers for other addresses than the one you came to. Check the address; if it is "
                    "right, the operator has to add it.",
                    detail="gatelodge provider list shows the addresses, gatelodge provider create adds one",
                )
                await answer(scope, receive, send)
                return
            scope["gatelodge.provider"] = provider
        await self._app(scope, receive, send)
