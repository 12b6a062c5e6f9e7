"""Sector identifiers: the list of redirect URIs at an address, by which several hosts are one application to pairwise
subjects (OpenID Connect Registration §5, Core §8.1)."""

from collections.abc import Sequence

from gatelodge.protocol.errors import InvalidClientMetadata
from gatelodge.protocol.registration import lists_all
from gatelodge.service.ports import Outbound
from gatelodge.service.records import FetchFault

MAX_BYTES = 32_768


class Sectors:
    """Looks at what stands at a sector_identifier_uri."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    async def fault(self, uri: str, redirect_uris: Sequence[str]) -> InvalidClientMetadata | None:
        """Why an application with these redirect URIs can't be of the sector at `uri`; "" for one that names none."""
        if not uri:
            return None
        fetched = await self._outbound.get(uri, accept="application/json", most_bytes=MAX_BYTES)
        if isinstance(fetched, FetchFault) or fetched.status != 200 or not lists_all(fetched.body, redirect_uris):
            return InvalidClientMetadata("there is no list with all of redirect_uris at sector_identifier_uri")
        return None
