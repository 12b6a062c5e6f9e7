"""The peers in Python, on gunicorn: django-oauth-toolkit and Authlib with Flask, on SQLite as durable as ours."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.loads import Load
from bench.loads.wrk import LoadFailed
from bench.servers.base import Server, Unavailable

SOURCE = Path(__file__).parent / "python"
DIFFERENT = 5000


class GunicornServer(Server):
    """What they have in common."""

    loads = frozenset({"client_credentials", "code", "rotation", "introspection", "revocation"})
    guess = 1500
    module: ClassVar[str]
    application: ClassVar[str]

    def __init__(self, build: Path) -> None:
        super().__init__(build)
        self._packages = build / "python"
        self._again: dict[str, Path] = {}

    def set_up(self) -> None:
        """Install the packages that requirements.txt names, and fill the database."""
        _install(self._packages)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._again.clear()
        self._run("fill")

    def command(self, workers: int) -> Sequence[str]:
        """gunicorn with threads, whose connections stay open; one that closes each would be measured reconnecting."""
        python = str(self._packages / "bin" / "python")
        listen = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(workers)]
        threads = ["--worker-class", "gthread", "--threads", "4", "--keep-alive", "60"]
        place = ["--chdir", str(SOURCE), "--no-control-socket"]
        return [python, "-m", "gunicorn", *listen, *threads, *place, f"{self.module}:{self.application}"]

    def environment(self) -> Mapping[str, str]:
        """Where the database is."""
        return {"BENCH_DATABASE": str(self.folder / "bench.db"), "PYTHONDONTWRITEBYTECODE": "1"}

    def supply(self, load: Load, count: int) -> Path:
        """Requests prepared through the peer's own models."""
        if load.name in self._again:
            return self._again[load.name]
        file = self.folder / f"{load.name}.asks"
        self._run(load.name, str(count if load.once else DIFFERENT), str(file))
        if not load.once:
            self._again[load.name] = file
        return file

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._packages / "bin" / "python"), str(SOURCE / f"{self.module}.py"), *arguments],
            env=os.environ | dict(self.environment()),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LoadFailed(f"{self.module} {arguments[0]} failed: {done.stderr.strip()[-500:]}")


class DjangoToolkit(GunicornServer):
    """django-oauth-toolkit with the hashing of client secrets switched off, which each application can choose."""

    name: ClassVar[str] = "dot"
    title: ClassVar[str] = "django-oauth-toolkit"
    module = "dot_site"
    application = "application"


class DjangoToolkitHashing(DjangoToolkit):
    """django-oauth-toolkit as it comes: client secrets are hashed with PBKDF2, a million rounds or so."""

    name: ClassVar[str] = "dot-hashing"
    title: ClassVar[str] = "django-oauth-toolkit, secrets hashed"
    loads = frozenset({"client_credentials"})
    workers: ClassVar[frozenset[int]] = frozenset({1})
    least_seconds: ClassVar[int] = 20

    def environment(self) -> Mapping[str, str]:
        """With hashing."""
        return {**super().environment(), "BENCH_HASHING": "1"}


class AuthlibFlask(GunicornServer):
    """Authlib with Flask and SQLAlchemy."""

    name: ClassVar[str] = "authlib"
    title: ClassVar[str] = "Authlib with Flask"
    module = "authlib_app"
    application = "app"


def _install(packages: Path) -> None:
    """A virtual environment with what the lock names."""
    lock, stamp = (SOURCE / "requirements.txt").read_bytes(), packages / ".installed"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    pip = [str(packages / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(packages)],
        [*pip, "--no-deps", "--require-hashes", "--requirement", str(SOURCE / "requirements.txt")],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"the Python peers can't be installed: {done.stderr.strip()[-500:]}")
    stamp.write_bytes(lock)
