"""The hot path's look-ups, for both databases: one text each, and from its row to a value.

A query begins with `asked`, the questions of one batch, a row each: provider, client, secret, token, and their number
in the batch. Every join is by primary key, held to the provider, and sees through the grant whether what it finds has
been ended. Codes and tokens have no foreign key that would hold them to their grant's provider; the joins do it.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from gatelodge.identity.people import User
from gatelodge.protocol.client import Client
from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Kind, public_id
from gatelodge.protocol.introspection import TokenState
from gatelodge.protocol.refresh_grant import RefreshToken, Successor
from gatelodge.protocol.revocation import Owned
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import BearerRow, CallingApplication, NewToken


class Row(Protocol):
    """What both drivers give for a row."""

    def __getitem__(self, name: str, /) -> Any:
        """The column's value."""


_CLIENT = """a.id AS client_id, a.name, a.confidential, a.disabled_at, a.resource_server, a.grant_types, a.own_scope,
       a.own_grant_id, s.digest AS secret_digest"""
_FROM_CLIENT = """
FROM asked
LEFT JOIN applications a ON a.id = asked.client AND a.provider_id = asked.provider
LEFT JOIN client_secrets s ON s.id = asked.secret AND s.application_id = a.id"""
_GRANT_ENDED = "(g.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL) AS grant_ended"

FIND_CLIENT = f"SELECT asked.number, {_CLIENT}{_FROM_CLIENT}"
FIND_CODE = f"""
SELECT asked.number, {_CLIENT}, c.id AS code_id, c.digest, c.grant_id, c.scope, c.redirect_uri, c.redirect_uri_sent,
       c.code_challenge, c.expires_at, c.used_at, g.application_id AS owner_id, {_GRANT_ENDED},
       g.authorization_details{_FROM_CLIENT}
LEFT JOIN codes c ON c.id = asked.token AND c.provider_id = asked.provider
LEFT JOIN grants g ON g.id = c.grant_id AND g.provider_id = c.provider_id
LEFT JOIN users u ON u.id = g.user_id"""
FIND_REFRESH_TOKEN = f"""
SELECT asked.number, {_CLIENT}, r.id AS token_id, r.digest, r.grant_id, r.scope, r.expires_at,
       g.application_id AS owner_id, {_GRANT_ENDED}, r.successor_id, n.digest AS successor_digest,
       n.successor_id IS NOT NULL AS successor_used, g.authorization_details{_FROM_CLIENT}
LEFT JOIN refresh_tokens r ON r.id = asked.token AND r.provider_id = asked.provider
LEFT JOIN refresh_tokens n ON n.id = r.successor_id AND n.provider_id = r.provider_id
LEFT JOIN grants g ON g.id = r.grant_id AND g.provider_id = r.provider_id
LEFT JOIN users u ON u.id = g.user_id"""

FIND_BEARER = {
    Kind.ACCESS_TOKEN: """
SELECT asked.number, t.digest, t.scope, t.expires_at, g.id AS holder_id, g.last_used_at, a.id AS application_id,
       a.name AS application, a.account_id, u.id AS user_id, u.email, u.name,
       (g.revoked_at IS NOT NULL OR a.disabled_at IS NOT NULL OR u.disabled_at IS NOT NULL) AS ended,
       g.authorization_details
FROM asked
JOIN access_tokens t ON t.id = asked.token AND t.provider_id = asked.provider
JOIN grants g ON g.id = t.grant_id AND g.provider_id = t.provider_id
JOIN applications a ON a.id = g.application_id
LEFT JOIN users u ON u.id = g.user_id""",
    Kind.USER_TOKEN: """
SELECT asked.number, t.digest, t.scope, t.expires_at, t.id AS holder_id, t.last_used_at, NULL AS application_id,
       u.id AS user_id, u.email, u.name, (t.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL) AS ended,
       t.authorization_details
FROM asked
JOIN user_tokens t ON t.id = asked.token AND t.provider_id = asked.provider
JOIN users u ON u.id = t.user_id""",
}

_STATE_OF_GRANT = f"""
SELECT asked.number, {_CLIENT}, t.digest, t.scope, t.expires_at, g.application_id AS owner_id, g.user_id, u.email,
       (g.id IS NULL OR g.revoked_at IS NOT NULL OR o.disabled_at IS NOT NULL OR u.disabled_at IS NOT NULL
        OR {{replaced}}) AS ended, g.authorization_details{_FROM_CLIENT}
LEFT JOIN {{table}} t ON t.id = asked.token AND t.provider_id = asked.provider
LEFT JOIN grants g ON g.id = t.grant_id AND g.provider_id = t.provider_id
LEFT JOIN applications o ON o.id = g.application_id
LEFT JOIN users u ON u.id = g.user_id"""
FIND_STATE = {
    Kind.ACCESS_TOKEN: _STATE_OF_GRANT.format(table="access_tokens", replaced="FALSE"),
    Kind.REFRESH_TOKEN: _STATE_OF_GRANT.format(table="refresh_tokens", replaced="t.successor_id IS NOT NULL"),
    Kind.USER_TOKEN: f"""
SELECT asked.number, {_CLIENT}, t.digest, t.scope, t.expires_at, NULL AS owner_id, t.user_id, u.email,
       (t.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL) AS ended, t.authorization_details{_FROM_CLIENT}
LEFT JOIN user_tokens t ON t.id = asked.token AND t.provider_id = asked.provider
LEFT JOIN users u ON u.id = t.user_id""",
}

