"""The SQLite file is moved away, replaced, or on a disk that is full; and then is well again. Nobody restarts Gatelodge
for that."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.client import ask, get_tokens
from tests.support.disk import Disk, disk
from tests.support.person import Person
from tests.support.server import Server
from tests.support.visitor import Visitor, wait_until

__all__ = ["disk"]


@contextmanager
def visited(folder: Path, file: Path) -> Iterator[tuple[Server, Visitor]]:
    """A server on the file, and who was let in before anything happens. What it logs of that are sentences."""
    server = Server(folder, {"GATELODGE_DATABASE": f"sqlite:///{file}", "GATELODGE_SWEEP_INTERVAL": "1"})
    with server.running(), Person(server) as person:
        yield server, Visitor(server, person)


def test_it_is_moved_away_and_put_back_and_another_one_takes_its_place(tmp_path: Path) -> None:
    file = tmp_path / "gatelodge.db"
    with visited(tmp_path, file) as (server, visitor):
        away = file.rename(tmp_path / "away.db")
        wait_until(lambda: visitor.ask().status_code == 503)  # look-ups see it a tenth of a second later
        visitor.finds_nothing()
        assert f"there is no file at {file}" in visitor.said()
        assert not file.exists()
        away.rename(file)
        visitor.finds_everything()

        copy = tmp_path / "copy.db"
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        for beside in ("gatelodge.db-wal", "gatelodge.db-shm"):
            (tmp_path / beside).unlink()
        copy.rename(file)
        visitor.finds_everything()
        # What was answered since, the other file has.
        held = get_tokens(server, server.user("full"))
        server.stop(signal.SIGKILL)
        server.start()
        assert ask(server, held["access_token"]).status_code == 200
        visitor.finds_everything()


def test_its_disk_is_full(disk: Disk, tmp_path: Path) -> None:
    with visited(tmp_path, disk.place / "gatelodge.db") as (_, visitor):
        disk.fill()
        wait_until(lambda: visitor.refresh().status_code == 503)
        for _ in range(3):
            visitor.can_only_look()
        assert "full" in visitor.said()
        disk.make_room()
        visitor.finds_everything()
