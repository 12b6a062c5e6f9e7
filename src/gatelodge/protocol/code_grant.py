"""The authorization code grant's exchange (RFC 6749 §4.1.3)."""

from dataclasses import field

from gatelodge.protocol.client import REFRESH_TOKEN, Client
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.errors import InvalidGrant
from gatelodge.protocol.issuance import PLAIN, GrantContext, Issuance, Refuse
from gatelodge.protocol.pkce import verifier_fault
from gatelodge.protocol.scope import Scope
from gatelodge.protocol.values import value


@value
class Code:
    """An authorization code's row, with what its grant says now. Times are UTC epoch seconds."""

    id: int
    digest: bytes
    client_id: int
    grant_id: int
    scope: Scope
    redirect_uri: str
    redirect_uri_sent: bool
    challenge: str | None
    expires_at: int
    used_at: int | None
    grant_ended: bool  # revoked, or its user is disabled
    details: str | None = None  # what the grant is limited to
    user_id: int | None = None
    context: GrantContext = PLAIN


@value
class Exchange:
    """What a client sent to turn its code into tokens."""

    code: Presented
    redirect_uri: str | None
    verifier: str | None = field(repr=False)
    jkt: str | None = None  # the key that the request proved to hold


def exchange_code(ask: Exchange, client: Client, code: Code | None, *, now: int) -> Issuance | Refuse:
    """Decide an exchange: RFC 6749 §4.1.3 (client, redirect_uri), RFC 7636 §4.6 (verifier), RFC 9449 §10 (key),
    RFC 6749 §4.1.2 (one use).

    Replay is judged after possession is proved, so that somebody who only saw the code go by can't revoke what
    its owner was given."""
    if code is None or not ask.code.matches(code.digest):
        return Refuse(InvalidGrant("unknown code"))
    if code.client_id != client.id:
        return Refuse(InvalidGrant("unknown code", log="the code was issued to another application"))
    if not _redirect_uri_holds(ask.redirect_uri, code):
        return Refuse(InvalidGrant("redirect_uri differs from the authorization request"))
    if fault := verifier_fault(code.challenge, ask.verifier):
        return Refuse(fault)
    if code.context.dpop_jkt is not None and code.context.dpop_jkt != ask.jkt:
        return Refuse(InvalidGrant("the code is bound to a key, and no DPoP proof of that one came along"))
    if code.used_at is not None:
        return replayed(code)
    if now >= code.expires_at:
        return Refuse(InvalidGrant("the code has expired"))
    if code.grant_ended:
        return Refuse(InvalidGrant("the user has ended this access"))
    return Issuance(
        code.grant_id, code.scope, REFRESH_TOKEN in client.grant_types, code.details, code.user_id, code.context
    )


def replayed(code: Code) -> Refuse:
    """RFC 6749 §4.1.2: a code's second use ends what the first one gave, since one of the two was a thief's."""
    return Refuse(InvalidGrant("the code was used before; what it gave is revoked"), revoke_grant=code.grant_id)


def _redirect_uri_holds(sent: str | None, code: Code) -> bool:
    """RFC 6749 §4.1.3: required and identical where the request named it. Where PKCE ties the code to its client
    already, leaving it out is allowed, as OAuth 2.1 §10.2 does."""
    if sent is None:
        return not code.redirect_uri_sent or code.challenge is not None
    return sent == code.redirect_uri
