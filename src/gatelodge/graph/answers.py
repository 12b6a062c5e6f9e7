"""Answers of the Graph API: GraphQL's own form also where no query was run."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from gatelodge.graph.question import JSON
from gatelodge.protocol.bearer import status_of
from gatelodge.protocol.errors import InsufficientScope, OAuthError
from gatelodge.web.direct import Answer, Headers

GRAPHQL_JSON = "application/graphql-response+json"


def answer(accept: str, members: Mapping[str, Any], status: int = 200, headers: Headers = ()) -> Answer:
    """A GraphQL response, of the media type that the Accept header's value prefers."""
    media_type = GRAPHQL_JSON if _prefers_graphql(accept) else JSON
    return Answer(msgspec.json.encode(members), status, headers, media_type.encode("ascii"))


def fault(accept: str, status: int, code: str, message: str, headers: Headers = ()) -> Answer:
    """A request that was refused before any query was run."""
    return answer(accept, {"errors": [error(code, message)]}, status, headers)


def refusal(accept: str, headers: Headers, refused: OAuthError | None) -> Answer:
    """A caller who is not let in (RFC 6750 §3); None for one who showed no token at all. `headers` hold the
    challenges."""
    if refused is None:
        message = "Send a token: Authorization: Bearer TOKEN."
        return fault(accept, 401, "UNAUTHENTICATED", message, headers)
    missing = {"missingScope": refused.scope} if isinstance(refused, InsufficientScope) else {}
    message = f"{refused.description[:1].upper()}{refused.description[1:]}."
    return answer(accept, {"errors": [error(refused.code.upper(), message, **missing)]}, status_of(refused), headers)


def error(code: str, message: str, **extensions: Any) -> dict[str, Any]:
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
