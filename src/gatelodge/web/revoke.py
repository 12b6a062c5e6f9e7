"""`/oauth2/revoke` (RFC 7009, contract)."""

from starlette.requests import Request
from starlette.responses import Response

from gatelodge.protocol.errors import OAuthError
from gatelodge.web.answers import error_answer, json_answer
from gatelodge.web.context import provider_of, services_of
from gatelodge.web.parameters import authorization_of, parameters_of


async def revoke(request: Request) -> Response:
    """End a token and all that belongs to it."""
    parameters, authorization = await parameters_of(request), authorization_of(request)
    if isinstance(parameters, OAuthError):
        return error_answer(parameters)
    if isinstance(authorization, OAuthError):
        return error_answer(authorization)
    ended = await services_of(request).revocation.revoke(provider_of(request), parameters, authorization)
    if isinstance(ended, OAuthError):
        return error_answer(ended)
    message = "The access and everything that belongs to it is ended." if ended else "There is no such token any more."
    return json_answer({"success": True, "message": message})
