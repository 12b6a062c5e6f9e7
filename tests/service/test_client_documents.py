"""Applications that documents describe, on both databases, with a real server that has the documents."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatelodge.outbound import HttpOutbound
from gatelodge.protocol.client_settings import DOCUMENT
from gatelodge.protocol.errors import InvalidClient, UntrustedRedirect
from gatelodge.protocol.metadata_document import SHORTEST, STALE
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.shown import NOTHING
from gatelodge.service.keys import KeyRing
from gatelodge.service.nobody import NAME
from tests.support.elsewhere import Elsewhere, Page, elsewhere
from tests.support.stores import Stores, open_stores
from tests.support.world import CALLBACK, House, World, request_of

ETAG = '"one"'
CHALLENGE = {"code_challenge": "c" * 43, "code_challenge_method": "S256"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The application's own web server."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as running:
        yield running


@pytest.fixture
def world(stores: Stores, keys: KeyRing, app: Elsewhere) -> World:
    """The use cases, which may ask that server."""
    app.pages.clear()
    app.asked.clear()
    return World(stores, keys, outbound=HttpOutbound("127.0.0.1", app.ca))


@pytest.fixture
def home(home: House) -> House:
    """A provider that has documents switched on."""
    return replace(home, provider=replace(home.provider, policy=Policy(metadata_documents=True)))


def stands(app: Elsewhere, headers: dict[str, str] | None = None, **members: Any) -> str:
    """Have a good document stand there, but for these members; its URL."""
    url = app.url("/client.json")
    body = {"client_id": url, "client_name": "Notes", "redirect_uris": [CALLBACK], **members}
    told = {"Content-Type": "application/json", "ETag": ETAG, **(headers or {})}
    app.pages["/client.json"] = Page(json.dumps(body).encode(), headers=told)
    return url


async def found(world: World, home: House, url: str) -> int:
    """The application, which must be found."""
    row = await world.documents.find(home.provider, url)
    assert isinstance(row, int), row
    return row


async def test_a_document_becomes_an_application_of_nobody(world: World, home: House, app: Elsewhere) -> None:
    url = stands(app, client_uri="https://notes.example.com/", grant_types=["authorization_code", "refresh_token"])
    row = await found(world, home, url)
    known = await world.stores.applications.find(home.provider.id, row)
    assert known is not None
    assert (known.name, known.redirect_uris, known.confidential, known.document_url) == (
        "Notes",
        (CALLBACK,),
        False,
        url,
    )
    assert known.grant_types == {"authorization_code", "refresh_token"}
    assert (known.settings.source, known.settings.of_nobody) == (DOCUMENT, True)
    assert (known.account_id, known.account_name) == (home.provider.id, NAME)
    accounts = await world.stores.people.accounts(home.provider.id)
    assert [one.name for one in accounts if one.of_nobody] == [NAME]
    assert await world.stores.holdings.of_account(home.provider.id, home.provider.id) == []
    assert await world.stores.members.of_account(home.provider.id, home.provider.id) == []


async def test_switched_off_nothing_is_fetched(world: World, home: House, away: House, app: Elsewhere) -> None:
    url = stands(app)
    assert isinstance(await world.documents.find(away.provider, url), str)
    assert app.asked == []


@pytest.mark.rfc("CIMD", "5.2", "what was read is good until its time is over, and is then asked for again")
async def test_a_document_is_read_again_when_its_time_is_over(world: World, home: House, app: Elsewhere) -> None:
    url = stands(app, {"Cache-Control": "max-age=600"})
    row = await found(world, home, url)
    world.now += 599
    assert await found(world, home, url) == row
    assert len(app.asked) == 1
    stands(app, {"Cache-Control": "max-age=600"}, client_name="Notes 2", redirect_uris=["https://new.example.com/cb"])
    world.now += 1
    assert await found(world, home, url) == row
    known = await world.stores.applications.find(home.provider.id, row)
    assert known is not None
    assert (known.name, known.redirect_uris) == ("Notes 2", ("https://new.example.com/cb",))


async def test_one_that_has_not_changed_is_not_sent_again(world: World, home: House, app: Elsewhere) -> None:
    url = stands(app)
    row = await found(world, home, url)
    world.now += 3600
    app.pages["/client.json"] = Page(status=304)
    assert await found(world, home, url) == row
    assert app.asked[-1].headers["if-none-match"] == ETAG
    assert await found(world, home, url) == row
    assert len(app.asked) == 2


@pytest.mark.rfc("CIMD", "5.1", "a document that can't be fetched stops the request")
async def test_where_nobody_answers_what_is_known_is_good_for_a_while(
    world: World, home: House, app: Elsewhere
) -> None:
    url = stands(app, {"Cache-Control": "max-age=300"})
    row = await found(world, home, url)
    app.pages["/client.json"] = Page(status=503)
    world.now += SHORTEST
    assert await found(world, home, url) == row
    world.now += STALE
    assert isinstance(await world.documents.find(home.provider, url), str)
    stands(app)
    assert await found(world, home, url) == row


@pytest.mark.parametrize("page", [Page(status=404), Page(status=410), Page(b"{}"), Page(status=302)])
async def test_one_that_was_taken_away_is_gone_at_once(page: Page, world: World, home: House, app: Elsewhere) -> None:
    url = stands(app)
    await found(world, home, url)
    app.pages["/client.json"] = page
    world.now += 3600
    assert isinstance(await world.documents.find(home.provider, url), str)


async def test_asked_for_at_once_it_is_fetched_once(world: World, home: House, app: Elsewhere) -> None:
    url = stands(app)
    rows = await asyncio.gather(*(found(world, home, url) for _ in range(8)))
    assert len(set(rows)) == 1
    assert len(app.asked) == 1


async def test_two_nodes_at_once_make_one_row(
    world: World, home: House, app: Elsewhere, store_url: str, tmp_path: Path
) -> None:
    url = stands(app)
    async with open_stores(store_url) as others:
        node = World(others, KeyRing(tmp_path / "other"), outbound=HttpOutbound("127.0.0.1", app.ca))
        rows = await asyncio.gather(*(found(one, home, url) for one in (world, node)))
    assert len(set(rows)) == 1
    every = await world.stores.applications.all(home.provider.id)
    assert len([one for one in every if one.document_url == url]) == 1


async def test_the_client_id_on_the_wire_is_the_address(world: World, home: House, app: Elsewhere) -> None:
    url = stands(app)
    assert isinstance(await world.authorize.begin(home.provider, request_of(home, client_id=url, **CHALLENGE)), str)
    known = await world.stores.applications.client(home.provider.id, await found(world, home, url))
    assert known is not None
    assert known[0].client_id == url
    wrong = request_of(home, client_id=app.url("/other.json"), **CHALLENGE)
    assert isinstance(await world.authorize.begin(home.provider, wrong), UntrustedRedirect)


async def test_at_the_token_endpoint_an_unknown_address_is_an_unknown_client(
    world: World, home: House, app: Elsewhere
) -> None:
    parameters = Parameters({"grant_type": "authorization_code", "code": "x", "client_id": app.url("/none.json")})
    assert isinstance(await world.token.exchange(home.provider, parameters, NOTHING), InvalidClient)


async def test_an_operator_can_switch_one_off(world: World, home: House, app: Elsewhere) -> None:
    url = stands(app)
    row = await found(world, home, url)
    await world.stores.applications.set_disabled(home.provider.id, row, disabled=True, now=world.now)
    world.now += 3600
    assert await found(world, home, url) == row  # read again, and still off
    request = request_of(home, client_id=url, **CHALLENGE)
    assert isinstance(await world.authorize.begin(home.provider, request), UntrustedRedirect)
