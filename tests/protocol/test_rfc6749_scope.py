"""Scopes: a set of names (RFC 6749 §3.3), separated by blanks or, as the contract shows, by commas."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.scope import format_scope, parse_scope

NAMES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=',"\\'), min_size=1)


@pytest.mark.rfc("6749", "3.3", "a scope is a list of names separated by blanks, whose order does not matter")
@pytest.mark.parametrize(
    "text",
    [
        "read write",
        "write read",
        "read,write",
        "read, write",
        "read ,write",
        " read  write ",
        ",read,,write,",
        "read write read",
    ],
)
def test_names_are_separated_by_blanks_or_commas(text: str) -> None:
    assert parse_scope(text) == frozenset({"read", "write"})


@pytest.mark.rfc("6749", "3.3", "names are told apart by case")
def test_case_matters() -> None:
    assert parse_scope("read Read READ") == frozenset({"read", "Read", "READ"})


@pytest.mark.parametrize("text", ["", " ", ",", " , ,"])
def test_no_name_is_the_empty_scope(text: str) -> None:
    assert parse_scope(text) == frozenset()


@pytest.mark.rfc("6749", "3.3", "a name holds printable ASCII characters, no quote and no backslash")
@pytest.mark.parametrize(
    "text",
    [
        're"ad',
        "re\\ad",
        "read\twrite",
        "read\nwrite",
        "read\n",
        "read\r\n",
        "\0",
        "read\x7f",
        "číst",
        "read\u00a0write",
        "read\uff0cwrite",
    ],
)
def test_a_character_that_no_name_can_have_spoils_the_scope(text: str) -> None:
    assert parse_scope(text) is None


@pytest.mark.rfc("6749", "3.3", "a scope goes out as names separated by single blanks")
def test_a_scope_goes_out_sorted_and_with_blanks() -> None:
    assert format_scope(["write", "events", "read"]) == "events read write"
    assert format_scope([]) == ""


@given(st.frozensets(NAMES))
def test_what_goes_out_can_be_read_back(scope: frozenset[str]) -> None:
    assert parse_scope(format_scope(scope)) == scope
    assert parse_scope(",".join(scope)) == scope


@given(st.text() | st.text('read ,"\\\t\n'))
def test_any_text_is_a_scope_of_good_names_or_none(text: str) -> None:
    scope = parse_scope(text)
    if scope is not None:
        assert all(re.fullmatch(r"[\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+", name) for name in scope)
        assert all(name in text for name in scope)
