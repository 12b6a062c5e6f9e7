"""The authorization code grant (RFC 6749 §4.1.3)."""

from gatelodge.protocol.code_grant import Exchange, exchange_code, replayed
from gatelodge.protocol.credentials import Kind, parse
from gatelodge.protocol.errors import InvalidClient, InvalidGrant, InvalidRequest, OAuthError
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.granting import Ask, Granting, TokenAnswer


class CodeGrant:
    """Turns a code into tokens."""

    def __init__(self, granting: Granting, clients: ClientAuthentication) -> None:
        self._granting = granting
        self._clients = clients

    async def answer(self, ask: Ask) -> TokenAnswer | OAuthError:
        """Answer one request."""
        text = ask.parameters.get("code")
        if text is None:
            return InvalidRequest("code is missing")
        presented, proof = parse(text, Kind.CODE), ask.proof
        found, code = await self._granting.store.find_code(
            ask.provider.id, proof.client_id, proof.secret_id, presented.id if presented else 0
        )
        client = await self._clients.check(ask.provider, found, proof, ask.shown)
        if isinstance(client, InvalidClient):
            return client
        if presented is None or code is None:
            return InvalidGrant("unknown code")
        if client.document_url is not None and not await self._clients.client_ids.documents.still_sends_to(
            ask.provider, client.document_url, code.redirect_uri
        ):
            return InvalidGrant("the application takes no more answers at this redirect_uri")
        exchange = Exchange(
            presented,
            ask.parameters.get("redirect_uri", "redirect_url"),
            ask.parameters.get("code_verifier"),
            ask.binding.jkt,
        )
        decision = await self._granting.settled(ask, client, exchange_code(exchange, client, code, now=ask.now))
        if isinstance(decision, OAuthError):
            return decision
        access, row = await self._granting.access(ask, client, decision)
        successor, heir = self._granting.refresh(ask, client, decision) if decision.refreshable else (None, None)
        if not await self._granting.store.redeem_code(code.id, row, heir, now=ask.now):
            return await self._granting.refused(ask, replayed(code))
        refresh_token = successor.text if successor else None
        return await self._granting.answer(ask, client, access, decision, refresh_token, identify=True)
