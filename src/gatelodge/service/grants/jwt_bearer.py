"""The JWT bearer grant (RFC 7523 §2.1)."""

import hashlib

from gatelodge.identity.people import User, normal_email
from gatelodge.protocol.authorization_details import format_details
from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.protocol.errors import InvalidClient, InvalidGrant, InvalidRequest, OAuthError
from gatelodge.protocol.jwt_bearer import NOTHING_ALLOWED, Good, judge_assertion, may_assert, within_consent
from gatelodge.service.client_authentication import TOKEN_ENDPOINT, ClientAuthentication
from gatelodge.service.client_keys import ClientKeys
from gatelodge.service.granting import Ask, Granting, TokenAnswer
from gatelodge.service.ports import AlreadyExists, ConsentStore, LoneGrantStore, PeopleStore, ReplayStore
from gatelodge.service.records import BY_ASSERTION, NewGrant

MAX_TRIES = 3
WRONG_ASSERTION = "the assertion is no signed JWT, or its signature is not one of this application's keys'"


class JwtBearerGrant:
    """Gives an application access for a user who is away. `lifetime` in seconds, at most."""

    def __init__(
        self,
        granting: Granting,
        clients: ClientAuthentication,
        keys: ClientKeys,
        replays: ReplayStore,
        people: PeopleStore,
        consents: ConsentStore,
        grants: LoneGrantStore,
        *,
        lifetime: int,
    ) -> None:
        self._granting = granting
        self._clients = clients
        self._keys = keys
        self._replays = replays
        self._people = people
        self._consents = consents
        self._grants = grants
        self._lifetime = lifetime

    async def answer(self, ask: Ask) -> TokenAnswer | OAuthError:
        """Answer one request."""
        found = await self._granting.store.find_client(ask.provider.id, ask.proof.client_id, ask.proof.secret_id)
        client = await self._clients.check(ask.provider, found, ask.proof, ask.shown)
        if isinstance(client, InvalidClient):
            return client
        if refusal := may_assert(client, ask.provider.policy):
            return refusal
        good = await self._assertion(ask, client)
        if isinstance(good, OAuthError):
            return good
        user = await self._user(ask, good.subject)
        consent = await self._consents.find(ask.provider.id, user.id, client.id) if user else None
        if user is None or consent is None:
            return InvalidGrant(NOTHING_ALLOWED)
        details = None if consent.details is None else format_details(consent.details)
        for _ in range(MAX_TRIES):  # the assertion is used up: a clash of ids must not send it back
            decision = within_consent(
                consent.scope,
                details,
                ask.parameters.get("scope"),
                user.id,
                self._granting.id(),
                expires_at=ask.now + self._lifetime,
            )
            if isinstance(decision, OAuthError):
                return decision
            settled = await self._granting.settled(ask, client, decision)
            if isinstance(settled, OAuthError):
                return settled
            minted, token = await self._granting.access(ask, client, settled)
            grant = NewGrant(
                settled.grant_id, user.id, client.id, settled.scope, details, settled.context, BY_ASSERTION
            )
            try:
                stored = await self._grants.add(ask.provider.id, grant, token, now=ask.now)
            except AlreadyExists:
                continue
            if not stored:  # the user has ended it in the meantime
                return InvalidGrant(NOTHING_ALLOWED)
            return await self._granting.answer(ask, client, minted, settled, None)
        raise AlreadyExists("no free token id after several tries")

    async def _assertion(self, ask: Ask, client: Client) -> Good | OAuthError:
        """The assertion, if it is good and was not seen before."""
        text = ask.parameters.get("assertion")
        if text is None:
            return InvalidRequest("assertion is missing")
        from gatelodge.service import signatures

        jwt, origin = signatures.read_jwt(text), ask.provider.origin
        if jwt is None:
            return InvalidGrant(WRONG_ASSERTION)
        policy = ask.provider.policy
        audiences = {origin} if policy.fapi2 else {origin, f"{origin}{TOKEN_ENDPOINT}"}
        good = judge_assertion(jwt, client.client_id, audiences=audiences, policy=policy, now=ask.now)
        if isinstance(good, InvalidGrant):
            return good
        if not await self._keys.have_made(jwt, client.settings):
            return InvalidGrant(WRONG_ASSERTION)
        seen = hashlib.sha256(f"grant assertion {client.id} {good.jti}".encode("utf-8", "surrogatepass")).digest()
        if not await self._replays.first(ask.provider.id, seen, good.expires_at):
            return InvalidGrant("the assertion was used before")
        return good

    async def _user(self, ask: Ask, subject: str) -> User | None:
        """Whom the assertion is about: by the id that tokens name them by, or by e-mail address."""
        provider_id, user_id = ask.provider.id, parse_public_id(subject)
        if user_id is None:
            email = normal_email(subject)
            by_email = await self._people.by_email(provider_id, email) if email is not None else None
            user_id = by_email.id if by_email else None
        person = await self._people.person(provider_id, user_id) if user_id is not None else None
        return person.user if person else None
