"""Pages, cursors, searching, arguments that can't be, and what large answers cost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, insert

from gatelodge.graph.cursors import cursor, read_cursor
from gatelodge.graph.limits import LISTS, MAX_COST, read
from gatelodge.graph.schema import SCHEMA
from gatelodge.service.demo import CAMERAS
from gatelodge.storage.holdings import PostgresHoldings, SqliteHoldings
from gatelodge.storage.schema import resources
from tests.graph.conftest import GUEST, ORIGIN, OWNER, Site, bearer, serve
from tests.support.stores import outside

NAMES = sorted(CAMERAS)
PAGE = "query ($first: Int!, $after: String, $search: String) {cameras(first: $first, after: $after, search: $search) \
{edges {cursor node {name}} totalCount pageInfo {hasNextPage hasPreviousPage startCursor endCursor}}}"


async def page(site: Site, token: str, **variables: Any) -> dict[str, Any]:
    """One page of cameras."""
    found: dict[str, Any] = (await site.data(token, PAGE, variables=variables))["cameras"]
    return found


def names(found: dict[str, Any]) -> list[str]:
    """The names on a page."""
    return [edge["node"]["name"] for edge in found["edges"]]


async def test_cameras_come_in_pages(site: Site) -> None:
    token = await site.token(OWNER)
    first = await page(site, token, first=4)
    assert (names(first), first["totalCount"]) == (NAMES[:4], len(NAMES))
    assert first["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": first["edges"][0]["cursor"],
        "endCursor": first["edges"][-1]["cursor"],
    }
    second = await page(site, token, first=4, after=first["pageInfo"]["endCursor"])
    assert names(second) == NAMES[4:]
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    last = await page(site, token, first=4, after=second["pageInfo"]["endCursor"])
    assert (names(last), last["pageInfo"]["endCursor"]) == ([], None)


async def test_a_cursor_stands_where_it_stood_though_its_camera_is_gone(site: Site) -> None:
    token = await site.token(OWNER)
    first = await page(site, token, first=2)
    site.change(f"DELETE FROM resources WHERE name = '{NAMES[1]}'")
    assert names(await page(site, token, first=9, after=first["pageInfo"]["endCursor"])) == NAMES[2:]


async def test_a_cursor_of_somebody_elses_shows_nothing_of_theirs(site: Site) -> None:
    owners = await page(site, await site.token(OWNER), first=1)
    guests = await page(site, await site.token(GUEST), first=9, after=owners["pageInfo"]["endCursor"])
    assert names(guests) == ["Front door", "Garden"]


@pytest.mark.parametrize(
    ("search", "found"), [("GAR", ["Garage", "Garden"]), ("%", []), ("", NAMES), ("Hall", ["Hall"]), ("'", [])]
)
async def test_cameras_are_found_by_name(site: Site, search: str, found: list[str]) -> None:
    token = await site.token(OWNER)
    assert names(await page(site, token, first=9, search=search)) == found
    query = "query ($search: String) {cameraList(search: $search) {name}}"
    listed = (await site.data(token, query, variables={"search": search}))["cameraList"]
    assert [one["name"] for one in listed] == found


async def test_the_plain_list_comes_in_pages_too(site: Site) -> None:
    token = await site.token(OWNER)
    first = (await site.data(token, "{cameraList(first: 4) {id name}}"))["cameraList"]
    rest = (await site.data(token, f'{{cameraList(after: "{first[-1]["id"]}") {{name}}}}'))["cameraList"]
    assert [one["name"] for one in [*first, *rest]] == NAMES


async def test_events_and_recordings_come_in_pages(site: Site) -> None:
    token, camera = await site.token(OWNER), site.camera("Garden")
    for field, query in (
        ("eventList", "eventList(cameras: [$camera], first: 7, after: $after) {%s}"),
        ("recordingList", "recordingList(camera: $camera, first: 7, after: $after) {%s}"),
    ):
        whole = (
            f"query ($camera: ID!, $after: String) {{{query % 'edges {node {id}} pageInfo {endCursor hasNextPage}'}}}"
        )
        seen: list[str] = []
        after, more = None, True
        while more:
            found = (await site.data(token, whole, variables={"camera": camera, "after": after}))[field]
            seen += [edge["node"]["id"] for edge in found["edges"]]
            after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
        assert len(seen) == len(set(seen)) > 14


async def test_events_of_a_stretch_of_time(site: Site) -> None:
    token = await site.token(OWNER)
    newest = (await site.data(token, "{eventList(first: 40) {edges {node {at}}}}"))["eventList"]["edges"]
    at = [edge["node"]["at"] for edge in newest]
    asked = "eventList(since: $since, until: $until, first: 100) {edges {node {at}}}"
    query = f"query ($since: DateTime, $until: DateTime) {{{asked}}}"
    found = (await site.data(token, query, variables={"since": at[30], "until": at[10]}))["eventList"]["edges"]
    assert [edge["node"]["at"] for edge in found] == [one for one in at if at[30] <= one < at[10]]


BAD_CURSORS = ["", "x", "!!!!", "é", "0", "W10", "A" * 5000, "WyJjYW1lcmFzIiwgMV0AAAAA"]


@pytest.mark.parametrize(
    "after", [*BAD_CURSORS, cursor("events", 1, 2), cursor("cameras", 1, 2), cursor("cameras", "x")]
)
async def test_what_is_no_cursor_of_the_list_is_said_to_be_none(site: Site, after: str) -> None:
    extensions = await site.refused(await site.token(OWNER), PAGE, variables={"first": 1, "after": after})
    assert (extensions["code"], extensions["field"]) == ("INVALID_ARGUMENT", "Query.cameras")
    assert "no cursor of this list" in extensions["arguments"]["after"]


async def test_a_cursor_that_was_changed_is_none(site: Site) -> None:
    token = await site.token(OWNER)
    good = (await page(site, token, first=1))["pageInfo"]["endCursor"]
    for place in range(len(good)):
        changed = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        assert read_cursor("cameras", changed, str, int) is None


@given(st.text(max_size=90), st.integers(0, 2**63 - 1))
def test_a_cursor_is_read_as_it_was_made(name: str, number: int) -> None:
    try:
        made = cursor("cameras", name, number)
    except UnicodeEncodeError:  # half a surrogate pair, which no name has
        return
    assert read_cursor("cameras", made, str, int) == (name, number)
    assert read_cursor("events", made, str, int) is None


@given(st.text(max_size=60))
def test_nothing_else_is_read_as_a_cursor(text: str) -> None:
    assert read_cursor("cameras", text, str, int) is None


@pytest.mark.parametrize(
    ("query", "argument"),
    [
        ("{cameras(first: 0) {totalCount}}", "first"),
        ("{cameras(first: -1) {totalCount}}", "first"),
        ("{cameras(first: 1001) {totalCount}}", "first"),
        ('{cameras(search: "%s") {totalCount}}' % ("x" * 81), "search"),
        ("{eventList(first: 101) {pageInfo {hasNextPage}}}", "first"),
        ("{eventList(kinds: [%s]) {pageInfo {hasNextPage}}}" % (' "x"' * 21), "kinds"),
        ('{recordingList(camera: "$camera", first: 101) {pageInfo {hasNextPage}}}', "first"),
        ('{camera(id: "$camera") {lastEvents(first: 11) {kind}}}', "first"),
        ('mutation {cameraRename(camera: "$camera", name: " ") {name}}', "name"),
        ('mutation {cameraRename(camera: "$camera", name: "%s") {name}}' % ("x" * 81), "name"),
        ('mutation {cameraRename(camera: "$camera", name: "a\\u202eb") {name}}', "name"),
        ('mutation {cameraSettings(camera: "$camera", settings: {frameRate: 11}) {name}}', "frameRate"),
        ('mutation {cameraSettings(camera: "$camera", settings: {quality: 0}) {name}}', "quality"),
        ('mutation {cameraSettings(camera: "$camera", settings: {}) {name}}', None),
        ('mutation {ptzMove(camera: "$camera") {name}}', None),
        ('mutation {ptzMove(camera: "$camera", motion: STOP, pan: 1) {name}}', None),
        ('mutation {ptzMove(camera: "$camera", zoom: 0) {name}}', "zoom"),
        ('mutation {ptzMove(camera: "$camera", motion: ABSOLUTE, zoom: -2) {name}}', "zoom"),
        ('mutation {audioClipPlay(camera: "$camera", clip: "nothing") {name}}', "clip"),
        ('mutation {audioTransmit(camera: "$camera", audio: "?") {name}}', "audio"),
        ('mutation {audioTransmit(camera: "$camera", audio: "aGVsbG8=") {name}}', "sound"),
    ],
)
async def test_arguments_that_can_not_be_are_named(site: Site, query: str, argument: str | None) -> None:
    extensions = await site.refused(await site.token(OWNER), query.replace("$camera", site.camera("Garden")))
    assert extensions["code"] == "INVALID_ARGUMENT"
    assert list(extensions.get("arguments", {})) == ([argument] if argument else [])


@pytest.mark.parametrize(
    "variables",
    [
        {"kinds": ["\u0000", "'", "%", "x" * 300, ""]},
        {"since": "0001-01-01T00:00:00", "until": "9999-12-31T23:59:59+14:00"},
        {"kinds": []},
    ],
)
async def test_nothing_that_is_asked_of_events_puzzles_the_database(site: Site, variables: dict[str, Any]) -> None:
    query = """query ($kinds: [String!], $since: DateTime, $until: DateTime) {
        eventList(kinds: $kinds, since: $since, until: $until, first: 1) {edges {cursor}}
    }"""
    found = await site.data(await site.token(OWNER), query, variables=variables)
    assert len(found["eventList"]["edges"]) == (1 if "since" in variables else 0)


@pytest.mark.parametrize("place", [(2**63, 1), (-1, 1), (1, 10**40), (True, 1), (1,), (1, 2, 3), ("1", 2)])
async def test_a_forged_cursor_puzzles_nobody(site: Site, place: tuple[Any, ...]) -> None:
    query = "query ($after: String) {eventList(after: $after) {edges {cursor}}}"
    extensions = await site.refused(await site.token(OWNER), query, variables={"after": cursor("events", *place)})
    assert (extensions["code"], list(extensions["arguments"])) == ("INVALID_ARGUMENT", ["after"])


async def test_a_list_is_not_asked_of_a_camera_that_is_not_there(site: Site) -> None:
    for camera in ("", "x", "00000000001", "zzzzzzzzzzz", "\0"):
        query = "query ($camera: ID!) {recordingList(camera: $camera) {pageInfo {endCursor}}}"
        assert (await site.refused(await site.token(OWNER), query, variables={"camera": camera}))["code"] == "NOT_FOUND"


# What it costs.


def list_fields() -> Iterator[str]:
    """Every field of the schema that is a list of objects, or a page of one."""
    for name, kind in SCHEMA._schema.type_map.items():
        for field, one in getattr(kind, "fields", {}).items():
            told = str(one.type)
            inner = SCHEMA._schema.type_map.get(re.sub(r"[\[\]!]", "", told))
            if name.startswith("__") or not hasattr(inner, "fields"):
                continue
            if told.strip("!").startswith("[") or told.strip("!").endswith("Connection"):
                yield field


def test_every_list_counts_for_as_long_as_it_can_be() -> None:
    assert set(list_fields()) - {"edges"} == set(LISTS)  # what is around the edges counts already


HEAVY = "cameraList {id name settings {quality frameRate overlay} live {pan tilt zoom light moving} %s}"


def test_what_a_large_account_reasonably_asks_is_read() -> None:
    assert read("{%s}" % (HEAVY % "lastEvents(first: 3) {kind at by}")).definitions


@pytest.mark.parametrize(
    "query",
    [
        "{%s}" % (HEAVY % "lastEvents(first: 10) {kind at by application details}"),
        "query ($n: Int) {%s}" % (HEAVY % "lastEvents(first: $n) {kind at by application details}"),
        "{cameras(first: 1000) {edges {node {lastEvents(first: 10) {kind at by camera {id name online}}}}}}",
        "{cameras(first: 999999999999) {edges {node {lastEvents(first: 10) {kind at by camera {id name online}}}}}}",
        "{...a} fragment a on Query {cameraList {...b}} fragment b on Camera {lastEvents(first: 10) {...c}} "
        "fragment c on Event {id kind at by application details}",
    ],
)
async def test_a_query_that_could_ask_for_too_much_is_refused(site: Site, query: str) -> None:
    response = await site.ask(await site.token(OWNER), query)
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["message"] == (f"The query has more than {MAX_COST} values, if its lists are as long as they can be.")


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that is sent to the database, by whichever way."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    for store in (SqliteHoldings, PostgresHoldings):
        run = store._all

        def all_of(self: Any, query: str, *values: int, run: Any = run) -> Any:
            sent.append(query)
            return run(self, query, *values)

        monkeypatch.setattr(store, "_all", all_of)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def warm(site: Site) -> str:
    """A token of the owner's, at a site that has answered before: it knows its provider."""
    token = await site.token(OWNER)
    await site.data(token, "{me {name}}")
    return token