_OWNED_BY_GRANT = """
SELECT asked.number, t.digest, CASE WHEN g.user_id IS NOT NULL THEN g.id END AS grant_id, g.application_id AS client_id
FROM asked
JOIN {table} t ON t.id = asked.token AND t.provider_id = asked.provider
JOIN grants g ON g.id = t.grant_id AND g.provider_id = t.provider_id"""
FIND_OWNED = {
    Kind.ACCESS_TOKEN: _OWNED_BY_GRANT.format(table="access_tokens"),
    Kind.REFRESH_TOKEN: _OWNED_BY_GRANT.format(table="refresh_tokens"),
    Kind.USER_TOKEN: """
SELECT asked.number, t.digest, NULL AS grant_id, NULL AS client_id
FROM asked JOIN user_tokens t ON t.id = asked.token AND t.provider_id = asked.provider""",
}

HOLDERS: Mapping[Kind, str] = {Kind.ACCESS_TOKEN: "grants", Kind.USER_TOKEN: "user_tokens"}  # where uses are noted


def client_of(row: Row) -> Client | None:
    """The application in a row; None where the question named none of the provider's."""
    if row["client_id"] is None:
        return None
    return Client(
        id=row["client_id"],
        name=row["name"],
        confidential=bool(row["confidential"]),
        disabled=row["disabled_at"] is not None,
        secret_digest=row["secret_digest"],
        grant_types=frozenset(row["grant_types"].split()),
        own_scope=frozenset(row["own_scope"].split()),
        own_grant=row["own_grant_id"],
        resource_server=bool(row["resource_server"]),
    )


def code_of(row: Row) -> Code | None:
    """The code in a row, if there is one and its grant is there."""
    if row["code_id"] is None or row["owner_id"] is None:
        return None
    return Code(
        id=row["code_id"],
        digest=row["digest"],
        client_id=row["owner_id"],
        grant_id=row["grant_id"],
        scope=frozenset(row["scope"].split()),
        redirect_uri=row["redirect_uri"],
        redirect_uri_sent=bool(row["redirect_uri_sent"]),
        challenge=row["code_challenge"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        grant_ended=bool(row["grant_ended"]),
        details=row["authorization_details"],
    )


def refresh_token_of(row: Row) -> RefreshToken | None:
    """The refresh token in a row, if there is one and its grant is there."""
    if row["token_id"] is None or row["owner_id"] is None:
        return None
    return RefreshToken(
        id=row["token_id"],
        digest=row["digest"],
        client_id=row["owner_id"],
        grant_id=row["grant_id"],
        scope=frozenset(row["scope"].split()),
        expires_at=row["expires_at"],
        grant_ended=bool(row["grant_ended"]),
        successor=_successor(row),
        details=row["authorization_details"],
    )


def _successor(row: Row) -> Successor | None:
    if row["successor_id"] is None:
        return None
    # A successor that the sweeper has taken away was used or had its time: its predecessor is as dead as with it.
    digest = row["successor_digest"]
    return Successor(row["successor_id"], digest or b"", used=digest is None or bool(row["successor_used"]))


def bearer_of(row: Row, provider_id: int) -> BearerRow:
    """What stands behind the token in a row."""
    application = None
    if row["application_id"] is not None:
        application = CallingApplication(row["application_id"], row["application"], row["account_id"])
    return BearerRow(
        digest=row["digest"],
        user=None if row["user_id"] is None else User(row["user_id"], provider_id, row["email"], row["name"]),
        scope=frozenset(row["scope"].split()),
        expires_at=row["expires_at"],
        ended=bool(row["ended"]),
        application=application,
        holder_id=row["holder_id"],
        last_used_at=row["last_used_at"],
        details=row["authorization_details"],
    )


def state_of(row: Row) -> TokenState | None:
    """What introspection tells of the token in a row, if there is one."""
    if row["digest"] is None:
        return None
    owner, user = row["owner_id"], row["user_id"]
    whose = owner if user is None else user
    return TokenState(
        digest=row["digest"],
        scope=frozenset(row["scope"].split()),
        expires_at=row["expires_at"],
        ended=bool(row["ended"]),
        client_id=None if owner is None else public_id(owner),
        subject="" if whose is None else public_id(whose),
        username=row["email"],
        details=row["authorization_details"],
    )


def owned_of(row: Row) -> Owned:
    """Whose the token in a row is."""
    return Owned(row["digest"], row["grant_id"], row["client_id"])


def token_row(token: NewToken) -> tuple[int, int, bytes, int, str, int | None]:
    """A token's columns, in the order id, provider_id, digest, grant_id, scope, expires_at."""
    return token.id, token.provider_id, token.digest, token.grant_id, format_scope(token.scope), token.expires_at
