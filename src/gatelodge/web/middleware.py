"""What every request passes through, from the outside in: a log line, headers, a body limit, its provider."""

import re
import time
from secrets import token_hex

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatelodge.identity.provider import Provider
from gatelodge.service.services import Services
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
FOR_EVERYBODY = "/static/"  # the same files for every provider, and for the page that says there is none

_SECRET = re.compile(r"(gl[a-z]{2}_)[0-9A-Za-z_]+")
_log = structlog.get_logger("gatelodge.access")


def content_security_policy(*, form_targets: tuple[str, ...] = ()) -> str:
    """The policy of a page whose forms may lead, by redirect, to `form_targets` as well."""
    policy = CONTENT_SECURITY_POLICY | {"form-action": " ".join(("'self'", *form_targets))}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


class AccessLog:
    """One line for each request: method, path, status, time. Never a query, body or header: secrets travel there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 0, time.perf_counter()
        request_id = token_hex(8)
        structlog.contextvars.bind_contextvars(request=request_id)

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            # Whoever asked has their answer (see faults.py); here is what the operator needs to mend it.
            _log.exception("failed")
            if not status:
                raise
        finally:
            _log.info(
                "request",
                method=scope["method"],
                path=_SECRET.sub(r"\1…", scope.get("raw_path", b"").decode("latin-1")),
                host=_named(scope),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
            structlog.contextvars.unbind_contextvars("request")


def _named(scope: Scope) -> str:
    provider: Provider | None = scope.get("gatelodge.provider")
    return provider.host if provider else "-"


class SecurityHeaders:
    """The headers that keep browsers from doing more than the page says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def harden(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", content_security_policy())
                for name, value in HEADERS.items():
                    headers[name] = value
                provider: Provider | None = scope.get("gatelodge.provider")
                if provider and provider.secure:
                    headers["Strict-Transport-Security"] = HSTS
            await send(message)

        await self._app(scope, receive, harden)


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
