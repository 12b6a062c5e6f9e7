"""What the stack under Gatelodge gives with no work at all: the same uvicorn, uvloop and httptools."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from bench.loads import JSON, Ask, Load, write_asks
from bench.servers.base import Server
from bench.servers.gatelodge_data import LOOK, REDIRECT_URI, basic
from gatelodge.protocol.credentials import Kind, public_id
from gatelodge.service.minting import Mint

DIFFERENT = 20_000


class Floor(Server):
    """A fixed answer to requests that look like Gatelodge's."""

    name: ClassVar[str] = "floor"
    title: ClassVar[str] = "floor (fixed answer)"
    guess = 40_000

    def set_up(self) -> None:
        """Nothing to fill."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self, workers: int) -> Sequence[str]:
        """uvicorn with what `gatelodge serve` gives it."""
        stack = ["--interface", "asgi3", "--loop", "uvloop", "--http", "httptools", "--ws", "none", "--lifespan", "off"]
        quiet = ["--no-access-log", "--no-server-header", "--no-proxy-headers", "--backlog", "2048"]
        listen = ["--port", str(self.port), "--workers", str(workers), "--app-dir", str(Path(__file__).parent)]
        return [sys.executable, "-m", "uvicorn", "floor_app:app", *stack, *quiet, *listen]

    def supply(self, load: Load, count: int) -> Path:
        """Requests of Gatelodge's shape; nobody checks whether they were sent before."""
        count = max(count, DIFFERENT) if load.once else DIFFERENT
        file = self.folder / f"{load.name}.asks"
        write_asks(file, _asks(load, count))
        return file

    def prove(self, load: Load, asks: Path) -> None:
        """There is no work to prove."""


def _asks(load: Load, count: int) -> Iterator[Ask]:
    mint = Mint()
    apps = [basic(public_id(mint.id()), mint.secret(Kind.CLIENT_SECRET).text) for _ in range(1000)]
    tokens = [mint.secret(Kind.ACCESS_TOKEN).text for _ in range(DIFFERENT)]
    for number in range(count):
        app, text = apps[number % len(apps)], tokens[number % len(tokens)]
        yield {
            "client_credentials": Ask("/oauth2/token", app, "grant_type=client_credentials&scope=read"),
            "code": Ask("/oauth2/token", app, f"grant_type=authorization_code&code={text}&redirect_uri={REDIRECT_URI}"),
            "refresh": Ask("/oauth2/token", app, f"grant_type=refresh_token&refresh_token={text}"),
            "rotation": Ask(
                "/oauth2/token", "", f"grant_type=refresh_token&refresh_token={text}&client_id=0123456789a"
            ),
            "introspection": Ask("/oauth2/introspect", app, f"token={text}"),
            "revocation": Ask("/oauth2/revoke", app, f"token={text}"),
            "graph": Ask("/api/graphql", f"Bearer {text}", LOOK, JSON),
        }[load.name]
