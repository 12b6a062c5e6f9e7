"""`/oauth2/introspect` (RFC 7662)."""

from collections.abc import Mapping

from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.web.direct import Call


async def introspect(call: Call, parameters: Parameters) -> Mapping[str, object] | OAuthError:
    """Tell a resource server what a token is worth."""
    return await call.services.introspection.introspect(call.provider, parameters, call.shown)
