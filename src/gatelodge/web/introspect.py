"""`/oauth2/introspect` (RFC 7662)."""

from starlette.requests import Request
from starlette.responses import Response

from gatelodge.protocol.errors import OAuthError
from gatelodge.web.answers import error_answer, json_answer
from gatelodge.web.context import provider_of, services_of
from gatelodge.web.parameters import parameters_of


async def introspect(request: Request) -> Response:
    """Tell a resource server what a token is worth."""
    parameters = await parameters_of(request)
    if isinstance(parameters, OAuthError):
        return error_answer(parameters)
    answer = await services_of(request).introspection.introspect(
        provider_of(request), parameters, request.headers.get("authorization")
    )
    return error_answer(answer) if isinstance(answer, OAuthError) else json_answer(answer)
