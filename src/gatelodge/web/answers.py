"""Answers of the OAuth endpoints: JSON, never to be kept by a cache (RFC 6749 §5.1, §5.2)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import msgspec
import structlog

from gatelodge.protocol.bearer import challenges
from gatelodge.protocol.errors import (
    InvalidClient,
    InvalidRequest,
    InvalidToken,
    OAuthError,
    ServerError,
    TemporarilyUnavailable,
    TooManyRequests,
    UseDpopNonce,
)
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.protected_resource import metadata_of
from gatelodge.web.direct import POST, Answer, Call, Headers
from gatelodge.web.parameters import parameters_of

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # for pages
RETRY_AFTER = 2  # seconds

_NO_STORE: Headers = ((b"pragma", b"no-cache"),)
_log = structlog.get_logger("gatelodge.oauth")

Service = Callable[[Call, Parameters], Awaitable[Mapping[str, object] | Answer | OAuthError]]


class OAuthEndpoint:
    """An endpoint that takes parameters and answers in JSON; `service` is its use case."""

    methods = POST

    def __init__(self, service: Service, *, open_to_browsers: bool, status: int = 200) -> None:
        self._service = service
        self._status = status  # of what is not refused
        self.open_to_browsers = open_to_browsers

    async def answer(self, call: Call) -> Answer:
        """Answer one POST."""
        parameters = parameters_of(call.query, call.body, call.media_type)
        if len(call.head.all(b"authorization")) > 1:
            return error_answer(InvalidRequest("more than one Authorization header"))
        if isinstance(parameters, OAuthError):
            return error_answer(parameters)
        members = await self._service(call, parameters)
        if isinstance(members, OAuthError):
            return error_answer(members)
        headers = _NO_STORE
        if call.provider.policy.require_dpop_nonce and call.head.has(b"dpop"):  # RFC 9449 §8.2: the next one is here
            nonce = call.services.possession.nonces.current(call.provider)
            headers = (*headers, (b"dpop-nonce", nonce.encode("ascii")))
        if isinstance(members, Answer):
            return replace(members, headers=(*members.headers, *headers))
        return Answer(msgspec.json.encode(members), self._status, headers)

    def refuse(self, status: int) -> Answer:
        """Answer what is no call at all, or none that could be answered."""
        if status == 503:
            return error_answer(TemporarilyUnavailable("the service cannot reach its data just now; try again"))
        if status == 500:
            return error_answer(ServerError("something went wrong here; it has been logged"))
        error, headers = _REFUSALS[status]
        return _error(error, status, headers)


_REFUSALS: dict[int, tuple[OAuthError, Headers]] = {
    405: (InvalidRequest("this endpoint takes POST alone"), ((b"allow", b"POST"),)),
    413: (InvalidRequest("the body is too long"), ()),
}


def challenge_headers(call: Call, error: OAuthError | None) -> Headers:
    """What goes with a refusal at a protected resource: how a token is shown there, and a nonce for the next proof."""
    scheme = call.head.last(b"authorization").partition(b" ")[0].decode("latin-1").lower()
    origin = call.provider.origin
    told = challenges(origin, error, scheme=scheme, metadata=metadata_of(origin, call.path))
    lines = [(b"www-authenticate", one.encode("latin-1")) for one in told]
    if isinstance(error, UseDpopNonce):
        lines.append((b"dpop-nonce", error.nonce.encode("ascii")))
    return tuple(lines)


def error_answer(error: OAuthError) -> Answer:
    """An error as RFC 6749 §5.2 has it. What only the operator may know goes to the log."""
    _log.info("refused", error=error.code, reason=error.log or error.description)
    headers: Headers = ()
    if isinstance(error, InvalidClient):
        headers = ((b"www-authenticate", b'Basic realm="client"'),)
    if isinstance(error, InvalidToken):  # where a bearer token opens an endpoint of ours (RFC 6750 §3)
        headers = ((b"www-authenticate", b'Bearer error="invalid_token"'),)
    if isinstance(error, TemporarilyUnavailable):
        wait = error.seconds if isinstance(error, TooManyRequests) else RETRY_AFTER
        headers = ((b"retry-after", str(wait).encode("ascii")),)
    if isinstance(error, UseDpopNonce):
        headers = ((b"dpop-nonce", error.nonce.encode("ascii")),)
    return _error(error, error.status, headers)


def _error(error: OAuthError, status: int, headers: Headers) -> Answer:
    members = {"error": error.code, "error_description": error.description}
    return Answer(msgspec.json.encode(members), status, (*_NO_STORE, *headers))