async def test_a_thousand_cameras_cost_as_many_queries_as_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await warm(site)
    query = "{%s}" % (HEAVY % "online abilities {light} lastEvents(first: 2) {kind at}")
    with counted(monkeypatch) as few:
        assert len((await site.data(token, query))["cameraList"]) == len(NAMES)
    [farm] = await site.services.people.accounts(site.provider.id)
    rows = [
        {
            "id": site.services.mint.id(),
            "provider_id": site.provider.id,
            "account_id": farm.id,
            "name": f"Camera {n:04}",
        }
        for n in range(1000)
    ]
    outside(site.url, lambda connection: connection.execute(insert(resources), rows))
    monkeypatch.undo()
    with counted(monkeypatch) as many:
        cameras = (await site.data(token, query))["cameraList"]
    assert len(cameras) == len(NAMES) + 1000
    assert {camera["live"]["pan"] for camera in cameras} == {0.0}
    assert len(few) == len(many) == 3  # what the caller holds, the cameras, their last events


async def test_one_camera_is_looked_up_alone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await warm(site)
    with counted(monkeypatch) as sent:
        await site.data(token, f'{{camera(id: "{site.camera("Garden")}") {{name}}}}')
    assert len(sent) == 1
    assert "r.id = $3" in sent[0]


async def test_the_schema_is_told_only_where_it_may_be(site: Site) -> None:
    token, whole = await site.token(OWNER), get_introspection_query()
    assert (await site.ask(token, whole)).status_code == 200
    hushed = httpx.ASGITransport(app=serve(site.services, introspection=False))
    async with httpx.AsyncClient(transport=hushed, base_url=ORIGIN) as http:
        for query in (
            whole,
            '{me {name} __type(name: "Camera") {name}}',
            "{...f} fragment f on Query {__schema {types {name}}}",
            "{... on Query {x: __schema {types {name}}}}",
        ):
            refused = await http.post("/api/graphql", json={"query": query}, headers=bearer(token))
            assert refused.status_code == 400
            [error] = refused.json()["errors"]
            assert error["message"] == "The schema is not told here; the documentation has it."
        told = await http.post("/api/graphql", json={"query": "{__typename me {__typename}}"}, headers=bearer(token))
        assert told.json()["data"] == {"__typename": "Query", "me": {"__typename": "Me"}}
    # Whether it may be told is no matter of what was asked before.
    assert (await site.ask(token, whole)).status_code == 200
