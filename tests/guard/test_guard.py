"""The guard itself: scopes, and the metadata of the API that it stands before."""

import json
from concurrent.futures import Future

import pytest

from gatelodge.guard import Access, Guard, Refusal, Verdict
from gatelodge.guard.access import read_access
from gatelodge.guard.refusal import INVALID
from tests.guard.answering import StillClock

ISSUER = "https://cloud.example.com"


class OneToken:
    """A verifier that knows one token, `good`, with the scopes read and write."""

    issuer = ISSUER
    patience = 1.0

    def begin(self, token: str) -> Verdict | Future[Verdict]:
        """The verdict."""
        return read_access({"sub": "u1", "scope": "read write"}, ISSUER) if token == "good" else INVALID


def guard(resource: str = "https://api.example.com", **more: object) -> Guard:
    """A guard of that API."""
    return Guard(OneToken(), resource=resource, **more)  # type: ignore[arg-type]


@pytest.mark.rfc("6750", "3.1", "a good token that lacks a scope is told which the call needs")
@pytest.mark.anyio
async def test_all_scopes_are_needed() -> None:
    assert isinstance(guard().check(["Bearer good"]), Access)
    assert isinstance(guard().check(["Bearer good"], "read", "write"), Access)
    for outcome in (
        guard().check(["Bearer good"], "read", "events"),
        await guard().check_async(["Bearer good"], "read", "events"),
    ):
        assert isinstance(outcome, Refusal)
        assert (outcome.status, outcome.error) == (403, "insufficient_scope")
        assert 'error="insufficient_scope"' in dict(outcome.headers)["WWW-Authenticate"]
        assert 'scope="events read"' in dict(outcome.headers)["WWW-Authenticate"]


def test_a_bad_token_is_refused_whatever_the_call_needs() -> None:
    for scopes in ((), ("read",)):
        outcome = guard().check(["Bearer bad"], *scopes)
        assert isinstance(outcome, Refusal)
        assert outcome.status == 401


def test_an_unusual_scope_cannot_break_the_header() -> None:
    outcome = guard().check([], 'a"\r\nX: y')
    assert isinstance(outcome, Refusal)
    assert all("\n" not in value and "\r" not in value for _, value in outcome.headers)


@pytest.mark.rfc("9728", "2", "the metadata names the resource, where its tokens come from, and how they are sent")
@pytest.mark.rfc("9728", "3.2", "the metadata is a JSON object; what has no value is left out")
def test_the_metadata() -> None:
    assert json.loads(guard().metadata) == {
        "resource": "https://api.example.com",
        "authorization_servers": [ISSUER],
        "bearer_methods_supported": ["header"],
    }
    told = guard(scopes=["write", "read"], name="Notes", documentation="https://api.example.com/docs").metadata
    assert (
        json.loads(told).items()
        >= {
            "resource_name": "Notes",
            "resource_documentation": "https://api.example.com/docs",
        }.items()
    )
    assert json.loads(told)["scopes_supported"] == ["read", "write"]
    assert dict(guard().metadata_headers)["Content-Type"] == "application/json"


@pytest.mark.rfc("9728", "3.1", "the address of the metadata has the well-known path between host and path")
@pytest.mark.parametrize(
    ("resource", "url"),
    [
        ("https://api.example.com", "https://api.example.com/.well-known/oauth-protected-resource"),
        ("https://api.example.com/", "https://api.example.com/.well-known/oauth-protected-resource"),
        ("https://api.example.com/v1", "https://api.example.com/.well-known/oauth-protected-resource/v1"),
        ("https://a.example:8443/v1?t=2", "https://a.example:8443/.well-known/oauth-protected-resource/v1?t=2"),
        ("http://localhost:8100", "http://localhost:8100/.well-known/oauth-protected-resource"),
    ],
)
def test_where_the_metadata_is(resource: str, url: str) -> None:
    made = guard(resource)
    assert made.metadata_url == url
    assert url.partition("?")[0].endswith(made.metadata_path)


@pytest.mark.rfc("9728", "1.2", "a resource is known by an https address without a fragment")
@pytest.mark.parametrize(
    "resource", ["api.example.com", "http://api.example.com", "https://api.example.com/#x", "urn:api", "https://u@a.b"]
)
def test_what_cannot_name_a_resource(resource: str) -> None:
    with pytest.raises(ValueError, match="resource must"):
        guard(resource)


def test_scopes_are_several() -> None:
    with pytest.raises(ValueError, match="several"):
        guard(scopes="read")


def test_the_clocks_go(clock: StillClock) -> None:
    from gatelodge.guard import Clock

    real = Clock()
    assert real.now() > 1_700_000_000
    assert real.elapsed() <= real.elapsed()
    assert clock.now() == clock.elapsed()
