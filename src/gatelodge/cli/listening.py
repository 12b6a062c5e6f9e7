"""The sockets that a server listens on, opened before anything else is touched."""

import errno
import socket

from gatelodge.cli.out import Refused

BACKLOG = 2048


def listen(host: str, port: int) -> list[socket.socket]:
    """A listening socket for each address that `host` has. Port 0 stands for a free one, the same for all of them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise Refused(f"GATELODGE_HOST: '{host}' is no address of this computer.") from None
    opened: list[socket.socket] = []
    for family, _, _, _, address in dict.fromkeys(found):
        if opened:  # port 0 has become a number
            port = opened[0].getsockname()[1]
        try:
            opened.append(_open(family, (address[0], port, *address[2:]), alone=len(found) == 1))
        except OSError as error:
            if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and len(found) > 1:
                continue  # a name that stands for IPv4 and IPv6, on a computer that has only one of them
            for one in opened:
                one.close()
            raise Refused(_sentence(error, host, port)) from None
    if not opened:
        raise Refused(f"GATELODGE_HOST: '{host}' is no address of this computer.")
    return opened


def _open(family: int, address: tuple[object, ...], *, alone: bool) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart needs no pause
        if family == socket.AF_INET6 and not alone:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(BACKLOG)
        opened.setblocking(False)
    except OSError:
        opened.close()
        raise
    return opened


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"GATELODGE_PORT: port {port} of {host} is in use by another program; choose another one with --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"GATELODGE_HOST: '{host}' is no address of this computer."
    return f"GATELODGE_PORT: port {port} of {host} can't be opened: {error.strerror}."
