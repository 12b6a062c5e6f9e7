"""`/oauth2/par` (RFC 9126 §2)."""

from collections.abc import Mapping

from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.web.direct import Call


async def par(call: Call, parameters: Parameters) -> Mapping[str, object] | OAuthError:
    """Take a pushed authorization request in."""
    return await call.services.pushed_requests.push(call.provider, parameters, call.shown)
