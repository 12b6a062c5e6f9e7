"""Which provider a request is for: the one whose host it names."""

import re
import time

from gatelodge.identity.provider import Provider
from gatelodge.service.ports import ProviderStore

_AUTHORITY = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]]*?)\.?)(?::[0-9]*)?")
MOST_KEPT = 10_000
REMEMBER = 5.0  # seconds: how long a change to a provider may take to show


class ProviderDirectory:
    """Finds providers by host. What was found is kept for a few seconds; what wasn't found is asked for again, so that
    a new provider is there at once."""

    def __init__(self, store: ProviderStore) -> None:
        self._store = store
        self._kept: dict[str, tuple[float, Provider]] = {}

    def kept(self, header: str) -> Provider | None:
        """The provider that was found for this very Host header a moment ago, if one was."""
        kept = self._kept.get(header)
        return kept[1] if kept is not None and time.monotonic() - kept[0] < REMEMBER else None

    async def by_host(self, header: str) -> Provider | None:
        """The provider for a Host header's value, whose port plays no part."""
        if (kept := self.kept(header)) is not None:
            return kept
        provider = await self._store.by_host(host_name(header))
        if provider is None:
            self._kept.pop(header, None)
        else:
            if len(self._kept) >= MOST_KEPT:  # one host has as many headers as somebody cares to make up ports
                self._kept.clear()
            self._kept[header] = (time.monotonic(), provider)
        return provider


def host_name(header: str) -> str:
    """The host of a Host header's value, in lower case, without the port (RFC 9110 §7.2); empty where it is none."""
    authority = _AUTHORITY.fullmatch(header)
    return (authority["address"] or authority["name"]).lower() if authority else ""
