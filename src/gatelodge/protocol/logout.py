"""Signing out: what an application may ask for (OpenID Connect RP-Initiated Logout 1.0), and what applications are told
when a session has ended (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import InvalidRequest
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.redirect_uri import with_answer
from gatelodge.protocol.values import value

MAX_STATE = 1000  # characters
LOGOUT_TOKEN = "logout+jwt"  # its `typ` (Back-Channel Logout §2.4)
LOGOUT_TOKEN_LIFETIME = 120  # seconds, as §2.4 recommends
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@value
class LogoutRequest:
    """What came to the logout endpoint (RP-Initiated Logout §2)."""

    client_id: str | None
    hint: str | None = field(repr=False)  # an ID token; nobody has looked at it
    redirect_uri: str | None
    state: str | None


@value
class Hint:
    """What an ID token of ours says that came as a hint: whom it was made for, and in which session."""

    client_id: str
    session: str | None


@value
class Leaving:
    """A request that can be carried out: where the browser goes afterwards, and the session that it is about."""

    client: int | None  # the application that asks, where it says so
    redirect_uri: str | None = None
    state: str | None = None
    session: str | None = None

    @property
    def destination(self) -> str | None:
        """The address to go to: the one that was registered, and `state` as it came (§3)."""
        if self.redirect_uri is None or self.state is None:
            return self.redirect_uri
        return with_answer(self.redirect_uri, {"state": self.state})


def read_logout(parameters: Parameters) -> LogoutRequest | InvalidRequest:
    """The request; `logout_hint` and `ui_locales` are known and change nothing."""
    if fault := parameters.fault():
        return fault
    state = parameters.get("state")
    if state is not None and len(state) > MAX_STATE:
        return InvalidRequest("state is too long")
    return LogoutRequest(
        parameters.get("client_id"), parameters.get("id_token_hint"), parameters.get("post_logout_redirect_uri"), state
    )


def read_hint(claims: Mapping[str, Any] | None, *, issuer: str) -> Hint | InvalidRequest:
    """The hint, of the claims of a JWT that was signed by the provider; None where it wasn't. That it has expired is no
    fault: it says who was signed in (§2). Every ID token of ours has at_hash, and nothing else that we sign has."""
    if claims is not None and claims.get("iss") == issuer and "at_hash" in claims:
        client_id, session = claims.get("aud"), claims.get("sid")
        if isinstance(client_id, str) and isinstance(session, str | None):
            return Hint(client_id, session)
    return InvalidRequest("id_token_hint is no ID token that was given here")


def named_client(ask: LogoutRequest, hint: Hint | None) -> str | InvalidRequest | None:
    """Which application asks. Where it says so twice, both must say the same (§2)."""
    if ask.client_id is not None and hint is not None and ask.client_id != hint.client_id:
        return InvalidRequest("client_id is not the application that the ID token was made for")
    return ask.client_id or (hint.client_id if hint else None)


def judge_logout(ask: LogoutRequest, hint: Hint | None, client: Client | None) -> Leaving | InvalidRequest:
    """Whether the request can be carried out. The address to go to must be registered, character by character, by the
    application that asks: anything else would let strangers send people anywhere from here (§3, §4)."""
    if ask.client_id is not None and client is None:
        return InvalidRequest("client_id names no application here")
    if ask.redirect_uri is not None:
        if client is None:
            return InvalidRequest("post_logout_redirect_uri needs id_token_hint or client_id beside it")
        if not is_registered(client, ask.redirect_uri):
            return InvalidRequest("post_logout_redirect_uri is not one that the application has registered")
    return Leaving(client.id if client else None, ask.redirect_uri, ask.state, hint.session if hint else None)


def is_registered(client: Client, redirect_uri: str) -> bool:
    """Whether the application may have people sent there; one that is switched off, nowhere."""
    return not client.disabled and redirect_uri in client.settings.post_logout_redirect_uris


def logout_token(
    *, issuer: str, client_id: str, subject: str, session_id: int, token_id: str, now: int
) -> dict[str, Any]:
    """The claims of a logout token (Back-Channel Logout §2.4). Without a nonce, so that it never passes for an ID
    token. `now` in UTC epoch seconds."""
    return {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "iat": now,
        "exp": now + LOGOUT_TOKEN_LIFETIME,
        "jti": token_id,
        "sid": public_id(session_id),
        "events": {EVENT: {}},
    }
