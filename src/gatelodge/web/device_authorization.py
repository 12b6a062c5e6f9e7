"""`/oauth2/device_authorization` (RFC 8628 §3.1)."""

from collections.abc import Mapping

from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.web.context import place_of
from gatelodge.web.direct import Call


async def device_authorization(call: Call, parameters: Parameters) -> Mapping[str, object] | OAuthError:
    """Give a device its code, and the one that its user types."""
    begun = await call.services.devices.begin(call.provider, parameters, call.shown, address=place_of(call.client))
    return begun if isinstance(begun, OAuthError) else begun.as_json()
