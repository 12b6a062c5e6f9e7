"""From a request to its parameters."""

from starlette.requests import Request

from gatelodge.protocol.errors import InvalidRequest
from gatelodge.protocol.parameters import Parameters, read_parameters

FORM = "application/x-www-form-urlencoded"
MAX_QUERY = 16_384  # bytes
MAX_BODY = 65_536  # bytes; the shell cuts off what is longer


def authorization_of(request: Request) -> str | InvalidRequest | None:
    """The Authorization header's value, if one came; which of two would count is nobody's guess (RFC 6749 §2.3)."""
    values = request.headers.getlist("authorization")
    return InvalidRequest("more than one Authorization header") if len(values) > 1 else next(iter(values), None)


async def parameters_of(request: Request) -> Parameters | InvalidRequest:
    """The parameters of query and form body together (RFC 6749 §3.2, contract)."""
    query: bytes = request.scope["query_string"]
    if len(query) > MAX_QUERY:
        return InvalidRequest("the query is too long")
    body = b"" if request.method == "GET" else await request.body()
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return InvalidRequest(f"the body must be {FORM}")
    return read_parameters(query, body)
