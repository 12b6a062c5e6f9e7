"""A real Gatelodge process on a real socket, with demo data."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.support.http import NO_TLS

GATELODGE = [sys.executable, "-m", "gatelodge"]
START_TIMEOUT = 30.0  # seconds


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(folder: Path, *words: str, settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one `gatelodge` command on the installation in `folder`, to its end."""
    return subprocess.run(
        [*GATELODGE, *words], env=environment(folder, settings), capture_output=True, text=True, timeout=60, check=False
    )


def environment(folder: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our own environment without foreign settings, and with the installation that is in `folder`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATELODGE_")}
    return {
        **inherited,
        "GATELODGE_DATA_DIR": str(folder),
        "GATELODGE_DATABASE": f"sqlite:///{folder / 'gatelodge.db'}",
        **(settings or {}),
    }


@dataclass
class DemoUser:
    """A user of the demo data."""

    email: str
    password: str
    role: str
    access: str


class Server:
    """One installation with demo data, served by a process of its own."""

    program: Sequence[str] = GATELODGE

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self._settings = dict(settings or {})
        filled = self.command("demo", "--origin", self.origin, "--json")
        assert filled.returncode == 0, filled.stderr
        self.demo: dict[str, Any] = json.loads(filled.stdout)
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one `gatelodge` command on this installation."""
        return command(self.folder, *words, settings=self._settings)

    def start(self) -> None:
        """Start the process and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.program, "serve", "--port", str(self.port)],
                env=environment(self.folder, self._settings),
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log.read_text()
            try:
                httpx2.get(f"{self.origin}/signin", verify=NO_TLS)
            except httpx2.TransportError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(self.log.read_text())

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and return its exit status."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(30)

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Have it run for as long as the block lasts. It ends well then, and has had no fault."""
        self.start()
        try:
            yield self
        except BaseException:
            self.stop(signal.SIGKILL)
            raise
        assert self.stop() == 0
        log = self.log.read_text()
        assert "Traceback" not in log, log
        assert " status=500 " not in log, log

    @property
    def database(self) -> str:
        """The URL of the installation's database."""
        return environment(self.folder, self._settings)["GATELODGE_DATABASE"]

    @property
    def alive(self) -> bool:
        """Whether the process has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def user(self, access: str) -> DemoUser:
        """The first demo user with full, or with partial, access."""
        row = next(row for row in self.demo["users"] if row["access"] == access)
        return DemoUser(**row)

    @property
    def client_id(self) -> str:
        """The demo application's."""
        client_id: str = self.demo["application"]["client_id"]
        return client_id

    @property
    def client_secret(self) -> str:
        """The demo application's."""
        client_secret: str = self.demo["application"]["client_secret"]
        return client_secret

    @property
    def redirect_uri(self) -> str:
        """The first one that the demo application has registered."""
        redirect_uri: str = self.demo["application"]["redirect_uris"][0]
        return redirect_uri
