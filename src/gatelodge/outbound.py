"""Asking other servers for what somebody named by an address (ports.Outbound), by httpx2.

Who names an address may be anybody, so that this must not reach what they could not reach themselves: the machines
beside ours. The name is looked up here, once; of its addresses the public ones are left, and those in networks that
the operator allowed; and the connection goes to one of these very addresses, while TLS still proves the name. So a name
that answers differently the second time gains nothing (DNS rebinding). Redirects are not followed, no proxy of the
environment is asked, and time and size have limits whatever the other end does.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog

from gatelodge.service.records import Fetched, FetchFault

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]  # a name and a port; the addresses, as text

TOTAL = 5.0  # seconds, from the look-up to the last byte
CONNECTING = 2.0  # seconds, to each address
MOST_ADDRESSES = 3  # that are tried of one name
AT_ONCE = 64  # requests; more wait, within their own time
LONGEST_URL = 2048
PORTS = {"https": 443, "http": 80}

_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_VISIBLE = re.compile(r"[!-\[\]-~]+")  # ASCII without space, control characters and the backslash
# Where IPv6 is handed out to anybody, and what in there is not, or leads to an IPv4 address that nobody looked at:
# Teredo and its neighbours, 6to4, documentation. (NAT64 and IPv4-mapped addresses are outside of it.)
_IPV6 = ip_network("2000::/3")
_IPV6_NOT = [ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_IPV4_NOT = [ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24")]

_log = structlog.get_logger("gatelodge.outbound")


class OutboundSettingsError(Exception):
    """A setting can't be used; the text names it and says why."""


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet could reach the address (IANA's special-purpose registries, RFC 6890)."""
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _IPV4_NOT)
    return address in _IPV6 and not any(address in network for network in _IPV6_NOT)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a URL leads, before anybody looked up its name."""

    scheme: str
    host: str  # a name, or an address without brackets
    port: int
    target: str  # path and query

    @property
    def literal(self) -> Address | None:
        """The address, where the URL names one and no name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """As the Host header says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def _read(url: str) -> _Place | FetchFault:
    if len(url) > LONGEST_URL or not _VISIBLE.fullmatch(url):
        return FetchFault("the address is too long, or has characters in it that no URL has", for_good=True)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return FetchFault("the address is no URL", for_good=True)
    if parts.scheme not in PORTS or parts.fragment or not parts.hostname:
        return FetchFault("the address is no https URL", for_good=True)
    if "@" in parts.netloc or "%" in parts.netloc:
        return FetchFault("the address has more than a host and a port before its path", for_good=True)
    host = parts.hostname.removesuffix(".")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    place = _Place(parts.scheme, host, PORTS[parts.scheme] if port is None else port, target)
    # 2130706433, 0x7f.1 and 0177.0.0.1 would be taken for addresses by whoever looks them up.
    if place.literal or (_NAME.fullmatch(host) and not _NUMBER.fullmatch(host.rpartition(".")[2])):
        return place
    return FetchFault("the address has no proper host", for_good=True)


class SystemResolver:
    """Looks names up as the system does, on threads of its own: a name server that does not answer holds up nobody
    else's work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(16, thread_name_prefix="lookup")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The addresses that the name has; none where it has none or nobody says."""
        loop = asyncio.get_running_loop()
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            found = await loop.run_in_executor(self._threads, ask)
        except (OSError, UnicodeError):
            return []
        return list(dict.fromkeys(str(address[0]) for *_, address in found))


