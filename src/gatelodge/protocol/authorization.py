"""The authorization endpoint (RFC 6749 §4.1.1): which request is good, and what it still waits for.

`read_request` judges the request when it arrives; `next_step` is asked anew each time that the person comes
back with something done: signed in, agreed. Both only decide.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum, auto

from gatelodge.protocol.authentication import Terms, is_stale, read_terms
from gatelodge.protocol.authorization_details import TYPE, Details, combine, read_details
from gatelodge.protocol.client import AUTHORIZATION_CODE, REFRESH_TOKEN, Client
from gatelodge.protocol.dpop import is_thumbprint
from gatelodge.protocol.errors import (
    ConsentRequired,
    InvalidAuthorizationDetails,
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    OAuthError,
    UnauthorizedClient,
    UnsupportedResponseType,
    UntrustedRedirect,
)
from gatelodge.protocol.fapi2 import authorization_fault
from gatelodge.protocol.issuance import PLAIN, GrantContext
from gatelodge.protocol.openid import IDENTITY_SCOPES, OFFLINE_ACCESS, OPENID, scopes_of
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pkce import challenge_fault
from gatelodge.protocol.policy import DEFAULT, Policy
from gatelodge.protocol.redirect_uri import find_registered, proves_identity
from gatelodge.protocol.response_mode import QUERY, choose_mode, must_be_signed
from gatelodge.protocol.scope import Scope, parse_scope

REDIRECT_NAMES = ("redirect_uri", "redirect_url")  # the contract's table calls it redirect_url
DETAILS = "authorization_details"
PROMPTS = frozenset({"none", "login", "consent", "select_account"})


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a request asks for beside access: how to be answered, and what its user's sign-in must be like. Most
    requests say nothing of it. Times are seconds."""

    response_mode: str = ""
    nonce: str | None = None
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    claims: str | None = None  # JSON, as it came
    login_hint: str | None = None
    subject: str | None = None  # the `sub` that the answer has to be about, by the id_token_hint or by claims
    resources: tuple[str, ...] = ()  # RFC 8707 §2
    dpop_jkt: str | None = None  # RFC 9449 §10
    pushed: int | None = None  # the pushed request that this one is, which is used up when it is answered (RFC 9126)
    once: str = ""  # what its request object is remembered by, that it is used once, and until when
    once_until: int = 0  # UTC epoch seconds


NO_CONTEXT = RequestContext()


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that was found good and now waits for its user."""

    client_id: int
    redirect_uri: str
    redirect_uri_sent: bool  # False: left out, because the application has only one (RFC 6749 §3.1.2.3)
    scope: Scope
    state: str | None = None
    code_challenge: str | None = None
    prompt: frozenset[str] = frozenset()
    details: Details | None = None  # what the scope is asked for; None: for everything
    context: RequestContext = NO_CONTEXT


@dataclass(frozen=True, slots=True)
class RefusedRequest:
    """An error that goes back to the application by redirect (RFC 6749 §4.1.2.1)."""

    error: OAuthError
    redirect_uri: str
    state: str | None
    response_mode: str = QUERY


def read_request(
    parameters: Parameters,
    client: Client | None,
    known_scopes: Collection[str],
    policy: Policy = DEFAULT,
    *,
    fault: OAuthError | None = None,
) -> AuthorizationRequest | RefusedRequest | UntrustedRedirect:
    """Judge an authorization request. Client and redirect URI come first: until both are sure, nothing may be
    sent anywhere (RFC 6749 §4.1.2.1). Every later fault is the application's to hear. `known_scopes` are the rights;
    the scopes of OpenID Connect are known beside them. `fault`: what is wrong with the way in which the request
    came."""
    trusted = _trusted_redirect(parameters, client)
    if isinstance(trusted, UntrustedRedirect) or client is None:
        return trusted if isinstance(trusted, UntrustedRedirect) else UntrustedRedirect("unknown client_id")
    redirect_uri, sent = trusted
    state = _alone(parameters, "state")
    asked = read_asked(parameters, known_scopes)
    terms = asked if isinstance(asked, OAuthError) else read_terms(parameters, client.settings, asked[0])
    prompt = frozenset((parameters.get("prompt") or "").split())
    mode, mode_fault = choose_mode(
        _alone(parameters, "response_mode"), redirect_uri, signed=must_be_signed(client, policy)
    )
    error = (
        fault
        or details_fault(parameters)
        or _types_fault(parameters, client)
        or parameters.fault()
        or mode_fault
        or _key_fault(parameters.get("dpop_jkt"))
        or _client_fault(client)
        or authorization_fault(client, policy, redirect_uri, sent=sent)
        or _response_type_fault(parameters.get("response_type"))
        or (asked if isinstance(asked, OAuthError) else None)
        or challenge_fault(
            parameters.get("code_challenge"),
            parameters.get("code_challenge_method"),
            required=must_use_pkce(client, policy),
        )
        or _prompt_fault(prompt)
        or (terms if isinstance(terms, OAuthError) else None)
    )
    if error is not None or isinstance(asked, OAuthError) or isinstance(terms, OAuthError):
        return RefusedRequest(error or InvalidScope("scope can't be read"), redirect_uri, state, mode)
    return AuthorizationRequest(
        client_id=client.id,
        redirect_uri=redirect_uri,
        redirect_uri_sent=sent,
        scope=_settled(asked[0], client, terms),
        state=state,
        code_challenge=parameters.get("code_challenge"),
        prompt=prompt,
        details=asked[1],
        context=RequestContext(
            response_mode="" if mode == QUERY else mode,
            dpop_jkt=parameters.get("dpop_jkt"),
            resources=tuple(dict.fromkeys(parameters.all("resource"))),  # whoever took the request in knows them
            nonce=terms.nonce,
            max_age=terms.max_age,
            acr_values=terms.acr_values,
            claims=terms.claims,
            login_hint=terms.login_hint,
            subject=terms.subject,
        ),
    )


def _alone(parameters: Parameters, name: str) -> str | None:
    """A parameter that answers are made with, also of requests that are refused: one that came twice counts as none."""
    return None if name in parameters.repeated | parameters.malformed else parameters.get(name)


def must_use_pkce(client: Client, policy: Policy) -> bool:
    """Whether a request needs a code_challenge: always, of whoever can't authenticate (RFC 9700 §2.1.1)."""
    return not client.confidential or client.settings.require_pkce or policy.require_pkce


