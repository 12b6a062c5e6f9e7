"""The client credentials grant (RFC 6749 §4.4)."""

from gatelodge.protocol.client_credentials import act_as_itself
from gatelodge.protocol.errors import InvalidClient, OAuthError
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.granting import Ask, Granting, TokenAnswer


class ClientCredentialsGrant:
    """Gives an application access as itself."""

    def __init__(self, granting: Granting, clients: ClientAuthentication) -> None:
        self._granting = granting
        self._clients = clients

    async def answer(self, ask: Ask) -> TokenAnswer | OAuthError:
        """Answer one request."""
        found = await self._granting.store.find_client(ask.provider.id, ask.proof.client_id, ask.proof.secret_id)
        client = await self._clients.check(ask.provider, found, ask.proof, ask.shown)
        if isinstance(client, InvalidClient):
            return client
        decision = await self._granting.settled(ask, client, act_as_itself(client, ask.parameters.get("scope")))
        if isinstance(decision, OAuthError):
            return decision
        return await self._granting.give(ask, client, decision)
