"""Several nodes on one PostgreSQL know of nothing but the database and the key: whatever one has begun another goes on
with, and what is good for one use is so wherever it is used."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle, islice
from threading import Barrier

import httpx2
import pytest

from tests.support.client import ask, authorization_url, exchange, get_code, get_tokens, refresh
from tests.support.http import HTTP
from tests.support.nodes import Balancer, Node
from tests.support.person import Person
from tests.support.portal import boxes, make_token
from tests.support.postgres import Cluster
from tests.support.server import Server
from tests.support.stores import dump, new_database

pytestmark = pytest.mark.xdist_group("nodes")  # two servers for all of them

AT_ONCE = 50
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
KIOSK = "http://127.0.0.1/kiosk"


@dataclass(frozen=True)
class Nodes:
    """Two nodes, and the URL of the database that they share."""

    one: Server
    other: Server
    database: str


@pytest.fixture(scope="module")
def nodes(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Two nodes."""
    database = new_database(cluster, "nodes")
    first = Server(tmp_path_factory.mktemp("nodes"), {"GATELODGE_DATABASE": database})
    with first.running() as one, Node(first).running() as other:
        yield Nodes(one, other, database)


def at_once(nodes: Nodes, what: Callable[[Server], httpx2.Response]) -> list[httpx2.Response]:
    """What comes of asking fifty times in the same moment, at both nodes by turns."""
    together = Barrier(AT_ONCE)

    def when_all_are_there(node: Server) -> httpx2.Response:
        together.wait(30)
        return what(node)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(when_all_are_there, islice(cycle([nodes.one, nodes.other]), AT_ONCE)))


def is_over(nodes: Nodes, access_token: str, refresh_token: str) -> None:
    """See that an access is over, at each node with the next request."""
    for node in (nodes.other, nodes.one):
        assert ask(node, access_token).status_code == 401
        assert refresh(node, refresh_token).json()["error"] == "invalid_grant"


def test_each_step_may_come_to_another_node(nodes: Nodes) -> None:
    for first, second in ((nodes.one, nodes.other), (nodes.other, nodes.one)):
        user = first.user("full")
        # Sign in, be asked, allow: each page from another node than the one before.
        with Person(nodes.one, transport=Balancer(first, second)) as person:
            assert "Sign out" in person.sign_in(user).text
            sent_back = person.decide(user, authorization_url(nodes.one, prompt="consent"))
            code = person.answer(sent_back)["code"]
        tokens = exchange(second, code).json()
        for node in (first, second):
            assert ask(node, tokens["access_token"]).status_code == 200
        renewed = refresh(first, tokens["refresh_token"]).json()
        assert ask(second, renewed["access_token"]).status_code == 200


def test_a_session_is_good_at_each_node_until_it_ends_at_one(nodes: Nodes) -> None:
    with Person(nodes.one) as here, Person(nodes.other) as there:
        here.sign_in(nodes.one.user("full"))
        there.http.cookies = here.http.cookies
        assert there.http.get("/api-access").status_code == 200
        there.submit(there.go("/api-access"), "/signout")
        assert here.http.get("/api-access").is_redirect


def test_a_revocation_at_one_node_holds_at_the_other_with_the_next_request(nodes: Nodes) -> None:
    held = get_tokens(nodes.one, nodes.one.user("full"))
    for node in (nodes.one, nodes.other):
        assert ask(node, held["access_token"]).status_code == 200
    body = {"token": held["access_token"]}
    assert HTTP.post(f"{nodes.one.origin}/oauth2/revoke", data=body).status_code == 200
    is_over(nodes, held["access_token"], held["refresh_token"])


def test_what_is_ended_in_the_portal_of_one_node_is_over_at_the_other(nodes: Nodes) -> None:
    held = get_tokens(nodes.one, nodes.one.user("full"))
    with Person(nodes.other) as person:
        person.sign_in(nodes.one.user("full"))
        mine = boxes(make_token(person, "Nodes", "read"))["token"]
        for token in (held["access_token"], mine):
            assert ask(nodes.one, token).status_code == 200
        for action in ("/api-access/tokens/", "/api-access/authorized/"):
            person.submit(person.go("/api-access"), action)
    assert ask(nodes.one, mine).status_code == 401
    is_over(nodes, held["access_token"], held["refresh_token"])


@pytest.mark.rfc("6749", "4.1.2", "a code's second use is refused and revokes what the first one gave")
def test_a_code_that_is_shown_again_at_another_node_ends_what_it_gave(nodes: Nodes) -> None:
    code = get_code(nodes.one, nodes.one.user("full"))
    given = exchange(nodes.one, code).json()
    assert exchange(nodes.other, code).json()["error"] == "invalid_grant"
    is_over(nodes, given["access_token"], given["refresh_token"])


@pytest.mark.rfc("6749", "4.1.2", "a code is good for one exchange only")
def test_of_fifty_who_show_a_code_at_once_one_is_given_tokens_and_loses_them(nodes: Nodes) -> None:
    code = get_code(nodes.one, nodes.one.user("full"))
    answers = at_once(nodes, lambda node: exchange(node, code))
    given = [answer.json() for answer in answers if answer.status_code == 200]
    refused = [answer.json()["error"] for answer in answers if answer.status_code == 400]
    assert (len(given), refused) == (1, ["invalid_grant"] * (AT_ONCE - 1))
    is_over(nodes, given[0]["access_token"], given[0]["refresh_token"])


def test_of_fifty_who_show_a_rotated_refresh_token_at_once_all_are_given_its_one_successor(nodes: Nodes) -> None:
    user = nodes.one.user("full")
    words = ("--owner", user.email, "--name", "Kiosk", "--description", "", "--redirect-uri", KIOSK)
    made = nodes.one.command("app", "create", *words, "--public", "--grant", "refresh_token", "--json")
    assert made.returncode == 0, made.stderr
    kiosk = {"client_id": json.loads(made.stdout)["client_id"], "client_secret": None}
    challenge = {"redirect_uri": KIOSK, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = get_code(nodes.one, user, client_id=kiosk["client_id"], **challenge)
    first = exchange(nodes.one, code, redirect_uri=KIOSK, code_verifier=VERIFIER, **kiosk).json()["refresh_token"]
    before = {row["id"] for row in dump(nodes.database)["refresh_tokens"]}

    answers = at_once(nodes, lambda node: refresh(node, first, **kiosk))
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert successor != first
    for number, answer in enumerate(answers):
        assert ask((nodes.one, nodes.other)[number % 2], answer.json()["access_token"]).status_code == 200
    rows = {row["id"]: row["successor_id"] for row in dump(nodes.database)["refresh_tokens"]}
    (heir,) = rows.keys() - before
    assert list(rows.values()).count(heir) == 1

    # The successor is used at one node: from then on whoever shows the first one, at any, is a thief.
    last = refresh(nodes.other, successor, **kiosk).json()
    assert refresh(nodes.one, first, **kiosk).json()["error"] == "invalid_grant"
    assert ask(nodes.other, last["access_token"]).status_code == 401
    assert refresh(nodes.other, last["refresh_token"], **kiosk).json()["error"] == "invalid_grant"
