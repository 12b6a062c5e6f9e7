"""Answers of the Graph API: GraphQL's own form also where no query was run."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatelodge.graph.question import JSON
from gatelodge.protocol.bearer import challenge
from gatelodge.protocol.errors import InsufficientScope, OAuthError

GRAPHQL_JSON = "application/graphql-response+json"
NO_STORE = {"Cache-Control": "no-store"}


def answer(
    request: Request, members: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A GraphQL response, of the media type that the request prefers, never to be kept by a cache."""
    media_type = GRAPHQL_JSON if _prefers_graphql(request.headers.get("accept", "")) else JSON
    return Response(msgspec.json.encode(members), status, NO_STORE | dict(headers or {}), media_type)


def fault(request: Request, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """A request that was refused before any query was run."""
    return answer(request, {"errors": [error(code, message)]}, status, headers)


def refusal(request: Request, realm: str, refused: OAuthError | None) -> Response:
    """A caller who is not let in (RFC 6750 §3); None for one who showed no token at all."""
    headers = {"WWW-Authenticate": challenge(realm, refused)}
    if refused is None:
        message = "Send a token: Authorization: Bearer TOKEN."
        return fault(request, 401, "UNAUTHENTICATED", message, headers)
    missing = {"missingScope": refused.scope} if isinstance(refused, InsufficientScope) else {}
    message = f"{refused.description[:1].upper()}{refused.description[1:]}."
    one = error(refused.code.upper(), message, **missing)
    return answer(request, {"errors": [one]}, refused.status, headers)


def error(code: str, message: str, **extensions: str) -> dict[str, Any]:
    """One entry of `errors`; a program reads `code`, a person `message`."""
    return {"message": message, "extensions": {"code": code} | extensions}


def _prefers_graphql(accept: str) -> bool:
    """Whether the Accept header's value asks for GraphQL's own media type no less than for plain JSON."""
    weights = dict(_weighed(media_range) for media_range in accept.lower().split(","))
    return weights.get(GRAPHQL_JSON, 0.0) > 0 and weights[GRAPHQL_JSON] >= weights.get(JSON, 0.0)


def _weighed(media_range: str) -> tuple[str, float]:
    """A media range and its weight (RFC 9110 §12.4.2): 1 where it gives none, or none that can be read."""
    name, *parameters = (part.strip() for part in media_range.split(";"))
    return name, _weight(parameters)


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 1.0
    return 1.0
