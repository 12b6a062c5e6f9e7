"""Every query and every mutation, as everybody, and with each scope missing in turn: on both databases."""

import base64
import io
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from graphql import GraphQLObjectType, build_schema, parse

from gatelodge.graph.needs import NEEDS, least_scopes
from gatelodge.graph.schema import SCHEMA, schema_text
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.client import CLIENT_CREDENTIALS
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.parameters import read_parameters
from gatelodge.protocol.shown import NOTHING
from gatelodge.service.applications import Registered
from gatelodge.service.demo import Demo
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.records import ApplicationForm, Period, RecordingRow
from gatelodge.service.user_tokens import MadeToken
from tests.graph.conftest import GUEST, HARBOUR, HOST, OWNER, Site, opened
from tests.support.stores import Backend


def sound() -> str:
    """A tenth of a second of silence, in base64."""
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(8000)
        made.writeframes(b"\x80" * 800)
    return base64.b64encode(out.getvalue()).decode("ascii")


@dataclass(frozen=True)
class Operation:
    """One field at the root, or of a camera, and what it needs."""

    text: str  # $camera is the camera, $recording one of its recordings
    field: str  # Type.field
    path: tuple[str, ...]

    @property
    def right(self) -> str | None:
        """The right that it needs besides `read`."""
        return NEEDS.get(self.field)

    def query(self, camera: str, recording: str) -> str:
        """The whole query, with a neighbour where that is possible."""
        text = self.text.replace("$camera", f'"{camera}"').replace("$recording", f'"{recording}"')
        return f"mutation {{{text}}}" if self.field.startswith("Mutation") else f"{{me{{name}} {text}}}"


OPERATIONS = [
    Operation("cameraList{name}", "Query.cameraList", ("cameraList",)),
    Operation("cameras{edges{node{name}}}", "Query.cameras", ("cameras",)),
    Operation("camera(id: $camera){name settings{quality} online rights}", "Query.camera", ("camera",)),
    Operation("camera(id: $camera){name live{pan}}", "Camera.live", ("camera", "live")),
    Operation("camera(id: $camera){name snapshotUrl}", "Camera.snapshotUrl", ("camera", "snapshotUrl")),
    Operation("camera(id: $camera){name lastEvents{kind}}", "Camera.lastEvents", ("camera", "lastEvents")),
    Operation("recordingList(camera: $camera){edges{node{id}}}", "Query.recordingList", ("recordingList",)),
    Operation("eventList(cameras: [$camera]){edges{node{kind}}}", "Query.eventList", ("eventList",)),
    Operation('cameraRename(camera: $camera, name: "Garden"){name}', "Mutation.cameraRename", ("cameraRename",)),
    Operation(
        "cameraSettings(camera: $camera, settings: {quality: 70}){name}",
        "Mutation.cameraSettings",
        ("cameraSettings",),
    ),
    Operation("ptzMove(camera: $camera, pan: 5){name}", "Mutation.ptzMove", ("ptzMove",)),
    Operation("lightSet(camera: $camera, on: true){name}", "Mutation.lightSet", ("lightSet",)),
    Operation('audioClipPlay(camera: $camera, clip: "dog"){name}', "Mutation.audioClipPlay", ("audioClipPlay",)),
    Operation(
        f'audioTransmit(camera: $camera, audio: "{sound()}"){{name}}', "Mutation.audioTransmit", ("audioTransmit",)
    ),
    Operation("recordingDelete(recording: $recording)", "Mutation.recordingDelete", ("recordingDelete",)),
    Operation("liveViewStart(camera: $camera){id}", "Mutation.liveViewStart", ("liveViewStart",)),
]
OF_ONE_CAMERA = [one for one in OPERATIONS if "$" in one.text]
NEEDING = [one for one in OPERATIONS if one.right]
IDS = [one.field for one in OPERATIONS]

GUESTS = frozenset({"read", "liveview", "events"})  # what the demo's partial guest may do in the garden


@dataclass(frozen=True)
class Stage:
    """A site and everybody on it."""

    site: Site
    people: dict[str, User]

    async def token(self, who: str, scope: frozenset[str] = ALL_RIGHTS) -> str:
        """A token of somebody's."""
        if who == "application":
            return await self.own_token(scope)
        made = await self.site.services.user_tokens.create(self.people[who], "test", scope, None)
        assert isinstance(made, MadeToken)
        return made.text

    async def own_token(self, scope: frozenset[str]) -> str:
        """A token of an application that acts as itself."""
        form = ApplicationForm("Machine", "", (), grant_types=frozenset({CLIENT_CREDENTIALS}), own_scope=scope)
        services = self.site.services
        made = await services.applications.register(self.people["owner"], form)
        assert isinstance(made, Registered)
        asked = {
            "grant_type": CLIENT_CREDENTIALS,
            "client_id": public_id(made.application.id),
            "client_secret": made.client_secret or "",
        }
        answer = await services.token.exchange(
            self.site.provider, read_parameters(b"", urlencode(asked).encode()), NOTHING
        )
        assert isinstance(answer, TokenAnswer)
        return answer.access_token

    async def recording(self) -> str:
        """A new recording of the camera in the garden."""
        services = self.site.services
        camera_id = next(number for number, name in self.site.demo.cameras if name == "Garden")
        row_id = services.mint.id()
        row = RecordingRow(row_id, self.site.provider.id, camera_id, row_id % 1_000_000, row_id % 1_000_000 + 9, {})
        await services.footage._recordings.add([row])
        return public_id(row_id)

    async def run(self, token: str, operation: Operation, *, host: str = HOST) -> tuple[int, dict[str, Any]]:
        """Status and answer."""
        query = operation.query(self.site.camera("Garden"), await self.recording())
        response = await self.site.ask(token, query, host=host)
        answer: dict[str, Any] = response.json()
        return response.status_code, answer


