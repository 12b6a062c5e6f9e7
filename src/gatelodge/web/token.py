"""`/oauth2/token` (RFC 6749 §3.2)."""

from collections.abc import Mapping

from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.web.direct import Call


async def token(call: Call, parameters: Parameters) -> Mapping[str, object] | OAuthError:
    """Turn a code, a refresh token or the client's own name into an access token."""
    answer = await call.services.token.exchange(call.provider, parameters, call.shown)
    return answer if isinstance(answer, OAuthError) else answer.as_json()
