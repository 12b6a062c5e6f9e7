"""`/oauth2/register` (RFC 7591 §3) and, below it, the address of each application that registered there (RFC 7592)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gatelodge.protocol.errors import InvalidRequest, OAuthError, ServerError, TemporarilyUnavailable
from gatelodge.web.answers import error_answer
from gatelodge.web.context import place_of
from gatelodge.web.direct import POST, Answer, Call, Headers

_NO_STORE: Headers = ((b"pragma", b"no-cache"),)


class _Json:
    """What takes and gives JSON, opened by a bearer token, for programs in browsers as well."""

    methods: tuple[str, ...]
    open_to_browsers = True

    def refuse(self, status: int) -> Answer:
        """Answer what is no call at all, or none that could be answered."""
        if status == 503:
            return error_answer(TemporarilyUnavailable("the service cannot reach its data just now; try again"))
        if status == 500:
            return error_answer(ServerError("something went wrong here; it has been logged"))
        if status == 413:
            return _with_status(error_answer(InvalidRequest("the body is too long")), 413)
        allow = ", ".join(self.methods).encode("ascii")
        refused = error_answer(InvalidRequest("this endpoint does not take this method"))
        return _with_status(refused, status, (b"allow", allow))


class RegistrationEndpoint(_Json):
    """Where applications register."""

    methods = POST

    async def answer(self, call: Call) -> Answer:
        """Answer one registration."""
        service = call.services.registration
        authorization = _authorization(call)
        if isinstance(authorization, OAuthError):
            return error_answer(authorization)
        made = await service.register(call.provider, call.body, call.media_type, authorization, place_of(call.client))
        if made is None:
            return _with_status(error_answer(InvalidRequest("applications can't register themselves here")), 404)
        return _answer(made, 201)


class ManagementEndpoint(_Json):
    """Where an application that registered looks after what it registered."""

    methods: tuple[str, ...] = ("GET", "PUT", "DELETE")

    async def answer(self, call: Call) -> Answer:
        """Answer one call."""
        service, client_id = call.services.registration, call.path.rstrip("/").rpartition("/")[2]
        authorization = _authorization(call)
        if isinstance(authorization, OAuthError):
            return error_answer(authorization)
        if call.method == "GET":
            return _answer(await service.read(call.provider, client_id, authorization), 200)
        if call.method == "PUT":
            changed = await service.update(call.provider, client_id, call.body, call.media_type, authorization)
            return _answer(changed, 200)
        fault = await service.delete(call.provider, client_id, authorization)
        return Answer(b"", 204, _NO_STORE) if fault is None else error_answer(fault)


def _authorization(call: Call) -> str | InvalidRequest | None:
    found = call.head.all(b"authorization")
    if len(found) > 1:
        return InvalidRequest("more than one Authorization header")
    return found[0] if found else None


def _answer(members: Mapping[str, Any] | OAuthError, status: int) -> Answer:
    if isinstance(members, OAuthError):
        return error_answer(members)
    return Answer(msgspec.json.encode(members), status, _NO_STORE)


def _with_status(answer: Answer, status: int, *headers: tuple[bytes, bytes]) -> Answer:
    return Answer(answer.body, status, (*answer.headers, *headers))
