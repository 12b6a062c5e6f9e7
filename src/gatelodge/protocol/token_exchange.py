"""Token exchange (RFC 8693): a token for a narrower and shorter one.

A user makes a short-lived token of their own lasting one, an application one that does less for a part of itself that
it trusts less, and an API that passes a call on one that says who acts. It never gives more than what was shown, and
ends with it.
"""

import json
from collections.abc import Collection
from dataclasses import replace

from gatelodge.protocol.authorization import DETAILS
from gatelodge.protocol.authorization_details import Details, combine, read_details
from gatelodge.protocol.binding import is_held
from gatelodge.protocol.client import TOKEN_EXCHANGE, Client
from gatelodge.protocol.errors import InvalidRequest, InvalidScope, OAuthError, UnauthorizedClient
from gatelodge.protocol.issuance import PLAIN, UNBOUND, Binding, GrantContext, Issuance
from gatelodge.protocol.openid import IDENTITY_SCOPES, OFFLINE_ACCESS
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.resource_indicators import RESOURCE
from gatelodge.protocol.scope import Scope, parse_scope
from gatelodge.protocol.values import value

_TYPE = "urn:ietf:params:oauth:token-type:"
ACCESS_TOKEN, JWT = f"{_TYPE}access_token", f"{_TYPE}jwt"  # RFC 8693 §3: what is taken, and what is given
TYPES = (ACCESS_TOKEN, JWT)
MOST_PASSES = 8  # how often in a row a token can be passed on: each one more is a look-up more with every call


@value
class Exchange:
    """What a client asks for, as far as its words go."""

    subject: str
    actor: str | None
    wanted: str  # the type of what is given
    scope: Scope | None  # None: that of the subject
    details: Details | None  # None: those of the subject


@value
class Held:
    """What stands behind a token that was shown and is good. Times are UTC epoch seconds."""

    scope: Scope
    expires_at: int | None
    name: str  # of the user, or of the application that acts as itself
    client_id: int | None  # None: a user's own token
    user_id: int | None = None  # None: the application acts as itself
    details: str | None = None  # what the scope is limited to, as it is stored
    binding: Binding = UNBOUND
    context: GrantContext = PLAIN


def may_exchange(client: Client, policy: Policy) -> UnauthorizedClient | None:
    """Whether this client may exchange tokens at all."""
    if not policy.token_exchange:
        return UnauthorizedClient("token exchange is switched off here")
    if TOKEN_EXCHANGE not in client.grant_types:
        return UnauthorizedClient("this application may exchange no tokens")
    return None


def read_exchange(parameters: Parameters, known: Collection[str]) -> Exchange | OAuthError:
    """Read a request (RFC 8693 §2.1). `known` are the rights there are."""
    subject, actor = parameters.get("subject_token"), parameters.get("actor_token")
    actor_type, wanted = parameters.get("actor_token_type"), parameters.get("requested_token_type") or ACCESS_TOKEN
    if subject is None or parameters.get("subject_token_type") is None:
        return InvalidRequest("subject_token and subject_token_type are needed")
    if (actor is None) is not (actor_type is None):
        return InvalidRequest("actor_token and actor_token_type go together")
    for kind, text in ((parameters.get("subject_token_type"), subject), (actor_type, actor or "")):
        if kind not in (None, *TYPES):
            return InvalidRequest("only tokens of the types access_token and jwt are taken here")
        if kind == JWT and "." not in text:
            return InvalidRequest("a token that is said to be a JWT is none")
    if wanted not in TYPES:
        return InvalidRequest("only tokens of the types access_token and jwt are given here")
    scope = None if (said := parameters.get("scope")) is None else parse_scope(said)
    if said is not None and not scope:
        return InvalidScope("scope has a character that no scope name can have, or no name at all")
    if (narrower := parameters.get(DETAILS)) is None:
        return Exchange(subject, actor, wanted, scope, None)
    details = read_details(narrower, known)
    if isinstance(details, OAuthError):
        return details
    combined = combine(scope or frozenset(), details)
    if isinstance(combined, OAuthError):
        return combined
    return Exchange(subject, actor, wanted, combined or None, details)


