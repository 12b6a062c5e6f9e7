"""The PostgreSQL server is stopped, crashes, throws us out, takes no writes; and then is well again. Nobody restarts
Gatelodge for that. (What was answered under load before a crash: test_durability.py.)"""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.support.nodes import Node, workers
from tests.support.person import Person
from tests.support.postgres import Cluster
from tests.support.server import Server
from tests.support.stores import execute, new_database
from tests.support.visitor import Visitor, wait_until

pytestmark = pytest.mark.xdist_group("own postgres")


@pytest.fixture(scope="module")
def url(own_cluster: Cluster) -> str:
    """A database there."""
    return new_database(own_cluster, "away")


@pytest.fixture(scope="module")
def server(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on that database, which lives through all of this. What it logs of it are sentences."""
    settings = {"GATELODGE_DATABASE": url, "GATELODGE_SWEEP_INTERVAL": "1"}
    with Server(tmp_path_factory.mktemp("away"), settings).running() as running:
        yield running


@pytest.fixture
def visitor(server: Server) -> Iterator[Visitor]:
    """Who was let in before."""
    with Person(server) as person:
        yield Visitor(server, person)


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_it_is_stopped_and_started(own_cluster: Cluster, how: str, visitor: Visitor) -> None:
    own_cluster.stop(how)
    try:
        visitor.finds_nothing()
        assert "Connection refused" in visitor.said()
        wait_until(lambda: "sweep put off" in visitor.said())
    finally:
        own_cluster.start()
    visitor.finds_everything()


def test_sessions_are_ended(own_cluster: Cluster, url: str, visitor: Visitor) -> None:
    for _ in range(3):
        end_sessions(own_cluster, url)
        visitor.finds_everything()


def test_it_takes_no_writes(own_cluster: Cluster, url: str, visitor: Visitor) -> None:
    database = url.rpartition("/")[2]
    execute(own_cluster.url("postgres"), f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    end_sessions(own_cluster, url)
    wait_until(lambda: visitor.refresh().status_code == 503)
    visitor.can_only_look()
    assert "read-only transaction" in visitor.said()
    execute(own_cluster.url("postgres"), f"ALTER DATABASE {database} RESET default_transaction_read_only")
    visitor.finds_everything()  # although the sessions that were begun meanwhile are read-only for good


def test_workers_that_die_meanwhile_are_there_afterwards(own_cluster: Cluster, server: Server) -> None:
    node = Node(server, {"GATELODGE_WORKERS": "2"})
    with node.running(), Person(node) as person:
        visitor = Visitor(node, person)
        dead = workers(node)
        assert len(dead) == 2
        own_cluster.stop()
        try:
            visitor.finds_nothing()
            for worker in dead:
                os.kill(worker, signal.SIGKILL)
            wait_until(lambda: len(workers(node) - dead) == 2)
        finally:
            own_cluster.start()
        visitor.finds_everything()
        assert len(workers(node) - dead) == 2


def end_sessions(cluster: Cluster, url: str) -> None:
    """End everybody's session in the database."""
    execute(
        cluster.url("postgres"),
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.rpartition('/')[2]}'",
    )
