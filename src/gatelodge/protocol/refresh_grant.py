"""The refresh token grant (RFC 6749 §6).

A client that authenticates keeps its one refresh token. One that can't rotates it (RFC 9700 §4.14.2), and rotation is
idempotent: whoever lost an answer asks again and gets the same successor. Once that successor has been used, its
predecessor's return can only be a thief's, or a sign of one, and ends the grant.
"""

from dataclasses import replace

from gatelodge.protocol.binding import is_held
from gatelodge.protocol.client import REFRESH_TOKEN, Client
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.errors import InvalidGrant, InvalidScope
from gatelodge.protocol.issuance import PLAIN, UNBOUND, Binding, GrantContext, Issuance, Refuse
from gatelodge.protocol.scope import Scope, parse_scope
from gatelodge.protocol.values import value


@value
class Successor:
    """The refresh token that took another one's place."""

    id: int
    digest: bytes
    used: bool


@value
class RefreshToken:
    """A refresh token's row, with what its grant says now. Times are UTC epoch seconds."""

    id: int
    digest: bytes
    client_id: int
    grant_id: int
    scope: Scope
    expires_at: int | None
    grant_ended: bool
    successor: Successor | None = None
    details: str | None = None  # what the grant is limited to: a refresh keeps that
    user_id: int | None = None
    context: GrantContext = PLAIN
    binding: Binding = UNBOUND  # the refresh token's own


def refresh(
    presented: Presented,
    scope: str | None,
    client: Client,
    token: RefreshToken | None,
    *,
    now: int,
    held: Binding = UNBOUND,
) -> Issuance | Refuse:
    """Decide a refresh: the token is this client's, its grant lives, the scope never grows (RFC 6749 §6).

    `held` is what the request proved to hold: a token that is bound is good for its holder alone (RFC 9449 §5), which
    is looked at before anything is ended for its sake."""
    if token is None or not presented.matches(token.digest):
        return Refuse(InvalidGrant("unknown refresh token"))
    if token.client_id != client.id:
        return Refuse(InvalidGrant("unknown refresh token", log="the refresh token is another application's"))
    if not is_held(token.binding, held):
        return Refuse(InvalidGrant("the refresh token is bound to a key or certificate that was not shown"))
    if token.grant_ended:
        return Refuse(InvalidGrant("this access has been ended"))
    if token.successor is not None and token.successor.used:
        return Refuse(
            InvalidGrant("the refresh token was replaced; its access is revoked"), revoke_grant=token.grant_id
        )
    if token.expires_at is not None and now >= token.expires_at:
        return Refuse(InvalidGrant("the refresh token has expired"))
    if REFRESH_TOKEN not in client.grant_types:
        return Refuse(InvalidGrant("this application may not refresh"))
    asked = token.scope if scope is None else parse_scope(scope)
    if not asked or not asked <= token.scope:
        return Refuse(InvalidScope("scope is more than what was granted"))
    context = token.context
    if context.nonce is not None:  # an ID token of a refresh has none (OpenID Connect Core §12.2)
        context = replace(context, nonce=None)
    return Issuance(
        token.grant_id,
        asked,
        rotates(client),
        token.details,
        token.user_id,
        context,
        refresh_binding=token.binding,
    )


def rotates(client: Client) -> bool:
    """Whether this client's refresh tokens are replaced with each use: it can't prove who it is (RFC 9700 §2.2.2)."""
    return not client.confidential
