"""More processes on one installation, as behind a load balancer."""

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
