"""What a handler finds on its request: the use cases, the provider, the address."""

from starlette.requests import Request

from gatelodge.identity.provider import Provider
from gatelodge.service.services import Services


def services_of(request: Request) -> Services:
    """The use cases of this installation."""
    services: Services = request.app.state.services
    return services


def provider_of(request: Request) -> Provider:
    """The provider whose host the request named; the shell has found it."""
    provider: Provider = request.scope["gatelodge.provider"]
    return provider


def address_of(request: Request) -> str:
    """Where the request comes from: the peer, or whom a trusted proxy names."""
    return request.client.host if request.client else "unknown"
