"""How a token is read, and how a refusal is put into headers."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.guard.bearer import LONGEST, read_token
from gatelodge.guard.refusal import INVALID, MISSING, SEVERAL, UNAVAILABLE, Refusal, lacking, with_headers

METADATA = "https://api.example.com/.well-known/oauth-protected-resource"


def read_bearer(values: Sequence[str]) -> str | Refusal:
    """The token, where only bearer tokens are taken."""
    found = read_token(values, ("bearer",))
    return found if isinstance(found, Refusal) else found[1]


def headers_of(refusal: Refusal, *scopes: str, realm: str = "api") -> dict[str, str]:
    """The headers that the refusal of a call that needs these scopes is answered with."""
    return dict(with_headers(refusal, realm=realm, metadata_url=METADATA, scopes=scopes).headers)


@pytest.mark.rfc("6750", "2.1", "a guarded API reads the token from the Authorization header, scheme in any case")
@pytest.mark.parametrize("value", ["Bearer abc.-_~+/9==", "bearer abc.-_~+/9==", "BEARER   abc.-_~+/9== "])
def test_a_token_is_read(value: str) -> None:
    assert read_bearer([value]) == "abc.-_~+/9=="


@pytest.mark.rfc("6750", "3.1", "several Authorization headers are an invalid request, also where a server joined them")
@pytest.mark.parametrize(
    "values",
    [
        ["Bearer a", "Bearer b"],
        ["Bearer a", "Basic b"],
        ["Bearer a", ""],
        ["Bearer a,Bearer b"],
        ["Bearer a, Bearer b"],
        ["Basic abc,Bearer b"],
        ["Bearer "],
        ["Bearer"],
        ["Bearer ,"],
    ],
)
def test_several_headers_or_none_of_a_token_are_refused(values: list[str]) -> None:
    assert read_bearer(values) is SEVERAL


@pytest.mark.parametrize("values", [[], [""], ["Basic YTpi"], ["Bearerabc"], ["DPoP abc"], ["abc"]])
def test_a_call_without_a_bearer_token_has_none(values: list[str]) -> None:
    assert read_bearer(values) is MISSING


@pytest.mark.rfc("6750", "2.1", "what is no b64token is no token")
@pytest.mark.parametrize("token", ["a b", "ä", "a\x00b", "a=b", "=", 'a"b', "a\tb", "a" * (LONGEST + 1)])
def test_what_cannot_be_a_token_is_refused_without_asking_anybody(token: str) -> None:
    assert read_bearer([f"Bearer {token}"]) is INVALID


@given(st.lists(st.text(max_size=40), max_size=3))
def test_whatever_comes_is_read_or_refused(values: list[str]) -> None:
    read = read_bearer(values)
    assert isinstance(read, Refusal) or read in values[0]


@pytest.mark.rfc("6750", "3.1", "a call without a token is told no error, but what it needs")
@pytest.mark.rfc("9728", "5.1", "the challenge names the address of the metadata")
def test_a_missing_token_is_challenged_without_an_error() -> None:
    value = headers_of(MISSING, "write", "read")["WWW-Authenticate"]
    assert value == f'Bearer realm="api", scope="read write", resource_metadata="{METADATA}"'


@pytest.mark.rfc("6750", "3", "a refusal carries a challenge with realm, error, error_description and scope")
@pytest.mark.parametrize("refusal", [INVALID, SEVERAL, lacking(["read"])])
def test_a_refusal_says_what_is_wrong(refusal: Refusal) -> None:
    assert headers_of(refusal, "read")["WWW-Authenticate"] == (
        f'Bearer realm="api", error="{refusal.error}", error_description="{refusal.description}", scope="read", '
        f'resource_metadata="{METADATA}"'
    )


@pytest.mark.rfc("6750", "3.1", "each error has its status: 400, 401, 403")
def test_each_error_has_its_status() -> None:
    statuses = [one.status for one in (SEVERAL, INVALID, MISSING, lacking(["read"]))]
    assert statuses == [400, 401, 401, 403]


def test_an_unavailable_server_is_no_challenge() -> None:
    headers = headers_of(UNAVAILABLE, "read")
    assert UNAVAILABLE.status == 503
    assert headers == {"Retry-After": "1", "Cache-Control": "no-store"}


@pytest.mark.rfc("9110", "5.6.4", "a quoted string holds no quote and no line that it did not escape")
def test_a_realm_cannot_break_the_header() -> None:
    value = headers_of(MISSING, realm='a"b\\c\r\nSet-Cookie: x=č')["WWW-Authenticate"]
    assert value.startswith(r'Bearer realm="a\"b\\c??Set-Cookie: x=?", ')
