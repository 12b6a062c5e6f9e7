"""`/oauth2/introspect` (RFC 7662), also as a signed answer (RFC 9701)."""

from collections.abc import Mapping

from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.introspection import SIGNED, wants_signed
from gatelodge.protocol.parameters import Parameters
from gatelodge.web.direct import Answer, Call


async def introspect(call: Call, parameters: Parameters) -> Mapping[str, object] | Answer | OAuthError:
    """Tell a resource server what a token is worth."""
    accept = call.head.last(b"accept")
    signed = b"jwt" in accept.lower() and wants_signed(accept.decode("latin-1"))
    answer = await call.services.introspection.introspect(call.provider, parameters, call.shown, signed=signed)
    if isinstance(answer, str):
        return Answer(answer.encode("ascii"), media_type=f"application/{SIGNED}".encode("ascii"))
    return answer
