"""The token exchange grant (RFC 8693)."""

from dataclasses import replace

from gatelodge.identity.limits import Extent, covers
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.authorization_details import format_details, stored_details
from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import Kind, parse, public_id
from gatelodge.protocol.errors import InvalidAuthorizationDetails, InvalidClient, InvalidRequest, OAuthError
from gatelodge.protocol.openid import IDENTITY_SCOPES
from gatelodge.protocol.token_exchange import (
    Exchange,
    Held,
    addressed,
    may_exchange,
    narrowed_to,
    pass_on,
    read_exchange,
    wants_jwt,
)
from gatelodge.service.audiences import Audiences
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.granting import Ask, Granting, TokenAnswer
from gatelodge.service.limits import limit_of
from gatelodge.service.ports import LoneGrantStore
from gatelodge.service.records import BY_EXCHANGE, BearerRow, NewGrant


class ExchangeGrant:
    """Gives a token for a token. `lifetime` in seconds, at most."""

    def __init__(
        self,
        granting: Granting,
        clients: ClientAuthentication,
        audiences: Audiences,
        grants: LoneGrantStore,
        *,
        lifetime: int,
    ) -> None:
        self._granting = granting
        self._clients = clients
        self._audiences = audiences
        self._grants = grants
        self._lifetime = lifetime

    async def answer(self, ask: Ask) -> TokenAnswer | OAuthError:
        """Answer one request."""
        found = await self._granting.store.find_client(ask.provider.id, ask.proof.client_id, ask.proof.secret_id)
        client = await self._clients.check(ask.provider, found, ask.proof, ask.shown)
        if isinstance(client, InvalidClient):
            return client
        if refusal := may_exchange(client, ask.provider.policy):
            return refusal
        asked = read_exchange(ask.parameters, ALL_RIGHTS)
        if isinstance(asked, OAuthError):
            return asked
        row = await self._row(ask, asked.subject, Kind.ACCESS_TOKEN, Kind.USER_TOKEN)
        actor = None if asked.actor is None else await self._row(ask, asked.actor, Kind.ACCESS_TOKEN)
        if row is None or (asked.actor is not None and actor is None):
            return InvalidRequest("a token is unknown, expired or ended")
        subject = _held(row)
        if fault := _limit_fault(asked, subject):
            return fault
        audience = subject.binding.audience
        decision = pass_on(
            asked,
            client,
            subject,
            None if actor is None else replace(_held(actor), name=_name(actor, client)),
            ask.binding,
            self._granting.id(),
            None if asked.details is None else format_details(asked.details),
            for_client=bool(audience) and await self._audiences.is_for(ask.provider, client, audience),
            expires_at=ask.now + self._lifetime,
        )
        if isinstance(decision, OAuthError):
            return decision
        settled = await self._granting.settled(replace(ask, parameters=addressed(ask.parameters)), client, decision)
        if isinstance(settled, OAuthError):
            return settled
        minted, token = await self._granting.access(ask, wants_jwt(asked, client), settled)
        grant = NewGrant(
            settled.grant_id,
            settled.user_id,
            client.id,
            settled.scope,
            settled.details,
            settled.context,
            BY_EXCHANGE,
            subject_grant_id=None if row.application is None else row.holder_id,
            subject_token_id=row.holder_id if row.application is None else None,
        )
        await self._grants.add(ask.provider.id, grant, token, now=ask.now)
        answer = await self._granting.answer(ask, client, minted, settled, None)
        return replace(answer, issued_token_type=asked.wanted)

    async def _row(self, ask: Ask, text: str, *kinds: Kind) -> BearerRow | None:
        """What stands behind a token of this provider's that is good now."""
        presented = parse(text, *kinds)
        row = await self._granting.store.find_bearer(ask.provider.id, presented) if presented else None
        if presented is None or row is None or not presented.matches(row.digest) or row.ended:
            return None
        return None if row.expires_at is not None and ask.now >= row.expires_at else row


def _held(row: BearerRow) -> Held:
    return Held(
        row.scope,
        row.expires_at,
        "" if row.user is None else public_id(row.user.id),
        None if row.application is None else row.application.id,
        None if row.user is None else row.user.id,
        row.details,
        row.binding,
        row.context,
    )


def _name(actor: BearerRow, client: Client) -> str:
    """Who acts: a user, or the client as itself."""
    return client.client_id if actor.user is None else public_id(actor.user.id)


def _limit_fault(asked: Exchange, subject: Held) -> InvalidAuthorizationDetails | None:
    """What is asked for can't be on more than what the subject is limited to (RFC 9396 §6.2: never more)."""
    if asked.details is None:
        return None
    limit = None if subject.details is None else limit_of(stored_details(subject.details))
    wanted = Extent(narrowed_to(asked, subject), limit_of(asked.details))
    if covers(Extent(subject.scope - IDENTITY_SCOPES, limit), wanted):
        return None
    return InvalidAuthorizationDetails("authorization_details are more than the subject_token has")