@pytest.fixture(scope="module")
async def stage(
    backend: Backend, filled_on: tuple[str, Demo], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """A site that the tests of this module share: they take care of what they change."""
    folder: Path = tmp_path_factory.mktemp("stage")
    async with opened(backend.copy(filled_on[0]), filled_on[1], folder) as site:
        people = {"owner": await site.user(OWNER), "partial guest": await site.user(GUEST)}
        provisioning, provider = site.services.provisioning, site.provider
        [farm] = await site.services.people.accounts(provider.id)
        other = await provisioning.create_account(provider, "South Farm")
        assert isinstance(other, Account)
        for who, account, role in (
            ("full guest", farm, Role.GUEST),
            ("disabled user", farm, Role.OWNER),
            ("foreign account", other, Role.OWNER),
        ):
            email = f"{who.replace(' ', '.')}@example.com"
            made = await provisioning.create_user(account, email, who, "a long password", role=role, access=Access.FULL)
            assert isinstance(made, User)
            people[who] = made
        harbour = site.demo.others[0]
        people["foreign provider"] = await site.user(HARBOUR, harbour)
        yield Stage(site, people)


def value(answer: dict[str, Any], path: tuple[str, ...]) -> Any:
    """What the answer has at a path."""
    found = answer["data"]
    for step in path:
        found = found[step]
    return found


def test_every_field_that_can_be_asked_is_walked() -> None:
    types = build_schema(schema_text()).type_map
    roots = {f"{root}.{field}" for root in ("Query", "Mutation") for field in _fields(types[root])}
    walked = {one.field for one in OPERATIONS}
    assert roots - walked == {"Query.me", "Mutation.liveViewEnd"}  # which are about nobody's camera
    assert set(NEEDS) - walked == {"Mutation.liveViewEnd"}


def _fields(kind: object) -> set[str]:
    assert isinstance(kind, GraphQLObjectType)
    return set(kind.fields)


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
@pytest.mark.parametrize("who", ["owner", "full guest", "application"])
async def test_with_full_access_everything_is_done(stage: Stage, who: str, operation: Operation) -> None:
    status, answer = await stage.run(await stage.token(who), operation)
    assert (status, "errors" in answer) == (200, False), answer
    assert value(answer, operation.path) is not None


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
async def test_a_partial_guest_is_told_which_right_they_lack(stage: Stage, operation: Operation) -> None:
    status, answer = await stage.run(await stage.token("partial guest"), operation)
    if operation.right is None or operation.right in GUESTS:
        assert (status, "errors" in answer) == (200, False), answer
        return
    assert refused(answer, operation) == {"missing": operation.right, "lacking": "user", "takenBy": ["user"]}


def refused(answer: dict[str, Any], operation: Operation) -> dict[str, Any]:
    """What is said of the one field that was refused; everything beside it was answered."""
    [error] = answer["errors"]
    assert value(answer, operation.path) is None
    assert error["path"] == list(operation.path)
    if not operation.field.startswith("Mutation"):
        assert answer["data"]["me"]["name"]
    if operation.field.startswith("Camera."):
        assert answer["data"]["camera"]["name"] == "Garden"
    extensions: dict[str, Any] = error["extensions"]
    assert (extensions.pop("code"), extensions.pop("field")) == ("FORBIDDEN", operation.field)
    return extensions


@pytest.mark.parametrize("operation", NEEDING, ids=[one.field for one in NEEDING])
@pytest.mark.parametrize("who", ["owner", "application", "partial guest"])
async def test_with_its_scope_missing_each_is_refused_and_the_token_blamed(
    stage: Stage, who: str, operation: Operation
) -> None:
    right = operation.right
    assert right is not None
    _, answer = await stage.run(await stage.token(who, ALL_RIGHTS - {right}), operation)
    told = refused(answer, operation)
    if who == "partial guest" and right not in GUESTS:
        assert told == {"missing": right, "lacking": "user", "takenBy": ["scope", "user"]}
    else:
        assert told == {"missing": right, "lacking": "token", "takenBy": ["scope"]}


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
async def test_the_least_scopes_are_enough(stage: Stage, operation: Operation) -> None:
    query = operation.query(stage.site.camera("Garden"), await stage.recording())
    least = least_scopes(SCHEMA._schema, parse(query))
    assert least == {"read", operation.right or "read"}
    status, answer = await stage.run(await stage.token("owner", least), operation)
    assert (status, "errors" in answer) == (200, False), answer


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
async def test_without_read_nothing_is_answered(stage: Stage, operation: Operation) -> None:
    status, answer = await stage.run(await stage.token("owner", ALL_RIGHTS - {"read"}), operation)
    assert (status, answer["errors"][0]["extensions"]["missingScope"], "data" in answer) == (403, "read", False)


@pytest.mark.parametrize("operation", OF_ONE_CAMERA, ids=[one.field for one in OF_ONE_CAMERA])
@pytest.mark.parametrize("who", ["foreign account", "foreign provider"])
async def test_for_others_the_camera_is_not_there(stage: Stage, who: str, operation: Operation) -> None:
    """With the very words that are used of a camera that nobody has."""
    host = stage.site.demo.others[0].host if who == "foreign provider" else HOST
    token = await stage.token(who)
    status, answer = await stage.run(token, operation, host=host)
    nobodys = operation.query("00000000001", "00000000001")
    assert (status, answer) == (200, (await stage.site.ask(token, nobodys, host=host)).json())
    assert answer["data"][operation.path[0]] is None
    if operation.path[0] != "camera":
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
async def test_a_disabled_user_is_not_let_in(stage: Stage, operation: Operation) -> None:
    user = stage.people["disabled user"]
    people = stage.site.services.people
    await people.set_disabled(user.provider_id, user.id, disabled=False, now=1)
    token = await stage.token("disabled user")
    assert (await stage.run(token, operation))[0] == 200
    await people.set_disabled(user.provider_id, user.id, disabled=True, now=1)
    status, answer = await stage.run(token, operation)
    assert (status, answer["errors"][0]["extensions"]["code"], "data" in answer) == (401, "INVALID_TOKEN", False)


async def test_a_refused_mutation_changes_nothing_and_the_others_are_done(site: Site) -> None:
    token = await site.token(OWNER, ALL_RIGHTS - {"liveview_light"})
    camera = site.camera("Garden")
    query = f"""mutation {{
        lightSet(camera: "{camera}", on: true) {{name}}
        ptzMove(camera: "{camera}", pan: 10) {{name}}
    }}"""
    answer = (await site.ask(token, query)).json()
    assert (answer["data"]["lightSet"], answer["data"]["ptzMove"]) == (None, {"name": "Garden"})
    [camera_id] = [number for number, name in site.demo.cameras if name == "Garden"]
    state = (await site.services.cameras.of(site.provider.id, [camera_id]))[camera_id].state
    assert state.get("light", False) is False
    assert state["turn"][1] == [10.0, 0.0, 1.0]
    assert await site.services.footage.events(site.provider.id, [camera_id], ["light"], Period(), 9) == []


async def test_a_right_that_was_taken_away_is_gone_with_the_next_call(site: Site) -> None:
    token = await site.token(GUEST)
    query = f'{{camera(id: "{site.camera("Garden")}") {{live {{pan}}}}}}'
    assert (await site.data(token, query))["camera"]["live"] == {"pan": 0.0}
    site.change("UPDATE resource_rights SET rights = 'read'")
    extensions = await site.refused(token, query)
    assert (extensions["missing"], extensions["lacking"]) == ("liveview", "user")


async def test_events_of_whatever_cameras_are_those_that_may_be_seen(site: Site) -> None:
    token = await site.token(GUEST)
    query = "{eventList(first: 100) {edges {node {camera {name}}}}}"
    names = {edge["node"]["camera"]["name"] for edge in (await site.data(token, query))["eventList"]["edges"]}
    assert names == {"Front door", "Garden"}
    garden = "(SELECT id FROM resources WHERE name = 'Garden')"
    site.change(f"UPDATE resource_rights SET rights = 'read' WHERE resource_id = {garden}")
    names = {edge["node"]["camera"]["name"] for edge in (await site.data(token, query))["eventList"]["edges"]}
    assert names == {"Front door"}
    site.change("UPDATE resource_rights SET rights = 'read'")
    extensions = await site.refused(token, query)
    assert (extensions["code"], extensions["missing"], extensions["lacking"]) == ("FORBIDDEN", "events", "user")
    extensions = await site.refused(await site.token(OWNER, ["read"]), query)
    assert (extensions["missing"], extensions["lacking"]) == ("events", "token")


async def test_one_camera_among_several_that_may_not_be_seen_refuses_them_together(site: Site) -> None:
    token = await site.token(GUEST)
    query = f'{{eventList(cameras: ["{site.camera("Garden")}", "{site.camera("Hall")}"]) {{edges {{cursor}}}}}}'
    assert (await site.refused(token, query))["code"] == "NOT_FOUND"
