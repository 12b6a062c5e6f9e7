"""Bearer tokens at a protected resource: how one arrives, how a refusal reads (RFC 6750)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.bearer import challenge, read_token
from gatelodge.protocol.errors import InsufficientScope, InvalidRequest, InvalidToken

# RFC 9110 §11.6.1: a challenge with parameters, each a quoted-string of what is printable in ASCII.
CHALLENGE = re.compile(r'Bearer [a-z_]+="(?:[^"\\]|\\["\\])*"(?:, [a-z_]+="(?:[^"\\]|\\["\\])*")*')
PARAMETER = re.compile(r'([a-z_]+)="((?:[^"\\]|\\["\\])*)"')


def parameters(header: str) -> dict[str, str]:
    """A challenge's parameters, unquoted, as a client reads them."""
    assert CHALLENGE.fullmatch(header), header
    pairs = PARAMETER.findall(header)
    assert len(pairs) == len({name for name, _ in pairs})
    return {name: re.sub(r"\\(.)", r"\1", value) for name, value in pairs}


@pytest.mark.rfc("6750", "2.1", "the token comes in the Authorization header, after the word Bearer")
@pytest.mark.rfc("9110", "11.1", "the name of a scheme is read without regard to case")
@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER abc", "Bearer   abc", "Bearer abc "])
def test_the_token_is_what_follows_bearer(header: str) -> None:
    assert read_token([header]) == ("bearer", "abc")


@pytest.mark.rfc("6750", "3.1", "a request without a token is told so, and no more")
@pytest.mark.parametrize(
    "headers",
    [[], [""], ["Bearer"], ["Bearer "], ["Basic YTpi"], ["Bearerabc"], ["Bearer\tabc"], ["abc"], ["XBearer a"]],
)
def test_without_a_bearer_token_there_is_none(headers: list[str]) -> None:
    assert read_token(headers) is None


@pytest.mark.rfc("6750", "2", "a request shows its token in one way only")
@pytest.mark.parametrize("headers", [["Bearer abc", "Bearer abc"], ["Basic YTpi", "Bearer abc"], ["Bearer abc", ""]])
def test_two_authorization_headers_are_refused(headers: list[str]) -> None:
    assert isinstance(read_token(headers), InvalidRequest)


@given(st.lists(st.text(), max_size=2))
def test_any_headers_get_an_answer(headers: list[str]) -> None:
    read = read_token(headers)
    if isinstance(read, tuple):
        assert read[1]
        assert read[1] in headers[0]


@pytest.mark.rfc("6750", "3.1", "without any token the challenge names no error")
def test_a_challenge_without_a_token_names_the_realm_alone() -> None:
    assert challenge("Netrex", None) == 'Bearer realm="Netrex"'


@pytest.mark.rfc("6750", "3", "a refusal names the error and describes it")
def test_a_challenge_names_the_error() -> None:
    assert parameters(challenge("Netrex", InvalidToken("the token has expired"))) == {
        "realm": "Netrex",
        "error": "invalid_token",
        "error_description": "the token has expired",
    }


@pytest.mark.rfc("6750", "3", "where the scope is too small, the scope that is needed is told")
def test_a_challenge_for_want_of_scope_names_the_scope() -> None:
    header = challenge("Netrex", InsufficientScope("the token lacks the scope read", scope="read"))
    assert parameters(header)["scope"] == "read"
    assert parameters(header)["error"] == "insufficient_scope"


@pytest.mark.rfc("6750", "3.1", "each error has its own HTTP status")
def test_each_error_has_its_status() -> None:
    statuses = [InvalidRequest.status, InvalidToken.status, InsufficientScope.status]
    assert statuses == [400, 401, 403]


@pytest.mark.rfc("9110", "5.6.4", "in a quoted-string, quote and backslash are escaped")
@pytest.mark.parametrize(
    ("realm", "header"),
    [
        ('a", error="x', r'Bearer realm="a\", error=\"x"'),
        ("a\\", r'Bearer realm="a\\"'),
        ("a\r\nSet-Cookie: b=c", 'Bearer realm="a??Set-Cookie: b=c"'),
        ("Kamerový dohled", 'Bearer realm="Kamerov? dohled"'),
        ("カメラ", 'Bearer realm="???"'),
        ("", 'Bearer realm=""'),
    ],
)
def test_a_realm_cannot_break_out_of_its_quotes(realm: str, header: str) -> None:
    assert challenge(realm, None) == header


@given(st.text(), st.text(), st.text())
def test_whatever_the_words_are_a_challenge_is_one_header_that_reads_back(realm: str, words: str, scope: str) -> None:
    header = challenge(realm, InsufficientScope(words, scope=scope))
    assert re.fullmatch(r"[\x20-\x7E]*", header)
    assert parameters(header) == {
        "realm": re.sub(r"[^\x20-\x7E]", "?", realm),
        "error": "insufficient_scope",
        "error_description": re.sub(r"[^\x20-\x7E]", "?", words),
        "scope": re.sub(r"[^\x20-\x7E]", "?", scope),
    }
