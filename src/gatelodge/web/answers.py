"""Answers of the OAuth endpoints."""

from collections.abc import Mapping

import structlog
from starlette.responses import JSONResponse, Response

from gatelodge.protocol.errors import InvalidClient, OAuthError, TemporarilyUnavailable

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1
RETRY_AFTER = 2  # seconds

_log = structlog.get_logger("gatelodge.oauth")


def json_answer(members: Mapping[str, object]) -> Response:
    """A successful answer, never to be kept by a cache."""
    return JSONResponse(members, headers=NO_STORE)


def error_answer(error: OAuthError) -> Response:
    """An error as RFC 6749 §5.2 has it. What only the operator may know goes to the log."""
    _log.info("refused", error=error.code, reason=error.log or error.description)
    headers = dict(NO_STORE)
    if isinstance(error, InvalidClient):
        headers["WWW-Authenticate"] = 'Basic realm="client"'
    if isinstance(error, TemporarilyUnavailable):
        headers["Retry-After"] = str(RETRY_AFTER)
    return JSONResponse({"error": error.code, "error_description": error.description}, error.status, headers)
