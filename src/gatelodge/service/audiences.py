"""The APIs that tokens can be for: the provider's own, and those of its resource servers, by the URIs that they are
called by (RFC 8707)."""

import time
from collections.abc import Collection, Mapping

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings import JWT
from gatelodge.protocol.errors import InvalidTarget
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.resource_indicators import own_resources, read_resources
from gatelodge.service.ports import ApplicationStore
from gatelodge.service.records import ResourceServer

REMEMBER = 5.0  # seconds: how long a change to a resource server may take to show


class Audiences:
    """Knows what is called what. Nobody asks but for a token that is for something in particular."""

    def __init__(self, applications: ApplicationStore) -> None:
        self._applications = applications
        self._kept: dict[int, tuple[float, Mapping[str, ResourceServer]]] = {}

    async def asked(self, provider: Provider, parameters: Parameters) -> tuple[str, ...] | InvalidTarget:
        """The resources that a request names, all of them known; none where it names none."""
        if "resource" not in parameters.values:
            return ()
        theirs = await self._theirs(provider)
        return read_resources(parameters, {*own_resources(provider.origin), *theirs})

    async def want_jwt(self, provider: Provider, audience: Collection[str]) -> bool:
        """Whether one of the APIs verifies tokens itself, and so needs JWTs."""
        if not audience:
            return False
        theirs = await self._theirs(provider)
        return any(uri in theirs and theirs[uri].access_token_format == JWT for uri in audience)

    async def is_for(self, provider: Provider, asker: Client, audience: Collection[str]) -> bool:
        """Whether a token of this audience is any of the resource server's business. One without an audience is
        everybody's."""
        if not audience:
            return True
        theirs = await self._theirs(provider)
        return any(uri in theirs and theirs[uri].id == asker.id for uri in audience)

    async def _theirs(self, provider: Provider) -> Mapping[str, ResourceServer]:
        """The resource servers by their URIs. A URI that two of them claim is the older one's; ours are nobody's."""
        at, kept = self._kept.get(provider.id, (0.0, None))
        if kept is not None and time.monotonic() - at < REMEMBER:
            return kept
        found: dict[str, ResourceServer] = {}
        for server in await self._applications.resource_servers(provider.id):
            for uri in server.uris:
                if uri not in own_resources(provider.origin):
                    found.setdefault(uri, server)
        self._kept[provider.id] = (time.monotonic(), found)
        return found
