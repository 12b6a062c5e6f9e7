"""From a request to its parameters."""

from gatelodge.protocol.errors import InvalidRequest
from gatelodge.protocol.parameters import Parameters, read_parameters

FORM = "application/x-www-form-urlencoded"
MAX_QUERY = 16_384  # bytes


def parameters_of(query: bytes, body: bytes, media_type: str) -> Parameters | InvalidRequest:
    """The parameters of query and form body together (RFC 6749 §3.2, contract)."""
    if len(query) > MAX_QUERY:
        return InvalidRequest("the query is too long")
    if body and media_type != FORM:
        return InvalidRequest(f"the body must be {FORM}")
    return read_parameters(query, body)
