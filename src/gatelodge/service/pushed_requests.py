"""The pushed authorization request endpoint's use case (RFC 9126 §2): the client proves who it is, its request is
judged at once, and from then on has a name."""

from gatelodge.identity.provider import Provider
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.authorization import RefusedRequest, read_request
from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.errors import (
    InvalidClient,
    InvalidDpopProof,
    InvalidRequest,
    InvalidRequestObject,
    OAuthError,
    UntrustedRedirect,
)
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pushed_request import kept, push_fault, request_uri_of
from gatelodge.protocol.shown import Shown
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import ApplicationStore, PushedRequestStore, TokenStore
from gatelodge.service.possession import Possession
from gatelodge.service.request_objects import USED
from gatelodge.service.requesting import Requesting


class PushedRequestService:
    """Takes pushed requests in."""

    def __init__(
        self,
        tokens: TokenStore,
        applications: ApplicationStore,
        store: PushedRequestStore,
        clients: ClientAuthentication,
        possession: Possession,
        requesting: Requesting,
        mint: Mint,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._applications = applications
        self._store = store
        self._clients = clients
        self._possession = possession
        self._requesting = requesting
        self._mint = mint
        self._clock = clock

    async def push(self, provider: Provider, parameters: Parameters, shown: Shown) -> dict[str, object] | OAuthError:
        """The members of the answer (RFC 9126 §2.2): how the request is called, and for how many seconds. Every fault
        that the authorization endpoint would find is found here (RFC 9126 §2.1, §2.3)."""
        if fault := parameters.fault() or push_fault(parameters):
            return fault
        client = await self._authenticated(provider, parameters, shown)
        if isinstance(client, OAuthError):
            return client
        arrived = await self._requesting.opened(provider, client, parameters)
        asked = arrived.parameters
        if "client_id" not in asked.values:  # it authenticated by a header
            asked = Parameters({**asked.values, "client_id": client.client_id})
        key = await self._key(provider, asked, shown)
        if isinstance(key, OAuthError):
            return key
        if key is not None:
            asked = Parameters({**asked.values, "dpop_jkt": key})
        request = read_request(asked, client, ALL_RIGHTS, provider.policy, fault=arrived.fault)
        if isinstance(request, UntrustedRedirect):
            return arrived.fault or InvalidRequest(request.description)
        if isinstance(request, RefusedRequest):
            return request.error
        if arrived.once and not await self._requesting.use(provider.id, None, arrived.once, arrived.once_until):
            return InvalidRequestObject(USED)
        lifetime, minted = provider.policy.pushed_request_lifetime, self._mint.secret(Kind.PUSHED_REQUEST)
        await self._store.add(
            provider.id, client.id, minted.presented, kept(asked), expires_at=self._clock() + lifetime
        )
        return {"request_uri": request_uri_of(minted.text), "expires_in": lifetime}

    async def _key(self, provider: Provider, asked: Parameters, shown: Shown) -> str | OAuthError | None:
        """The key that the code is to be bound to, where the request came with a proof of one (RFC 9449 §10.1)."""
        if not shown.dpop:
            return None
        held = await self._possession.of(provider, shown)
        if isinstance(held, OAuthError):
            return held
        if asked.get("dpop_jkt") not in (None, held.jkt):
            return InvalidDpopProof("dpop_jkt is the thumbprint of another key than the proof's")
        return held.jkt

    async def _authenticated(self, provider: Provider, parameters: Parameters, shown: Shown) -> Client | OAuthError:
        """The client with its redirect URIs, once it has shown that it is it."""
        proof = await self._clients.read(provider, parameters, shown)
        if isinstance(proof, OAuthError):
            return proof
        if proof is None:
            return InvalidClient("client_id is missing")
        found = await self._tokens.find_client(provider.id, proof.client_id, proof.secret_id)
        client = await self._clients.check(provider, found, proof, shown)
        if isinstance(client, OAuthError):
            return client
        whole = await self._applications.client(provider.id, client.id)
        return whole[0] if whole else InvalidClient("unknown client")  # it was removed at this very moment
