"""The revocation endpoint's use case: end a token and all that belongs to it (RFC 7009, contract)."""

from dataclasses import replace

from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.errors import InvalidClient, OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.revocation import clients_credentials, may_revoke, read_revocation
from gatelodge.protocol.shown import Shown
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.minting import Clock
from gatelodge.service.ports import TokenStore


class RevocationService:
    """Ends tokens for whoever holds them."""

    def __init__(self, store: TokenStore, clients: ClientAuthentication, clock: Clock) -> None:
        self._store = store
        self._clients = clients
        self._clock = clock

    async def revoke(self, provider: Provider, parameters: Parameters, shown: Shown) -> bool | OAuthError:
        """True: the token is ended, with its whole grant. False: it was no live token, which is answered with success
        all the same (RFC 7009 §2.2)."""
        presented = read_revocation(parameters)
        if isinstance(presented, OAuthError):
            return presented
        shown = replace(shown, authorization=clients_credentials(shown.authorization))
        proof = await self._clients.read(provider, parameters, shown)
        if isinstance(proof, OAuthError):
            return proof
        if proof is not None:
            found = await self._store.find_client(provider.id, proof.client_id, proof.secret_id)
            client = await self._clients.check(provider, found, proof, shown)
            if isinstance(client, InvalidClient):
                return client
        if presented is None:
            return False
        token = await self._store.find_owned(provider.id, presented)
        verdict = may_revoke(presented, token, proof)
        if verdict is True and token is not None:
            if token.grant_id is not None:
                await self._store.revoke_grant(provider.id, token.grant_id, now=self._clock())
            elif presented.kind is Kind.USER_TOKEN:
                await self._store.revoke_user_token(provider.id, presented.id, now=self._clock())
            else:  # an application's own grant lasts: it is what the next token is given under
                await self._store.revoke_access_token(provider.id, presented.id)
        return verdict
