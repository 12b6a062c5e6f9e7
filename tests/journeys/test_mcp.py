"""The official MCP SDK's client connects to an MCP server with nothing but its address: the guard tells it of
Gatelodge, where it makes itself known, by a document or by registering, and its person signs in."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from mcp_types import TextContent
from pydantic import AnyUrl

from tests.support.elsewhere import Elsewhere, Page, elsewhere
from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.server import START_TIMEOUT, Server, free_port

ROOT = Path(__file__).parents[2]
DOCUMENT = "/mcp-client.json"
CALLBACK = "http://127.0.0.1:33418/callback"  # on this computer; nobody has to listen, as the person tells the client


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The web server of whoever makes the MCP client, with the client's document."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as running:
        document = {
            "client_id": running.url(DOCUMENT),
            "client_name": "Garden agent",
            "redirect_uris": ["http://127.0.0.1/callback"],  # at any port (RFC 8252)
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        }
        running.pages[DOCUMENT] = Page(json.dumps(document).encode(), headers={"Content-Type": "application/json"})
        yield running


@pytest.fixture(scope="module")
def cloud(app: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Gatelodge, where MCP clients may make themselves known."""
    made = Server(tmp_path_factory.mktemp("cloud"), app.settings)
    told = made.command("provider", "set", "localhost", "--registration", "open", "--metadata-documents")
    assert told.returncode == 0, told.stderr
    with made.running():
        yield made


@pytest.fixture(scope="module")
def mcp_server(cloud: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """examples/mcp_server.py, run as docs/mcp.md says; its address."""
    port = free_port()
    url = f"http://localhost:{port}/mcp"
    made = cloud.command(
        "app", "create", "--owner", cloud.user("full").email, "--name", "Notes", "--description", "Notes.",
        "--resource-server", "--set", f"resource_uris={url}", "--json",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    secret = json.loads(made.stdout)
    log = tmp_path_factory.mktemp("mcp") / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--app-dir", "examples", "mcp_server:app", "--port", str(port)],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT / "src"),
                "GUARD_ISSUER": cloud.origin,
                "GUARD_CLIENT_ID": secret["client_id"],
                "GUARD_CLIENT_SECRET": secret["client_secret"],
                "GUARD_RESOURCE": url,
            },
            stdout=out,
            stderr=out,
        )
    try:
        _wait(process, f"http://localhost:{port}/", log)
        yield url
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in log.read_text(), log.read_text()


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            HTTP.get(url)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(log.read_text())


class Memory(TokenStorage):
    """What the client remembers."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


async def call(url: str, cloud: Server, memory: Memory, document: str | None) -> tuple[str, list[str]]:
    """What the MCP server's tool says to a client whose person is the one with full access; and the pages that the
    person was sent to."""
    sent: list[str] = []

    async def redirect(target: str) -> None:
        sent.append(target)

    async def callback() -> AuthorizationCodeResult:
        with Person(cloud) as person:
            answer = person.decide(cloud.user("full"), sent[-1])
            location = answer.headers["location"]
        assert location.startswith(f"{CALLBACK}?"), location
        return AuthorizationCodeResult.model_validate(dict(parse_qsl(urlsplit(location).query)))

    metadata = OAuthClientMetadata(client_name="Garden agent", redirect_uris=[AnyUrl(CALLBACK)])
    auth = OAuthClientProvider(url, metadata, memory, redirect, callback, client_metadata_url=document)
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        result = await client.call_tool("who_am_i", {})
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text, sent


@pytest.mark.rfc("CIMD", "5", "an MCP client connects by its document, with no set-up")
@pytest.mark.rfc("8707", "2", "the token that an MCP client is given is for the MCP server")
async def test_an_mcp_client_connects_by_its_document(mcp_server: str, cloud: Server, app: Elsewhere) -> None:
    memory = Memory()
    said, sent = await call(mcp_server, cloud, memory, app.url(DOCUMENT))
    assert said == f"owner@example.com, through {app.url(DOCUMENT)}"
    (asked,) = [dict(parse_qsl(urlsplit(target).query)) for target in sent]
    assert (asked["client_id"], asked["resource"]) == (app.url(DOCUMENT), mcp_server)
    assert memory.tokens is not None
    assert memory.tokens.refresh_token is not None  # a public application's, which rotates
    # The next time nobody is asked, nor the document fetched.
    before = len(app.asked)
    again, sent = await call(mcp_server, cloud, memory, app.url(DOCUMENT))
    assert (again, sent, len(app.asked)) == (said, [], before)


@pytest.mark.rfc("7591", "3", "an MCP client connects by registering, with no set-up")
async def test_an_mcp_client_connects_by_registering(mcp_server: str, cloud: Server) -> None:
    memory = Memory()
    said, sent = await call(mcp_server, cloud, memory, None)
    assert memory.client is not None
    assert said == f"owner@example.com, through {memory.client.client_id}"
    assert dict(parse_qsl(urlsplit(sent[0]).query))["client_id"] == memory.client.client_id
    assert memory.client.client_secret is not None


async def test_the_same_token_opens_nothing_that_it_is_not_for(mcp_server: str, cloud: Server, app: Elsewhere) -> None:
    memory = Memory()
    await call(mcp_server, cloud, memory, app.url(DOCUMENT))
    assert memory.tokens is not None
    answer = HTTP.post(
        f"{cloud.origin}/api/graphql",
        json={"query": "{cameraList{name}}"},
        headers={"Authorization": f"Bearer {memory.tokens.access_token}"},
    )
    assert answer.status_code == 401
