"""Nothing that was acknowledged is ever lost: a writer is killed at any moment, or the database itself, and all that
the writer had said is there."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.revocation import Owned
from gatelodge.service.keys import KeyRing
from tests.storage.processes import Child
from tests.support.postgres import Cluster
from tests.support.stores import dump, open_stores
from tests.support.world import House, World, sure

ROUNDS = 3
KINDS = {"access", "code", "revoked", "user_token"}


class Said:
    """What writers acknowledged before they were killed, and what of it has to be in the database."""

    def __init__(self) -> None:
        self.ids: dict[str, set[int]] = {kind: set() for kind in KINDS}

    def hear(self, lines: list[str]) -> None:
        """Take in acknowledgements."""
        for line in lines:
            kind, row_id = line.split()
            self.ids[kind].add(int(row_id))

    def hold_against(self, url: str) -> None:
        """See that everything is there."""
        rows = dump(url)
        assert self.ids["access"] <= {row["id"] for row in rows["access_tokens"]}
        assert self.ids["code"] <= {row["id"] for row in rows["codes"] if row["used_at"] is not None}
        assert self.ids["revoked"] <= {row["id"] for row in rows["grants"] if row["revoked_at"] is not None}
        assert self.ids["user_token"] <= {row["id"] for row in rows["user_tokens"]}
        # And what belongs together is there together or not at all.
        used = {row["grant_id"] for row in rows["codes"] if row["used_at"] is not None}
        assert used == {row["grant_id"] for row in rows["refresh_tokens"]}


async def writer(world: World, house: House, url: str) -> Child:
    """A process that writes as fast as it can."""
    token = sure(parse((await world.tokens(house)).access_token, Kind.ACCESS_TOKEN), Presented)
    grant_id = sure(sure(await world.stores.tokens.find_owned(house.provider.id, token), Owned).grant_id, int)
    ids = (house.provider.id, house.owner.id, house.application.id, grant_id)
    return Child("tests.storage.writer", url, *map(str, ids))


def some_lines(child: Child) -> list[str]:
    """What it acknowledges until a random moment, something of each kind among it."""
    least = random.randrange(50, 500)
    lines: list[str] = []
    while len(lines) < least or {line.split()[0] for line in lines} < KINDS:
        lines.append(child.hear())
        assert lines[-1], "the writer ended by itself"
    return lines


def integrity(file: Path) -> list[str]:
    """What SQLite finds wrong with the file and its references."""
    with closing(sqlite3.connect(file)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [str(row) for row in connection.execute("PRAGMA foreign_key_check")]


async def test_what_was_acknowledged_before_a_kill_is_there_after_it(world: World, home: House, store_url: str) -> None:
    said = Said()
    for _ in range(ROUNDS):
        child = await writer(world, home, store_url)
        said.hear(some_lines(child) + child.kill())
        said.hold_against(store_url)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_kill_leaves_the_file_whole(world: World, home: House, store_url: str, sqlite_file: Path) -> None:
    child = await writer(world, home, store_url)
    some_lines(child)
    child.kill()
    assert integrity(sqlite_file) == []


@pytest.mark.xdist_group("own postgres")
@pytest.mark.parametrize("backend", ["own postgres"], indirect=True)
async def test_what_was_acknowledged_before_the_database_crashed_is_there_when_it_is_back(
    home: House, store_url: str, own_cluster: Cluster, keys: KeyRing
) -> None:
    said = Said()
    for _ in range(2):
        async with open_stores(store_url) as stores:  # closed before the crash: nothing stale is left
            child = await writer(World(stores, keys), home, store_url)
        lines = some_lines(child)
        own_cluster.stop("immediate")
        said.hear(lines + child.kill())
        own_cluster.start()
        said.hold_against(store_url)
