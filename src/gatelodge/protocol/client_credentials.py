"""The client credentials grant (RFC 6749 §4.4): an application acts as itself, not for a user."""

from gatelodge.protocol.client import CLIENT_CREDENTIALS, Client
from gatelodge.protocol.errors import InvalidScope, UnauthorizedClient
from gatelodge.protocol.issuance import Issuance, Refuse
from gatelodge.protocol.scope import parse_scope


def act_as_itself(client: Client, scope: str | None) -> Issuance | Refuse:
    """Decide a request of a client that has authenticated. Only confidential clients may (RFC 6749 §4.4), within the
    scope that was set for them; there is no refresh token, for they can just ask again (RFC 6749 §4.4.3)."""
    if not client.confidential or CLIENT_CREDENTIALS not in client.grant_types or client.own_grant is None:
        return Refuse(UnauthorizedClient("this application may not act as itself"))
    asked = client.own_scope if scope is None else parse_scope(scope)
    if not asked or not asked <= client.own_scope:
        return Refuse(InvalidScope("scope is more than this application may do as itself"))
    return Issuance(client.own_grant, asked, refreshable=False)
