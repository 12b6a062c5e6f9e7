"""Does it stay fast as it fills? What a look-up and a grant cost with ten million live tokens and with ten thousand.

`python -m bench.growth` makes an installation of each size on each database and asks both by turns: the store at the
port that the use cases ask (service/ports.py), and, for what a caller notices, the whole application without HTTP. The
tokens that are asked for lie anywhere in the table, which is the worst that can be: those of real callers are the
recent ones, and lie together.
"""

import argparse
import asyncio
import dataclasses
import os
import random
import resource
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from starlette.types import ASGIApp

from bench import bulk, docs, results
from bench.inside import ORIGIN, call, running
from bench.loads import Ask
from bench.machine import description
from bench.postgres import Cluster, NoPostgres
from bench.servers.gatelodge_data import LIFETIME, SCOPE, Installation, settings_for
from bench.tables import Table, for_a_terminal, markdown
from gatelodge.protocol.credentials import SECRET_BYTES, Kind, Presented, compose
from gatelodge.server import create_app
from gatelodge.service.minting import Mint, clock, first_id_at
from gatelodge.service.ports import TokenStore
from gatelodge.service.records import NewToken
from gatelodge.storage import schema
from gatelodge.storage.database import is_postgres, plain_url, sqlite_path
from gatelodge.storage.tokens_postgres import PostgresTokens
from gatelodge.storage.tokens_sqlite import SqliteTokens
from gatelodge.storage.turns import Turns

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
KNOWN = 20_000  # tokens that can be shown, as their secrets are not forgotten
SPAN = 3000  # seconds in which the tokens are said to have been issued: all of them still live
PER_GRANT = 10  # access tokens of one grant, as after ten refreshes; each grant has a refresh token besides
PORTION = 500_000  # rows in one transaction
AT_ONCE = 32
WITHIN = 1.3  # how many times the cost with few tokens the cost with many may be

