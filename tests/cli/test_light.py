"""What is not needed is not loaded: each library below costs every process megabytes and tenths of a second."""

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from subprocess import PIPE, Popen

from tests.cli.installation import Installation
from tests.cli.test_postgres import settings
from tests.cli.test_serve import Serving
from tests.support.server import environment

__all__ = ["settings"]

# `gatelodge`, which says on its last line what it has loaded by its end.
TELLING = (
    "import atexit, sys; atexit.register(lambda: print('\\n', *sys.modules)); from gatelodge.cli import main; main()"
)
NEVER = {"pydantic", "alembic", "mako", "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.oracle"} | {
    "joserfc",  # of a server that was not asked for anything signed
    "cryptography",
    "httpx2",  # or to ask another one
    "segno",
}
SQLITE = {"aiosqlite", "sqlalchemy.dialects.sqlite"}
POSTGRESQL = {"asyncpg", "sqlalchemy.dialects.postgresql"}
SERVER = {"starlette", "uvicorn", "jinja2", "strawberry", "graphql"}


@contextmanager
def telling(installation: Installation, *words: str, more: Mapping[str, str] | None = None) -> Iterator[Popen[str]]:
    """The command, begun."""
    begun = Popen(
        [sys.executable, "-c", TELLING, *words],
        env=environment(installation.folder, more),
        stdout=PIPE,
        stderr=PIPE,
        text=True,
    )
    with begun as process:
        try:
            yield process
        finally:
            process.kill()


def loaded(process: Popen[str]) -> set[str]:
    """What a process says at its end that it had loaded."""
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    return set(stdout.splitlines()[-1].split())


def by_serving(installation: Installation, more: Mapping[str, str] | None = None) -> set[str]:
    """What a server has loaded that has answered once."""
    with telling(installation, "serve", "--port", "0", more=more) as process:
        server = Serving(process)
        assert server.graph("glpa_none").status_code in (401, 421)  # the latter where there is no provider
        process.send_signal(signal.SIGTERM)
        return loaded(process)


def test_a_server_on_sqlite(demo: Installation) -> None:
    modules = by_serving(demo)
    assert modules >= SQLITE | SERVER
    assert modules.isdisjoint(NEVER | POSTGRESQL)


def test_a_server_on_postgresql(empty: Installation, settings: Mapping[str, str]) -> None:
    empty.done("demo", settings=settings)
    modules = by_serving(empty, settings)
    assert modules >= POSTGRESQL | SERVER
    assert modules.isdisjoint(NEVER | SQLITE)


def test_a_server_that_had_to_migrate_needed_alembic(empty: Installation) -> None:
    assert "alembic" in by_serving(empty)


def test_a_command(demo: Installation) -> None:
    email = json.loads(demo.done("user", "list", "--json"))[0]["email"]
    with telling(demo, "token", "list", "--user", email) as process:
        modules = loaded(process)
    assert modules >= SQLITE
    assert modules.isdisjoint(NEVER | POSTGRESQL | SERVER)
