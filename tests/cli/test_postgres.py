"""The command line on PostgreSQL: from an empty database to two processes that serve it."""

import json
import signal
from collections.abc import Mapping

import httpx2
import pytest

from tests.cli.installation import Installation
from tests.cli.test_serve import serving
from tests.support.postgres import Cluster
from tests.support.stores import new_database

PASSWORD = "s3cretpw"  # the server of the tests lets everybody in, whatever they say


@pytest.fixture
def settings(cluster: Cluster) -> Mapping[str, str]:
    """An empty database."""
    return {"GATELODGE_DATABASE": new_database(cluster, "cli").replace("@", f":{PASSWORD}@")}


def test_from_an_empty_database_to_a_token(empty: Installation, settings: Mapping[str, str]) -> None:
    url = settings["GATELODGE_DATABASE"].replace(f":{PASSWORD}", "")
    said = empty.refused("serve", "--port", "0", "--no-migrate", settings=settings)
    assert said.startswith("GATELODGE_DATABASE: the schema is empty")
    empty.done("demo", settings=settings)
    assert not (empty.folder / "gatelodge.db").exists()

    checked = empty.run("doctor", "--json", settings=settings)
    found = {one["check"]: one for one in json.loads(checked.stdout)["findings"]}
    assert (found["database"]["status"], found["database"]["finding"]) == (
        "ok",
        f"{url} can be used, and its schema is current.",
    )
    assert "space" not in found
    assert PASSWORD not in checked.stdout + checked.stderr

    asked = ("--owner", "owner@example.com", "--name", "Backup", "--description", "", "--grant", "client_credentials")
    made = empty.json("app", "create", *asked, settings=settings)
    with serving(empty, "--workers", "2", settings=settings) as server:
        answer = httpx2.post(
            f"http://127.0.0.1:{server.port}/oauth2/token",
            headers={"host": "localhost"},
            data={"grant_type": "client_credentials"},
            auth=(made["client_id"], made["client_secret"]),
        )
        assert answer.json()["scope"] == "read"
        cameras = server.graph(answer.json()["access_token"]).json()["data"]["cameraList"]
        assert len(cameras) == 6
        status, rest = server.stop(signal.SIGINT)
    assert status == 0
    assert PASSWORD not in "".join(server.said) + rest


def test_a_database_that_is_not_there(empty: Installation, cluster: Cluster) -> None:
    url = cluster.url("nothere")
    said = empty.refused("app", "list", "--database", url.replace("@", f":{PASSWORD}@"))
    assert said == f'GATELODGE_DATABASE: {url} can\'t be used: database "nothere" does not exist.\n'
