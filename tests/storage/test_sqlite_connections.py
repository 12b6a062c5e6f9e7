"""How our connections to SQLite are set up, what each query costs, and how writers take turns."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import delete, select

from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.revocation import Owned
from gatelodge.service.records import NewToken, UserToken
from gatelodge.storage import holdings, tokens_sqlite
from gatelodge.storage.database import BUSY_TIMEOUT, Database, read_url
from gatelodge.storage.migrations import migrate
from gatelodge.storage.schema import users
from gatelodge.storage.tokens_sqlite import SqliteTokens
from gatelodge.storage.turns import Turns
from tests.support.stores import Stores, dump, open_stores
from tests.support.world import START, House, World, sure

pytestmark = [pytest.mark.usefixtures("backend"), pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on the disk before it is acknowledged
    "foreign_keys": 1,
    "busy_timeout": BUSY_TIMEOUT * 1000,
}


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    """The portal's way to the test's own database."""
    opened = Database(read_url(store_url))
    yield opened
    await opened.close()


@pytest.fixture
async def tokens(sqlite_file: Path) -> AsyncIterator[SqliteTokens]:
    """The hot path's way to the test's own database."""
    opened = SqliteTokens(sqlite_file, Turns())
    yield opened
    await opened.close()


async def test_every_connection_of_the_portals_is_set_up(database: Database) -> None:
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(database.reading()) for _ in range(4)]
        connections.append(await stack.enter_async_context(database.writing()))
        for connection in connections:
            for name, value in SETTINGS.items():
                assert (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one() == value, name


async def test_every_connection_of_the_hot_path_is_set_up(tokens: SqliteTokens) -> None:
    at_once = SETTINGS | {"busy_timeout": 0}  # on the event loop it waits for nobody
    for connection, settings in (
        (tokens.reader, SETTINGS),
        (tokens._writer.connection(), at_once),
        (tokens._patient_writer.connection(), SETTINGS),
    ):
        for name, value in settings.items():
            assert connection.execute(f"PRAGMA {name}").fetchone()[0] == value, name


async def test_a_write_has_its_lock_before_its_first_statement(database: Database, outside: sqlite3.Connection) -> None:
    async with database.writing():
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            outside.execute("BEGIN IMMEDIATE")
    outside.execute("BEGIN IMMEDIATE")
    outside.execute("ROLLBACK")


async def test_reading_keeps_nobody_from_writing_and_is_one_view(
    database: Database, outside: sqlite3.Connection, home: House
) -> None:
    names = select(users.c.name).where(users.c.id == home.owner.id)
    async with database.reading() as connection:
        assert (await connection.execute(names)).scalar_one() == home.owner.name
        outside.execute("UPDATE users SET name = 'Changed'")
        assert (await connection.execute(names)).scalar_one() == home.owner.name
    async with database.reading() as connection:
        assert (await connection.execute(names)).scalar_one() == "Changed"


async def test_a_write_that_is_given_up_leaves_nothing_behind_and_no_lock(
    database: Database, outside: sqlite3.Connection, store_url: str
) -> None:
    before = dump(store_url)
    began = asyncio.Event()

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(delete(users))
            began.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    outside.execute("BEGIN IMMEDIATE")
    outside.execute("ROLLBACK")
    assert dump(store_url) == before


async def test_a_write_that_fails_halfway_leaves_nothing_behind(database: Database, store_url: str) -> None:
    before = dump(store_url)

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(delete(users))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write()
    assert dump(store_url) == before


def statements_of(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Every statement that a module of the hot path has, by its name, apart from those that only insert."""
    for name, value in vars(module).items():
        if name.startswith(("FIND_", "NOTE_", "USE_", "REPLACE", "REVOKE_")):
            for kind, text in value.items() if isinstance(value, dict) else [("", value)]:
                yield f"{name} {kind}".strip(), text


HOT_QUERIES = dict(statements_of(tokens_sqlite))


def test_every_hot_query_is_there() -> None:
    assert len(HOT_QUERIES) == 18
    assert all("asked" in query or "WHERE" in query for query in HOT_QUERIES.values())


