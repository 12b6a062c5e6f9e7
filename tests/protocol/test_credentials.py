"""The shape of every secret that the server makes: kind, row, 256 random bits, checksum."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatelodge.protocol.credentials import (
    MAX_ID,
    Kind,
    Presented,
    base62,
    compose,
    compose_of,
    parse,
    parse_public_id,
    public_id,
    secret_of,
)
from tests.protocol.examples import presented, secret

KINDS = st.sampled_from(Kind)
IDS = st.integers(0, MAX_ID)
SECRETS = st.binary(min_size=32, max_size=32)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@given(KINDS, IDS, SECRETS)
def test_what_is_composed_can_be_parsed(kind: Kind, row_id: int, random: bytes) -> None:
    text, kept = compose(kind, row_id, random)
    assert re.fullmatch(rf"gl{kind}_[0-9A-Za-z]{{11}}_[0-9A-Za-z]{{49}}", text)
    assert parse(text, kind) == kept
    assert parse(text, *Kind) == kept
    assert (kept.kind, kept.id, len(kept.digest)) == (kind, row_id, 32)
    assert kept.matches(kept.digest)


@pytest.mark.rfc("6749", "10.10", "a secret can't be guessed: it carries 256 random bits")
@given(KINDS, IDS, SECRETS, SECRETS)
def test_every_random_bit_counts(kind: Kind, row_id: int, one: bytes, other: bytes) -> None:
    assume(one != other)
    assert compose(kind, row_id, one)[0] != compose(kind, row_id, other)[0]
    assert not compose(kind, row_id, one)[1].matches(compose(kind, row_id, other)[1].digest)


@pytest.mark.rfc("6749", "10.10", "a secret can't be guessed: each of its letters is as likely as any other")
def test_random_bytes_make_every_letter_alike() -> None:
    parts = [secret_of(bytes([byte] * 64)) for byte in range(256)]
    letters = [part[0] for part in parts if part is not None]
    assert {letter: letters.count(letter) for letter in letters} == dict.fromkeys(ALPHABET, 4)
    assert all(part is None or part == part[0] * 43 for part in parts)


@given(st.binary(min_size=43, max_size=64))
def test_a_secret_of_random_bytes_takes_one_letter_of_each_that_is_of_use(random: bytes) -> None:
    useful = [byte for byte in random if byte < 4 * 62]
    part = secret_of(random)
    assert part == ("".join(ALPHABET[byte % 62] for byte in useful[:43]) if len(useful) >= 43 else None)
    if part is not None:
        text, kept = compose_of(Kind.CODE, 1, part)
        assert parse(text, Kind.CODE) == kept


@pytest.mark.parametrize("random", [b"\0" * 32, b"\xff" * 32])
def test_the_smallest_and_the_greatest_number_have_the_same_length(random: bytes) -> None:
    for row_id in (0, MAX_ID):
        text, kept = compose(Kind.CODE, row_id, random)
        assert len(text) == 4 + 1 + 11 + 1 + 43 + 6
        assert parse(text, Kind.CODE) == kept


def test_the_secret_is_not_in_what_the_row_keeps() -> None:
    text, kept = compose(Kind.ACCESS_TOKEN, 1, b"\x01" * 32)
    assert text.split("_")[2][:43] not in repr(kept)
    assert text.split("_")[2][:43].encode("ascii") != kept.digest


@pytest.mark.rfc("6749", "1.5", "a token that was given for one purpose serves no other")
@given(KINDS, KINDS, IDS, SECRETS)
def test_a_secret_of_one_kind_is_none_of_another(kind: Kind, other: Kind, row_id: int, random: bytes) -> None:
    assume(kind is not other)
    text = compose(kind, row_id, random)[0]
    assert parse(text, other) is None
    assert parse(text) is None
    # The prefix is under the checksum too.
    assert parse(text.replace(f"gl{kind}_", f"gl{other}_", 1), other) is None


@given(KINDS, IDS, SECRETS, st.integers(0, 64), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(kind: Kind, row_id: int, random: bytes, at: int, character: str) -> None:
    text = compose(kind, row_id, random)[0]
    assume(text[at] != character)
    assert parse(f"{text[:at]}{character}{text[at + 1 :]}", *Kind) is None


GOOD = secret(Kind.ACCESS_TOKEN, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD[:-1],
        GOOD[1:],
        f"{GOOD}0",
        f"{GOOD}\n",
        f" {GOOD}",
        GOOD.upper(),
        GOOD.replace("_", "-"),
        GOOD.replace("gl", "GL"),
        GOOD.replace("glat", "glxx"),
        f"{GOOD[:20]}٣{GOOD[21:]}",
        f"{GOOD[:20]}é{GOOD[21:]}",
        f"{GOOD[:20]}\0{GOOD[21:]}",
        f"{GOOD} {GOOD}",
    ],
)
def test_what_only_resembles_a_secret_is_none(text: str) -> None:
    assert parse(GOOD, *Kind) is not None
    assert parse(text, *Kind) is None


def test_a_row_beyond_64_bits_is_none() -> None:
    assert public_id(MAX_ID) == "AzL8n0Y58m7"
    assert parse_public_id("AzL8n0Y58m7") == MAX_ID
    assert parse_public_id("AzL8n0Y58m8") is None
    assert parse_public_id("zzzzzzzzzzz") is None
    text = compose(Kind.CODE, MAX_ID + 1, b"\x01" * 32)[0]
    assert parse(text, Kind.CODE) is None


@given(st.text() | st.text("glat_09AZaz", max_size=80) | st.from_regex(r"gl(at|rt|xx)_\w{11}_\w{49}", fullmatch=True))
def test_any_text_gets_an_answer(text: str) -> None:
    found = parse(text, *Kind)
    assert found is None or text.startswith(f"gl{found.kind}_{public_id(found.id)}_")


@given(IDS)
def test_a_public_id_can_be_read_back(row_id: int) -> None:
    assert re.fullmatch(r"[0-9A-Za-z]{11}", public_id(row_id))
    assert parse_public_id(public_id(row_id)) == row_id


@given(IDS, IDS)
def test_public_ids_stand_in_the_order_of_their_rows(one: int, other: int) -> None:
    assert (one < other) == (public_id(one) < public_id(other))


@given(st.text(max_size=12) | st.text(ALPHABET, min_size=11, max_size=11) | st.text("²٣é0", min_size=11, max_size=11))
def test_a_public_id_has_one_spelling(text: str) -> None:
    row_id = parse_public_id(text)
    assert row_id is None or public_id(row_id) == text


def test_base62_counts_in_the_order_of_ascii() -> None:
    assert [base62(number, 2) for number in (0, 9, 10, 35, 36, 61, 62, 3843)] == [
        "00", "09", "0A", "0Z", "0a", "0z", "10", "zz",
    ]  # fmt: skip
    assert sorted(ALPHABET) == list(ALPHABET)


def test_a_digest_is_compared_as_a_whole() -> None:
    shown = presented(Kind.CODE, 1)
    assert shown == Presented(Kind.CODE, 1, shown.digest)
    assert not shown.matches(shown.digest[:-1])
    assert not shown.matches(b"")
    assert secret(Kind.CODE, 1, 2) != secret(Kind.CODE, 1, 1)
