"""The Graph API over the real use cases on a real SQLite database."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from gatelodge.app import open_services, prepare
from gatelodge.config import Settings
from gatelodge.graph.endpoint import graph_endpoints
from gatelodge.identity.people import User
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import public_id
from gatelodge.service.demo import Demo
from gatelodge.service.services import Services
from gatelodge.service.user_tokens import MadeToken
from gatelodge.web.direct import Switch
from gatelodge.web.faults import exception_handlers
from gatelodge.web.middleware import ProviderByHost
from gatelodge.web.pictures import picture_routes
from tests.support.fixtures import backend, cluster, own_cluster
from tests.support.stores import Backend, elsewhere, outside

__all__ = ["backend", "cluster", "own_cluster"]

HOST = "cloud.localhost"
ORIGIN = f"http://{HOST}:8000"
OWNER, GUEST, HARBOUR = "owner@example.com", "guest@example.com", "harbour@example.com"
EVERYTHING = (
    "audiotransmit",
    "events",
    "liveview",
    "liveview_audioclip",
    "liveview_light",
    "liveview_ptz",
    "read",
    "recordings",
    "recordings_delete",
    "write",
)


class PlainPages:
    """Pages without looks."""

    def error(self, request: Request, status: int, title: str, text: str, *, detail: str = "") -> Response:
        """A page."""
        return PlainTextResponse(title, status)


def serve(services: Services, *, introspection: bool = True) -> ASGIApp:
    """The Graph API in as much of the shell as it needs."""
    pages = Starlette(
        routes=picture_routes(),
        middleware=[Middleware(ProviderByHost, pages=PlainPages())],
        exception_handlers=exception_handlers(PlainPages()),
    )
    switch = Switch(graph_endpoints(introspection=introspection), pages)
    pages.state.services = switch.services = services
    return switch


@dataclass(frozen=True)
class World:
    """A running Graph API, and hands to move the world behind it."""

    services: Services
    demo: Demo
    http: httpx.AsyncClient
    database: Path

    @property
    def provider(self) -> Provider:
        """The first of the two providers, whose host `http` calls."""
        return self.demo.provider

    async def user(self, email: str, provider: Provider | None = None) -> User:
        """One of the demo's users."""
        user = await self.services.people.by_email((provider or self.provider).id, email)
        assert user is not None
        return user

    async def token(self, email: str, scope: Iterable[str] = EVERYTHING, *, provider: Provider | None = None) -> str:
        """A user token."""
        user = await self.user(email, provider)
        made = await self.services.user_tokens.create(user, "test", frozenset(scope), None)
        assert isinstance(made, MadeToken)
        return made.text

    async def ask(self, token: str, query: str, *, host: str = HOST, **members: Any) -> httpx.Response:
        """What the API answers."""
        headers = bearer(token) | {"Host": host}
        return await self.http.post("/api/graphql", json={"query": query} | members, headers=headers)

    async def data(self, token: str, query: str, *, host: str = HOST, **members: Any) -> dict[str, Any]:
        """The data of an answer that has no errors."""
        response = await self.ask(token, query, host=host, **members)
        answer: dict[str, Any] = response.json()
        assert (response.status_code, list(answer)) == (200, ["data"]), response.text
        data: dict[str, Any] = answer["data"]
        return data

    def change(self, statement: str, *values: object) -> None:
        """Change rows behind the server's back, as another node would."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            assert connection.execute(statement, values).rowcount > 0


@dataclass(frozen=True)
class Site(World):
    """A world on either kind of database."""

    url: str

    def change(self, statement: str, *values: object) -> None:
        """Change rows behind the server's back, as another node would."""
        assert not values
        assert outside(self.url, lambda connection: connection.execute(text(statement)).rowcount) > 0

    def camera(self, name: str) -> str:
        """The public id of one of the demo's cameras."""
        return next(public_id(camera_id) for camera_id, other in self.demo.cameras if other == name)

    async def refused(self, token: str, query: str, **members: Any) -> dict[str, Any]:
        """The extensions of the one error of an answer that is a 200."""
        response = await self.ask(token, query, **members)
        assert response.status_code == 200, response.text
        [error] = response.json()["errors"]
        found: dict[str, Any] = error["extensions"]
        return found


def bearer(token: str) -> dict[str, str]:
    """The header that a token travels in."""
    return {"Authorization": f"Bearer {token}"}


def settings(folder: Path) -> Settings:
    """An installation in a folder."""
    return Settings(data_dir=folder, database="")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Demo]:
    """A folder with the demo data, to be copied, never changed."""
    folder = tmp_path_factory.mktemp("filled")

    async def fill() -> Demo:
        async with open_services(settings(folder)) as services:
            demo = await services.demo.fill(ORIGIN)
            assert isinstance(demo, Demo)
            return demo

    prepare(settings(folder))
    return folder, asyncio.run(fill())


@asynccontextmanager
async def opened(url: str, demo: Demo, folder: Path) -> AsyncIterator[Site]:
    """The site on a database that is filled with the demo data."""
    async with open_services(Settings(data_dir=folder, database=url)) as services:
        transport = httpx.ASGITransport(app=serve(services))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            yield Site(services, demo, http, folder, url)


@pytest.fixture(scope="session")
def filled_on(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Demo]:
    """A database of either kind with the demo data, to be copied, never changed."""
    url = backend.empty()

    async def fill() -> Demo:
        async with open_services(Settings(data_dir=tmp_path_factory.mktemp("keys"), database=url)) as services:
            demo = await services.demo.fill(ORIGIN)
            assert isinstance(demo, Demo)
            return demo

    return url, elsewhere(fill)


@pytest.fixture
async def site(backend: Backend, filled_on: tuple[str, Demo], tmp_path: Path) -> AsyncIterator[Site]:
    """A site of one's own for each test, on either database."""
    async with opened(backend.copy(filled_on[0]), filled_on[1], tmp_path) as site:
        yield site


@pytest.fixture
async def world(filled: tuple[Path, Demo], tmp_path: Path) -> AsyncIterator[World]:
    """A world of one's own for each test."""
    folder = tmp_path / "data"
    shutil.copytree(filled[0], folder)
    async with open_services(settings(folder)) as services:
        transport = httpx.ASGITransport(app=serve(services))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            yield World(services, filled[1], http, folder / "gatelodge.db")
