"""The sector of an application with pairwise subjects is one that lists its addresses (OpenID Connect Core §8.1)."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gatelodge.outbound import HttpOutbound
from gatelodge.protocol.client_settings import PAIRWISE, ClientSettings
from gatelodge.service.applications import Registered
from gatelodge.service.keys import KeyRing
from gatelodge.service.records import Application, ApplicationForm
from gatelodge.service.refusals import Faults
from tests.support.elsewhere import Elsewhere, Page, elsewhere
from tests.support.stores import Stores
from tests.support.world import House, World, sure

ONE, TWO = "https://one.example/back", "https://two.example/back"
LIST = "/list.json"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """Where the list is."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as server:
        yield server


def form(there: Elsewhere, *uris: str) -> ApplicationForm:
    """An application's form."""
    settings = ClientSettings(subject_type=PAIRWISE, sector_identifier_uri=f"{there.origin}{LIST}")
    return ApplicationForm("Two sites", "", uris or (ONE, TWO), settings=settings)


@pytest.mark.rfc("OpenID Connect Core", "8.1", "the sector_identifier_uri lists every redirect URI of the application")
@pytest.mark.parametrize(
    ("page", "good"),
    [
        (Page(json.dumps([ONE, TWO, "https://three.example/"]).encode()), True),
        (Page(json.dumps([ONE]).encode()), False),
        (Page(json.dumps({"uris": [ONE, TWO]}).encode()), False),
        (Page(b"<html>"), False),
        (Page(json.dumps([ONE, TWO]).encode(), status=404), False),
        (Page(b"[" + b" " * 100_000 + json.dumps([ONE, TWO]).encode()[1:]), False),
    ],
)
async def test_the_list_has_to_be_there(
    stores: Stores, keys: KeyRing, home: House, there: Elsewhere, page: Page, good: bool
) -> None:
    world = World(stores, keys, outbound=HttpOutbound("127.0.0.1", there.ca))
    there.pages[LIST] = page
    made = await world.applications.register(home.owner, form(there))
    if good:
        assert sure(made, Registered).application.settings.sector == "localhost"
    else:
        assert set(sure(made, Faults).fields) == {"sector_identifier_uri"}


async def test_the_list_is_read_again_only_when_it_has_to_say_something_else(
    stores: Stores, keys: KeyRing, home: House, there: Elsewhere
) -> None:
    world = World(stores, keys, outbound=HttpOutbound("127.0.0.1", there.ca))
    there.pages[LIST] = Page(json.dumps([ONE, TWO]).encode())
    made = sure(await world.applications.register(home.owner, form(there)), Registered).application
    there.pages[LIST] = Page(status=503)
    renamed = await world.applications.edit(home.owner, made.id, replace(form(there), name="Renamed"))
    assert sure(renamed, Application).name == "Renamed"
    more = await world.applications.edit(home.owner, made.id, form(there, ONE, TWO, "https://three.example/"))
    assert set(sure(more, Faults).fields) == {"sector_identifier_uri"}


async def test_an_address_inside_is_not_asked(world: World, home: House, there: Elsewhere) -> None:
    there.pages[LIST] = Page(json.dumps([ONE, TWO]).encode())
    there.asked.clear()
    made = await world.applications.register(home.owner, form(there))
    assert set(sure(made, Faults).fields) == {"sector_identifier_uri"}
    assert there.asked == []
