"""Nothing that was acknowledged is ever lost: a writer is killed at any moment, and all that it had said is there."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.revocation import Owned
from tests.storage.processes import Child
from tests.support.stores import dump
from tests.support.world import House, World, sure

ROUNDS = 3


def acknowledged(child: Child, moment: int) -> dict[str, set[int]]:
    """What the writer acknowledged until it was killed, `moment` lines after its first one."""
    lines = [child.hear() for _ in range(moment)]
    assert all(lines), "the writer ended by itself"
    said: dict[str, set[int]] = {"access": set(), "code": set(), "revoked": set(), "user_token": set()}
    for line in lines + child.kill():
        kind, row_id = line.split()
        said[kind].add(int(row_id))
    return said


def integrity(file: Path) -> list[str]:
    """What SQLite finds wrong with the file and its references."""
    with closing(sqlite3.connect(file)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [str(row) for row in connection.execute("PRAGMA foreign_key_check")]


async def test_what_was_acknowledged_before_a_kill_is_there_after_it(
    world: World, home: House, store_url: str, sqlite_file: Path
) -> None:
    token = sure(parse((await world.tokens(home)).access_token, Kind.ACCESS_TOKEN), Presented)
    grant_id = sure(sure(await world.stores.tokens.find_owned(home.provider.id, token), Owned).grant_id, int)
    ids = (home.provider.id, home.owner.id, home.application.id, grant_id)
    everything: dict[str, set[int]] = {}
    for _ in range(ROUNDS):
        child = Child("tests.storage.writer", store_url, *map(str, ids))
        said = acknowledged(child, random.randrange(50, 500))
        for kind, row_ids in said.items():
            everything.setdefault(kind, set()).update(row_ids)

        assert integrity(sqlite_file) == []
        rows = dump(store_url)
        assert everything["access"] <= {row["id"] for row in rows["access_tokens"]}
        assert everything["code"] <= {row["id"] for row in rows["codes"] if row["used_at"] is not None}
        assert everything["revoked"] <= {row["id"] for row in rows["grants"] if row["revoked_at"] is not None}
        assert everything["user_token"] <= {row["id"] for row in rows["user_tokens"]}
        # And what belongs together is there together or not at all.
        used = {row["grant_id"] for row in rows["codes"] if row["used_at"] is not None}
        assert used == {row["grant_id"] for row in rows["refresh_tokens"]}
    assert len(everything["access"]) >= ROUNDS
