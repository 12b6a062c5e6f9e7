"""Gatelodge, as `gatelodge serve` runs it with its settings as they come, on SQLite and on PostgreSQL."""

import shutil
import sys
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench import bulk
from bench.loads import Load, write_asks
from bench.machine import Cores
from bench.postgres import Cluster, NoPostgres
from bench.servers.base import Server, Unavailable
from bench.servers.gatelodge_data import TOKENS, Installation, settings_for
from gatelodge.storage import schema
from gatelodge.storage.database import read_url

SRC = Path(__file__).parents[2] / "src"


class Gatelodge(Server):
    """What both have in common."""

    guess = 20_000
    ours = True

    def __init__(self, build: Path) -> None:
        super().__init__(build)
        self._installation: Installation | None = None
        self._again: dict[str, Path] = {}

    @abstractmethod
    def database(self) -> str:
        """The URL of an empty database."""

    def set_up(self) -> None:
        """Fill the database."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._url = self.database()
        settings = settings_for(self._url, self.folder)
        self._installation = Installation(settings, f"http://127.0.0.1:{self.port}")
        self._installation.fill()
        bulk.settle(read_url(self._url), schema.metadata.sorted_tables)

    def command(self, workers: int) -> Sequence[str]:
        """As an operator would start it."""
        place = ["--database", self._url, "--data-dir", str(self.folder / "data")]
        listen = ["--port", str(self.port), "--workers", str(workers)]
        return [sys.executable, "-m", "gatelodge", "serve", *place, *listen]

    def environment(self) -> Mapping[str, str]:
        """Where the program is, when it is not installed."""
        return {"PYTHONPATH": str(SRC)}

    def supply(self, load: Load, count: int) -> Path:
        """Requests with thousands of different applications, users and tokens."""
        assert self._installation is not None, "set_up comes first"
        if not load.once:
            if load.name not in self._again:
                self._again[load.name] = self._write(load, TOKENS)
            return self._again[load.name]
        return self._write(load, count)

    def _write(self, load: Load, count: int) -> Path:
        assert self._installation is not None
        file = self.folder / f"{load.name}.asks"
        write_asks(file, self._installation.asks(load, count))
        bulk.settle(read_url(self._url), [schema.grants, schema.codes, schema.access_tokens, schema.refresh_tokens])
        return file


class GatelodgeSqlite(Gatelodge):
    """On SQLite: write-ahead log, synchronous=FULL."""

    name: ClassVar[str] = "gatelodge-sqlite"
    title: ClassVar[str] = "Gatelodge, SQLite"

    def database(self) -> str:
        """A new file."""
        return f"sqlite:///{self.folder / 'bench.db'}"


class GatelodgePostgres(Gatelodge):
    """On PostgreSQL as it comes: synchronous_commit on."""

    name: ClassVar[str] = "gatelodge-postgres"
    title: ClassVar[str] = "Gatelodge, PostgreSQL"

    def __init__(self, build: Path) -> None:
        super().__init__(build)
        self._cluster = Cluster(build / "pg")

    def database(self) -> str:
        """A new database in a cluster of our own."""
        try:
            self._cluster.start()
        except NoPostgres as error:
            raise Unavailable(str(error)) from None
        return self._cluster.new_database("bench")

    def database_cpu_seconds(self) -> float:
        """What the PostgreSQL server has used."""
        return self._cluster.cpu_seconds()

    def place_database(self, cores: Cores) -> None:
        """Move the PostgreSQL server to its cores."""
        self._cluster.move(cores.database)

    def tear_down(self) -> None:
        """Stop the cluster."""
        self._cluster.stop()
