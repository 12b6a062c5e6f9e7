"""The explorer: a query is run as oneself, with rights of one's choice, and can be taken away as a program."""

import html
import json
import os
import re
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.server import Server

EXPLORER = "/api-access/explorer"
LIVE = "{cameraList(first: 1) {name live {pan}}}"


@pytest.fixture
def page(server: Server, person: Person) -> httpx2.Response:
    """The explorer, before somebody with full access who is signed in."""
    person.sign_in(server.user("full"))
    return person.go(EXPLORER)


def shown(page: httpx2.Response, name: str) -> str:
    """What stands in a box to be copied."""
    found = re.search(rf'<code id="{name}">(.*?)</code>', page.text, re.DOTALL)
    assert found is not None, page.text
    return html.unescape(found[1])


def answer(page: httpx2.Response) -> Any:
    """The answer on the page."""
    return json.loads(shown(page, "answer-text"))


def checked(page: httpx2.Response) -> set[str]:
    """The rights that are chosen."""
    return set(re.findall(r'name="scope" value="(\w+)" checked', page.text))


def test_a_query_is_run_with_the_rights_that_were_chosen(person: Person, page: httpx2.Response) -> None:
    refused = person.submit(page, EXPLORER, query=LIVE, variables="", scope=["read"], do="run")
    [error] = answer(refused)["errors"]
    assert (error["extensions"]["missing"], error["extensions"]["lacking"]) == ("liveview", "token")
    assert answer(refused)["data"]["cameraList"][0]["name"] == "Driveway"
    assert "Needs at least <code>read</code>, <code>liveview</code>" in refused.text

    least = person.submit(refused, EXPLORER, query=LIVE, variables="", scope=["read", "write"], do="least")
    assert checked(least) == {"read", "liveview"}
    assert "exactly what is chosen" in least.text
    assert 'id="answer-text"' not in least.text  # nothing was run

    run = person.submit(least, EXPLORER, query=LIVE, variables="", scope=["read", "liveview"], do="run")
    assert "errors" not in answer(run)
    assert "pan" in answer(run)["data"]["cameraList"][0]["live"]


def test_without_read_the_answer_is_what_the_api_says(person: Person, page: httpx2.Response) -> None:
    refused = person.submit(page, EXPLORER, query=LIVE, variables="", scope=["liveview"], do="run")
    assert answer(refused)["errors"][0]["extensions"] == {"code": "INSUFFICIENT_SCOPE", "missingScope": "read"}


@pytest.mark.parametrize("example", ["cameras", "live", "events", "recordings", "move", "watch", "nothing"])
def test_every_example_runs_with_the_rights_that_it_comes_with(
    person: Person, page: httpx2.Response, example: str
) -> None:
    ready = person.go(f"{EXPLORER}?example={example}")
    areas = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", ready.text, re.DOTALL)
    query, variables = (html.unescape(text) for text in areas)
    assert "exactly what is chosen" in ready.text
    run = person.submit(ready, EXPLORER, query=query, variables=variables, scope=sorted(checked(ready)), do="run")
    assert list(answer(run)) == ["data"], run.text


@pytest.mark.parametrize(
    ("query", "variables", "says"),
    [
        ("", "", "Write a query"),
        ("x" * 20_001, "", "at most 20000 characters"),
        (LIVE, "{", "This is not JSON"),
        (LIVE, "[1]", "Variables are a JSON object"),
        (LIVE, "[" * 19_000, "This is not JSON"),
    ],
)
def test_what_can_not_be_run_is_said_at_its_field(
    person: Person, page: httpx2.Response, query: str, variables: str, says: str
) -> None:
    refused = person.submit(page, EXPLORER, query=query, variables=variables, scope=["read"], do="run")
    assert refused.status_code == 422
    assert says in html.unescape(refused.text)


@pytest.mark.parametrize(
    "query", ["{", "{nothing}", "<script>alert(1)</script>", '{me{name}} #"""', "{...a} fragment a"]
)
def test_what_is_no_query_is_answered_as_the_api_does(person: Person, page: httpx2.Response, query: str) -> None:
    run = person.submit(page, EXPLORER, query=query, variables="", scope=["read"], do="run")
    assert run.status_code == 200
    assert "errors" in answer(run) or query.startswith("{me")
    assert "<script>alert" not in run.text


def test_what_it_gives_to_copy_works(server: Server, person: Person, page: httpx2.Response) -> None:
    made = server.command(
        "token", "create", "--user", server.user("full").email, "--name", "x", "--scope", "read", "--json"
    )
    query = 'query ($s: String) {\n  # it\'s "here"\n  cameraList(search: $s) {name}\n}'
    run = person.submit(page, EXPLORER, query=query, variables='{"s": "gar"}', scope=["read"], do="run")
    expected = answer(run)
    assert [one["name"] for one in expected["data"]["cameraList"]] == ["Garage", "Garden"]
    environment = {**os.environ, "TOKEN": json.loads(made.stdout)["token"]}
    curl = subprocess.run(
        ["sh", "-c", shown(run, "as-curl")], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(curl.stdout) == expected
    program = shown(run, "as-python")
    python = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert python.stdout.strip() == str(expected)


def test_a_guest_sees_in_it_what_a_guest_may_see(server: Server, person: Person) -> None:
    person.sign_in(server.user("partial"))
    page = person.go(EXPLORER)
    run = person.submit(page, EXPLORER, query="{cameraList{name}}", variables="", scope=["read", "write"], do="run")
    assert answer(run)["data"] == {"cameraList": [{"name": "Front door"}, {"name": "Garden"}]}


def test_it_is_for_whoever_is_signed_in_and_sends_its_own_form(server: Server, page: httpx2.Response) -> None:
    with Person(server) as stranger:
        assert "/signin" in str(stranger.go(EXPLORER).url)
    fields = {"query": LIVE, "scope": "read", "do": "run"}
    assert HTTP.post(f"{server.origin}{EXPLORER}", data=fields).status_code == 403
    with Person(server) as person:
        person.sign_in(server.user("full"))
        forged = person.http.post(f"{server.origin}{EXPLORER}", data={**fields, "csrf": "x"})
        assert forged.status_code == 403
        assert "answer-text" not in forged.text


def test_a_mutation_is_really_done(server: Server, person: Person, page: httpx2.Response) -> None:
    camera = next(one["id"] for one in server.demo["cameras"] if one["name"] == "Hall")
    query = f'mutation {{lightSet(camera: "{camera}", on: true) {{live {{light}}}}}}'
    run = person.submit(
        page, EXPLORER, query=query, variables="", scope=["read", "liveview", "liveview_light"], do="run"
    )
    assert answer(run) == {"data": {"lightSet": {"live": {"light": True}}}}
