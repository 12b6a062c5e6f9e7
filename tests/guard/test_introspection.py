"""Verifying by introspection: against a real Gatelodge, and against a server that answers whatever a test wants."""

import asyncio
import logging
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatelodge.guard import Access, Guard, Introspection, Refusal
from gatelodge.guard.refusal import INVALID, UNAVAILABLE
from gatelodge.guard.verifier import Verdict, settle, settle_async
from tests.guard.answering import Answering, Asked, Reply, StillClock
from tests.guard.cloud import Cloud
from tests.guard.test_alone import SRC

SECRET = "glcs_a-very+secret/word"
ISSUER = "http://127.0.0.1:1"
GOOD = {"active": True, "token_type": "Bearer", "sub": "u1", "client_id": "c1", "scope": "read", "iss": ISSUER}


def asking(server: Answering, clock: StillClock | None = None, **more: object) -> Introspection:
    """A verifier that asks the server."""
    options: dict[str, object] = {"endpoint": f"{server.origin}/introspect", "clock": clock, **more}
    return Introspection(ISSUER, "api", SECRET, **options)  # type: ignore[arg-type]


def good(**changes: object) -> Callable[[Asked], Reply]:
    """A server's answer for a good token, changed; None leaves a member out."""
    members = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return lambda asked: Reply(members)


def of_cloud(cloud: Cloud, **more: object) -> Introspection:
    """A verifier that asks Gatelodge."""
    return Introspection(cloud.origin, cloud.client_id, cloud.client_secret, **more)  # type: ignore[arg-type]


def access(verdict: Verdict) -> Access:
    """The verdict, which has to be a good one."""
    assert isinstance(verdict, Access), verdict
    return verdict


class TestWithGatelodge:
    def test_a_users_own_token(self, cloud: Cloud) -> None:
        found = access(settle(of_cloud(cloud), cloud.token()))
        assert found.user
        assert (found.user.username, found.application) == ("owner@example.com", None)
        assert found.scopes == {"read", "liveview"}
        assert found.limits is None
        assert found.expires_at

    def test_an_applications_access_token_and_not_its_refresh_token(self, cloud: Cloud) -> None:
        """Gatelodge says of a refresh token that it is active, which is true of it at the token endpoint alone."""
        verifier, tokens = of_cloud(cloud), cloud.application_tokens
        found = access(settle(verifier, tokens["access_token"]))
        assert found.application
        assert found.user
        assert found.application.client_id == cloud.server.client_id
        assert settle(verifier, tokens["refresh_token"]) is INVALID

    def test_an_application_as_itself(self, cloud: Cloud) -> None:
        client_id, token = cloud.machine
        found = access(settle(of_cloud(cloud), token))
        assert found.user is None
        assert found.application
        assert found.application.client_id == client_id

    def test_bad_tokens(self, cloud: Cloud) -> None:
        verifier = of_cloud(cloud)
        let_in = [what for what, token in cloud.bad_tokens.items() if settle(verifier, token) is not INVALID]
        assert let_in == []

    def test_a_revoked_token_is_refused_after_the_stated_time_and_without_cache_at_once(
        self, cloud: Cloud, clock: StillClock
    ) -> None:
        clock.time = 1_700_000_000  # before every exp
        keeping, asking = of_cloud(cloud, clock=clock), of_cloud(cloud, cache_for=0)
        token = cloud.new_token()
        assert isinstance(settle(keeping, token), Access)
        assert isinstance(settle(asking, token), Access)
        cloud.revoke(token)
        assert settle(asking, token) is INVALID
        clock.time += 9.9
        assert isinstance(settle(keeping, token), Access)
        clock.time += 0.1
        assert settle(keeping, token) is INVALID

    def test_wrong_credentials_let_nobody_in(self, cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
        token = cloud.token()
        for client_id, secret in [
            (cloud.client_id, SECRET),
            (cloud.server.client_id, cloud.server.client_secret),  # an application, but no resource server
        ]:
            caplog.clear()
            assert settle(Introspection(cloud.origin, client_id, secret), token) is UNAVAILABLE
            assert "look at client_id and secret" in caplog.text


@pytest.mark.rfc("7662", "2.1", "a resource server asks by POST, form-encoded, and says who it is")
@pytest.mark.rfc("6749", "2.3.1", "the guard form-encodes its name and secret before they go into HTTP Basic")
def test_the_question(server: Answering) -> None:
    settle(asking(server), "tok-1")
    asked = server.asked[0]
    assert (asked.method, asked.path, asked.form) == ("POST", "/introspect", {"token": "tok-1"})
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert b64decode(asked.headers["authorization"].removeprefix("Basic ")) == b"api:glcs_a-very%2Bsecret%2Fword"


@pytest.mark.rfc("7662", "2.2", "only what is active counts, and only as a bearer token of this issuer and audience")
@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"token_type": None},  # as of a refresh token
        {"token_type": "DPoP"},
        {"cnf": {"jkt": "x"}},
        {"iss": "https://other.example.com"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"exp": 1_800_000_000},
        {"nbf": 1_800_000_031},
    ],
)
def test_a_token_that_is_not_for_us_is_refused(
    server: Answering, clock: StillClock, changes: dict[str, object]
) -> None:
    server.reply = good(**{"aud": "api", **changes})
    assert settle(asking(server, clock, audience="api"), "tok") is INVALID


