"""What the Graph API answers, to whom."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLScalarType, build_schema

from gatelodge.graph.schema import schema_text
from gatelodge.protocol.credentials import Kind, public_id
from gatelodge.protocol.parameters import read_parameters
from gatelodge.protocol.shown import NOTHING
from gatelodge.service.answering import SendBack
from gatelodge.service.demo import CAMERAS, GUESTS_CAMERAS, GUESTS_RIGHTS
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.sign_in import SignedIn
from tests.graph.conftest import EVERYTHING, GUEST, HARBOUR, OWNER, World

ROOT = Path(__file__).parents[2]
NAMES = "{cameraList{name}}"


def names(data: dict[str, list[dict[str, str]]]) -> list[str]:
    """The names of the cameras in an answer."""
    return [camera["name"] for camera in data["cameraList"]]


async def test_the_owner_sees_every_camera_with_every_right(world: World) -> None:
    data = await world.data(await world.token(OWNER), "{cameraList{id name accountName rights}}")
    ids = {name: public_id(camera_id) for camera_id, name in world.demo.cameras}
    assert data["cameraList"] == [
        {"id": ids[name], "name": name, "accountName": "North Farm", "rights": list(EVERYTHING)}
        for name in sorted(CAMERAS)
    ]


async def test_a_guest_sees_what_was_granted(world: World) -> None:
    data = await world.data(await world.token(GUEST), "{cameraList{name rights}}")
    assert data["cameraList"] == [{"name": name, "rights": sorted(GUESTS_RIGHTS)} for name in sorted(GUESTS_CAMERAS)]


@pytest.mark.parametrize(("email", "rights"), [(OWNER, ["read", "write"]), (GUEST, ["read"])])
async def test_a_token_shows_its_scopes_but_no_more_than_its_user_has(
    world: World, email: str, rights: list[str]
) -> None:
    data = await world.data(await world.token(email, ["read", "write"]), "{cameraList{rights}}")
    assert {tuple(camera["rights"]) for camera in data["cameraList"]} == {tuple(rights)}


async def test_a_camera_taken_from_a_guest_is_gone_with_the_next_call(world: World) -> None:
    token = await world.token(GUEST)
    assert names(await world.data(token, NAMES)) == ["Front door", "Garden"]
    world.change("DELETE FROM resource_rights WHERE resource_id = (SELECT id FROM resources WHERE name = 'Garden')")
    assert names(await world.data(token, NAMES)) == ["Front door"]


async def test_a_right_taken_from_a_guest_is_gone_with_the_next_call(world: World) -> None:
    token = await world.token(GUEST)
    world.change("UPDATE resource_rights SET rights = 'events read'")
    data = await world.data(token, "{cameraList{rights}}")
    assert [camera["rights"] for camera in data["cameraList"]] == [["events", "read"], ["events", "read"]]
    world.change("UPDATE resource_rights SET rights = 'events liveview'")
    assert names(await world.data(token, NAMES)) == []


async def test_full_access_taken_away_leaves_what_was_granted(world: World) -> None:
    token = await world.token(OWNER)
    world.change("UPDATE memberships SET access = 'partial' WHERE role = 'owner'")
    assert names(await world.data(token, NAMES)) == []


@pytest.mark.parametrize("name", sorted(CAMERAS))
async def test_a_camera_is_there_for_whom_the_list_shows_it(world: World, name: str) -> None:
    query = "query ($id: ID!) {camera(id: $id) {name}}"
    camera_id = next(public_id(camera_id) for camera_id, other in world.demo.cameras if other == name)
    for_owner = await world.data(await world.token(OWNER), query, variables={"id": camera_id})
    for_guest = await world.data(await world.token(GUEST), query, variables={"id": camera_id})
    assert for_owner == {"camera": {"name": name}}
    assert for_guest == {"camera": {"name": name} if name in GUESTS_CAMERAS else None}


@pytest.mark.parametrize(
    "camera_id",
    ['""', '"00000000001"', '"zzzzzzzzzzz"', '"Garden"', "7", '"0000000000é"', '"\\u0000"', f'"{"9" * 500}"'],
)
async def test_what_is_no_camera_is_null(world: World, camera_id: str) -> None:
    data = await world.data(await world.token(OWNER), f"{{camera(id: {camera_id}) {{name}}}}")
    assert data == {"camera": None}


async def test_a_camera_of_another_provider_is_null(world: World) -> None:
    harbour = world.demo.others[0]
    theirs = await world.data(await world.token(HARBOUR, provider=harbour), "{cameraList{id name}}", host=harbour.host)
    assert names(theirs) == ["Crane", "Pier"]
    query = f'{{camera(id: "{theirs["cameraList"][0]["id"]}") {{name}}}}'
    assert await world.data(await world.token(OWNER), query) == {"camera": None}


async def test_me_with_a_token_of_ones_own(world: World) -> None:
    user = await world.user(GUEST)
    query = "{me{id name email scopes application accounts{name role access}}}"
    data = await world.data(await world.token(GUEST, ["write", "read"]), query)
    assert data["me"] == {
        "id": public_id(user.id),
        "name": "Gus Guest",
        "email": GUEST,
        "scopes": ["read", "write"],
        "application": None,
        "accounts": [{"name": "North Farm", "role": "GUEST", "access": "PARTIAL"}],
    }


async def test_me_with_an_applications_token(world: World) -> None:
    token = await granted(world, GUEST, "read,events")
    data = await world.data(token, "{me{name scopes application} cameraList{name rights}}")
    assert data["me"] == {"name": "Gus Guest", "scopes": ["events", "read"], "application": "Garden Monitor"}
    assert data["cameraList"] == [
        {"name": "Front door", "rights": ["events", "read"]},
        {"name": "Garden", "rights": ["events", "read"]},
    ]


async def granted(world: World, email: str, scope: str) -> str:
    """The access token that the demo's application gets of a user, by way of the whole authorization code flow."""
    made, services, provider = world.demo.application, world.services, world.provider
    password = next(user.password for user in world.demo.users if user.email == email)
    signed_in = await services.sign_in.sign_in(provider, email, password, address="127.0.0.1")
    assert isinstance(signed_in, SignedIn)
    client = {"client_id": public_id(made.application.id), "redirect_uri": made.application.redirect_uris[0]}
    asked = urlencode(client | {"response_type": "code", "scope": scope})
    handle = await services.authorize.begin(provider, read_parameters(asked.encode()))
    assert isinstance(handle, str)
    browser = services.mint.secret(Kind.BROWSER).presented
    sent = await services.authorize.decide(provider, handle, browser, signed_in.session, allow=True)
    assert isinstance(sent, SendBack)
    code = parse_qs(urlsplit(sent.url).query)["code"][0]
    exchange = client | {
        "grant_type": "authorization_code",
        "code": code,
        "client_secret": made.client_secret or "",
    }
    answer = await services.token.exchange(provider, read_parameters(b"", urlencode(exchange).encode()), NOTHING)
    assert isinstance(answer, TokenAnswer)
    return answer.access_token


def test_every_type_and_field_says_what_it_is() -> None:
    silent = []
    for name, kind in build_schema(schema_text()).type_map.items():
        if name.startswith("__") or isinstance(kind, GraphQLScalarType):
            continue
        silent += [name] if not kind.description else []
        if isinstance(kind, GraphQLObjectType):
            silent += [f"{name}.{field}" for field, one in kind.fields.items() if not one.description]
            silent += [
                f"{name}.{field}({argument})"
                for field, one in kind.fields.items()
                for argument, of in one.args.items()
                if not of.description
            ]
        if isinstance(kind, GraphQLEnumType):
            silent += [f"{name}.{value}" for value, one in kind.values.items() if not one.description]
    assert silent == []


def test_the_schema_in_the_docs_is_current() -> None:
    assert (ROOT / "docs" / "schema.graphql").read_text("utf-8") == schema_text()


def test_the_script_that_writes_it_agrees() -> None:
    script = [sys.executable, str(ROOT / "scripts" / "graph-schema"), "--check"]
    checked = subprocess.run(script, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
