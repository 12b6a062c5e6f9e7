"""The hot path's look-ups, for both databases: one text each, and from its row to a value.

A query begins with `asked`, the questions of one batch, a row each: provider, client, secret, token, and their number
in the batch. Every join is by primary key, held to the provider, and sees through the grant whether what it finds has
been ended. Codes and tokens have no foreign key that would hold them to their grant's provider; the joins do it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.identity.people import User
from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings import DEFAULT, ClientSettings
from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Kind, public_id
from gatelodge.protocol.introspection import TokenState
from gatelodge.protocol.issuance import PLAIN, UNBOUND, Binding, GrantContext
from gatelodge.protocol.members import from_text, to_text
from gatelodge.protocol.refresh_grant import RefreshToken, Successor
from gatelodge.protocol.revocation import Owned
from gatelodge.protocol.scope import format_scope
from gatelodge.service.records import BearerRow, CallingApplication, NewToken

# What both drivers give for a row, read by position: to find a column by its name takes longer than to fetch it. Each
# query's columns stand in the order in which the function that reads its rows takes them.
Row = Sequence[Any]

_CLIENT = """a.id, a.name, a.confidential, a.disabled_at, a.resource_server, a.grant_types, a.own_scope, a.own_grant_id,
       a.settings, a.document_url, s.digest"""
_OTHERS = 12  # where the columns begin that come after the number and the client's
_FROM_CLIENT = """
FROM asked
LEFT JOIN applications a ON a.id = asked.client AND a.provider_id = asked.provider
LEFT JOIN client_secrets s ON s.id = asked.secret AND s.application_id = a.id"""
_GRANT_ENDED = "(g.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL)"

# Whether something has ended that a grant's token was exchanged for (RFC 8693), however far up. Only of such a grant is
# it asked at all; a grant or a user's token that is gone was ended with its application or its user.
_SUBJECT_ENDED = """CASE WHEN g.subject_grant_id IS NULL AND g.subject_token_id IS NULL THEN FALSE ELSE EXISTS (
    WITH RECURSIVE above (provider_id, grant_id, token_id, ended) AS (
        SELECT g.provider_id, g.subject_grant_id, g.subject_token_id, FALSE
        UNION ALL
        SELECT s.provider_id, s.subject_grant_id, s.subject_token_id,
               (s.revoked_at IS NOT NULL OR b.disabled_at IS NOT NULL)
        FROM above
        JOIN grants s ON s.id = above.grant_id AND s.provider_id = above.provider_id
        JOIN applications b ON b.id = s.application_id
    )
    SELECT 1 FROM above
    LEFT JOIN grants p ON p.id = above.grant_id AND p.provider_id = above.provider_id
    LEFT JOIN user_tokens k ON k.id = above.token_id AND k.provider_id = above.provider_id
    WHERE above.ended OR (above.grant_id IS NOT NULL AND p.id IS NULL)
       OR (above.token_id IS NOT NULL AND (k.id IS NULL OR k.revoked_at IS NOT NULL))
) END"""

FIND_CLIENT = f"SELECT asked.number, {_CLIENT}{_FROM_CLIENT}"
FIND_CODE = f"""
SELECT asked.number, {_CLIENT}, c.id, c.digest, g.application_id, c.grant_id, c.scope, c.redirect_uri,
       c.redirect_uri_sent, c.code_challenge, c.expires_at, c.used_at, {_GRANT_ENDED},
       g.authorization_details, g.user_id, g.context{_FROM_CLIENT}
LEFT JOIN codes c ON c.id = asked.token AND c.provider_id = asked.provider
LEFT JOIN grants g ON g.id = c.grant_id AND g.provider_id = c.provider_id
LEFT JOIN users u ON u.id = g.user_id"""
FIND_REFRESH_TOKEN = f"""
SELECT asked.number, {_CLIENT}, r.id, r.digest, g.application_id, r.grant_id, r.scope, r.expires_at, {_GRANT_ENDED},
       r.successor_id, n.digest, n.successor_id IS NOT NULL, g.authorization_details, g.user_id, g.context,
       r.binding{_FROM_CLIENT}