@pytest.mark.parametrize("name", HOT_QUERIES)
def test_a_hot_query_only_searches_by_row_key(name: str, outside: sqlite3.Connection) -> None:
    query = HOT_QUERIES[name]
    plan = [row[3] for row in outside.execute(f"EXPLAIN QUERY PLAN {query}", (1,) * query.count("?"))]
    assert plan
    for step in plan:
        if step.split(" LEFT")[0] in ("SCAN CONSTANT ROW", "SCAN asked", "CO-ROUTINE asked", "MATERIALIZE asked"):
            continue  # the one question
        if step.startswith("CORRELATED SCALAR SUBQUERY"):
            break  # what a grant was exchanged for: behind a CASE, asked only of those few that were
        assert step.startswith("SEARCH "), step
        assert "USING INTEGER PRIMARY KEY (rowid=?)" in step, step


@pytest.mark.parametrize("query", [holdings.OF_USER, holdings.OF_ACCOUNT])
def test_what_a_caller_holds_is_never_looked_for_among_all_resources(query: str, outside: sqlite3.Connection) -> None:
    explained = outside.execute(f"EXPLAIN QUERY PLAN {query.replace('$', '?')}", (1, 1))
    searches = {step.removesuffix(" LEFT-JOIN") for *_, step in explained} - {"USE TEMP B-TREE FOR ORDER BY"}
    of_user = {
        "SEARCH m USING INDEX ix_memberships_user_id (user_id=?)",
        "SEARCH g USING INDEX sqlite_autoindex_resource_rights_1 (user_id=? AND resource_id=?)",
    }
    assert searches == {
        "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH r USING INDEX ix_resources_account_id (account_id=?)",
        *(of_user if query == holdings.OF_USER else ()),
    }


@pytest.mark.parametrize("table", ["codes", "access_tokens", "refresh_tokens"])
def test_a_hot_table_has_no_second_tree(table: str, outside: sqlite3.Connection) -> None:
    assert outside.execute(f"PRAGMA index_list({table})").fetchall() == []


def test_a_row_key_is_the_tables_own(outside: sqlite3.Connection) -> None:
    """`INTEGER PRIMARY KEY` and nothing else, or SQLite keeps a second tree for it."""
    tables = [row[0] for row in outside.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    keyed = 0
    for table in tables:
        keys = [(row[1], row[2]) for row in outside.execute(f"PRAGMA table_info({table})") if row[5]]
        if keys == [("id", "INTEGER")]:
            keyed += 1
            assert "pk" not in [row[3] for row in outside.execute(f"PRAGMA index_list({table})")], table
    assert keyed == 23


def watch(connection: sqlite3.Connection) -> list[str]:
    """The first word of each statement that the connection runs from now on."""
    seen: list[str] = []
    connection.set_trace_callback(lambda statement: seen.append(statement.split()[0]))
    return seen


async def new_tokens(world: World, house: House, many: int) -> list[NewToken]:
    """Tokens of one grant, to be stored."""
    held = sure(parse((await world.tokens(house)).access_token, Kind.ACCESS_TOKEN), Presented)
    owned = sure(await world.stores.tokens.find_owned(house.provider.id, held), Owned)
    presented = [world.mint.secret(Kind.ACCESS_TOKEN).presented for _ in range(many)]
    grant_id = sure(owned.grant_id, int)
    return [NewToken(one.id, house.provider.id, one.digest, grant_id, frozenset({"read"}), START) for one in presented]


async def test_the_writes_of_one_turn_are_one_commit(tokens: SqliteTokens, world: World, home: House) -> None:
    new = await new_tokens(world, home, 20)
    seen = watch(tokens._writer.connection())
    await asyncio.gather(*map(tokens.add_access_token, new))
    assert seen == ["BEGIN", *["INSERT"] * 20, "COMMIT"]


async def test_a_write_that_has_to_wait_for_another_process_keeps_nobody_waiting(
    tokens: SqliteTokens, world: World, home: House, outside: sqlite3.Connection
) -> None:
    new = await new_tokens(world, home, 1)
    outside.execute("BEGIN IMMEDIATE")
    begun = threading.Event()
    tokens._patient_writer.connection().set_trace_callback(lambda _: begun.set())
    waiting = asyncio.ensure_future(tokens.add_access_token(new[0]))
    await asyncio.to_thread(begun.wait)
    presented = Presented(Kind.ACCESS_TOKEN, new[0].id, new[0].digest)
    assert await tokens.find_bearer(home.provider.id, presented) is None
    assert not waiting.done()
    outside.execute("ROLLBACK")
    await waiting
    assert await tokens.find_bearer(home.provider.id, presented) is not None


async def test_an_answer_comes_after_its_commit(
    tokens: SqliteTokens, world: World, home: House, outside: sqlite3.Connection
) -> None:
    async def add_and_look(token: NewToken) -> bool:
        await tokens.add_access_token(token)
        row = outside.execute("SELECT digest FROM access_tokens WHERE id = ?", (token.id,)).fetchone()
        return bool(row == (token.digest,))

    new = await new_tokens(world, home, 50)
    assert await add_and_look(new[0])
    assert all(await asyncio.gather(*map(add_and_look, new[1:])))


async def test_more_writes_than_one_commit_may_hold_are_all_made(
    tokens: SqliteTokens, world: World, home: House, store_url: str
) -> None:
    many = tokens_sqlite.MOST_IN_ONE_COMMIT + 1
    new = await new_tokens(world, home, many)
    seen = watch(tokens._writer.connection())
    await asyncio.gather(*map(tokens.add_access_token, new))
    assert seen.count("COMMIT") == 2
    assert len(dump(store_url)["access_tokens"]) == many + 1


async def test_a_caller_who_leaves_does_not_disturb_the_others(tokens: SqliteTokens, world: World, home: House) -> None:
    new = await new_tokens(world, home, 10)
    tasks = [asyncio.create_task(tokens.add_access_token(token)) for token in new]
    await asyncio.sleep(0)
    tasks[3].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results].count(type(None)) == 9
    for number, token in enumerate(new):
        if number != 3:
            assert await tokens.find_bearer(home.provider.id, Presented(Kind.ACCESS_TOKEN, token.id, token.digest))


