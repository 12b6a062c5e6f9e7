"""`/oauth2/grants` and, below it, each grant (Grant Management for OAuth 2.0, draft 03, §6)."""

from collections.abc import Mapping

import msgspec

from gatelodge.protocol.bearer import status_of
from gatelodge.protocol.errors import InvalidRequest, OAuthError, ServerError, TemporarilyUnavailable
from gatelodge.protocol.grant_management import describe_grant
from gatelodge.service.bearer import Caller
from gatelodge.web.answers import RETRY_AFTER, challenge_headers
from gatelodge.web.direct import Answer, Call, Headers


class _Grants:
    """What takes a token and tells of grants, to programs in browsers as well."""

    methods: tuple[str, ...]
    open_to_browsers = True

    async def answer(self, call: Call) -> Answer:
        """Answer one call."""
        tokens = call.head.all(b"authorization")
        caller = await call.services.bearer.authenticate(call.provider, tokens, scope=None, shown=call.shown)
        if not isinstance(caller, Caller):
            return _refusal(call, caller)
        return await self.for_caller(call, caller)

    async def for_caller(self, call: Call, caller: Caller) -> Answer:
        """Answer whoever has shown a good token."""
        raise NotImplementedError

    def refuse(self, status: int) -> Answer:
        """Answer what is no call at all, or none that could be answered."""
        if status == 405:
            allow = ", ".join(self.methods).encode("ascii")
            return _error(InvalidRequest("this address does not take this method"), 405, ((b"allow", allow),))
        if status == 413:
            return _error(InvalidRequest("the body is too long"), 413)
        if status == 503:
            again = ((b"retry-after", str(RETRY_AFTER).encode("ascii")),)
            return _error(TemporarilyUnavailable("the service cannot reach its data just now; try again"), 503, again)
        return _error(ServerError("something went wrong here; it has been logged"), status)


class GrantsEndpoint(_Grants):
    """The grants that the caller has to do with."""

    methods: tuple[str, ...] = ("GET",)

    async def for_caller(self, call: Call, caller: Caller) -> Answer:
        """The list."""
        found = await call.services.grant_management.all(caller)
        if isinstance(found, OAuthError):
            return _refusal(call, found)
        return _json({"grants": [describe_grant(one) for one in found]})


class GrantEndpoint(_Grants):
    """One of them."""

    methods: tuple[str, ...] = ("GET", "DELETE")

    async def for_caller(self, call: Call, caller: Caller) -> Answer:
        """Tell of it, or end it."""
        grants, name = call.services.grant_management, call.path.rstrip("/").rpartition("/")[2]
        if call.method == "GET":
            found = await grants.find(caller, name)
            if isinstance(found, OAuthError):
                return _refusal(call, found)
            return _json(describe_grant(found)) if found else _not_there()
        ended = await grants.end(caller, name)
        if isinstance(ended, OAuthError):
            return _refusal(call, ended)
        return Answer(b"", 204) if ended else _not_there()


def _not_there() -> Answer:
    return _error(InvalidRequest("there is no such grant"), 404)


def _json(members: Mapping[str, object], status: int = 200, headers: Headers = ()) -> Answer:
    return Answer(msgspec.json.encode(members), status, headers)


def _error(error: OAuthError, status: int, headers: Headers = ()) -> Answer:
    return _json({"error": error.code, "error_description": error.description}, status, headers)


def _refusal(call: Call, error: OAuthError | None) -> Answer:
    """A caller who is not let in; None for one who showed no token at all (RFC 6750 §3.1)."""
    headers = challenge_headers(call, error)
    return _json({}, 401, headers) if error is None else _error(error, status_of(error), headers)
