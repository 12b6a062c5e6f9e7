"""What our own API tells clients of itself (RFC 9728): that tokens for it come from the provider.

A resource is what a client calls: the provider's origin as a whole, and each of the addresses that have metadata of
their own, since what is told of an address must name exactly that (RFC 9728 §3.3).
"""

from gatelodge.protocol.dpop import ALGORITHMS
from gatelodge.protocol.metadata import Offer
from gatelodge.protocol.resource_indicators import OWN_PATHS

WELL_KNOWN = "/.well-known/oauth-protected-resource"


def describe_resource(offer: Offer, path: str, name: str) -> dict[str, object]:
    """The metadata of the resource at `path` of the provider's origin, "" for the origin itself (RFC 9728 §2);
    `name` is what people call it."""
    return {
        "resource": offer.issuer + path,
        "authorization_servers": [offer.issuer],
        "scopes_supported": list(offer.scopes),
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "resource_name": name,
    }


def metadata_of(origin: str, path: str) -> str:
    """Where the metadata of the resource is that was called at `path` (RFC 9728 §3.1)."""
    path = path.removesuffix("/")
    return origin + WELL_KNOWN + (path if path in OWN_PATHS else "")