progress = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Filled:
    """An installation with `tokens` live access tokens: their ids are evenly spaced."""

    installation: Installation
    folder: Path
    tokens: int
    first: int
    step: int
    known: Sequence[str]  # some of them, as their holders know them

    def some(self, count: int) -> list[int]:
        """Ids of tokens from all over the table."""
        return [self.first + random.randrange(self.tokens) * self.step for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one operation, in seconds: by the clock, 32 of them being under way, and of processor time, both ours and the
    database server's."""

    elapsed: float
    cpu: float


def fill(database: str, folder: Path, tokens: int) -> Filled:
    """Make an installation with so many live tokens."""
    installation = Installation(settings_for(database, folder), ORIGIN)
    installation.fill()
    first = first_id_at(clock() - SPAN)
    step = (first_id_at(clock()) - first) // tokens
    grants = max(1, tokens // PER_GRANT)
    grant_step = step * (tokens // grants)
    apps, users = installation.apps["confidential"], installation.users
    provider, expires, now = installation.provider, clock() + LIFETIME, clock()

    known = dict.fromkeys(random.sample(range(tokens), min(KNOWN, tokens)), "")

    def digest(number: int) -> bytes:
        known[number], presented = compose(Kind.ACCESS_TOKEN, first + number * step, os.urandom(SECRET_BYTES))
        return presented.digest

    def access_rows(numbers: Iterable[int]) -> Iterator[bulk.Row]:
        for n, row in zip(numbers, token_rows(numbers, step, lambda n: n % grants), strict=True):
            yield (*row[:2], digest(n), *row[3:]) if n in known else row

    def grant_rows(numbers: Iterable[int]) -> Iterator[bulk.Row]:
        for n in numbers:
            yield first + n * grant_step, provider, users[n % len(users)], apps[n % len(apps)].id, now, now

    def token_rows(numbers: Iterable[int], spacing: int, at: Callable[[int], int]) -> Iterator[bulk.Row]:
        digests = _random_digests()
        for n in numbers:
            yield first + n * spacing, provider, next(digests), first + at(n) * grant_step, SCOPE, expires

    token = ("id", "provider_id", "digest", "grant_id", "scope", "expires_at")
    owner = ("id", "provider_id", "user_id", "application_id", "created_at", "last_used_at")
    for some in _portions(grants):
        bulk.insert(installation.url, schema.grants, owner, grant_rows(some))
        bulk.insert(installation.url, schema.refresh_tokens, token, token_rows(some, grant_step, lambda n: n))
    for some in _portions(tokens):
        # Tokens of one grant lie far apart, as those of refreshes do.
        bulk.insert(installation.url, schema.access_tokens, token, access_rows(some))
        progress.print(f"  {some[-1] + 1:,} tokens")
    bulk.settle(installation.url, schema.metadata.sorted_tables)
    return Filled(installation, folder, tokens, first, step, list(known.values()))


class Asked:
    """One installation, opened, and the two things that are asked of it."""

    def __init__(self, filled: Filled, store: TokenStore, app: ASGIApp, database_cpu: Callable[[], float]) -> None:
        self._filled = filled
        self._store = store
        self._app = app
        self._database_cpu = database_cpu
        self._mint = Mint()

    async def look_up(self, count: int) -> Cost:
        """Find what stands behind an access token, as every call of the API does."""
        provider = self._filled.installation.provider

        async def one(token: int) -> None:
            assert await self._store.find_bearer(provider, Presented(Kind.ACCESS_TOKEN, token, b"")) is not None

        return await self._cost(one, self._filled.some(count))

    async def refresh(self, count: int) -> Cost:
        """Find an application and a refresh token, and store an access token: a refresh without rotation."""
        installation = self._filled.installation
        apps = installation.apps["confidential"]
        grants = max(1, self._filled.tokens // PER_GRANT)
        spacing = self._filled.step * (self._filled.tokens // grants)

        async def one(number: int) -> None:
            app, token = apps[number % len(apps)], self._filled.first + number * spacing
            found = await self._store.find_refresh_token(installation.provider, app.id, app.secret, token)
            assert found[1] is not None
            await self._give(found[1].grant_id)

        return await self._cost(one, random.choices(range(grants), k=count))

    async def grant(self, count: int) -> Cost:
        """Find an application and store an access token: client credentials."""
        installation = self._filled.installation

        async def one(number: int) -> None:
            app = installation.apps["machine"][number]
            assert await self._store.find_client(installation.provider, app.id, app.secret) is not None
            await self._give(app.own_grant or 0)

        return await self._cost(one, random.choices(range(len(installation.apps["machine"])), k=count))

    async def introspect(self, count: int) -> Cost:
        """A whole request that looks a token up."""
        servers = self._filled.installation.apps["resource server"]

        async def one(number: int) -> None:
            server = servers[number % len(servers)]
            await call(
                self._app, Ask("/oauth2/introspect", server.authorization, f"token={self._filled.known[number]}")
            )

        return await self._cost(one, random.choices(range(len(self._filled.known)), k=count))

    async def be_granted(self, count: int) -> Cost:
        """A whole request that gives a token: client credentials."""
        apps = self._filled.installation.apps["machine"]

        async def one(number: int) -> None:
            body = "grant_type=client_credentials&scope=read"
            await call(self._app, Ask("/oauth2/token", apps[number].authorization, body))

        return await self._cost(one, random.choices(range(len(apps)), k=count))

    async def _give(self, grant: int) -> None:
        secret = self._mint.secret(Kind.ACCESS_TOKEN).presented
        row = NewToken(
            secret.id, self._filled.installation.provider, secret.digest, grant, frozenset({"read"}), clock() + LIFETIME
        )
        await self._store.add_access_token(row)

    async def _cost(self, one: Callable[[int], Awaitable[None]], items: Sequence[int]) -> Cost:
        waiting = iter(items)

        async def work() -> None:
            for item in waiting:
                await one(item)

        cpu, began = self._cpu(), time.perf_counter()
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        elapsed = time.perf_counter() - began
        return Cost(elapsed / len(items), (self._cpu() - cpu) / len(items))

    def _cpu(self) -> float:
        ours = resource.getrusage(resource.RUSAGE_SELF)
        return ours.ru_utime + ours.ru_stime + self._database_cpu()


@dataclass(frozen=True, slots=True)
class Line:
    """An operation: medians with few tokens and with many, and medians of the ratios round by round."""

    database: str
    operation: str
    few: Cost
    many: Cost
    ratio: Cost


async def compare(few: Filled, many: Filled, database_cpu: Callable[[], float], rounds: int, count: int) -> list[Line]:
    """Ask both by turns, after a round that warms up. One line for each operation."""
    lines = []
    async with AsyncExitStack() as opened:
        both = [await opened.enter_async_context(_asked(filled, database_cpu)) for filled in (few, many)]
        for title, ask in OPERATIONS.items():
            costs: list[list[Cost]] = [[], []]
            for number in range(rounds + 1):
                for which in (0, 1) if number % 2 else (1, 0):
                    cost = await ask(both[which], count)
                    if number:
                        costs[which].append(cost)
            ratios = [Cost(b.elapsed / a.elapsed, b.cpu / a.cpu if a.cpu else 0.0) for a, b in zip(*costs, strict=True)]
            lines.append(Line(_name(few), title, _median(costs[0]), _median(costs[1]), _median(ratios)))
    return lines


OPERATIONS = {
    "introspection, whole": Asked.introspect,
    "client credentials, whole": Asked.be_granted,
    "look-up, store": Asked.look_up,
    "grant, store": Asked.grant,
    "refresh, store": Asked.refresh,
}


@asynccontextmanager
async def _asked(filled: Filled, database_cpu: Callable[[], float]) -> AsyncIterator[Asked]:
    url = filled.installation.url
    store = await PostgresTokens.open(url) if is_postgres(url) else SqliteTokens(sqlite_path(url), Turns())
    # create_app reads the environment, as a worker does.
    os.environ |= {"GATELODGE_DATABASE": plain_url(url), "GATELODGE_DATA_DIR": str(filled.folder / "data")}
    try:
        async with running(create_app()) as app:
            yield Asked(filled, store, app, database_cpu)
    finally:
        await store.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """0: within the limit. 1: not, or a database is missing."""
    parser = argparse.ArgumentParser("bench.growth", description=__doc__)
    parser.add_argument("--few", type=int, default=10_000, help="live tokens (default 10,000)")
    parser.add_argument("--many", type=int, default=10_000_000, help="live tokens (default 10,000,000)")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgres"), default=("sqlite", "postgres"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--count", type=int, default=20_000, help="operations in a round (default 20,000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there")
    parser.add_argument("--write-docs", action="store_true", help="write the results into docs/performance.md")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is started here must be ended here
    cluster, lines = Cluster(BUILD / "growth-pg"), []
    try:
        for database in asked.databases:
            filled = []
            for size, tokens in (("few", asked.few), ("many", asked.many)):
                began = time.perf_counter()
                folder = BUILD / "growth" / f"{database}-{size}"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                url = f"sqlite:///{folder / 'bench.db'}"
                if database == "postgres":
                    cluster.start()
                    url = cluster.new_database(size)
                filled.append(fill(url, folder, tokens))
                progress.print(f"{database}: {tokens:,} tokens in {time.perf_counter() - began:.0f} s")
            with _stderr_into(BUILD / "growth" / "log"):  # the application logs as it does for an operator
                lines += asyncio.run(compare(filled[0], filled[1], cluster.cpu_seconds, asked.rounds, asked.count))
    except KeyboardInterrupt:
        return 1
    except NoPostgres as error:
        progress.print(f"{error}; or leave it out: --databases sqlite")
        return 1
    finally:
        cluster.stop()
        shutil.rmtree(BUILD / "growth", ignore_errors=True)
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(
        for_a_terminal(_table(lines, asked.few, asked.many))
    )
    if asked.write_docs:
        machine = ", ".join(f"{name} {value}" for name, value in description().items())
        docs.put(ROOT, "growth", f"{machine}.\n\n{markdown(_table(lines, asked.few, asked.many))}")
    if asked.json:
        results.write(asked.json, {"machine": description(), "lines": [dataclasses.asdict(line) for line in lines]})
    wholes = [line for line in lines if line.operation.endswith("whole")]
    return 1 if any(line.ratio.cpu > WITHIN for line in wholes) else 0


@contextmanager
def _stderr_into(file: Path) -> Iterator[None]:
    screen, log = os.dup(2), os.open(file, os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 2)
    try:
        yield
    finally:
        os.dup2(screen, 2)
        os.close(screen)
        os.close(log)


def _table(lines: Sequence[Line], few: int, many: int) -> Table:
    heads = ("", f"µs, {few:,}", f"µs, {many:,}", "ratio", f"CPU µs, {few:,}", f"CPU µs, {many:,}", "CPU ratio")
    rows = []
    for line in lines:
        costs = [
            f"{line.few.elapsed * 1e6:.1f}",
            f"{line.many.elapsed * 1e6:.1f}",
            f"{line.ratio.elapsed:.2f}",
            f"{line.few.cpu * 1e6:.1f}",
            f"{line.many.cpu * 1e6:.1f}",
            f"{line.ratio.cpu:.2f}",
        ]
        rows.append((f"{line.operation}, {line.database}", *costs))
    return Table("Cost of one operation by the number of live tokens", heads, rows)


def _name(filled: Filled) -> str:
    return "PostgreSQL" if is_postgres(filled.installation.url) else "SQLite"


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.elapsed for cost in costs), median(cost.cpu for cost in costs))


def _portions(total: int) -> Iterator[range]:
    for start in range(0, total, PORTION):
        yield range(start, min(start + PORTION, total))


def _random_digests() -> Iterator[bytes]:
    """What SHA-256 of a random secret looks like to a database; nobody will ever show the secret."""
    while True:
        block = os.urandom(32 * 4096)
        yield from (block[at : at + 32] for at in range(0, len(block), 32))


if __name__ == "__main__":
    sys.exit(main())
