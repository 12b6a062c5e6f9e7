"""A PostgreSQL server of the bench's own, with every setting as it comes."""

import asyncio
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import asyncpg

from bench.machine import cpu_seconds, family, free_port


class NoPostgres(Exception):
    """There is no PostgreSQL here, or it doesn't start; the text says what to do."""


class Cluster:
    """A cluster in a folder, on a free port of this computer; made anew with each start."""

    def __init__(self, folder: Path) -> None:
        self._wanted = folder
        self._folder = folder
        self.port = free_port()
        self._running = False

    def start(self) -> None:
        """Make the cluster and start it. Raises NoPostgres."""
        if self._running:
            return
        binaries = _binaries()
        self._folder = _usable(self._wanted)
        data = self._folder / "data"
        self._run([str(binaries / "initdb"), "-D", str(data), "-U", "gatelodge", "-A", "trust", "-E", "UTF8"])
        # A socket file would need a short path; TCP is what a server on another machine would be asked by.
        options = f"-p {self.port} -h 127.0.0.1 -k ''"
        start = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(self._folder / "log"), "-o", options]
        self._run([*start, "start"])
        self._binaries = binaries
        self._running = True

    def new_database(self, name: str) -> str:
        """Make an empty database, instead of the one of that name if there is one; its URL."""
        asyncio.run(self._create(name))
        return f"postgresql://gatelodge@127.0.0.1:{self.port}/{name}"

    def cpu_seconds(self) -> float:
        """Processor time that the server has used so far."""
        if not self._running:
            return 0.0
        return cpu_seconds(self._pids())

    def move(self, cores: Iterable[int]) -> None:
        """Have all of it run on these cores, and what it starts from now on."""
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(pid, cores)

    def stop(self) -> None:
        """Stop it and remove its data."""
        if self._running:
            self._run([str(self._binaries / "pg_ctl"), "-D", str(self._folder / "data"), "-m", "fast", "-w", "stop"])
            self._running = False
            shutil.rmtree(self._folder, ignore_errors=True)

    def _pids(self) -> list[int]:
        return family(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]))

    async def _create(self, name: str) -> None:
        connection = await asyncpg.connect(f"postgresql://gatelodge@127.0.0.1:{self.port}/postgres")
        try:
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()

    def _run(self, command: Sequence[str]) -> None:
        # To a file and not a pipe: the server inherits it and would keep a pipe open.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                [*_as_somebody(), *command], stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, cwd="/"
            )
            if done.returncode:
                said.seek(0)
                raise NoPostgres(f"PostgreSQL's {Path(command[0]).name} failed: {said.read().strip()}")


def _binaries() -> Path:
    """The folder of the newest PostgreSQL server here."""
    places = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    places += sorted(versions, key=lambda path: -int(path.parent.name))
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise NoPostgres("there is no PostgreSQL server here (Debian: apt-get install postgresql)")


def _ordinary_user() -> str | None:
    """Whom PostgreSQL runs as: it refuses to be root. None: as whoever we are."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL doesn't run as root, and there is no other user here")


def _as_somebody() -> list[str]:
    user = _ordinary_user()
    return ["runuser", "-u", user, "--"] if user else []


def _usable(folder: Path) -> Path:
    """An empty folder that the user whom PostgreSQL runs as can get to: `folder`, or one in /var/tmp."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    user = _ordinary_user()
    if user is None:
        return folder
    shutil.chown(folder, user)
    if subprocess.run([*_as_somebody(), "test", "-w", str(folder)], check=False, capture_output=True).returncode:
        folder = Path(tempfile.mkdtemp(prefix="gatelodge-bench-", dir="/var/tmp"))
        shutil.chown(folder, user)
    return folder
