"""The examples on the pages of applications that work without a user, run as they stand there."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.portal.making import Made
from tests.support.client import get_tokens
from tests.support.person import Person
from tests.support.server import Server

with_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl to run them with")
CAMERAS = ["Driveway", "Front door", "Garage", "Garden", "Hall", "Terrace"]
ITSELF = {"name": "Archive", "description": "", "kind": "confidential", "own": "yes", "redirect_uris": ""}
RESOURCE_SERVER = {"name": "Weather", "description": "", "kind": "resource_server"}

pytestmark = pytest.mark.xdist_group("portal")  # one server for all of them


def shell(command: str) -> str:
    """What a command prints."""
    ended = subprocess.run(["sh", "-euc", command], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def python(program: str) -> str:
    """What a program prints."""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@with_curl
def test_curl_as_itself(owner: Person) -> None:
    made = Made(owner, **ITSELF, own_scope=["read", "events"])
    answer = json.loads(shell(made.code("client-secret-curl")))
    assert (answer["scope"], "refresh_token" in answer) == ("events read", False)
    ask, call = made.examples["As itself: curl"].split("\n\n")
    assert "# its rights are events read\n" in ask
    token = json.loads(shell(ask))["access_token"]
    cameras = json.loads(shell(call.replace("YOUR_ACCESS_TOKEN", token)))["data"]["cameraList"]
    assert [one["name"] for one in cameras] == CAMERAS


@with_curl
def test_curl_as_itself_with_fewer_rights(owner: Person) -> None:
    made = Made(owner, **ITSELF, own_scope=["read", "events"])
    (advice,) = [line for line in made.examples["As itself: curl"].splitlines() if line.startswith("# for fewer")]
    fewer = advice.removeprefix("# for fewer of them, add ")
    assert json.loads(shell(f"{made.code('client-secret-curl')} {fewer}"))["scope"] == "events"


def test_python_as_itself(owner: Person) -> None:
    made = Made(owner, **ITSELF, own_scope=["read"])
    printed = python(made.examples["As itself: Python"])
    assert all(name in printed for name in CAMERAS)


def test_python_as_itself_without_the_right_to_read(owner: Person) -> None:
    made = Made(owner, **ITSELF, own_scope=["events"])
    assert "cameraList" not in "".join(made.examples.values())
    assert python(made.examples["As itself: Python"]).startswith("glat_")


@with_curl
def test_curl_of_a_resource_server(server: Server, owner: Person) -> None:
    made = Made(owner, **RESOURCE_SERVER)
    token = get_tokens(server, server.user("full"))["access_token"]
    for command in (made.code("client-secret-curl"), made.examples["curl"]):
        assert json.loads(shell(command)) == {"active": False}
        answer = json.loads(shell(command.replace("TOKEN_OF_THE_REQUEST", token)))
        assert (answer["active"], answer["username"]) == (True, "owner@example.com")


def test_python_of_a_resource_server(server: Server, owner: Person) -> None:
    made = Made(owner, **RESOURCE_SERVER)
    program = made.examples["Python"]
    assert python(program) == "None\n"
    token = get_tokens(server, server.user("full"))["access_token"]
    assert "'client_id': '" + server.client_id in python(program.replace("TOKEN_OF_THE_REQUEST", token))


def test_the_answers_that_a_resource_server_is_promised(server: Server, owner: Person) -> None:
    made = Made(owner, **RESOURCE_SERVER)
    good, bad = (json.loads(text) for text in made.examples["The answers"].split("\n\n"))

    def ask(token: str) -> dict[str, object]:
        auth = (made.client_id, made.secret or "")
        found: dict[str, object] = owner.http.post("/oauth2/introspect", data={"token": token}, auth=auth).json()
        return found

    assert ask("nothing") == bad
    answer = ask(get_tokens(server, server.user("full"))["access_token"])
    assert answer.keys() == good.keys()
    assert {name: type(value) for name, value in answer.items()} == {name: type(value) for name, value in good.items()}
    assert answer["iss"] == good["iss"]
