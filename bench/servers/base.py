"""What every server that is measured has in common: it is set up, started on its cores, asked, weighed and stopped."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.loads import LOADS, Ask, Load, first_ask
from bench.loads.wrk import LoadFailed
from bench.machine import Cores, cpu_seconds, family, free_port, pinned, resident_mb

START_WITHIN = 60.0  # seconds


class Unavailable(Exception):
    """A server can't be measured here; the text says what is missing."""


class Server(ABC):
    """One server. `loads` names what it can do; `workers`, with how many processes it can be run."""

    name: ClassVar[str]
    title: ClassVar[str]
    loads: ClassVar[frozenset[str]] = frozenset(LOADS)
    workers: ClassVar[frozenset[int]] = frozenset({1, 2})
    alone: ClassVar[frozenset[str]] = frozenset()  # loads that it can do with one process only
    guess: ClassVar[int]  # requests/s that it surely stays below: so much is prepared until it has been measured
    ours: ClassVar[bool] = False
    least_seconds: ClassVar[int] = 0  # a run of fewer would see no answer
    needs: ClassVar[Mapping[str, str]] = {}  # commands that must be there, and the Debian package of each
    answers: ClassVar[bool] = False  # whether it is told to prepare requests on its stdin, and answers on stdout

    def __init__(self, build: Path) -> None:
        self.folder = build / self.name
        self.port = free_port()
        self._process: subprocess.Popen[str] | None = None

    @abstractmethod
    def set_up(self) -> None:
        """Install what it needs and fill its database. Raises Unavailable."""

    @abstractmethod
    def command(self, workers: int) -> Sequence[str]:
        """What starts it."""

    @abstractmethod
    def supply(self, load: Load, count: int) -> Path:
        """A file of at least `count` requests; where each can be sent only once, of new ones."""

    def environment(self) -> Mapping[str, str]:
        """What it needs to find in its environment besides what is there."""
        return {}

    def can(self, load: Load, workers: int) -> bool:
        """Whether it can be asked this, with so many workers."""
        return load.name in self.loads and (workers == 1 or load.name not in self.alone)

    def place_database(self, cores: Cores) -> None:
        """Have its database server, if it has one, run on the cores for that."""
        return

    def tear_down(self) -> None:
        """Stop what `set_up` started."""
        return

    def start(self, workers: int, cores: Cores) -> float:
        """Start, and answer how many seconds it took until the first answer."""
        asks = self.supply(LOADS["client_credentials"], 10)
        self.folder.mkdir(parents=True, exist_ok=True)
        log = (self.folder / "server.log").open("w", encoding="utf-8")
        ours = {name: value for name, value in os.environ.items() if not name.startswith("GATELODGE_")}
        began = time.perf_counter()
        with log:
            self._process = subprocess.Popen(
                pinned(cores.server, self.command(workers)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self.answers else log,
                stderr=log,
                text=True,
                cwd=self.folder,
                env=ours | dict(self.environment()),
                start_new_session=True,
            )
        ask = first_ask(asks)
        while True:
            try:
                self.send(ask)
                return time.perf_counter() - began
            except LoadFailed as error:
                raise Unavailable(f"{self.title} does not answer as it should: {error}") from None
            except OSError as error:
                if self._process.poll() is not None:
                    raise Unavailable(f"{self.title} has ended; see {self.folder / 'server.log'}") from None
                if time.perf_counter() - began > START_WITHIN:
                    raise Unavailable(f"{self.title} does not answer: {error}") from None
            time.sleep(0.005)

    def send(self, ask: Ask) -> str:
        """Send one request and give the answer's body. Raises LoadFailed where it was refused, OSError where nobody
        was there."""
        headers = {"Content-Type": ask.content_type}
        if ask.authorization:
            headers["Authorization"] = ask.authorization
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{ask.path}", ask.body.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                body: str = answer.read().decode()
                return body
        except urllib.error.HTTPError as error:
            raise LoadFailed(f"{error.code} {error.read().decode('utf-8', 'replace')[:300]}") from None

    def prove(self, load: Load, asks: Path) -> None:
        """Send the first request of a file and look whether the answer shows the work. Raises LoadFailed."""
        body = self.send(first_ask(asks))
        if load.proof not in body.replace(": ", ":"):
            raise LoadFailed(f"{self.title} answered {load.title} with {body[:300]}")

    def cpu_seconds(self) -> float:
        """Processor time that it has used so far."""
        return cpu_seconds(self._pids())

    def database_cpu_seconds(self) -> float:
        """Processor time that a database server has used for it so far."""
        return 0.0

    def worker_mb(self) -> float:
        """Memory of its largest process, in units of 1,000,000 bytes: of a worker, that is."""
        return max(map(resident_mb, self._pids()), default=0.0)

    def stop(self) -> None:
        """End it, if it was started."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # it began a process group of its own, of which nobody may remain
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def _pids(self) -> list[int]:
        return family(self._process.pid) if self._process else []