def test_a_token_for_several_audiences_is_good(server: Answering) -> None:
    server.reply = good(aud=["x", "api"])
    assert isinstance(settle(asking(server, audience="api"), "tok"), Access)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b""),
        Reply(b"no json"),
        Reply(b"[" * 100_000),
        Reply([True]),
        Reply({}),
        Reply({"active": "true"}),
        Reply({"active": 1}),
        Reply({**GOOD, "exp": "never"}),
        Reply({**GOOD, "authorization_details": {}}),
        Reply({"active": True, "token_type": "Bearer"}),
        Reply(GOOD, 201),
        Reply(GOOD, 302, {"Location": "http://127.0.0.1:9/"}),
        Reply(GOOD, 401),
        Reply(GOOD, 500),
        Reply(b" " * 1_048_577),
        Reply(b"", 200, {"Content-Length": "5", "Connection": "close"}),
    ],
)
def test_an_answer_that_is_none_lets_nobody_in_and_is_not_kept(server: Answering, reply: Reply) -> None:
    verifier = asking(server)
    server.reply = lambda asked: reply
    assert settle(verifier, "tok") is UNAVAILABLE
    server.reply = good()
    assert isinstance(settle(verifier, "tok"), Access)


def test_a_server_that_is_not_there_lets_nobody_in_and_is_named_once_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "gatelodge.guard")
    with Answering(good()) as gone:
        verifier = asking(gone, cache_for=0)
        assert isinstance(settle(verifier, "tok"), Access)
    assert settle(verifier, "tok") is UNAVAILABLE
    assert settle(verifier, "tok") is UNAVAILABLE
    assert len(caplog.records) == 1
    assert f"{gone.origin}/introspect: ConnectionRefusedError" in caplog.text