def read_asked(parameters: Parameters, known: Collection[str]) -> tuple[Scope, Details | None] | OAuthError:
    """What is asked for: the scope, or authorization_details, or both (RFC 9396 §3)."""
    scope, text = parse_scope(parameters.get("scope") or ""), parameters.get(DETAILS)
    if scope is None:
        return InvalidScope("scope has a character that no scope name can have")
    identity, rights = scope & IDENTITY_SCOPES, scope - IDENTITY_SCOPES
    if OPENID in identity:
        rights &= set(known)  # of OpenID Connect requests, what is not understood is passed over (Core §3.1.2.1)
    elif identity - {OFFLINE_ACCESS}:
        return InvalidScope("profile and email are asked for together with openid")
    if fault := _scope_fault(rights, known, required=text is None and OPENID not in identity):
        return fault
    if text is None:
        return rights | identity, None
    details = read_details(text, known)
    if isinstance(details, OAuthError):
        return details
    combined = combine(rights, details)
    if isinstance(combined, OAuthError):
        return combined
    return _scope_fault(combined, known, required=True) or (combined | identity, details)


def _settled(scope: Scope, client: Client, terms: Terms) -> Scope:
    """The scope as its user is asked for it: with what the claims parameter names, and without `offline_access` where
    the application could not make use of it (OpenID Connect Core §11)."""
    if REFRESH_TOKEN not in client.grant_types:
        scope -= {OFFLINE_ACCESS}
    return scope | scopes_of((*terms.asked.userinfo, *terms.asked.id_token))


def details_fault(parameters: Parameters) -> InvalidAuthorizationDetails | None:
    """What is wrong with how authorization_details came (RFC 9396 §5)."""
    if DETAILS in parameters.malformed:
        return InvalidAuthorizationDetails("authorization_details is too long or not UTF-8")
    return None


def _types_fault(parameters: Parameters, client: Client) -> InvalidAuthorizationDetails | None:
    types = client.settings.authorization_details_types
    if types and TYPE not in types and parameters.get(DETAILS) is not None:  # RFC 9396 §10
        return InvalidAuthorizationDetails("this application has said that it uses other types")
    return None


