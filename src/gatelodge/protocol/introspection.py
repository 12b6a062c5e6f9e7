"""Token introspection (RFC 7662): a resource server asks what a token is worth."""

import json
from collections.abc import Mapping

from gatelodge.protocol.authorization_details import stored_members
from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings import DEFAULT, ClientSettings
from gatelodge.protocol.credentials import Kind, Presented, parse, public_id
from gatelodge.protocol.errors import InvalidRequest, OAuthError, UnauthorizedClient
from gatelodge.protocol.issuance import PLAIN, UNBOUND, Binding, GrantContext, token_type
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.scope import Scope, format_scope
from gatelodge.protocol.values import value

SIGNED = "token-introspection+jwt"  # the type of a signed answer (RFC 9701 §5)
INTROSPECTABLE = (Kind.ACCESS_TOKEN, Kind.REFRESH_TOKEN, Kind.USER_TOKEN)
INACTIVE: dict[str, object] = {"active": False}


@value
class TokenState:
    """What stands behind a token, as introspection needs it. Times are UTC epoch seconds."""

    digest: bytes
    scope: Scope
    expires_at: int | None
    ended: bool
    client_id: str | None  # None: a user's own token
    subject: str
    username: str | None  # None: the application itself
    details: str | None = None  # what the scope is limited to, as it is stored (RFC 9396)
    binding: Binding = UNBOUND
    user_id: int | None = None  # whose it is, where it is a user's
    settings: ClientSettings = DEFAULT  # of the application that holds it
    context: GrantContext = PLAIN  # of its grant


def read_introspection(parameters: Parameters) -> Presented | OAuthError | None:
    """The token that is asked about (RFC 7662 §2.1); None for one that can't be ours, which is no error. The hint is
    not needed: the token says its kind itself."""
    if fault := parameters.fault():
        return fault
    token = parameters.get("token")
    return InvalidRequest("token is missing") if token is None else parse(token, *INTROSPECTABLE)


def may_introspect(client: Client) -> UnauthorizedClient | None:
    """Only resource servers may ask: anybody else could try stolen tokens here (RFC 7662 §4)."""
    return None if client.resource_server else UnauthorizedClient("only resource servers may ask about tokens")


def describe(
    presented: Presented | None, state: TokenState | None, *, issuer: str, issued_at: int, now: int
) -> dict[str, object]:
    """The answer (RFC 7662 §2.2). Of a token that is none, or no more, nothing is told but that."""
    if presented is None or state is None or not presented.matches(state.digest):
        return INACTIVE
    if state.ended or (state.expires_at is not None and now >= state.expires_at):
        return INACTIVE
    members: dict[str, object | None] = {
        "active": True,
        "scope": format_scope(state.scope),
        "client_id": state.client_id,
        "username": state.username,
        "token_type": None if presented.kind is Kind.REFRESH_TOKEN else token_type(state.binding),
        "exp": state.expires_at,
        "iat": issued_at,
        "sub": state.subject,
        "iss": issuer,
        "jti": public_id(presented.id),
    }
    if state.binding is not UNBOUND or state.context is not PLAIN or state.details is not None:  # few tokens have any
        members |= _extensions(state.binding, state.context, state.details)
    return {name: value for name, value in members.items() if value is not None}


def _extensions(binding: Binding, context: GrantContext, details: str | None) -> dict[str, object | None]:
    audience = binding.audience
    return {
        "aud": audience[0] if len(audience) == 1 else list(audience) or None,
        "act": None if binding.actor is None else json.loads(binding.actor),  # RFC 8693 §4.1
        "auth_time": context.auth_time,  # RFC 9470 §6.2
        "acr": context.acr,
        "authorization_details": None if details is None else stored_members(details),  # RFC 9396 §9.2
        "cnf": binding.confirmation,  # RFC 9449 §6.2, RFC 8705 §3.2
    }


def signed_claims(answer: Mapping[str, object], *, issuer: str, asker: str, now: int) -> dict[str, object]:
    """The claims of an answer as a JWT (RFC 9701 §5). It is for the resource server `asker` alone, and has no `sub` and
    no `exp` of its own, so that it passes for no access token (RFC 9701 §8.1)."""
    return {"iss": issuer, "aud": asker, "iat": now, "token_introspection": answer}


def wants_signed(accept: str) -> bool:
    """Whether an Accept header's value asks for a signed answer (RFC 9701 §4)."""
    named = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    return f"application/{SIGNED}" in named
