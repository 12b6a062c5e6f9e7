"""More processes on one installation, as behind a load balancer."""

import subprocess
from collections.abc import Mapping
from itertools import cycle

import httpx2

from tests.support.http import NO_TLS
from tests.support.server import Server, free_port


class Node(Server):
    """One more server on the installation of `first`, with settings of its own beside that one's."""

    def __init__(self, first: Server, settings: Mapping[str, str] | None = None) -> None:
        self.folder = first.folder
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self._settings = {**first._settings, **(settings or {})}
        self.demo = first.demo
        self.log = first.folder / f"server-{self.port}.log"
        self._process = None


def workers(server: Server) -> set[int]:
    """The processes that serve, where the server has several."""
    assert server._process is not None
    listed = subprocess.run(
        # wide: or the command would be cut off where a terminal's width is known
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    above = server._process.pid
    return {int(pid) for pid, parent, *words in rows if int(parent) == above and "spawn_main" in "".join(words)}


class Balancer(httpx2.BaseTransport):
    """Sends each request to the next node, as it came: with the Host header of the address that it was for."""

    def __init__(self, *nodes: Server) -> None:
        self._ports = cycle([node.port for node in nodes])
        self._transport = httpx2.HTTPTransport(verify=NO_TLS)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one."""
        there = request.url.copy_with(port=next(self._ports))
        handed_on = httpx2.Request(request.method, there, headers=request.headers, stream=request.stream)
        return self._transport.handle_request(handed_on)

    def close(self) -> None:
        """Close the connections to the nodes."""
        self._transport.close()
