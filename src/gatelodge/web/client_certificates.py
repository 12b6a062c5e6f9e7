"""Clients' certificates, as a reverse proxy passes them on in a header (RFC 8705 §6.5, RFC 9440).

Believed are only proxies that the settings name, by the address at the other end of the connection: whoever else sends
such a header only claims to have a certificate.
"""

from ipaddress import ip_address, ip_network

from starlette.types import Scope

from gatelodge.identity.provider import Provider
from gatelodge.web.direct import NO_CERTIFICATE, Certificate, Head
from gatelodge.web.head_limit import PEER

VERIFIED = "SUCCESS"  # nginx's $ssl_client_verify


class ClientCertificates:
    """Reads them. `header` and `verified_header` as the settings name them, empty for none; `proxies` are addresses and
    networks, separated by commas, `*` for all."""

    def __init__(self, header: str, verified_header: str, proxies: str) -> None:
        named = [one.strip() for one in proxies.split(",") if one.strip()]
        self._header = header.lower().encode("ascii")
        self._verified_header = verified_header.lower().encode("ascii")
        self._everybody = "*" in named
        self._proxies = [ip_network(one, strict=False) for one in named if one != "*"]

    def of(self, provider: Provider, head: Head, scope: Scope) -> Certificate:
        """The certificate that the request came with, as the header has it, and whether its chain was verified."""
        if not (self._header and provider.policy.client_certificates and head.has(self._header)):
            return NO_CERTIFICATE
        values = head.all(self._header)
        if len(values) != 1 or not values[0] or not self._believes(scope.get(PEER)):
            return NO_CERTIFICATE
        verified = bool(self._verified_header) and head.all(self._verified_header) == [VERIFIED]
        return values[0], verified

    def _believes(self, peer: object) -> bool:
        if self._everybody:
            return True
        try:
            address = ip_address(str(peer))
        except ValueError:
            return False
        return any(address in network for network in self._proxies)
