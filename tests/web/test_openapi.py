"""What schemathesis generates by the description in openapi.py: requests as a program would send them, and such as none
should. Never a fault of ours, never a redirect to anybody who isn't registered, always an answer of the specified form,
and no secret in the log."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.client import get_code, get_tokens
from tests.support.person import Person
from tests.support.portal import boxes, make_application
from tests.support.server import Server
from tests.web.openapi import PLACES, SECRET, description, filled_in
from tests.web.served import BEHIND_A_PROXY

EXAMPLES = 60  # of each operation and mode: all of them take some tens of seconds
SCHEMA = schemathesis.openapi.from_dict(description())
OPERATIONS = [(path, method) for path, methods in description()["paths"].items() for method in methods]
CASES = [
    (path, method, mode)
    for path, methods in description()["paths"].items()
    for method, operation in methods.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or "parameters" in operation  # nothing can be wrong with no parameters
]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of these tests alone, with everything switched on."""
    running = Server(tmp_path_factory.mktemp("openapi"), BEHIND_A_PROXY)
    changed = running.command(
        "provider", "set", "localhost", "--registration", "open", "--metadata-documents", "--client-certificates"
    )
    assert changed.returncode == 0, changed.stderr
    with running.running():
        yield running
    assert SECRET not in running.log.read_text()


@pytest.fixture(scope="module")
def places(server: Server) -> dict[str, str]:
    """What the words in capitals stand for."""
    user = server.user("full")
    tokens = get_tokens(server, user)
    with Person(server) as person:
        person.sign_in(user)
        api = boxes(make_application(person, "API", "", kind="resource_server"))
    found = {
        "CLIENT_ID": server.client_id,
        "CLIENT_SECRET": server.client_secret,
        "API_ID": api["client-id"],
        "API_SECRET": api["client-secret"],
        "ACCESS_TOKEN": tokens["access_token"],
        "REFRESH_TOKEN": tokens["refresh_token"],
        "CODE": get_code(server, user),
        "CALLBACK": server.redirect_uri,
    }
    assert set(found) == set(PLACES)
    return found


@pytest.mark.parametrize(("path", "method", "mode"), CASES, ids=lambda word: str(word).strip("/"))
def test_every_answer_is_of_the_specified_form(
    server: Server, places: dict[str, str], path: str, method: str, mode: GenerationMode
) -> None:
    strategy = SCHEMA[path][method.upper()].as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def check(case: Any) -> None:
        for part in ("body", "query", "headers", "path_parameters"):
            if isinstance(value := getattr(case, part), (dict, list, str)):
                setattr(case, part, filled_in(value, places))
        answer = case.call(base_url=server.origin, allow_redirects=False, headers={"X-Forwarded-For": "198.18.0.1"})
        case.validate_response(answer, checks=CHECKS)
        destination = requests.compat.urlsplit(answer.headers.get("location", [""])[0])
        registered = requests.compat.urlsplit(server.redirect_uri)
        assert (destination.scheme, destination.netloc) in {("", ""), (registered.scheme, registered.netloc)}

    check()


def test_the_description_names_only_what_is_there(server: Server) -> None:
    for path, method in OPERATIONS:
        answer = requests.request(method, server.origin + path.replace("{id}", server.client_id), timeout=10)
        assert answer.status_code not in (404, 405), path


def test_what_is_filled_in_is_filled_in_everywhere() -> None:
    places = dict.fromkeys(PLACES, "real")
    assert filled_in({"a": ["Bearer ACCESS_TOKEN", 1, None, {"b": "CODE"}]}, places) == {
        "a": ["Bearer real", 1, None, {"b": "real"}]
    }