LEFT JOIN refresh_tokens r ON r.id = asked.token AND r.provider_id = asked.provider
LEFT JOIN refresh_tokens n ON n.id = r.successor_id AND n.provider_id = r.provider_id
LEFT JOIN grants g ON g.id = r.grant_id AND g.provider_id = r.provider_id
LEFT JOIN users u ON u.id = g.user_id"""

FIND_BEARER = {
    Kind.ACCESS_TOKEN: f"""
SELECT asked.number, t.digest, u.id, u.email, u.name, t.scope, t.expires_at,
       (g.revoked_at IS NOT NULL OR a.disabled_at IS NOT NULL OR u.disabled_at IS NOT NULL OR {_SUBJECT_ENDED}),
       a.id, a.name, a.account_id, g.id, g.last_used_at, g.authorization_details, t.binding, g.context
FROM asked
JOIN access_tokens t ON t.id = asked.token AND t.provider_id = asked.provider
JOIN grants g ON g.id = t.grant_id AND g.provider_id = t.provider_id
JOIN applications a ON a.id = g.application_id
LEFT JOIN users u ON u.id = g.user_id""",
    Kind.USER_TOKEN: """
SELECT asked.number, t.digest, u.id, u.email, u.name, t.scope, t.expires_at,
       (t.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL), NULL, NULL, NULL, t.id, t.last_used_at,
       t.authorization_details, NULL, NULL
FROM asked
JOIN user_tokens t ON t.id = asked.token AND t.provider_id = asked.provider
JOIN users u ON u.id = t.user_id""",
}

_STATE_OF_GRANT = f"""
SELECT asked.number, {_CLIENT}, t.digest, t.scope, t.expires_at,
       (g.id IS NULL OR g.revoked_at IS NOT NULL OR o.disabled_at IS NOT NULL OR u.disabled_at IS NOT NULL
        OR {{replaced}}), g.application_id, o.document_url, g.user_id, u.email, g.authorization_details,
       t.binding, o.settings, g.context{_FROM_CLIENT}
LEFT JOIN {{table}} t ON t.id = asked.token AND t.provider_id = asked.provider
LEFT JOIN grants g ON g.id = t.grant_id AND g.provider_id = t.provider_id
LEFT JOIN applications o ON o.id = g.application_id
LEFT JOIN users u ON u.id = g.user_id"""
FIND_STATE = {
    Kind.ACCESS_TOKEN: _STATE_OF_GRANT.format(table="access_tokens", replaced=_SUBJECT_ENDED),
    Kind.REFRESH_TOKEN: _STATE_OF_GRANT.format(table="refresh_tokens", replaced="t.successor_id IS NOT NULL"),
    Kind.USER_TOKEN: f"""
SELECT asked.number, {_CLIENT}, t.digest, t.scope, t.expires_at,
       (t.revoked_at IS NOT NULL OR u.disabled_at IS NOT NULL), NULL, NULL, t.user_id, u.email,
       t.authorization_details, NULL, NULL, NULL{_FROM_CLIENT}
LEFT JOIN user_tokens t ON t.id = asked.token AND t.provider_id = asked.provider
LEFT JOIN users u ON u.id = t.user_id""",
}

_OWNED_BY_GRANT = """
SELECT asked.number, t.digest, CASE WHEN g.user_id IS NOT NULL OR g.way IS NOT NULL THEN g.id END, g.application_id
FROM asked
JOIN {table} t ON t.id = asked.token AND t.provider_id = asked.provider
JOIN grants g ON g.id = t.grant_id AND g.provider_id = t.provider_id"""
FIND_OWNED = {
    Kind.ACCESS_TOKEN: _OWNED_BY_GRANT.format(table="access_tokens"),
    Kind.REFRESH_TOKEN: _OWNED_BY_GRANT.format(table="refresh_tokens"),
    Kind.USER_TOKEN: """
