"""The refresh token grant (RFC 6749 §6) for clients that authenticate: they keep the one refresh token."""

from dataclasses import dataclass

from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.errors import InvalidGrant, InvalidScope
from gatelodge.protocol.issuance import Issuance, Refuse
from gatelodge.protocol.scope import Scope, parse_scope


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token's row, with what its grant says now."""

    id: int
    digest: bytes
    client_id: int
    grant_id: int
    scope: Scope
    grant_ended: bool


def refresh(presented: Presented, scope: str | None, client: Client, token: RefreshToken | None) -> Issuance | Refuse:
    """Decide a refresh (RFC 6749 §6): the token is this client's, its grant lives, the scope never grows."""
    if token is None or not presented.matches(token.digest):
        return Refuse(InvalidGrant("unknown refresh token"))
    if token.client_id != client.id:
        return Refuse(InvalidGrant("unknown refresh token", log="the refresh token is another application's"))
    if token.grant_ended:
        return Refuse(InvalidGrant("this access has been ended"))
    asked = token.scope if scope is None else parse_scope(scope)
    if not asked or not asked <= token.scope:
        return Refuse(InvalidScope("scope is more than what was granted"))
    return Issuance(token.grant_id, asked, refreshable=False)
