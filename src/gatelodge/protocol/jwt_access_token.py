"""Access tokens that are JWTs (RFC 9068): what they say, and how one that comes back is known.

Such a token is a row like any other. Its `jti` names the row, which keeps SHA-256 of the whole text: at our own
endpoints it is held against that, so that no claim of it is believed, and it can be revoked.
"""

import json

from gatelodge.protocol.authorization_details import stored_members
from gatelodge.protocol.issuance import Issuance
from gatelodge.protocol.scope import format_scope

TYPE = "at+jwt"  # RFC 9068 §2.1


def claims(
    issuance: Issuance,
    *,
    issuer: str,
    client_id: str,
    subject: str,
    audience: tuple[str, ...],
    token_id: str,
    now: int,
    expires_at: int,
) -> dict[str, object]:
    """The claims (RFC 9068 §2.2). `subject` is the user, or the application that acts as itself. Times are UTC epoch
    seconds."""
    context, binding = issuance.context, issuance.binding
    members: dict[str, object | None] = {
        "iss": issuer,
        "sub": subject,
        "aud": audience[0] if len(audience) == 1 else list(audience),
        "client_id": client_id,
        "jti": token_id,
        "iat": now,
        "exp": expires_at,
        "scope": format_scope(issuance.scope) or None,
        "auth_time": context.auth_time,
        "acr": context.acr,
        "amr": list(context.amr) or None,
        "authorization_details": None if issuance.details is None else stored_members(issuance.details),
        "cnf": binding.confirmation,
        "act": None if binding.actor is None else json.loads(binding.actor),
    }
    return {name: value for name, value in members.items() if value is not None}