SELECT asked.number, t.digest, NULL, NULL
FROM asked JOIN user_tokens t ON t.id = asked.token AND t.provider_id = asked.provider""",
}

HOLDERS: Mapping[Kind, str] = {Kind.ACCESS_TOKEN: "grants", Kind.USER_TOKEN: "user_tokens"}  # where uses are noted


def client_of(row: Row) -> Client | None:
    """The application in a row; None where the question named none of the provider's."""
    (
        _, row_id, name, confidential, disabled_at, resource_server, grant_types, own_scope, own_grant, settings, url,
        digest,
    ) = row[:_OTHERS]  # fmt: skip
    if row_id is None:
        return None
    return Client(
        row_id,
        name,
        bool(confidential),
        (),
        disabled_at is not None,
        digest,
        frozenset(grant_types.split()),
        frozenset(own_scope.split()),
        own_grant,
        bool(resource_server),
        settings=DEFAULT if settings is None else from_text(ClientSettings, settings),
        document_url=url,
    )


def code_of(row: Row) -> Code | None:
    """The code in a row, if there is one and its grant is there."""
    (
        row_id, digest, owner, grant, scope, uri, uri_sent, challenge, expires_at, used_at, ended, limits, user,
        context,
    ) = row[_OTHERS:]  # fmt: skip
    if row_id is None or owner is None:
        return None
    names = frozenset(scope.split())
    return Code(
        row_id,
        digest,
        owner,
        grant,
        names,
        uri,
        bool(uri_sent),
        challenge,
        expires_at,
        used_at,
        bool(ended),
        limits,
        user,
        _context(context),
    )


def refresh_token_of(row: Row) -> RefreshToken | None:
    """The refresh token in a row, if there is one and its grant is there."""
    (
        row_id, digest, owner, grant, scope, expires_at, ended, successor_id, successor_digest, used, limits, user,
        context, binding,
    ) = row[_OTHERS:]  # fmt: skip
    if row_id is None or owner is None:
        return None
    successor = None
    if successor_id is not None:
        # One that the sweeper has taken away was used or had its time: its predecessor is as dead as with it.
        gone = successor_digest is None
        successor = Successor(successor_id, b"" if gone else successor_digest, gone or bool(used))
    names = frozenset(scope.split())
    return RefreshToken(
        row_id,
        digest,
        owner,
        grant,
        names,
        expires_at,
        bool(ended),
        successor,
        limits,
        user,
        _context(context),
        _binding(binding),
    )


def bearer_of(row: Row, provider_id: int) -> BearerRow:
    """What stands behind the token in a row."""
    (
        _, digest, user_id, email, name, scope, expires_at, ended, app_id, app_name, account_id, holder, used_at,
        limits, binding, context,
    ) = row  # fmt: skip
    return BearerRow(
        digest,
        None if user_id is None else User(user_id, provider_id, email, name),
        frozenset(scope.split()),
        expires_at,
        bool(ended),
        None if app_id is None else CallingApplication(app_id, app_name, account_id),
        holder,
        used_at,
        limits,
        _binding(binding),
        _context(context),
    )


def state_of(row: Row) -> TokenState | None:
    """What introspection tells of the token in a row, if there is one."""
    (
        digest, scope, expires_at, ended, owner, document_url, user, email, limits, binding, settings, context,
    ) = row[_OTHERS:]  # fmt: skip
    if digest is None:
        return None
    whose = owner if user is None else user
    return TokenState(
        digest,
        frozenset(scope.split()),
        expires_at,
        bool(ended),
        None if owner is None else document_url or public_id(owner),
        "" if whose is None else public_id(whose),
        email,
        limits,
        _binding(binding),
        user,
        DEFAULT if settings is None else from_text(ClientSettings, settings),
        _context(context),
    )


def owned_of(row: Row) -> Owned:
    """Whose the token in a row is."""
    _, digest, grant_id, client_id = row
    return Owned(digest, grant_id, client_id)


def token_row(token: NewToken) -> tuple[int, int, bytes, int, str, int | None, str | None]:
    """A token's columns, in the order id, provider_id, digest, grant_id, scope, expires_at, binding."""
    binding = None if token.binding is UNBOUND else to_text(token.binding)
    return (
        token.id, token.provider_id, token.digest, token.grant_id, format_scope(token.scope), token.expires_at, binding,
    )  # fmt: skip


def _binding(text: str | None) -> Binding:
    return UNBOUND if text is None else from_text(Binding, text)


def _context(text: str | None) -> GrantContext:
    return PLAIN if text is None else from_text(GrantContext, text)
