"""What a handler finds on its request: the use cases, the provider, the address."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

from gatelodge.identity.provider import Provider
from gatelodge.protocol.shown import Shown
from gatelodge.service.services import Services
from gatelodge.web.direct import Call, Head


def services_of(request: Request) -> Services:
    """The use cases of this installation."""
    services: Services = request.app.state.services
    return services


def provider_of(request: Request) -> Provider:
    """The provider whose host the request named; the shell has found it."""
    provider: Provider = request.scope["gatelodge.provider"]
    return provider


def shown_of(request: Request) -> Shown:
    """What a request shows of its sender besides its parameters."""
    return Call(services_of(request), provider_of(request), Head(request.scope["headers"]), request.scope, b"").shown


def address_of(request: Request) -> str:
    """Where the request comes from: the peer, or whom a trusted proxy names."""
    return place_of(request.client)


def place_of(client: tuple[str, int] | None) -> str:
    """The address of whoever is at the other end of a connection. Of IPv6 the network of 64 bits: one customer is given
    at least that much, to draw as many addresses from as they like (RFC 6177 §2)."""
    host = client[0] if client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Network((address, 64), strict=False))
    return str(address)
