"""The endpoints that machines call, as plain ASGI: one function from bytes to bytes each.

Routing, request objects and a stack of middleware cost more than all that these endpoints do themselves, so they stand
before them (docs/performance.md has the figures). Pages and everything that is not one of them go on to Starlette.
"""

from collections.abc import Mapping
from typing import Protocol

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatelodge.identity.provider import Provider
from gatelodge.protocol.shown import Shown
from gatelodge.protocol.values import value
from gatelodge.service.ports import AlreadyExists, NotThere, StoreUnavailable
from gatelodge.service.services import Services

MAX_BODY = 65_536  # bytes

POST: tuple[str, ...] = ("POST",)

Headers = tuple[tuple[bytes, bytes], ...]

# Any page may call these where they are open: they look at no cookie, only at what the caller itself sends (RFC 10017).
OPEN: Headers = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"WWW-Authenticate, DPoP-Nonce"),
)
PREFLIGHT: Headers = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, DPoP"),
    (b"access-control-max-age", b"3600"),
)

_log = structlog.get_logger("gatelodge.direct")


class Head:
    """The headers of a request."""

    __slots__ = ("_headers", "_last")

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._headers = headers
        self._last = dict(headers)

    def all(self, name: bytes) -> list[str]:
        """Every value of a header; `name` in lower case."""
        if name not in self._last:
            return []
        if len(self._last) == len(self._headers):  # none is there twice
            return [self._last[name].decode("latin-1")]
        return [value.decode("latin-1") for key, value in self._headers if key == name]

    def last(self, name: bytes) -> bytes:
        """The value of a header, the last one where it was sent twice; empty where it wasn't sent."""
        return self._last.get(name, b"")

    def has(self, name: bytes) -> bool:
        """Whether a header was sent."""
        return name in self._last


Certificate = tuple[str | None, bool]  # as a proxy passed it on, and whether it says that it verified its chain
NO_CERTIFICATE: Certificate = (None, False)
CERTIFICATES = "gatelodge.certificates"  # where in the scope whoever reads them is, where the settings name a header


class CertificateReader(Protocol):
    """Knows the certificate of a request's sender."""

    def of(self, provider: Provider, head: Head, scope: Scope) -> Certificate:
        """The certificate, if one came that is believed."""


class Call:
    """One request, as far as an endpoint needs it."""

    __slots__ = ("_scope", "body", "client", "head", "method", "path", "provider", "query", "services")

    def __init__(self, services: Services, provider: Provider, head: Head, scope: Scope, body: bytes) -> None:
        self.services = services
        self.provider = provider
        self.head = head
        self._scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.client: tuple[str, int] | None = scope.get("client")
        self.body = body

    @property
    def media_type(self) -> str:
        """What the body says it is, without parameters, in lower case."""
        return self.head.last(b"content-type").decode("latin-1").partition(";")[0].strip().lower()

    @property
    def shown(self) -> Shown:
        """What the request shows of its sender besides its parameters."""
        authorization = self.head.all(b"authorization")
        reader: CertificateReader | None = self._scope.get(CERTIFICATES)
        certificate, verified = reader.of(self.provider, self.head, self._scope) if reader else NO_CERTIFICATE
        return Shown(
            authorization[0] if authorization else None,
            tuple(self.head.all(b"dpop")),
            certificate,
            verified,
            self.method,
            self.path,
        )


@value
class Answer:
    """One response; `cache` is its Cache-Control."""

    body: bytes
    status: int = 200
    headers: Headers = ()
    media_type: bytes = b"application/json"
    cache: bytes = b"no-store"


class Endpoint(Protocol):
    """What an address answers: to a call, and where it doesn't come to one."""

    methods: tuple[str, ...]
    open_to_browsers: bool

    async def answer(self, call: Call) -> Answer:
        """Answer one call by one of `methods`."""

    def refuse(self, status: int) -> Answer:
        """Answer what came to no call: 405 another method, 413 too long a body, 500 our fault, 503 no database."""


class Switch:
    """Sends requests for the direct endpoints straight to them, and everything else to `pages`."""

    services: Services  # set when the server has started

    def __init__(
        self, endpoints: Mapping[str, Endpoint], pages: ASGIApp, certificates: CertificateReader | None = None
    ) -> None:
        self._endpoints = endpoints
        self._pages = pages
        self._certificates = certificates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if self._certificates is not None:
            scope[CERTIFICATES] = self._certificates
        endpoint = self._find(scope["path"]) if scope["type"] == "http" else None
        if endpoint is None:
            await self._pages(scope, receive, send)
            return
        try:
            head = Head(scope["headers"])
            provider = await self._provider(head)
            if provider is None:
                await self._pages(scope, receive, send)  # which says on a page that there is none
                return
            scope["gatelodge.provider"] = provider
            answer = await self._answer(endpoint, provider, head, scope, receive)
        except (StoreUnavailable, AlreadyExists, NotThere) as error:  # whatever it is, trying again mends it
            _log.error("the database can't be used", reason=f"{type(error).__name__}: {error}")
            answer = endpoint.refuse(503)
        except Exception:
            _log.exception("failed")
            answer = endpoint.refuse(500)
        if answer is not None:
            await _send(answer, send, open_to_browsers=endpoint.open_to_browsers)

    def _find(self, path: str) -> Endpoint | None:
        """The endpoint at a path: its own, or that of everything just below what is written as `/path/*`."""
        return self._endpoints.get(path) or self._endpoints.get(f"{path.rstrip('/').rpartition('/')[0]}/*")

    async def _provider(self, head: Head) -> Provider | None:
        hosts = head.all(b"host")
        if len(hosts) != 1:
            return None
        directory = self.services.provider_directory
        return directory.kept(hosts[0]) or await directory.by_host(hosts[0])

    async def _answer(
        self, endpoint: Endpoint, provider: Provider, head: Head, scope: Scope, receive: Receive
    ) -> Answer | None:
        method = scope["method"]
        if method == "OPTIONS" and endpoint.open_to_browsers and head.has(b"access-control-request-method"):
            allowed = ", ".join(endpoint.methods).encode("ascii")
            return Answer(b"", 204, (*PREFLIGHT, (b"access-control-allow-methods", allowed)))
        if method not in endpoint.methods:
            return endpoint.refuse(405)
        declared = head.last(b"content-length")
        # Too much is refused before its first byte: whoever waits for “100 Continue” is spared the rest.
        body = 413 if declared.isdigit() and int(declared) > MAX_BODY else await _body(receive)
        if isinstance(body, int):
            return endpoint.refuse(body) if body else None
        return await endpoint.answer(Call(self.services, provider, head, scope, body))


async def _body(receive: Receive) -> bytes | int:
    """The body; or 413 where it is too long (RFC 9110 §15.5.14), or 0 where the caller has gone."""
    message: Message = await receive()
    body: bytes = message.get("body", b"")
    while message["type"] == "http.request" and message.get("more_body", False) and len(body) <= MAX_BODY:
        message = await receive()
        body += message.get("body", b"")
    if message["type"] != "http.request":
        return 0
    return body if len(body) <= MAX_BODY else 413


async def _send(answer: Answer, send: Send, *, open_to_browsers: bool) -> None:
    headers = [
        (b"content-type", answer.media_type),
        (b"content-length", str(len(answer.body)).encode("ascii")),
        (b"cache-control", answer.cache),
        *answer.headers,
    ]
    if open_to_browsers and answer.headers[:1] != PREFLIGHT[:1]:
        headers += OPEN
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
