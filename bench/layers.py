"""Where the time goes: what a request costs at the store, at the use case, and at the whole application without HTTP.

`python -m bench.layers` asks all three in this process, 32 at a time, on SQLite. The rest, up to what `make bench`
finds, is the HTTP server's; the floor shows it alone.
"""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from starlette.types import ASGIApp

from bench import bulk
from bench.inside import ORIGIN, call, running
from bench.loads import LOADS, Ask
from bench.servers.gatelodge_data import LIFETIME, Installation, settings_for
from bench.tables import Table, for_a_terminal
from gatelodge.app import open_services
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.parameters import Parameters, read_parameters
from gatelodge.protocol.shown import Shown
from gatelodge.server import create_app
from gatelodge.service.minting import Mint, clock
from gatelodge.service.records import NewToken
from gatelodge.storage import schema
from gatelodge.storage.database import sqlite_path
from gatelodge.storage.tokens_sqlite import SqliteTokens
from gatelodge.storage.turns import Turns

BUILD = Path(__file__).resolve().parent.parent / "build" / "bench"
AT_ONCE, COUNT, ROUNDS = 32, 4000, 5

One = Callable[[int], Awaitable[None]]


async def measure(installation: Installation, settings_database: str, folder: Path) -> Table:
    """CPU µs of each layer, of a grant by client credentials and of an introspection."""
    settings = settings_for(settings_database, folder)
    grants = list(installation.asks(LOADS["client_credentials"], COUNT))
    looks = await asyncio.to_thread(lambda: list(installation.asks(LOADS["introspection"], COUNT)))
    await asyncio.to_thread(bulk.settle, installation.url, schema.metadata.sorted_tables)
    store = SqliteTokens(sqlite_path(installation.url), Turns())
    async with open_services(settings) as services, running(create_app()) as app:
        provider = next(each for each in await services.providers.all() if each.id == installation.provider)

        async def exchange(number: int) -> None:
            ask = grants[number]
            answer = await services.token.exchange(provider, _parameters(ask), Shown(ask.authorization))
            assert hasattr(answer, "access_token"), answer

        async def introspect(number: int) -> None:
            ask = looks[number]
            answer = await services.introspection.introspect(provider, _parameters(ask), Shown(ask.authorization))
            assert isinstance(answer, dict), answer
            assert answer["active"], answer

        layers: dict[str, tuple[One, One]] = {
            "the store": (_store_grant(installation, store), _store_look(installation, store, provider, looks)),
            "the use case": (exchange, introspect),
            "the application": (_call(app, grants), _call(app, looks)),
        }
        found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in layers}
        for number in range(ROUNDS + 1):
            for name, both in layers.items():
                for which, one in enumerate(both):
                    cost = await _cost(one)
                    if number:  # the first round warms up
                        found[name][which].append(cost)
    await store.close()
    rows, before = [], [0.0, 0.0]
    for name, costs in found.items():
        now = [median(some) * 1e6 for some in costs]
        figures = [f"{now[0]:.0f}", f"{now[0] - before[0]:.0f}", f"{now[1]:.0f}", f"{now[1] - before[1]:.0f}"]
        rows.append((name, *figures))
        before = now
    heads = ("up to and with", "grant, CPU µs", "of these its own", "introspection, CPU µs", "of these its own")
    return Table("Where the time goes, without HTTP", heads, rows)


def main() -> int:
    """Print the table."""
    folder = BUILD / "layers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    database = f"sqlite:///{folder / 'bench.db'}"
    installation = Installation(settings_for(database, folder), ORIGIN)
    installation.fill()
    os.environ |= {"GATELODGE_DATABASE": database, "GATELODGE_DATA_DIR": str(folder / "data")}
    # The application logs as it does for an operator: to stderr, which is a file here.
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, sys.stderr.fileno())
    table = asyncio.run(measure(installation, database, folder))
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(for_a_terminal(table))
    shutil.rmtree(folder)
    return 0


async def _cost(one: One) -> float:
    waiting = iter(range(COUNT))

    async def work() -> None:
        for number in waiting:
            await one(number)

    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return (time.process_time() - began) / COUNT


def _store_grant(installation: Installation, store: SqliteTokens) -> One:
    mint, apps = Mint(), installation.apps["machine"]

    async def one(number: int) -> None:
        app = apps[number % len(apps)]
        await store.find_client(installation.provider, app.id, app.secret)
        row_id = mint.id()
        row = NewToken(
            row_id, installation.provider, os.urandom(32), app.own_grant or 0, frozenset({"read"}), clock() + LIFETIME
        )
        await store.add_access_token(row)

    return one


def _store_look(installation: Installation, store: SqliteTokens, provider: Provider, looks: Sequence[Ask]) -> One:
    apps = installation.apps["resource server"]
    tokens: list[Presented] = []
    for ask in looks:
        presented = parse(ask.body.removeprefix("token="), Kind.ACCESS_TOKEN)
        assert presented is not None
        tokens.append(presented)

    async def one(number: int) -> None:
        app = apps[number % len(apps)]
        await store.find_state(provider.id, app.id, app.secret, tokens[number])

    return one


def _parameters(ask: Ask) -> Parameters:
    return read_parameters(b"", ask.body.encode())


def _call(app: ASGIApp, asks: Sequence[Ask]) -> One:
    return lambda number: call(app, asks[number])


if __name__ == "__main__":
    sys.exit(main())
