"""A running server for the tests here and in tests/attacks, and hands to move the world behind it."""

import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import anyio
import pytest

from gatelodge.app import open_services
from gatelodge.config import Settings
from gatelodge.service.services import Services
from tests.support.server import Server, free_port

T = TypeVar("T")

# Every browser in these tests comes from an address of its own, or signing in often would soon be throttled.
BEHIND_A_PROXY = {"GATELODGE_TRUSTED_PROXIES": "127.0.0.1"}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that tests share. Whatever is done to it, it must not fail."""
    running = Server(tmp_path_factory.mktemp("server"), BEHIND_A_PROXY)
    running.start()
    yield running
    assert running.stop() == 0
    log = running.log.read_text("utf-8")
    assert "Traceback" not in log, log
    assert "status=5" not in log, log


class Copy(Server):
    """Another process, on a copy of the data of a server."""

    def __init__(self, original: Server, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder, self.log = folder, folder / "server.log"
        self.port, self.demo = free_port(), original.demo
        self.origin = f"http://localhost:{self.port}"
        self._settings = dict(settings)
        self._process = None
        shutil.copy2(original.folder / "master.key", folder)
        with (
            closing(sqlite3.connect(database(original))) as theirs,
            closing(sqlite3.connect(database(self))) as ours,
        ):
            theirs.backup(ours)
        change(self, f"UPDATE providers SET origin = replace(origin, ':{original.port}', ':{self.port}')")


@pytest.fixture
def own_server(server: Server, tmp_path: Path) -> Iterator[Server]:
    """A running server for one test alone, to be broken."""
    running = Copy(server, tmp_path, BEHIND_A_PROXY)
    running.start()
    yield running
    running.stop()


def database(server: Server) -> Path:
    """The server's database file."""
    return server.folder / "gatelodge.db"


def change(server: Server, *statements: str) -> None:
    """Change the database behind the server's back, as another node would."""
    with closing(sqlite3.connect(database(server), timeout=10)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def use(server: Server, work: Callable[[Services], Awaitable[T]]) -> T:
    """Do something with the use cases on the server's database, in this process."""

    async def opened() -> T:
        settings = Settings(data_dir=server.folder, database=f"sqlite:///{database(server)}")
        async with open_services(settings) as services:
            return await work(services)

    return anyio.run(opened)