def addressed(parameters: Parameters) -> Parameters:
    """The request with what it calls an `audience` among its resources: APIs have no other names here than their URIs
    (RFC 8693 §2.1)."""
    audience = parameters.all("audience")
    if not audience and "audience" not in parameters.malformed:
        return parameters
    named = " ".join((*parameters.all(RESOURCE), *audience))
    return replace(parameters, values={**parameters.values, RESOURCE: named})


def pass_on(
    asked: Exchange,
    client: Client,
    subject: Held,
    actor: Held | None,
    held: Binding,
    grant_id: int,
    details: str | None,
    *,
    for_client: bool,
    expires_at: int,
) -> Issuance | OAuthError:
    """Decide an exchange of tokens that are both good (RFC 8693 §2.1, §2.2). `held` is what the request proved to hold,
    `details` what is asked for as it is stored, `for_client` whether the subject's audience is this very client, which
    is an API, and `expires_at` (UTC epoch seconds) the end of what may be given at most.

    Every fault of a token is `invalid_request` (§2.2.2). What passes from one application to another says who acts
    (§4.1): nobody becomes somebody else's application here, except by holding a user's own token."""
    if not is_held(subject.binding, held) or (actor is not None and not is_held(actor.binding, held)):
        return InvalidRequest("a token is bound to a key or a certificate that the request does not prove to hold")
    acts = _actor(client, subject, actor, for_client=for_client)
    if isinstance(acts, OAuthError):
        return acts
    scope = subject.scope - {OFFLINE_ACCESS} if asked.scope is None else asked.scope
    if not scope or not scope <= subject.scope:
        return InvalidScope("scope is more than the subject_token has")
    if subject.context.passed >= MOST_PASSES:
        return InvalidRequest("the subject_token was passed on too often")
    ends = expires_at if subject.expires_at is None else min(expires_at, subject.expires_at)
    return Issuance(
        grant_id,
        scope,
        refreshable=False,  # the longer life is the subject's
        details=subject.details if details is None else details,
        user_id=subject.user_id,
        context=GrantContext(
            auth_time=subject.context.auth_time,
            acr=subject.context.acr,
            amr=subject.context.amr,
            passed=subject.context.passed + 1,
        ),
        # An API may pass a call on to another one; everybody else stays with whom the subject was for.
        binding=Binding(audience=() if for_client else subject.binding.audience, actor=acts),
        expires_at=ends,
    )


def narrowed_to(asked: Exchange, subject: Held) -> Scope:
    """The rights that are asked for, for holding what they are to be limited to against the subject's own limits."""
    return (subject.scope if asked.scope is None else asked.scope) - IDENTITY_SCOPES


def _actor(client: Client, subject: Held, actor: Held | None, *, for_client: bool) -> str | InvalidRequest | None:
    """The `act` claim of what is given, as JSON: whoever acts now, and whoever did before within (RFC 8693 §4.1)."""
    before = None if subject.binding.actor is None else json.loads(subject.binding.actor)
    if subject.client_id not in (None, client.id):
        if not client.confidential:
            return InvalidRequest("a public client can exchange its own tokens, and users' tokens, but no others")
        if subject.binding.audience and not for_client:
            return InvalidRequest("the subject_token is not for this client")
        if actor is None and not for_client:
            return InvalidRequest("the subject_token was issued to another client; an actor_token has to say who acts")
    if actor is None:
        acts = {"sub": client.client_id} if subject.client_id not in (None, client.id) else None
    elif actor.client_id != client.id:  # or whoever came by one could act in its owner's name
        return InvalidRequest("the actor_token was issued to another client")
    elif actor.binding.actor is not None:
        return InvalidRequest("the actor_token is itself one that somebody acts with")
    else:
        acts = {"sub": actor.name}
    if acts is None:
        return subject.binding.actor
    return json.dumps(acts if before is None else {**acts, "act": before}, separators=(",", ":"))


def wants_jwt(asked: Exchange, client: Client) -> Client:
    """The client, with its tokens as JWTs where the request asks for one."""
    if asked.wanted != JWT:
        return client
    return replace(client, settings=replace(client.settings, access_token_format="jwt"))
