"""What a provider tells clients of itself: its metadata and the keys that it signs with."""

from collections.abc import Collection, Iterable, Mapping

from gatelodge.identity.provider import Provider
from gatelodge.identity.rights import ABOUT_YOU, CATALOGUE, Right
from gatelodge.protocol.metadata import Offer, describe_server
from gatelodge.protocol.protected_resource import describe_resource
from gatelodge.service.signing import Signing


class DiscoveryService:
    """Puts together what there is. `grant_types`: those that the token endpoint knows; `certificates`: the ways to
    authenticate by a certificate that the proxy in front passes on."""

    def __init__(self, grant_types: Collection[str], signing: Signing, certificates: Collection[str] = ()) -> None:
        self._certificates = tuple(certificates)
        self._grant_types = frozenset(grant_types)
        self._signing = signing

    def metadata(self, provider: Provider, paths: frozenset[str]) -> Mapping[str, object]:
        """The provider's metadata (RFC 8414 §2); `paths` are the addresses that the server answers at."""
        return describe_server(self._offer(provider, paths, (*ABOUT_YOU, *CATALOGUE)))

    def resource(self, provider: Provider, path: str) -> Mapping[str, object]:
        """The metadata of the provider's own API (RFC 9728 §2); `path` says which part of it, "" that it is all."""
        return describe_resource(self._offer(provider, frozenset(), CATALOGUE), path, provider.name)

    async def jwks(self, provider: Provider) -> Mapping[str, object]:
        """The provider's JWK Set (RFC 7517 §5): public keys alone."""
        return {"keys": [key.jwk for key in await self._signing.told(provider)]}

    def _offer(self, provider: Provider, paths: frozenset[str], scopes: Iterable[Right]) -> Offer:
        return Offer(
            issuer=provider.origin,
            policy=provider.policy,
            paths=paths,
            grant_types=self._grant_types,
            scopes=tuple(right.name for right in scopes),
            certificates=self._certificates,
        )
