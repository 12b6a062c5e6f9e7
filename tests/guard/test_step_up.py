"""An API of one's own asks for a newer sign-in, or one of another kind (RFC 9470)."""

from concurrent.futures import Future
from typing import Any

import pytest

from gatelodge.guard import Access, Guard, Refusal, Verdict
from gatelodge.guard.access import read_access
from gatelodge.guard.asgi import GuardMiddleware, Rule
from gatelodge.guard.refusal import INVALID
from tests.guard.answering import StillClock

ISSUER = "https://cloud.example.com"
PASSWORD = "urn:gatelodge:acr:password"
TOKENS = {"told": {"auth_time": 1000, "acr": PASSWORD}, "silent": {}}


class Tokens:
    """A verifier that knows a token which tells of its sign-in, and one that doesn't."""

    issuer = ISSUER
    patience = 1.0

    def begin(self, token: str) -> Verdict | Future[Verdict]:
        """The verdict."""
        members = TOKENS.get(token)
        return INVALID if members is None else read_access({"sub": "u1", "scope": "read", **members}, ISSUER)


def guard(now: float) -> Guard:
    """A guard at that time."""
    clock = StillClock()
    clock.time = now
    return Guard(Tokens(), resource="https://api.example.com", clock=clock)


@pytest.mark.rfc("9470", "3", "an API can demand how long ago, and how, a user has signed in")
@pytest.mark.parametrize(
    ("token", "demand", "good"),
    [
        ("told", {"max_age": 60}, True),
        ("told", {"max_age": 59}, False),
        ("told", {"acr": ["urn:example:gold", PASSWORD]}, True),
        ("told", {"acr": ["urn:example:gold"]}, False),
        ("told", {"acr": [PASSWORD], "max_age": 59}, False),
        ("silent", {}, True),
        ("silent", {"max_age": 10**9}, False),
        ("silent", {"acr": [PASSWORD]}, False),
    ],
)
@pytest.mark.anyio
async def test_a_sign_in_is_weighed(token: str, demand: dict[str, Any], good: bool) -> None:
    one = guard(1060)
    for outcome in (
        one.check([f"Bearer {token}"], "read", **demand),
        await one.check_async([f"Bearer {token}"], **demand),
    ):
        assert isinstance(outcome, Access) is good


@pytest.mark.rfc("9470", "3", "its challenge says which max_age and acr_values to ask for")
def test_the_challenge_says_what_to_ask_for() -> None:
    outcome = guard(2000).check(["Bearer told"], "read", max_age=60, acr=["a", "b"])
    assert isinstance(outcome, Refusal)
    assert (outcome.status, outcome.error) == (401, "insufficient_user_authentication")
    said = dict(outcome.headers)["WWW-Authenticate"]
    for part in ('error="insufficient_user_authentication"', 'acr_values="a b"', 'max_age="60"', 'scope="read"'):
        assert part in said


def test_a_token_that_lacks_the_scope_hears_of_that_first() -> None:
    outcome = guard(2000).check(["Bearer told"], "write", max_age=60)
    assert isinstance(outcome, Refusal)
    assert outcome.error == "insufficient_scope"


@pytest.mark.anyio
async def test_a_rule_of_the_middleware_can_demand_it() -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("nobody may come here")

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    middleware = GuardMiddleware(app, guard(2000), rules=[Rule("/delete", ["read"], max_age=60)])
    scope = {"type": "http", "path": "/delete", "method": "POST", "headers": [(b"authorization", b"Bearer told")]}
    await middleware(scope, receive, send)
    assert sent[0]["status"] == 401
    assert b'max_age="60"' in dict(sent[0]["headers"])[b"www-authenticate"]