def _trusted_redirect(parameters: Parameters, client: Client | None) -> tuple[str, bool] | UntrustedRedirect:
    if fault := parameters.fault("client_id", *REDIRECT_NAMES):
        return UntrustedRedirect(fault.description)
    if parameters.get("client_id") is None:
        return UntrustedRedirect("client_id is missing")
    if client is None:
        return UntrustedRedirect("no application with this client_id is known here")
    if client.disabled:
        return UntrustedRedirect("this application has been switched off")
    sent = [value for name in REDIRECT_NAMES if (value := parameters.get(name))]
    if len(sent) > 1:
        return UntrustedRedirect("redirect_uri and redirect_url were both sent")
    if not sent:
        if len(client.redirect_uris) != 1:
            return UntrustedRedirect("redirect_uri is missing")
        return client.redirect_uris[0], False
    if not find_registered(client.redirect_uris, sent[0]):
        return UntrustedRedirect("the redirect_uri is not one that this application has registered")
    return sent[0], True


def _key_fault(jkt: str | None) -> InvalidRequest | None:
    if jkt is None or is_thumbprint(jkt):
        return None
    return InvalidRequest("dpop_jkt is no thumbprint of a key")


def _client_fault(client: Client) -> UnauthorizedClient | None:
    if AUTHORIZATION_CODE not in client.grant_types:
        return UnauthorizedClient("this application may not ask users for access")
    return None


def _response_type_fault(response_type: str | None) -> OAuthError | None:
    if response_type is None:
        return InvalidRequest("response_type is missing")
    return None if response_type == "code" else UnsupportedResponseType("only response_type=code is served")


def _scope_fault(scope: Scope, known: Collection[str], *, required: bool) -> InvalidScope | None:
    if required and not scope:
        return InvalidScope("scope is missing")
    return InvalidScope("scope names a right that does not exist here") if not scope <= set(known) else None


def _prompt_fault(prompt: frozenset[str]) -> InvalidRequest | None:
    if not prompt <= PROMPTS:
        return InvalidRequest("prompt can be none, login, consent or select_account")
    return InvalidRequest("prompt=none goes with no other value") if "none" in prompt and len(prompt) > 1 else None


class Step(Enum):
    """What a waiting request needs next from its user."""

    SIGN_IN = auto()
    CONSENT = auto()
    GRANT = auto()


def next_step(
    request: AuthorizationRequest,
    client: Client,
    *,
    signed_in: bool,
    fresh: bool,
    consented: Scope | None,
    age: int = 0,
    another: bool = False,
) -> Step | OAuthError:
    """What comes next. `fresh`: the user signed in for this very request; `age`: seconds since they signed in;
    `another`: it is not the user whom the request is about; `consented`: the scope that what the user decided before
    answers for. `prompt`, `max_age` and `id_token_hint` as OpenID Connect Core §3.1.2.1 has them: nobody else than the
    user whom a request is about is ever told of.

    A remembered consent answers without asking only where the answer can reach nobody but the
    application (RFC 8252 §8.6)."""
    silent = "none" in request.prompt
    if not signed_in:
        return LoginRequired("nobody is signed in") if silent else Step.SIGN_IN
    if another and (silent or fresh):
        return LoginRequired("somebody else is signed in than the one who is asked for")
    again = another or request.prompt & {"login", "select_account"} or is_stale(age, request.context.max_age)
    if again and not fresh:
        return LoginRequired("the user has to sign in again") if silent else Step.SIGN_IN
    remembered = consented is not None and request.scope <= consented
    assured = client.confidential or proves_identity(request.redirect_uri)
    if remembered and assured and "consent" not in request.prompt:
        return Step.GRANT
    return ConsentRequired("the user has not agreed to this yet") if silent else Step.CONSENT


def granted_context(
    request: AuthorizationRequest, scope: Scope, *, auth_time: int, acr: str, amr: tuple[str, ...], session_id: int
) -> GrantContext:
    """What a grant of `scope` has to remember of its request and of the sign-in that it came of: nothing of the latter
    where neither OpenID Connect nor a demand on the sign-in (RFC 9470 §6) played a part. `auth_time` in UTC epoch
    seconds."""
    asked = request.context
    bound = GrantContext(resources=asked.resources, dpop_jkt=asked.dpop_jkt)
    if OPENID not in scope and asked.max_age is None and not asked.acr_values:
        return PLAIN if bound == PLAIN else bound
    return replace(
        bound,
        nonce=asked.nonce,
        auth_time=auth_time,
        acr=acr,
        amr=amr,
        session_id=session_id,
        claims=asked.claims,
    )
