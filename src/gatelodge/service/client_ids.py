"""From the client_id on the wire to the application's row: the one place for it."""

from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.service.client_documents import NOT_SERVED, ClientDocuments

UNKNOWN = NOT_SERVED


class ClientIds:
    """Finds the row that a client_id names. One of ours says it itself, without any look-up."""

    def __init__(self, documents: ClientDocuments) -> None:
        self.documents = documents

    async def find(self, provider: Provider, client_id: str) -> int | str:
        """The row's id, of which nobody knows yet whether it is there; or why there can be none, in our words."""
        number = parse_public_id(client_id)
        if number is not None:
            return number
        if client_id.startswith("https://"):
            return await self.documents.find(provider, client_id)
        return UNKNOWN
