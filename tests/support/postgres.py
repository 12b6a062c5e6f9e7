"""A PostgreSQL server of the tests' own: private, on a free port, gone when they are done.

The processes of one test session share it. Each holds a lock on it for as long as it lives, and a process beside them
waits for that lock, stops the server and removes its folder: so it goes even if a test process is killed."""

import fcntl
import json
import os
import pwd
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "autovacuum": "off",  # it would keep busy with hundreds of databases that nobody comes back to
}
TRIES = 5  # somebody may take the free port before the server does
_held: list[object] = []  # what this process holds until it ends


def programs() -> Path:
    """The folder of the server's programs. scripts/postgres finds it, or says what to install."""
    found = subprocess.run([ROOT / "scripts" / "postgres", "--find"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return Path(found.stdout.strip())


def _free_port() -> int:
    """A port that nobody listens on just now, and below those that systems give to clients: a server that was stopped
    gets it back."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def _ordinary_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL does not run as root. None where that is ourselves."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


class ServerError(Exception):
    """A command of the server's failed; the text is what it said, and what the server's log says."""


class Cluster:
    """One server and its databases, in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._bin = programs()
        self._user = _ordinary_user()

    @classmethod
    def make(cls) -> "Cluster":
        """A new one, running."""
        made = cls(Path(tempfile.mkdtemp(prefix="gatelodge-postgres-")), _free_port())
        if made._user:
            os.chown(made.folder, made._user.pw_uid, made._user.pw_gid)
        # What a crash of the machine would cost while it is being made is of no interest.
        made._run("initdb", "--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        for _ in range(TRIES):
            try:
                made.start()
            except ServerError as error:
                if "Address already in use" not in str(error):
                    raise
                made.port = _free_port()
            else:
                return made
        raise ServerError("no free port after several tries")

    def start(self) -> None:
        """Start the server and wait until it lets people in."""
        options = " ".join(f"-c {name}='{value}'" for name, value in {**SETTINGS, "port": str(self.port)}.items())
        self._run("pg_ctl", "start", "--wait", "--timeout=60", f"--log={self.folder / 'log'}", f"--options={options}")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends what is going on and writes everything down, `immediate` is a crash."""
        self._run("pg_ctl", "stop", "--wait", "--timeout=60", f"--mode={mode}")

    def remove(self) -> None:
        """Stop the server and take everything away."""
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / "commands.log").open("ab") as log:
            ended = subprocess.run(
                [self._bin / program, "-D", self.folder / "data", *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user.pw_uid if self._user else None,
                group=self._user.pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
                check=False,
            )
        if ended.returncode != 0:
            logs = [self.folder / "commands.log", self.folder / "log"]
            raise ServerError("\n".join(log.read_text()[-2000:] for log in logs if log.exists()))


def shared_cluster(session: Path) -> Cluster:
    """The one server of the test session whose processes share the folder `session`."""
    known = session / "postgres.json"
    with _locked(session / "postgres.lock"):
        if known.exists():
            place = json.loads(known.read_text())
            cluster = Cluster(Path(place["folder"]), place["port"])
            if _hold(cluster):
                return cluster
        cluster = Cluster.make()
        (cluster.folder / "users").touch()
        assert _hold(cluster)
        watcher = [sys.executable, "-m", __name__, str(cluster.folder), str(cluster.port)]
        nothing = subprocess.DEVNULL
        _held.append(
            subprocess.Popen(watcher, cwd=ROOT, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
        )
        known.write_text(json.dumps({"folder": str(cluster.folder), "port": cluster.port}))
        return cluster


def _hold(cluster: Cluster) -> bool:
    """Keep the server for as long as this process lives; False where it is gone, or about to go."""
    try:
        users = (cluster.folder / "users").open()
        fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        return False
    _held.append(users)
    return True


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    opened: IO[str]
    with file.open("w") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def main(folder: str, port: str) -> None:
    """Wait until nobody uses the server any more, then take it away."""
    with (Path(folder) / "users").open() as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        Cluster(Path(folder), int(port)).remove()


if __name__ == "__main__":
    main(*sys.argv[1:])
