"""More processes on one installation, as behind a load balancer."""

import subprocess
from collections.abc import Mapping

from tests.support.server import Server, free_port


class Node(Server):
    """One more process on the installation of `first`, with settings of its own beside that one's."""

    def __init__(self, first: Server, settings: Mapping[str, str] | None = None) -> None:
        self.folder = first.folder
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self._settings = {**first._settings, **(settings or {})}
        self.demo = first.demo
        self.log = first.folder / f"server-{self.port}.log"
        self._process = None

    @property
    def pid(self) -> int:
        """The process, or with workers the one above them."""
        assert self._process is not None
        return self._process.pid

    def workers(self) -> set[int]:
        """The processes that serve, where there are several."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        rows = [line.split(maxsplit=2) for line in listed]
        return {int(pid) for pid, parent, words in rows if int(parent) == self.pid and "spawn_main" in words}
