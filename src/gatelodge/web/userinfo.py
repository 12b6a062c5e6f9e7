"""`/oauth2/userinfo` (OpenID Connect Core §5.3), by GET or POST; the token in the header or in a form (RFC 6750 §2)."""

import msgspec

from gatelodge.protocol.bearer import status_of
from gatelodge.protocol.errors import InvalidRequest, OAuthError, ServerError, TemporarilyUnavailable
from gatelodge.web.answers import RETRY_AFTER, challenge_headers
from gatelodge.web.direct import Answer, Call, Headers
from gatelodge.web.parameters import FORM, parameters_of

JWT = b"application/jwt"


class UserinfoEndpoint:
    """Tells applications about the users who let them in."""

    methods: tuple[str, ...] = ("GET", "POST")
    open_to_browsers = True

    async def answer(self, call: Call) -> Answer:
        """Answer one call."""
        tokens = _tokens(call)
        if isinstance(tokens, InvalidRequest):
            return _refusal(tokens, challenge_headers(call, tokens))
        found = await call.services.userinfo.answer(call.provider, tokens, call.shown)
        if found is None or isinstance(found, OAuthError):
            return _refusal(found, challenge_headers(call, found))
        if isinstance(found, str):
            return Answer(found.encode("ascii"), media_type=JWT)
        return Answer(msgspec.json.encode(found))

    def refuse(self, status: int) -> Answer:
        """Answer what is no call at all, or none that could be answered."""
        if status == 503:
            error: OAuthError = TemporarilyUnavailable("the service cannot reach its data just now; try again")
            return _refusal(error, ((b"retry-after", str(RETRY_AFTER).encode("ascii")),))
        if status == 500:
            return _refusal(ServerError("something went wrong here; it has been logged"), ())
        words, headers = _REFUSALS[status]
        return _answer(words, status, headers)


_REFUSALS: dict[int, tuple[OAuthError, Headers]] = {
    405: (InvalidRequest("this endpoint takes GET and POST alone"), ((b"allow", b"GET, POST"),)),
    413: (InvalidRequest("the body is too long"), ()),
}


def _tokens(call: Call) -> list[str] | InvalidRequest:
    """The values of the Authorization headers, or what a form says in their place (RFC 6750 §2.2): one way to show a
    token, not two (RFC 6750 §2)."""
    headers = call.head.all(b"authorization")
    if call.method != "POST" or call.media_type != FORM or not call.body:
        return headers
    parameters = parameters_of(b"", call.body, FORM)
    if isinstance(parameters, InvalidRequest):
        return parameters
    if fault := parameters.fault():
        return fault
    token = parameters.get("access_token")
    if token is None:
        return headers
    return InvalidRequest("the token was sent in two ways at once (RFC 6750 2)") if headers else [f"Bearer {token}"]


def _refusal(error: OAuthError | None, headers: Headers) -> Answer:
    """A caller who is not let in; None for one who showed no token at all (RFC 6750 §3.1)."""
    return Answer(b"{}", 401, headers) if error is None else _answer(error, status_of(error), headers)


def _answer(error: OAuthError, status: int, headers: Headers) -> Answer:
    members = {"error": error.code, "error_description": error.description}
    return Answer(msgspec.json.encode(members), status, headers)