def test_a_server_that_is_back_is_named_as_well(server: Answering, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gatelodge.guard")
    verifier = asking(server)
    for server.reply in (lambda asked: Reply({}, 500), good()):
        settle(verifier, "tok")
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


@pytest.mark.anyio
async def test_a_server_that_says_nothing_is_given_up_on(server: Answering) -> None:
    go_on = threading.Event()
    server.reply = lambda asked: Reply({"active": go_on.wait(10)})
    verifier = asking(server, timeout=0.2)
    try:
        assert settle(verifier, "tok") is UNAVAILABLE
        assert await settle_async(verifier, "tok") is UNAVAILABLE
    finally:
        go_on.set()


class TestKeeping:
    def test_a_good_answer_is_kept_for_ten_seconds_a_bad_one_for_two(
        self, server: Answering, clock: StillClock
    ) -> None:
        verifier = asking(server, clock)
        for reply, seconds in ((good(), 10.0), (good(active=False), 2.0)):
            server.reply = reply
            server.asked.clear()
            token = f"tok-{seconds}"
            first = settle(verifier, token)
            clock.time += seconds - 0.1
            assert settle(verifier, token) == first
            assert len(server.asked) == 1
            clock.time += 0.1
            assert settle(verifier, token) == first
            assert len(server.asked) == 2

    def test_time_counts_from_the_question(self, server: Answering, clock: StillClock) -> None:
        """An answer was true when it was made, which may have been as soon as the question was asked."""

        def slowly(asked: Asked) -> Reply:
            clock.time += 4
            return good()(asked)

        server.reply = slowly
        verifier = asking(server, clock)
        settle(verifier, "tok")
        clock.time += 5.9
        settle(verifier, "tok")
        assert len(server.asked) == 1
        clock.time += 0.1
        settle(verifier, "tok")
        assert len(server.asked) == 2

    def test_exp_holds_before_the_kept_time(self, server: Answering, clock: StillClock) -> None:
        server.reply = good(exp=int(clock.time) + 5)
        verifier = asking(server, clock)
        assert isinstance(settle(verifier, "tok"), Access)
        clock.time += 4.9
        assert isinstance(settle(verifier, "tok"), Access)
        clock.time += 0.1
        assert settle(verifier, "tok") is INVALID
        assert len(server.asked) == 1

    def test_a_bad_answer_is_never_kept_longer_than_a_good_one(self, server: Answering, clock: StillClock) -> None:
        verifier = asking(server, clock, cache_for=1, negative_for=60)
        settle(verifier, "tok")
        clock.time += 1
        server.reply = good()
        assert isinstance(settle(verifier, "tok"), Access)

    def test_each_token_has_its_own_answer(self, server: Answering) -> None:
        server.reply = lambda asked: good(sub=f"user of {asked.form['token']}")(asked)
        verifier = asking(server)
        for _ in range(2):
            for token in ("a", "b"):
                found = access(settle(verifier, token))
                assert found.user
                assert found.user.id == f"user of {token}"
        assert len(server.asked) == 2

    def test_so_many_are_kept_and_made_up_tokens_drive_no_good_one_out(
        self, server: Answering, clock: StillClock
    ) -> None:
        server.reply = lambda asked: good(active=asked.form["token"].startswith("good"))(asked)
        verifier = asking(server, clock, size=3)
        for token in ("good1", "good2", "good3", *(f"bad{number}" for number in range(10))):
            settle(verifier, token)
        server.asked.clear()
        settle(verifier, "good1")
        assert server.asked == []
        settle(verifier, "good4")  # drives out what was used longest ago
        settle(verifier, "good1")
        settle(verifier, "good2")
        assert [asked.form["token"] for asked in server.asked] == ["good4", "good2"]

    def test_a_connection_is_used_again_and_one_that_was_closed_meanwhile_does_no_harm(self, server: Answering) -> None:
        server.reply = good()
        verifier = asking(server, cache_for=0)
        for _ in range(3):
            assert isinstance(settle(verifier, "tok"), Access)
        assert len(server.connections) == 1
        server.hang_up()
        assert isinstance(settle(verifier, "tok"), Access)
        assert len(server.connections) == 2


class TestTogether:
    CALLS = 50

    def held(self, server: Answering, reply: Callable[[Asked], Reply] | None = None) -> threading.Event:
        """Have the server hold its answers until the event is set."""
        go_on = threading.Event()

        def answer(asked: Asked) -> Reply:
            assert go_on.wait(20)
            return (reply or good())(asked)

        server.reply = answer
        return go_on

    @pytest.mark.anyio
    async def test_calls_of_one_token_on_an_event_loop_share_one_question(self, server: Answering) -> None:
        go_on, verifier = self.held(server), asking(server)
        calls = [asyncio.create_task(settle_async(verifier, "tok")) for _ in range(self.CALLS)]
        await asyncio.sleep(0)  # each has begun
        go_on.set()
        assert all(isinstance(verdict, Access) for verdict in await asyncio.gather(*calls))
        assert len(server.asked) == 1

    def test_calls_of_one_token_on_threads_share_one_question(self, server: Answering) -> None:
        go_on, verifier = self.held(server), asking(server)
        together = threading.Barrier(self.CALLS, action=go_on.set)

        def call() -> Verdict:
            begun = verifier.begin("tok")
            together.wait(20)
            return begun if isinstance(begun, Access | Refusal) else begun.result(20)

        with ThreadPoolExecutor(self.CALLS) as pool:
            calls = [pool.submit(call) for _ in range(self.CALLS)]
            assert all(isinstance(one.result(20), Access) for one in calls)
        assert len(server.asked) == 1

    @pytest.mark.anyio
    async def test_whoever_gives_up_takes_nothing_from_the_others(self, server: Answering) -> None:
        go_on, verifier = self.held(server), asking(server)
        first, second = (asyncio.create_task(settle_async(verifier, "tok")) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        go_on.set()
        assert isinstance(await second, Access)

    @pytest.mark.anyio
    async def test_different_tokens_are_different_questions(self, server: Answering) -> None:
        go_on = self.held(server, lambda asked: good(sub=asked.form["token"])(asked))
        verifier = asking(server)
        calls = [asyncio.create_task(settle_async(verifier, f"t{number}")) for number in range(10)]
        await asyncio.sleep(0)
        go_on.set()
        users = [access(verdict).user for verdict in await asyncio.gather(*calls)]
        assert [user and user.id for user in users] == [f"t{number}" for number in range(10)]

    def test_without_keeping_each_asks_for_itself(self, server: Answering) -> None:
        go_on, verifier = self.held(server), asking(server, cache_for=0)
        pending = [verifier.begin("tok") for _ in range(3)]
        go_on.set()
        for one in pending:
            assert not isinstance(one, Access | Refusal)
            assert isinstance(one.result(20), Access)
        assert len(server.asked) == 3

    def test_an_old_question_is_not_joined(self, server: Answering, clock: StillClock) -> None:
        go_on, verifier = self.held(server), asking(server, clock, timeout=20)
        first = verifier.begin("tok")
        clock.time += 9.9
        assert verifier.begin("tok") is first
        clock.time += 0.1
        second = verifier.begin("tok")
        assert second is not first
        go_on.set()
        for one in (first, second):
            assert not isinstance(one, Access | Refusal)
            assert isinstance(one.result(20), Access)

    def test_too_many_at_once_are_told_to_come_back(self, server: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gatelodge.guard.workers.MOST", 2)
        go_on, verifier = self.held(server), asking(server)
        begun = [verifier.begin(f"t{number}") for number in range(3)]
        go_on.set()
        assert begun[2] is UNAVAILABLE
        for one in begun[:2]:
            assert not isinstance(one, Access | Refusal)
            assert isinstance(one.result(20), Access)


def test_no_secret_and_no_token_is_shown_anywhere(server: Answering, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = "glat_seen-by-nobody"
    verifier = asking(server)
    guard = Guard(verifier, resource="http://localhost:2")
    seen = [repr(verifier), repr(guard)]
    for server.reply in (good(), good(active=False), lambda asked: Reply({"active": asked.form["token"]})):
        outcome = guard.check([f"Bearer {token}{len(seen)}"], "read")
        seen += [repr(outcome), str(outcome)]
    kept = repr([verifier._good._values, verifier._bad._values, verifier._asking, vars(verifier._digests)])
    for text in (*seen, kept, caplog.text):
        assert "seen-by-nobody" not in text
        assert SECRET not in text
    assert len(verifier._good._values) == len(verifier._bad._values) == 1


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("http://cloud.example.com", "a", "b"), {}),
        (("ftp://cloud.example.com", "a", "b"), {}),
        (("cloud.example.com", "a", "b"), {}),
        (("https://cloud.example.com/", "a", "b"), {}),
        (("https://me:word@cloud.example.com", "a", "b"), {}),
        (("https://cloud.example.com#x", "a", "b"), {}),
        (("https://cloud.example.com:port", "a", "b"), {}),
        (("https://cloud.example.com", "", "b"), {}),
        (("https://cloud.example.com", "a", ""), {}),
        (("https://cloud.example.com", "a", "b"), {"endpoint": "http://10.0.0.1/introspect"}),
        (("https://cloud.example.com", "a", "b"), {"cache_for": -1}),
        (("https://cloud.example.com", "a", "b"), {"cache_for": 301}),
        (("https://cloud.example.com", "a", "b"), {"negative_for": -1}),
        (("https://cloud.example.com", "a", "b"), {"size": 0}),
        (("https://cloud.example.com", "a", "b"), {"timeout": 0}),
    ],
)
def test_what_cannot_be_right_is_said_at_once(arguments: tuple[str, str, str], options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|needed|could not be cast"):
        Introspection(*arguments, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:80", "harbour.localhost"])
def test_plain_http_is_taken_on_this_computer_and_where_it_is_said_to_be_private(host: str) -> None:
    assert Introspection(f"http://{host}", "a", "b").issuer == f"http://{host}"
    assert Introspection("http://gatelodge:8000", "a", "b", plain_http=True).issuer == "http://gatelodge:8000"


FORKING = """
import os, sys
from gatelodge.guard import Introspection
from gatelodge.guard.verifier import settle
verifier = Introspection("http://127.0.0.1:1", "api", "secret", endpoint=sys.argv[1], cache_for=0)
print(type(settle(verifier, "tok")).__name__, flush=True)
child = os.fork()
print(type(settle(verifier, "tok")).__name__, flush=True)
if child:
    os.waitpid(child, 0)
"""


def test_a_process_that_was_forked_after_the_first_call_asks_for_itself(server: Answering) -> None:
    """As servers do that load the application before they start their workers."""
    server.reply = good()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING, server.origin],
        env={"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["Access"] * 3, done.stderr
    assert len(server.connections) == 2
