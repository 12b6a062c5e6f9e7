"""Which API a token is asked for (RFC 8707): `resource`, as often as there are APIs.

What is asked for at the authorization endpoint is what the grant's tokens can be for; a token request narrows it for
one token. Who asks for none gets a token as it always was: for the provider's own API and for its resource servers.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from gatelodge.protocol.errors import InvalidTarget
from gatelodge.protocol.parameters import Parameters

RESOURCE = "resource"
GRAPH = "/api/graphql"
USERINFO = "/oauth2/userinfo"
# Those of our own resources that have an address each; everything else of ours is the resource that the origin is.
OWN_PATHS = (GRAPH, f"{GRAPH}.php", USERINFO)


def own_resources(origin: str) -> tuple[str, ...]:
    """What a provider's own API is called, the origin with and without the slash that some clients end it with."""
    return (origin, f"{origin}/", *(origin + path for path in OWN_PATHS))


def default_resource(origin: str) -> str:
    """What a token is for that was asked for nothing else (RFC 9068 §3)."""
    return origin + GRAPH


def is_own(audience: Collection[str], origin: str) -> bool:
    """Whether a token of this audience opens the provider's own API. One without any does."""
    return not audience or not set(audience).isdisjoint(own_resources(origin))


def read_resources(parameters: Parameters, known: Collection[str]) -> tuple[str, ...] | InvalidTarget:
    """The resources that a request names: absolute URIs without a fragment (RFC 8707 §2), each one that is `known`. The
    comparison is of characters, nothing is normalized: what a token is for must be what the API knows itself by."""
    asked = tuple(dict.fromkeys(parameters.all(RESOURCE)))
    if RESOURCE in parameters.malformed or not all(_is_absolute(one) for one in asked):
        return InvalidTarget("resource must be an absolute URI without a fragment")
    if not set(asked) <= set(known):
        return InvalidTarget("resource names an API that is not known here")
    return asked


def narrow(asked: tuple[str, ...], granted: tuple[str, ...]) -> tuple[str, ...] | InvalidTarget:
    """What one token is for: what the token request names, which is never more than was granted (RFC 8707 §2.2); all
    of that where it names none. Where nothing was said when access was granted, it may be any."""
    if granted and not set(asked) <= set(granted):
        return InvalidTarget("the resource is not among those that were granted")
    return asked or granted


def _is_absolute(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return (
        bool(parts.scheme and (parts.netloc or parts.path)) and "#" not in uri and uri.isascii() and uri.isprintable()
    )
