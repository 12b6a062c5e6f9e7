"""The authorization endpoint's use case: take a request in, keep it while its user signs in and decides, answer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gatelodge.identity.limits import Extent, covers
from gatelodge.identity.provider import Provider
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.authentication import acr_of
from gatelodge.protocol.authorization import (
    AuthorizationRequest,
    RefusedRequest,
    Step,
    granted_context,
    next_step,
    read_request,
)
from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.errors import AccessDenied, InvalidRequest, LoginRequired, OAuthError, UntrustedRedirect
from gatelodge.protocol.fapi2 import code_lifetime
from gatelodge.protocol.openid import IDENTITY_SCOPES, OPENID
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.redirect_uri import find_registered
from gatelodge.protocol.response_mode import QUERY
from gatelodge.protocol.scope import Scope
from gatelodge.service.answering import Answering, SendBack
from gatelodge.service.choosing import Choice, Offer, decided, from_memory, make_offer
from gatelodge.service.id_tokens import IdTokens
from gatelodge.service.limits import limit_of
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.notices import Notices
from gatelodge.service.ports import ApplicationStore, ConsentStore, HoldingStore, RequestStore
from gatelodge.service.records import Consent, Granted, NewCode, Session, Waiting
from gatelodge.service.refusals import Faults
from gatelodge.service.requesting import Requesting
from gatelodge.service.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such request (any more), or it waits in another browser."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The person has to do something first: sign in, or decide on the request."""

    step: Step
    request: AuthorizationRequest
    client: Client
    owner: str  # the name of the account that the application belongs to
    offer: Offer | None = None  # what they can choose when they decide
    faults: Mapping[str, str] = field(default_factory=dict)  # what is wrong with what they chose: scope, cameras


