"""`/oauth2/revoke` (RFC 7009, contract)."""

from collections.abc import Mapping

from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.web.direct import Call

ENDED = "The access and everything that belongs to it is ended."
NO_TOKEN = "There is no such token any more."


async def revoke(call: Call, parameters: Parameters) -> Mapping[str, object] | OAuthError:
    """End a token and all that belongs to it."""
    ended = await call.services.revocation.revoke(call.provider, parameters, call.shown)
    return ended if isinstance(ended, OAuthError) else {"success": True, "message": ENDED if ended else NO_TOKEN}
