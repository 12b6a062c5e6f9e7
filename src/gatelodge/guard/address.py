"""Which addresses a guard may ask or name: https, or http where nothing leaves this computer."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


def checked(url: str, what: str, *, plain_http: bool = False) -> SplitResult:
    """The parts of an address. Raises ValueError where it is not absolute, has a user or a fragment in it, or is plain
    http to another computer, unless `plain_http` says that the way there is private."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{what} must be an https address, not {url!r}")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise ValueError(f"{what} must have no user and no fragment in it")
    _ = parts.port  # raises ValueError where it is no number
    if parts.scheme == "http" and not plain_http and not _is_loopback(parts.hostname):
        raise ValueError(f"{what} must be an https address: what goes to {url} could be read on the way")
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761 §6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
