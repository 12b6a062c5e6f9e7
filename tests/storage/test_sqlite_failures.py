"""What can be wrong with a database file is told in the ports' words, and passes when the file is well again."""

import asyncio
import resource
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from anyio import to_thread
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from gatelodge.identity.people import Account
from gatelodge.protocol.credentials import Kind, Presented
from gatelodge.service.ports import StoreUnavailable
from gatelodge.service.records import NewToken
from gatelodge.storage import database, migrations, tokens_sqlite
from gatelodge.storage.database import Database, read_url
from gatelodge.storage.errors import translated
from gatelodge.storage.people import SqlPeople
from gatelodge.storage.providers import SqlProviders
from gatelodge.storage.tokens_sqlite import SqliteTokens
from gatelodge.storage.turns import Turns
from tests.support.stores import Stores, dump, open_stores
from tests.support.world import START, House, World

pytestmark = [pytest.mark.usefixtures("backend"), pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

TOKEN = Presented(Kind.ACCESS_TOKEN, 1, b"d" * 32)
DIGEST = b"d" * 32


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody in these tests gives a lock back, so that waiting for one is only waiting."""
    for module in (database, tokens_sqlite):
        monkeypatch.setattr(module, "PRAGMAS", (*database.PRAGMAS[:-1], "PRAGMA busy_timeout=20"))
        monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.02)


def missing(file: Path) -> None:
    """The file is not there, nor its folder."""
    shutil.rmtree(file.parent)
    file.parent.write_text("in the folder's place")


def empty(file: Path) -> None:
    """An empty file: a database without tables."""
    file.write_bytes(b"")


def no_database(file: Path) -> None:
    """Something else."""
    file.write_bytes(b"this is no database, it only lies where one should be. " * 500)


def corrupt(file: Path) -> None:
    """A good first page, and garbage after it."""
    page = 4096
    good = file.read_bytes()
    file.write_bytes(good[:page] + b"\xff" * (len(good) - page))


def read_only(file: Path) -> None:
    """SQLite writes to no file whose header asks for a newer writer: it can be read only, also by root."""
    with file.open("r+b") as opened:
        opened.seek(18)
        opened.write(b"\x03")


BROKEN: list[Callable[[Path], None]] = [missing, empty, no_database, corrupt]


@pytest.fixture
def file(sqlite_file: Path, tmp_path: Path) -> Path:
    """A database with the world in it, in a folder of its own."""
    (tmp_path / "data").mkdir()
    return Path(shutil.copy(sqlite_file, tmp_path / "data" / "gatelodge.db"))


@asynccontextmanager
async def hot_path(file: Path) -> AsyncIterator[SqliteTokens]:
    """The hot path's way to the file."""
    tokens = SqliteTokens(file, Turns())
    try:
        yield tokens
    finally:
        await tokens.close()


async def read_bearer(file: Path) -> None:
    """Look a token up."""
    async with hot_path(file) as tokens:
        await tokens.find_bearer(1, TOKEN)


async def read_client(file: Path) -> None:
    """Look a client up."""
    async with hot_path(file) as tokens:
        await tokens.find_client(1, 1, None)


async def write_token(file: Path) -> None:
    """Store a token."""
    async with hot_path(file) as tokens:
        await tokens.add_access_token(NewToken(1, 1, DIGEST, 1, frozenset({"read"}), START))


@asynccontextmanager
async def portal(file: Path) -> AsyncIterator[Database]:
    """The portal's way to the file."""
    opened = Database(read_url(f"sqlite:///{file}"))
    before = set(threading.enumerate())
    try:
        yield opened
    finally:
        await opened.close()
        # A connection that could not be opened ends its thread by itself, and must have done so before the loop ends.
        for thread in set(threading.enumerate()) - before:
            await to_thread.run_sync(thread.join)


async def read_providers(opened: Database) -> None:
    """List the providers."""
    await SqlProviders(opened).all()


async def write_account(opened: Database) -> None:
    """Store an account."""
    await SqlPeople(opened).create_account(Account(1, 1, "New"), now=START)


@pytest.mark.parametrize("spoil", BROKEN)
@pytest.mark.parametrize("use", [read_bearer, read_client, write_token])
async def test_the_hot_path_says_that_a_spoiled_file_is_unavailable(
    use: Callable[[Path], Awaitable[None]], spoil: Callable[[Path], None], file: Path
) -> None:
    spoil(file)
    with pytest.raises(StoreUnavailable):
        await use(file)


@pytest.mark.parametrize("spoil", BROKEN)
@pytest.mark.parametrize("use", [read_providers, write_account])
async def test_the_portal_says_that_a_spoiled_file_is_unavailable(
    use: Callable[[Database], Awaitable[None]], spoil: Callable[[Path], None], file: Path
) -> None:
    async with portal(file) as opened:
        spoil(file)
        for _ in range(3):  # it says so each time, and uses no connection up
            with pytest.raises(StoreUnavailable):
                await use(opened)


@pytest.mark.parametrize("spoil", [no_database, corrupt])
def test_migrating_a_spoiled_file_says_that_it_is_unavailable(spoil: Callable[[Path], None], file: Path) -> None:
    spoil(file)
    url = read_url(f"sqlite:///{file}")
    with pytest.raises(StoreUnavailable):
        migrations.current(url)
    with pytest.raises(StoreUnavailable):
        migrations.migrate(url)


async def test_a_file_that_is_read_only_is_unavailable(file: Path) -> None:
    read_only(file)
    with pytest.raises(StoreUnavailable):
        await write_token(file)
    async with portal(file) as opened:
        with pytest.raises(StoreUnavailable):
            await write_account(opened)


async def test_while_somebody_else_holds_the_lock_writes_are_unavailable_and_reads_go_on(
    stores: Stores, world: World, home: House, outside: sqlite3.Connection
) -> None:
    held = (await world.tokens(home)).access_token
    token = NewToken(1, home.provider.id, DIGEST, 1, frozenset({"read"}), START)
    account = Account(1, home.provider.id, "New")

    outside.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await stores.tokens.add_access_token(token)
    with pytest.raises(StoreUnavailable, match="locked"):
        await stores.people.create_account(account, now=START)
    assert await stores.providers.by_host(home.provider.host) == home.provider
    assert await world.call(home, held)  # the note of its use is lost, and nobody is told
    outside.execute("ROLLBACK")

    await stores.tokens.add_access_token(token)
    await stores.people.create_account(account, now=START)


async def test_when_the_lock_is_held_every_write_of_a_batch_is_told_so_after_one_wait(
    stores: Stores, home: House, outside: sqlite3.Connection, store_url: str
) -> None:
    tokens = [NewToken(n, home.provider.id, DIGEST, 1, frozenset({"read"}), START) for n in range(1, 20)]
    before = dump(store_url)
    outside.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(*map(stores.tokens.add_access_token, tokens), return_exceptions=True)
    assert {type(result) for result in results} == {StoreUnavailable}
    assert len({id(result) for result in results}) == 1
    outside.execute("ROLLBACK")
    assert dump(store_url) == before


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file can grow beyond `limit` bytes: to SQLite that is a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_unavailable_loses_nothing_and_passes(file: Path, store_url: str, home: House) -> None:
    url = f"sqlite:///{file}"
    tokens = [NewToken(n, home.provider.id, DIGEST, 1, frozenset({"read"}), START) for n in range(1, 400)]
    account = Account(1, home.provider.id, "New")
    async with open_stores(url) as stores:
        await stores.tokens.add_access_token(tokens[0])
        log = file.with_name(f"{file.name}-wal")
        with full_disk(log.stat().st_size + 100):
            results = await asyncio.gather(*map(stores.tokens.add_access_token, tokens[1:]), return_exceptions=True)
            assert {type(result) for result in results} == {StoreUnavailable}
            with pytest.raises(StoreUnavailable):
                await stores.people.create_account(account, now=START)
            assert await stores.providers.by_host(home.provider.host) == home.provider
        assert len(dump(url)["access_tokens"]) == 1
        await asyncio.gather(*map(stores.tokens.add_access_token, tokens[1:]))
        await stores.people.create_account(account, now=START)
        assert len(dump(url)["access_tokens"]) == len(tokens)


def test_a_pool_without_a_free_connection_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable), translated():
        raise NoFreeConnection("QueuePool limit")


@pytest.mark.parametrize("statement", ["SELECT 1; SELECT 2", "INSERT INTO t (n) VALUES (NULL)"])
def test_a_fault_of_the_program_keeps_its_name(statement: str) -> None:
    """A statement of ours that is wrong is no reason to tell a client to try again later."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (n INTEGER NOT NULL)")
    with pytest.raises(sqlite3.Error), translated():
        connection.execute(statement)
    connection.close()
