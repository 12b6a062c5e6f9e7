"""What the portal offers to be copied works as it stands."""

import ast
import subprocess
import sys
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from tests.support.client import camera_names
from tests.support.http import HTTP
from tests.support.node import CLIENTS
from tests.support.person import Person
from tests.support.portal import boxes, examples, make_application, make_token
from tests.support.server import DemoUser, Server

# Whatever an address may hold that a shell or a string literal could stumble over.
CALLBACK = "http://127.0.0.1:9/it's/$HOME?a=1&b=(2)"
# RFC 7636, appendix B
VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

every_kind = pytest.mark.parametrize("kind", ["confidential", "public"])


@pytest.fixture
def owner(server: Server, person: Person) -> DemoUser:
    """The user with full access, signed in at `person`'s browser."""
    owner = server.user("full")
    person.sign_in(owner)
    return owner


def shell(command: str) -> str:
    """Run a command as somebody does who pastes it into a terminal; what it printed."""
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def members(command: str) -> dict[str, str]:
    """The JSON that a command printed."""
    answer: dict[str, str] = httpx2.Response(200, text=shell(command)).json()
    return answer


def allow(person: Person, owner: DemoUser, url: str) -> str:
    """Allow what the address asks for; the address at the application that follows."""
    location: str = person.decide(owner, url).headers["location"]
    assert location.startswith(CALLBACK)
    return location


def code_for(person: Person, owner: DemoUser, page: httpx2.Response) -> str:
    """A code, by the authorization URL that the page shows."""
    url = examples(page)["Authorization URL"].replace("S256_OF_YOUR_CODE_VERIFIER", CHALLENGE)
    answer = dict(parse_qsl(urlsplit(allow(person, owner, url)).query))
    assert answer["state"] == "RANDOM_STATE"
    return answer["code"]


@every_kind
def test_the_curl_example_goes_the_whole_way(person: Person, owner: DemoUser, kind: str) -> None:
    page = make_application(person, "Curl", CALLBACK, kind=kind)
    *exchange, call, end = examples(page)["curl"].split("\n\n")
    code = code_for(person, owner, page)
    given = {"CODE_FROM_THE_REDIRECT": code, "YOUR_CODE_VERIFIER": VERIFIER}
    tokens = members(filled(exchange[0], given))
    given["YOUR_ACCESS_TOKEN"] = tokens["access_token"]
    if kind == "confidential":
        given["YOUR_REFRESH_TOKEN"] = tokens["refresh_token"]
        given["YOUR_ACCESS_TOKEN"] = members(filled(exchange[1], given))["access_token"]
    assert "Driveway" in shell(filled(call, given))
    assert members(filled(end, given))["message"]
    assert "errors" in members(filled(call, given))


def test_the_curl_line_under_a_new_secret_exchanges_a_code(server: Server, person: Person, owner: DemoUser) -> None:
    page = make_application(person, "New secret", CALLBACK)
    for _ in range(2):
        line = boxes(page)["client-secret-curl"]
        tokens = members(filled(line, {"CODE_FROM_THE_REDIRECT": code_for(person, owner, page)}))
        assert camera_names(server, tokens["access_token"])
        page = person.submit(page, f"/api-access/applications/{boxes(page)['client-id']}/secret")


def filled(command: str, given: dict[str, str]) -> str:
    """The command with the values that only its user knows."""
    for name, value in given.items():
        command = command.replace(name, value)
    assert "YOUR_" not in command
    return command


@every_kind
def test_the_python_example_goes_the_whole_way(person: Person, owner: DemoUser, kind: str) -> None:
    program = examples(make_application(person, "Python", CALLBACK, kind=kind))["Python"]
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout
        url = running.stdout.readline().removeprefix("Open this address: ").strip()
        out, errors = running.communicate(allow(person, owner, url) + "\n" if url else None, timeout=30)
    assert running.returncode == 0, errors
    answer = ast.literal_eval(out.removeprefix("Paste the address that you were sent to: "))
    assert {"name": "Driveway"} in answer["data"]["cameraList"]


@every_kind
def test_the_secret_stands_in_the_examples_only_where_it_is_shown_anyway(
    person: Person, owner: DemoUser, kind: str
) -> None:
    page = make_application(person, "Secret", CALLBACK, kind=kind)
    secret = boxes(page).get("client-secret")
    assert (secret is not None) == (kind == "confidential")
    again = person.go(f"/api-access/applications/{boxes(page)['client-id']}")
    assert "client-secret" not in boxes(again)
    for title in ("curl", "Python", "JavaScript"):
        assert ("YOUR_CLIENT_SECRET" in examples(again)[title]) == (kind == "confidential")
        assert secret is None or secret in examples(page)[title]
    assert secret is None or secret not in again.text


def test_the_curl_line_of_a_new_token_works(server: Server, person: Person, owner: DemoUser) -> None:
    made = boxes(make_token(person, "From the shell", "read"))
    assert made["token"] in made["curl"]
    assert "Driveway" in shell(made["curl"])
    assert HTTP.post(f"{server.origin}/oauth2/revoke", data={"token": made["token"]}).json()["success"] is True
    assert "errors" in members(made["curl"])


@every_kind
@pytest.mark.rfc("OpenID Connect Discovery", "4", "a program that is told the issuer alone signs somebody in")
def test_the_example_with_discovery_signs_in(server: Server, person: Person, owner: DemoUser, kind: str) -> None:
    page = make_application(person, "Discovery", "http://127.0.0.1:9/callback", kind=kind)
    program = examples(page)["Node with discovery"]
    command = ["node", "--no-warnings", "--input-type=module", "-e", program]
    with subprocess.Popen(command, cwd=CLIENTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        try:
            assert node.stdout is not None
            url = node.stdout.readline().removeprefix("Open this address: ").strip()
            back = person.decide(owner, url).headers["location"]
            said, _ = node.communicate(f"{back}\n", timeout=30)
        finally:
            node.kill()
    assert f"iss: '{server.origin}'" in said
    assert boxes(page)["client-id"] in said
