"""Resource indicators (RFC 8707): which API a token is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.errors import InvalidTarget
from gatelodge.protocol.parameters import MAX_VALUE, read_parameters
from gatelodge.protocol.resource_indicators import is_own, narrow, own_resources, read_resources

ORIGIN = "https://north.example.com"
API, OTHER = "https://api.example.com/v1", "urn:example:other"
KNOWN = {API, OTHER, *own_resources(ORIGIN)}


def read(query: str) -> tuple[str, ...] | InvalidTarget:
    """What a request with this query asks for."""
    return read_resources(read_parameters(query.encode()), KNOWN)


@pytest.mark.rfc("8707", "2", "resource can be there several times, and each value counts")
def test_each_resource_that_is_named_is_asked_for() -> None:
    assert read(f"resource={API}&scope=read&resource={OTHER}") == (API, OTHER)
    assert read(f"resource={API}&resource={API}") == (API,)
    assert read("scope=read") == ()
    assert read("resource=") == ()


@pytest.mark.rfc("6749", "3.1", "of all other parameters none is there twice")
def test_nothing_else_may_be_there_twice() -> None:
    parameters = read_parameters(f"resource={API}&resource={OTHER}&scope=a&scope=b".encode())
    assert parameters.repeated == {"scope"}
    assert parameters.all("resource") == (API, OTHER)


@pytest.mark.rfc("8707", "2", "a resource is an absolute URI without a fragment; any other is invalid_target")
@pytest.mark.parametrize(
    "value",
    [
        "api",
        "/v1",
        "//api.example.com",
        "https:",
        f"{API}%23",
        f"{API}%23part",
        "https://[",
        "https://api%20b",
        "%C3%A9:x",
    ],
)
def test_what_is_no_absolute_uri_is_refused(value: str) -> None:
    assert isinstance(read(f"resource={value}"), InvalidTarget)


@pytest.mark.rfc("8707", "2", "a resource that is not known, or not as it is known, is refused")
@pytest.mark.parametrize(
    "value",
    [
        "https://evil.example",
        f"{API}/",
        f"{API}/x",
        API.upper(),
        "https://api.example.com",
        "https://api.example.com@evil.example/v1",
        f"{API}&resource=https://evil.example",
    ],
)
def test_what_nobody_is_called_is_refused(value: str) -> None:
    assert isinstance(read(f"resource={value}"), InvalidTarget)


def test_too_much_is_refused() -> None:
    assert isinstance(read("&".join(f"resource=urn:{'x' * 1000}" for _ in range(MAX_VALUE // 1000 + 1))), InvalidTarget)
    assert isinstance(read("resource=%FF"), InvalidTarget)


@pytest.mark.rfc("8707", "2.2", "a token request asks for no more than was granted")
def test_a_token_request_narrows() -> None:
    assert narrow((API,), (API, OTHER)) == (API,)
    assert narrow((), (API, OTHER)) == (API, OTHER)
    assert isinstance(narrow((API, OTHER), (API,)), InvalidTarget)
    assert narrow((API,), ()) == (API,)
    assert narrow((), ()) == ()


def test_whose_api_a_token_opens() -> None:
    assert is_own((), ORIGIN)
    assert is_own((API, f"{ORIGIN}/api/graphql"), ORIGIN)
    assert not is_own((API,), ORIGIN)
    assert not is_own((f"{ORIGIN}.evil.example",), ORIGIN)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_whatever_is_sent_only_what_is_known_comes_out(values: list[bytes]) -> None:
    query = b"&".join(b"resource=" + value for value in values)
    found = read_resources(read_parameters(query), KNOWN)
    assert isinstance(found, InvalidTarget) or set(found) <= KNOWN