class HttpOutbound:
    """Asks. `networks`: what may be asked besides public addresses, there also without TLS and at any port, separated
    by commas. `authorities`: a PEM file of certificate authorities that are believed besides the system's."""

    def __init__(
        self,
        networks: str = "",
        authorities: Path | None = None,
        *,
        resolver: Resolver | None = None,
        seconds: float = TOTAL,
    ) -> None:
        self._networks = [ip_network(part, strict=False) for part in filter(None, map(str.strip, networks.split(",")))]
        self._authorities = authorities
        self._look_up = resolver or SystemResolver()
        self._seconds = seconds
        self._places = asyncio.Semaphore(AT_ONCE)
        self._tls: ssl.SSLContext | None = None

    async def get(self, url: str, *, accept: str, most_bytes: int, etag: str | None = None) -> Fetched | FetchFault:
        """What stands there (ports.Outbound)."""
        headers = {"Accept": accept, "Accept-Encoding": "identity"} | ({"If-None-Match": etag} if etag else {})
        return await self._ask("GET", url, headers, b"", most_bytes)

    async def post_form(self, url: str, fields: Mapping[str, str]) -> Fetched | FetchFault:
        """Tell something there (ports.Outbound)."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._ask("POST", url, headers, urlencode(fields).encode("ascii"), None)

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, most: int | None
    ) -> Fetched | FetchFault:
        place = _read(url)
        if isinstance(place, FetchFault):
            _log.warning("not asked", reason=place.reason)
            return place
        try:
            async with asyncio.timeout(self._seconds), self._places:
                outcome = await self._ask_place(method, place, headers, content, most)
        except TimeoutError:
            outcome = FetchFault("it took too long")
        if isinstance(outcome, FetchFault):
            _log.warning("no answer", method=method, host=place.host, port=place.port, reason=outcome.reason)
        return outcome

    async def _ask_place(
        self, method: str, place: _Place, headers: Mapping[str, str], content: bytes, most: int | None
    ) -> Fetched | FetchFault:
        addresses = await self._addresses(place)
        if isinstance(addresses, FetchFault):
            return addresses
        import httpx2

        fault = FetchFault("nobody answers there")
        for address in addresses[:MOST_ADDRESSES]:
            try:
                return await self._ask_address(method, place, address, headers, content, most)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing was sent: another address of the same name may be tried
            except (httpx2.HTTPError, httpx2.InvalidURL):
                return FetchFault("the answer broke off, or is not HTTP")
        return fault

    async def _addresses(self, place: _Place) -> Sequence[Address] | FetchFault:
        """Those that may be asked. Whether there are others is not told: that would let strangers explore networks."""
        literal = place.literal
        named = [literal] if literal else map(ip_address, await self._look_up(place.host, place.port))
        usual = place.scheme == "https" and place.port == PORTS["https"]
        allowed = [one for one in named if (usual and is_public(one)) or any(one in net for net in self._networks)]
        return allowed or FetchFault("it leads to no address that may be asked", for_good=literal is not None)

    async def _ask_address(
        self,
        method: str,
        place: _Place,
        address: Address,
        headers: Mapping[str, str],
        content: bytes,
        most: int | None,
    ) -> Fetched | FetchFault:
        import httpx2

        host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        client = httpx2.AsyncClient(
            verify=self._context(),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(self._seconds, connect=min(CONNECTING, self._seconds)),
        )
        request = client.build_request(
            method,
            f"{place.scheme}://{host}:{place.port}{place.target}",
            headers={"Host": place.authority, "User-Agent": "gatelodge", "Connection": "close", **headers},
            content=content,
            extensions={"sni_hostname": place.host},
        )
        async with client:
            response = await client.send(request, stream=True)
            try:
                return await self._read_answer(response, most)
            finally:
                await response.aclose()

    async def _read_answer(self, response: Any, most: int | None) -> Fetched | FetchFault:
        headers = {name.lower(): text for name, text in response.headers.items()}
        if most is None:
            return Fetched(response.status_code, headers, b"")
        if headers.get("content-encoding", "identity").lower() != "identity":
            return FetchFault("the answer is compressed, which was not asked for")
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > most:
                return FetchFault("the answer is too long")
        return Fetched(response.status_code, headers, bytes(body))

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            import httpx2

            context = httpx2.create_ssl_context(trust_env=False)
            if self._authorities is not None:
                context.load_verify_locations(cafile=self._authorities)
            self._tls = context
        return self._tls


def read_outbound(networks: str, authorities: str) -> HttpOutbound:
    """By the settings GATELODGE_OUTBOUND_NETWORKS and GATELODGE_OUTBOUND_CA. Raises OutboundSettingsError."""
    path = Path(authorities) if authorities else None
    if path is not None:
        try:
            ssl.create_default_context(cafile=path)
        except (OSError, ssl.SSLError) as error:
            reason = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
            raise OutboundSettingsError(f"GATELODGE_OUTBOUND_CA: {path} can't be used: {reason}") from None
    return HttpOutbound(networks, path)
