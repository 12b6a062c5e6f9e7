"""More processes on one installation, as behind a load balancer."""

import subprocess
from collections.abc import Mapping

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
