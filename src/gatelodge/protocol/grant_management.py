"""Grants as an API tells of them, in the words of Grant Management for OAuth 2.0 (draft 03, §6): for the user's own
client, and for the application that was given one."""

from gatelodge.protocol.authorization_details import stored_members
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.scope import Scope, format_scope
from gatelodge.protocol.values import value


@value
class GrantState:
    """A grant that holds. Times are UTC epoch seconds."""

    id: int
    client_id: str  # on the wire
    client_name: str
    scope: Scope
    details: str | None  # what the scope is limited to, as it is stored (RFC 9396)
    created_at: int
    last_used_at: int | None


def describe_grant(grant: GrantState) -> dict[str, object]:
    """The answer to a query (§6.4), with whose it is and since when, which the draft leaves open."""
    scope = format_scope(grant.scope)
    members: dict[str, object | None] = {
        "grant_id": public_id(grant.id),
        "client_id": grant.client_id,
        "client_name": grant.client_name,
        "scope": scope,
        "scopes": [{"scope": scope}],
        "authorization_details": None if grant.details is None else stored_members(grant.details),
        "created_at": grant.created_at,
        "last_used_at": grant.last_used_at,
    }
    return {name: member for name, member in members.items() if member is not None}
