"""node-oidc-provider, the field's reference on Node.js: in memory, and as durable as ours on SQLite."""

import base64
import hashlib
import shutil
import subprocess
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.loads import Ask, Load, write_asks
from bench.loads.wrk import LoadFailed
from bench.servers.base import Server, Unavailable
from bench.servers.gatelodge_data import basic

SOURCE = Path(__file__).parent / "node"
DIFFERENT = 20_000


class NodeServer(Server):
    """What both have in common."""

    loads = frozenset({"client_credentials", "code", "refresh", "rotation", "introspection", "revocation"})
    needs: ClassVar[Mapping[str, str]] = {"node": "nodejs", "npm": "npm"}
    answers = True
    guess = 10_000
    storage: ClassVar[str]

    def __init__(self, build: Path) -> None:
        super().__init__(build)
        self._packages = build / "node"
        self._again: dict[str, Path] = {}

    @property
    @abstractmethod
    def file(self) -> Path:
        """The database."""

    def set_up(self) -> None:
        """Install the packages that package-lock.json names."""
        _install(self._packages)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        # Modules are looked for beside the file that asks for them.
        for source in SOURCE.glob("*.mjs"):
            shutil.copy(source, self._packages)

    def command(self, workers: int) -> Sequence[str]:
        """With NODE_ENV=production; several workers by Node's own cluster module."""
        self._again.clear()  # what was prepared is in the process that was
        program = str(self._packages / "provider.mjs")
        return ["node", program, str(self.port), self.storage, str(self.file), str(workers)]

    def environment(self) -> Mapping[str, str]:
        """As Node's and Koa's documentation ask for in production."""
        return {"NODE_ENV": "production"}

    def supply(self, load: Load, count: int) -> Path:
        """Have the server prepare requests with tokens of its own."""
        if load.name in self._again:
            return self._again[load.name]
        file = self.folder / f"{load.name}.asks"
        if self._process is None:
            write_asks(file, [_first()])
            return file
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{load.name} {count if load.once else DIFFERENT} {file}\n")
        self._process.stdin.flush()
        # The library may have remarks of its own on the same stream; they come before.
        if not any(line == "prepared\n" for line in self._process.stdout):
            raise LoadFailed(f"it has ended; see {self.folder / 'server.log'}")
        if not load.once:
            self._again[load.name] = file
        return file


class NodeMemory(NodeServer):
    """In memory: not durable, and what is fastest."""

    name: ClassVar[str] = "node-memory"
    title: ClassVar[str] = "node-oidc-provider, memory"
    storage = "memory"
    workers: ClassVar[frozenset[int]] = frozenset({1})  # two processes would not know each other's tokens

    @property
    def file(self) -> Path:
        """None is used."""
        return self.folder / "none"


class NodeSqlite(NodeServer):
    """On better-sqlite3: write-ahead log, synchronous=FULL."""

    name: ClassVar[str] = "node-sqlite"
    title: ClassVar[str] = "node-oidc-provider, SQLite"
    storage = "sqlite"

    @property
    def file(self) -> Path:
        """The database file."""
        return self.folder / "bench.db"

    def set_up(self) -> None:
        """Also see that better-sqlite3 is there: it is compiled where there is no ready binary for this Node.js."""
        super().set_up()
        works = "new (require('better-sqlite3'))(':memory:')"
        done = subprocess.run(["node", "-e", works], cwd=self._packages, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(
                "better-sqlite3 could not be installed; it needs a compiler and Node's headers "
                "(Debian: apt-get install build-essential python3 libnode-dev)"
            )


def _first() -> Ask:
    """A request that needs no token; secrets are made as provider.mjs makes them, so that nobody has to be asked."""
    client = "machine-0"
    secret = base64.urlsafe_b64encode(hashlib.sha256(f"secret of {client}".encode()).digest()).rstrip(b"=").decode()
    return Ask("/token", basic(client, secret), "grant_type=client_credentials&scope=read")


def _install(packages: Path) -> None:
    """`npm ci` where the lock has changed since."""
    lock, stamp = (SOURCE / "package-lock.json").read_bytes(), packages / ".installed"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    packages.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, packages)
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund"], cwd=packages, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unavailable(f"npm ci failed: {done.stderr.strip()[-500:]}")
    stamp.write_bytes(lock)