async def test_closing_finishes_what_was_begun(sqlite_file: Path, world: World, home: House, store_url: str) -> None:
    new = await new_tokens(world, home, 10)
    opened = SqliteTokens(sqlite_file, Turns())
    tasks = [asyncio.create_task(opened.add_access_token(token)) for token in new]
    await asyncio.sleep(0)
    await opened.close()
    await asyncio.gather(*tasks)
    assert {token.id for token in new} <= {row["id"] for row in dump(store_url)["access_tokens"]}


async def test_what_was_written_once_another_file_has_taken_the_place_is_found_at_once(
    world: World, home: House, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens_sqlite, "LOOK_EVERY", 3600.0)
    before, after = await new_tokens(world, home, 2)
    copy = sqlite_file.with_name(f"{sqlite_file.name}-copy")
    async with AsyncExitStack() as stack:
        tokens = SqliteTokens(sqlite_file, Turns())
        stack.push_async_callback(tokens.close)

        async def found(token: NewToken) -> bool:
            presented = Presented(Kind.ACCESS_TOKEN, token.id, token.digest)
            return await tokens.find_bearer(home.provider.id, presented) is not None

        await tokens.add_access_token(before)
        assert await found(before)
        with closing(sqlite3.connect(sqlite_file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        copy.rename(sqlite_file)
        for beside in ("-wal", "-shm"):
            sqlite_file.with_name(f"{sqlite_file.name}{beside}").unlink()
        await tokens.add_access_token(after)
        assert await found(after)
        assert await found(before)


async def test_the_portal_and_the_hot_path_write_at_the_same_time(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    new = await new_tokens(world, home, 200)
    before = len(dump(store_url)["access_tokens"])

    async def make_user_token() -> None:
        token = UserToken(world.mint.id(), "Script", frozenset({"read"}), START, None, None, None)
        await stores.user_tokens.create(home.owner, token, b"d" * 32)

    async with open_stores(store_url) as others:
        hot = [either.tokens.add_access_token(token) for either, token in zip([stores, others] * 100, new, strict=True)]
        await asyncio.gather(*[make_user_token() for _ in range(30)], *hot)
    rows = dump(store_url)
    assert (len(rows["access_tokens"]) - before, len(rows["user_tokens"])) == (200, 30)


def test_what_is_migrated_stays_as_it_is(store_url: str) -> None:
    before = dump(store_url)
    migrate(read_url(store_url))
    assert dump(store_url) == before
