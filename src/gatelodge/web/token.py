"""`/oauth2/token` (RFC 6749 §3.2)."""

from starlette.requests import Request
from starlette.responses import Response

from gatelodge.protocol.errors import OAuthError
from gatelodge.web.answers import error_answer, json_answer
from gatelodge.web.context import provider_of, services_of
from gatelodge.web.parameters import authorization_of, parameters_of


async def token(request: Request) -> Response:
    """Turn a code or a refresh token into an access token."""
    parameters, authorization = await parameters_of(request), authorization_of(request)
    if isinstance(parameters, OAuthError):
        return error_answer(parameters)
    if isinstance(authorization, OAuthError):
        return error_answer(authorization)
    answer = await services_of(request).token.exchange(provider_of(request), parameters, authorization)
    return error_answer(answer) if isinstance(answer, OAuthError) else json_answer(answer.as_json())
