"""The examples, each as a real process, against a real Gatelodge: what they show is what holds."""

import importlib
import re
import shlex
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.guard.cloud import Cloud
from tests.guard.example import ASGI, ROOT, WSGI, Example
from tests.support.http import HTTP

CALLS = 50


# One test process for each example, so that none is started twice.
EACH = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in (*ASGI, WSGI)]


@pytest.fixture(scope="module", params=EACH)
def example(
    request: pytest.FixtureRequest, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Example]:
    """Each of them, running."""
    with Example(request.param, cloud, tmp_path_factory.mktemp("example") / "log") as running:
        yield running
    assert "Traceback" not in running.log, running.log


def test_what_is_open_needs_no_token(example: Example) -> None:
    assert example.call("/").json() == {"name": "Notes on cameras"}


def test_good_tokens_tell_whose_they_are(example: Example, cloud: Cloud) -> None:
    own = example.call("/me", cloud.token("read,events"))
    assert own.json() == {"user": "owner@example.com", "application": None, "scopes": ["events", "read"]}
    through = example.call("/me", cloud.application_tokens["access_token"]).json()
    assert (through["user"], through["application"]) == ("owner@example.com", cloud.server.client_id)
    client_id, token = cloud.machine
    assert example.call("/me", token).json() == {"user": None, "application": client_id, "scopes": ["read"]}


def test_each_route_has_its_scope(example: Example, cloud: Cloud) -> None:
    path = f"/notes/{cloud.camera}"
    reader, writer = cloud.token("read"), cloud.token("write")
    written = example.call(path, writer, method="PUT", params={"text": "by the door"})
    assert (written.status_code, written.json()) == (200, {"note": "by the door"})
    assert example.call(path, reader).json() == {"note": "by the door"}
    for method, token, needed in (("PUT", reader, "write"), ("GET", writer, "read")):
        refused = example.call(path, token, method=method)
        assert refused.status_code == 403
        challenge = refused.headers["www-authenticate"]
        assert 'error="insufficient_scope"' in challenge
        assert f'scope="{needed}"' in challenge
        assert "insufficient_scope" in refused.text


def test_a_token_for_one_camera_shows_no_other(example: Example, cloud: Cloud) -> None:
    assert example.call(f"/notes/{cloud.camera}", cloud.limited_token).status_code == 200
    assert example.call(f"/notes/{cloud.another_camera}", cloud.limited_token).status_code == 404
    assert example.call(f"/notes/{cloud.another_camera}", cloud.token("read")).status_code == 200


def test_bad_tokens_are_refused(example: Example, cloud: Cloud) -> None:
    for what, token in cloud.bad_tokens.items():
        refused = example.call("/me", token)
        assert refused.status_code == 401, what
        assert 'error="invalid_token"' in refused.headers["www-authenticate"], what
        assert refused.headers["cache-control"] == "no-store"
        assert token not in refused.text, what
    for token in cloud.bad_tokens.values():
        assert token not in example.log


def test_no_token_several_tokens_and_tokens_elsewhere_are_refused(example: Example, cloud: Cloud) -> None:
    token = cloud.token()
    for refused in (
        example.call("/me"),
        example.call("/me", params={"access_token": token}),
        example.call(f"/notes/{cloud.camera}", method="PUT", data={"access_token": token}),
    ):
        assert refused.status_code == 401
        assert "error=" not in refused.headers["www-authenticate"]
    several = example.call("/me", token, token)
    assert several.status_code == 400
    assert 'error="invalid_request"' in several.headers["www-authenticate"]


@pytest.mark.rfc("9728", "5", "a client that is refused finds the authorization server by the challenge")
def test_a_refused_client_finds_out_where_to_get_a_token(example: Example, cloud: Cloud) -> None:
    challenge = example.call("/me").headers["www-authenticate"]
    found = re.search(r'resource_metadata="([^"]+)"', challenge)
    assert found
    metadata = HTTP.get(found[1])
    assert metadata.headers["content-type"] == "application/json"
    assert metadata.json() == {
        "resource": example.origin,
        "authorization_servers": [cloud.origin],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["read", "write"],
        "resource_name": "Notes",
    }


def test_while_gatelodge_is_away_nobody_is_let_in_who_is_not_known(own_cloud: Cloud, tmp_path: Path) -> None:
    with ExitStack() as stack:
        running = [stack.enter_context(Example(name, own_cloud, tmp_path / name)) for name in (*ASGI, WSGI)]
        token, later = own_cloud.new_token(), own_cloud.new_token()
        assert [one.call("/me", token).status_code for one in running] == [200] * len(running)
        own_cloud.server.stop()
        for one in running:
            refused = one.call("/me", later)
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "1"
            assert "temporarily_unavailable" in refused.text
            assert "www-authenticate" not in refused.headers
            assert one.call("/").status_code == 200
        own_cloud.server.start()
        assert [one.call("/me", later).status_code for one in running] == [200] * len(running)
        for one in running:
            assert later not in one.log
            assert "Traceback" not in one.log, one.log


def test_fifty_calls_at_once_are_one_question(own_cloud: Cloud, tmp_path: Path) -> None:
    """The access log of Gatelodge counts: one question for each of the four processes."""
    token = own_cloud.token()
    with ExitStack() as stack:
        for name in ASGI:
            running = stack.enter_context(Example(name, own_cloud, tmp_path / name))
            at_once = threading.Barrier(CALLS)

            def call(example: Example = running, at_once: threading.Barrier = at_once) -> int:
                at_once.wait(30)
                return example.call("/me", token).status_code

            with ThreadPoolExecutor(CALLS) as pool:
                calls = [pool.submit(call) for _ in range(CALLS)]
                assert [one.result(60) for one in calls] == [200] * CALLS
    own_cloud.server.stop()
    assert own_cloud.introspections() == len(ASGI)


def test_the_readme_names_each_example_and_its_commands_are_the_ones_that_work(own_cloud: Cloud) -> None:
    readme = (ROOT / "examples" / "README.md").read_text("utf-8")
    files = {path.stem for path in (ROOT / "examples").glob("with_*.py")}
    assert files == set(ASGI)
    assert all(f"({name}.py)" in readme and f"{name}:app" in readme for name in files)
    create = next(line for line in readme.splitlines() if " app create " in line and "--resource-server" in line)
    made = own_cloud.server.command(*shlex.split(create)[1:], "--json")
    assert made.returncode == 0, made.stderr
    token = re.search(r"gatelodge (token create [^|]*)", readme)
    assert token
    done = own_cloud.server.command(*shlex.split(token[1]))
    assert done.returncode == 0, done.stderr


def test_the_guides_python_can_be_read_and_names_what_there_is() -> None:
    guide = (ROOT / "docs" / "guard.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    imports = [line for block in blocks for line in block.splitlines() if line.startswith("from gatelodge")]
    assert len(blocks) == len(imports) == 7
    for block in blocks:
        compile(block, "docs/guard.md", "exec")
    for line in imports:
        module, names = re.fullmatch(r"from (\S+) import (.+)", line).groups()  # type: ignore[union-attr]
        for name in names.split(", "):
            assert hasattr(importlib.import_module(module), name), line
