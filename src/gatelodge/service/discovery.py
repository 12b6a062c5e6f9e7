"""What a provider tells clients of itself: its metadata and the keys that it signs with."""

from collections.abc import Collection, Mapping

from gatelodge.identity.provider import Provider
from gatelodge.identity.rights import ABOUT_YOU, CATALOGUE
from gatelodge.protocol.metadata import Offer, describe_server
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
        return describe_server(
            Offer(
                issuer=provider.origin,
                policy=provider.policy,
                paths=paths,
                grant_types=self._grant_types,
                scopes=tuple(right.name for right in (*ABOUT_YOU, *CATALOGUE)),
                certificates=self._certificates,
            )
        )

    async def jwks(self, provider: Provider) -> Mapping[str, object]:
        """The provider's JWK Set (RFC 7517 §5): public keys alone."""
        return {"keys": [key.jwk for key in await self._signing.told(provider)]}
