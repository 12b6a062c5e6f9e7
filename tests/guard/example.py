"""One of examples/, served by a process of its own as its README says."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from tests.guard.cloud import Cloud
from tests.support.http import HTTP
from tests.support.server import START_TIMEOUT, free_port

ROOT = Path(__file__).parents[2]
ASGI = ("with_starlette", "with_fastapi", "with_django", "with_plain_asgi")
WSGI = "with_django, WSGI"

# Django's WSGI application, under the server that Python has.
_WSGIREF = """
import sys
from wsgiref.simple_server import make_server
sys.path.insert(0, "examples")
from with_django import wsgi
make_server("127.0.0.1", int(sys.argv[1]), wsgi).serve_forever()
"""


class Example:
    """The process. Leaving the `with` block ends it, and its log must hold nothing that went wrong."""

    def __init__(self, name: str, cloud: Cloud, log: Path) -> None:
        port = free_port()
        self.origin = f"http://localhost:{port}"
        self._log = log
        uvicorn = ["-m", "uvicorn", "--app-dir", "examples", f"{name}:app", "--port", str(port)]
        self._command = [sys.executable, *(["-c", _WSGIREF, str(port)] if name == WSGI else uvicorn)]
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONWARNINGS": "error",
            "GUARD_ISSUER": cloud.origin,
            "GUARD_CLIENT_ID": cloud.client_id,
            "GUARD_CLIENT_SECRET": cloud.client_secret,
            "GUARD_RESOURCE": self.origin,
        }

    def __enter__(self) -> "Example":
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self._log.read_text()
            try:
                HTTP.get(self.origin)
            except httpx2.TransportError:
                time.sleep(0.05)
            else:
                return self
        raise TimeoutError(self._log.read_text())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(30)

    @property
    def log(self) -> str:
        """What it has logged."""
        return self._log.read_text()

    def call(self, path: str, *tokens: str, method: str = "GET", **more: Any) -> httpx2.Response:
        """Call it, with an Authorization header for each token."""
        headers = [("Authorization", f"Bearer {token}") for token in tokens]
        return HTTP.request(method, f"{self.origin}{path}", headers=headers, **more)
