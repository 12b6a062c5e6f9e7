"""Whether a request comes from the client that it names: the one place that every endpoint asks."""

from dataclasses import replace

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import UNKNOWN, Client, ClientProof, authenticate, read_proof
from gatelodge.protocol.errors import InvalidClient, OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import Shown
from gatelodge.service.client_ids import ClientIds


class ClientAuthentication:
    """Authenticates clients (RFC 6749 §2.3)."""

    def __init__(self, client_ids: ClientIds) -> None:
        self.client_ids = client_ids

    async def read(self, provider: Provider, parameters: Parameters, shown: Shown) -> ClientProof | OAuthError | None:
        """Who a request says that it comes from, and how it means to prove it; None where it says nothing of itself."""
        proof = read_proof(parameters, shown.authorization, query_allowed=provider.takes_query_credentials)
        if not isinstance(proof, ClientProof) or proof.document_url is None:
            return proof
        found = await self.client_ids.find(provider, proof.document_url)
        return InvalidClient(UNKNOWN, log=found) if isinstance(found, str) else replace(proof, client_id=found)

    async def check(
        self, provider: Provider, client: Client | None, proof: ClientProof, shown: Shown
    ) -> Client | InvalidClient:
        """The client, if `proof` shows that the request comes from it."""
        fault = authenticate(client, proof)
        return fault or client or InvalidClient("unknown client")