class AuthorizeService:
    """Carries authorization requests from the application to the user and back. Lifetimes in seconds."""

    def __init__(
        self,
        applications: ApplicationStore,
        requests: RequestStore,
        consents: ConsentStore,
        holdings: HoldingStore,
        notices: Notices,
        requesting: Requesting,
        answering: Answering,
        id_tokens: IdTokens,
        subjects: Subjects,
        mint: Mint,
        clock: Clock,
        *,
        request_lifetime: int,
        code_lifetime: int,
    ) -> None:
        self._applications = applications
        self._requests = requests
        self._consents = consents
        self._notices = notices
        self._requesting = requesting
        self._answering = answering
        self._id_tokens = id_tokens
        self._subjects = subjects
        self._holdings = holdings
        self._mint = mint
        self._clock = clock
        self._request_lifetime = request_lifetime
        self._code_lifetime = code_lifetime

    async def begin(self, provider: Provider, parameters: Parameters) -> str | SendBack | UntrustedRedirect:
        """Take a request in. The text that is returned names it from now on; it is worth nothing in another browser
        than the first that comes with it."""
        arrived = await self._requesting.arrived(provider, parameters)
        client = arrived.client
        request = read_request(arrived.parameters, client, ALL_RIGHTS, provider.policy, fault=arrived.fault)
        if isinstance(request, UntrustedRedirect) or client is None:
            fault = arrived.fault or (request if isinstance(request, UntrustedRedirect) else None)
            return UntrustedRedirect(fault.description if fault else "unknown client_id")
        if isinstance(request, RefusedRequest):
            return await self._error(
                provider, client, request.redirect_uri, request.state, request.response_mode, request.error
            )
        hint = arrived.parameters.get("id_token_hint")
        if hint is not None and OPENID in request.scope:
            hinted = await self._hinted(provider, client, request, hint)
            if isinstance(hinted, OAuthError):
                mode = request.context.response_mode or QUERY
                return await self._error(provider, client, request.redirect_uri, request.state, mode, hinted)
            request = hinted
        context = replace(request.context, pushed=arrived.pushed, once=arrived.once, once_until=arrived.once_until)
        request = replace(request, context=context)
        handle = self._mint.secret(Kind.REQUEST)
        await self._requests.add(
            provider.id,
            handle.presented.id,
            handle.presented.digest,
            request,
            expires_at=self._clock() + self._request_lifetime,
        )
        return handle.text

    async def _hinted(
        self, provider: Provider, client: Client, request: AuthorizationRequest, hint: str
    ) -> AuthorizationRequest | InvalidRequest:
        """The request, which is about the user of the ID token that came with it (OpenID Connect Core §3.1.2.1)."""
        subject = await self._id_tokens.hinted(provider, client, hint)
        if subject is None:
            return InvalidRequest("id_token_hint is no ID token that this application was given here")
        if request.context.subject not in (None, subject):
            return InvalidRequest("id_token_hint and claims ask for different users")
        return replace(request, context=replace(request.context, subject=subject))

    async def look(
        self, provider: Provider, handle: str, browser: Presented, session: Session | None
    ) -> Ask | SendBack | Gone:
        """What the request needs next from the person in front of `browser`; or its answer, if it needs nothing."""
        found = await self._find(provider, handle, browser)
        if found is None:
            return Gone()
        waiting, client, owner = found
        offer, consent = await self._offer(provider, waiting, client, session) if session else (None, None)
        again = from_memory(offer, consent) if offer else None
        step = self._step(provider, waiting, client, session, waiting.request.scope if again else None)
        if isinstance(step, OAuthError):
            return await self._refuse(provider, waiting, client, step)
        if step is Step.GRANT and session is not None and again is not None:
            return await self._allow(provider, waiting, client, session, again, consent)
        return Ask(step, waiting.request, client, owner, offer)

    async def about(
        self, provider: Provider, handle: str, browser: Presented
    ) -> tuple[AuthorizationRequest, Client] | Gone:
        """The request and who makes it, for telling the person what they sign in for. It goes on waiting."""
        found = await self._find(provider, handle, browser)
        return (found[0].request, found[1]) if found else Gone()

    async def signed_in(self, provider: Provider, handle: str, browser: Presented, session: Session) -> None:
        """Note that the person signed in for this request, which `prompt=login` waits for."""
        found = await self._find(provider, handle, browser)
        if found is not None:
            await self._requests.signed_in(provider.id, found[0].id, session.id)

    async def decide(
        self,
        provider: Provider,
        handle: str,
        browser: Presented,
        session: Session,
        *,
        allow: bool,
        choice: Choice | None = None,
    ) -> Ask | SendBack | Gone:
        """Carry out what the person decided on the request. A choice that can't be is asked for again; without one,
        what was asked for is given."""
        found = await self._find(provider, handle, browser)
        if found is None:
            return Gone()
        waiting, client, owner = found
        step = self._step(provider, waiting, client, session, None)
        if isinstance(step, LoginRequired):
            return await self._refuse(provider, waiting, client, step)
        if step is Step.SIGN_IN:
            return Ask(step, waiting.request, client, owner)
        if not allow:
            return await self._refuse(provider, waiting, client, AccessDenied("the user refused"))
        offer, consent = await self._offer(provider, waiting, client, session)
        granted = decided(offer, choice)
        if isinstance(granted, Faults):
            return Ask(Step.CONSENT, waiting.request, client, owner, offer, granted.fields)
        return await self._allow(provider, waiting, client, session, granted, consent)

    def _step(
        self, provider: Provider, waiting: Waiting, client: Client, session: Session | None, consented: Scope | None
    ) -> Step | OAuthError:
        request = waiting.request
        if session is None:
            return next_step(request, client, signed_in=False, fresh=False, consented=None)
        subject = request.context.subject
        return next_step(
            request,
            client,
            signed_in=True,
            fresh=waiting.session_id == session.id,
            consented=consented,
            age=self._clock() - session.created_at,
            another=subject is not None and subject != self._subjects.of(provider, client.settings, session.user.id),
        )

    async def _offer(
        self, provider: Provider, waiting: Waiting, client: Client, session: Session
    ) -> tuple[Offer, Consent | None]:
        """What the person can choose, now, and what they decided before."""
        consent = await self._consents.find(provider.id, session.user.id, client.id)
        holdings = await self._holdings.of_user(provider.id, session.user.id)
        return make_offer(waiting.request, client.optional_scope, holdings, consent), consent

    async def _find(self, provider: Provider, handle: str, browser: Presented) -> tuple[Waiting, Client, str] | None:
        presented = parse(handle, Kind.REQUEST)
        if presented is None:
            return None
        waiting = await self._requests.find(provider.id, presented, now=self._clock())
        if waiting is None:
            return None
        if waiting.browser is None:
            await self._requests.bind(provider.id, waiting.id, browser.digest)
            waiting = await self._requests.find(provider.id, presented, now=self._clock())
        if waiting is None or waiting.browser is None or not browser.matches(waiting.browser):
            return None
        found = await self._applications.client(provider.id, waiting.request.client_id)
        if found is None or found[0].disabled:
            return None
        if not find_registered(found[0].redirect_uris, waiting.request.redirect_uri):
            return None  # its owner has taken the address back while the request waited
        return waiting, *found

    async def _allow(
        self,
        provider: Provider,
        waiting: Waiting,
        client: Client,
        session: Session,
        granted: Granted,
        known: Consent | None,
    ) -> SendBack | Gone:
        request, now = waiting.request, self._clock()
        minted = self._mint.secret(Kind.CODE)
        code = NewCode(
            id=minted.presented.id,
            digest=minted.presented.digest,
            grant_id=self._mint.id(),
            redirect_uri=request.redirect_uri,
            redirect_uri_sent=request.redirect_uri_sent,
            challenge=request.code_challenge,
            expires_at=now + code_lifetime(self._code_lifetime, provider.policy),
            context=granted_context(
                request,
                granted.scope,
                auth_time=session.created_at,
                acr=acr_of(session.amr),
                amr=session.amr,
                session_id=session.id,
            ),
        )
        limit = limit_of(granted.details)
        had = Extent(known.scope - IDENTITY_SCOPES, limit_of(known.details)) if known else Extent(frozenset())
        rights = granted.scope - IDENTITY_SCOPES
        new = frozenset(right for right in rights if not covers(had, Extent(frozenset({right}), limit)))
        mails = await self._notices.of_grant(session.user, new, limit, f"the application “{client.name}”")
        if not await self._use(provider, request):
            return Gone()
        if not await self._consents.allow(
            provider.id, waiting.id, session.user.id, request.client_id, granted, code, mails, now=now
        ):
            return Gone()
        mode = request.context.response_mode or QUERY
        return await self._answering.back(
            provider, client, request.redirect_uri, request.state, mode, {"code": minted.text}
        )

    async def _refuse(self, provider: Provider, waiting: Waiting, client: Client, error: OAuthError) -> SendBack | Gone:
        request = waiting.request
        if not (await self._use(provider, request) and await self._requests.take(provider.id, waiting.id)):
            return Gone()
        mode = request.context.response_mode or QUERY
        return await self._error(provider, client, request.redirect_uri, request.state, mode, error)

    async def _use(self, provider: Provider, request: AuthorizationRequest) -> bool:
        """Whether the request is being answered for the first time, which one that was pushed or signed may be once."""
        context = request.context
        return await self._requesting.use(provider.id, context.pushed, context.once, context.once_until)

    async def _error(
        self,
        provider: Provider,
        client: Client,
        redirect_uri: str,
        state: str | None,
        mode: str,
        error: OAuthError,
    ) -> SendBack:
        told = {"error": error.code, "error_description": error.description}
        return await self._answering.back(provider, client, redirect_uri, state, mode, told)
