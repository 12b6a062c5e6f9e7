"""Names, e-mail addresses and passwords; and whose account an application belongs to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.identity.people import (
    MAX_EMAIL,
    MAX_NAME,
    MAX_PASSWORD,
    MIN_PASSWORD,
    Access,
    Account,
    Membership,
    Role,
    account_for_applications,
    name_fault,
    normal_email,
    password_fault,
    printable,
)

# What pretends to be another text: direction overrides, joiners, a byte order mark, line ends, a lone surrogate, and
# letters that show nothing.
DECEIVERS = [
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u00ad",
    "\u2028",
    "\u2029",
    "\ud800",
    "\0",
    "\n",
    "\x7f",
    "\u3164",
    "\u2800",
]

# Text near an e-mail address, with letters whose case and composition are peculiar.
NEARLY_EMAILS = (
    st.text('aAbJjHhİI\u0131ßẞΣ\u03c3ςÅKé\u030c\u0331\u0307\u0301.+-_@@@ ,<>"\\\u200b', max_size=20) | st.text()
)


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("jana@example.cz", "jana@example.cz"),
        ("  Jana@Example.CZ\t", "jana@example.cz"),
        ("jana.nováková+cam@example.cz", "jana.nováková+cam@example.cz"),
        ("Jana.Nova\u0301kova\u0301@example.cz", "jana.nováková@example.cz"),
        ("o'neill!#$%&*/=?^_`{|}~@example.cz", "o'neill!#$%&*/=?^_`{|}~@example.cz"),
        ("root@localhost", "root@localhost"),
        ("\u212aarel@example.cz", "karel@example.cz"),
    ],
)
def test_an_email_address_has_one_spelling(typed: str, email: str) -> None:
    assert normal_email(typed) == email


@pytest.mark.parametrize("letter", ["ǰ", "ẖ", "ẗ", "ẘ", "ẙ"])
def test_a_letter_that_is_composed_only_when_small_has_one_spelling_too(letter: str) -> None:
    capital = unicodedata.normalize("NFD", letter).upper()
    assert normal_email(f"{capital}@example.cz") == normal_email(f"{letter}@example.cz") == f"{letter}@example.cz"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "jana",
        "jana@",
        "@example.cz",
        "jana@@example.cz",
        "jana@example@cz",
        "jana nováková@example.cz",
        "jana@exam ple.cz",
        "jana@example.cz,petr@example.cz",
        "jana@example.cz;petr@example.cz",
        "Jana <jana@example.cz>",
        '"jana"@example.cz',
        "jana(home)@example.cz",
        "jana@[192.0.2.1]",
        "jana\\@example.cz",
        "jana@example.cz\nBcc: all@example.cz",
        "jana\r\n@example.cz",
        f"{'a' * 65}@example.cz",
        f"{'a' * 64}@{'b' * 191}",
        *(f"ja{deceiver}na@example.cz" for deceiver in DECEIVERS),
    ],
)
def test_what_is_no_email_address_is_refused(typed: str) -> None:
    assert normal_email(typed) is None


def test_the_longest_email_address_is_254_characters() -> None:
    longest = f"{'a' * 64}@{'b' * 189}"
    assert len(longest) == MAX_EMAIL
    assert normal_email(longest) == longest
    assert normal_email(f"{longest}b") is None


@given(NEARLY_EMAILS)
def test_normalizing_an_email_address_again_changes_nothing(typed: str) -> None:
    email = normal_email(typed)
    if email is not None:
        assert normal_email(email) == email
        assert (email, email.count("@")) == (email.strip(), 1)
        assert len(email) <= MAX_EMAIL


@given(NEARLY_EMAILS)
def test_however_it_is_composed_an_email_address_is_the_same(typed: str) -> None:
    spellings = {normal_email(unicodedata.normalize(form, typed)) for form in ("NFC", "NFD")}
    assert spellings == {normal_email(typed)}


@pytest.mark.parametrize("deceiver", DECEIVERS)
def test_what_could_make_a_name_pretend_to_be_another_is_not_printable(deceiver: str) -> None:
    assert not printable(deceiver)
    assert not printable(f"Šárka{deceiver}")


@pytest.mark.parametrize("text", ["", "Šárka Nováková", "カメラ", "Dům č. 5 – zahrada", "🎥"])
def test_what_people_write_is_printable(text: str) -> None:
    assert printable(text)


def test_a_name_says_something_and_not_too_much() -> None:
    assert name_fault("Kamery doma") is None
    assert name_fault("x" * MAX_NAME) is None
    assert name_fault("x" * (MAX_NAME + 1)) == "Use at most 80 characters."
    assert name_fault("") == "Enter a name."
    assert name_fault(" \t", what="title") == "Enter a title."
    assert name_fault("Shop\u202e", what="title") == "This title has a character that can't be shown."


def test_a_password_has_a_least_and_a_greatest_length() -> None:
    assert password_fault("x" * MIN_PASSWORD) is None
    assert password_fault("x" * MAX_PASSWORD) is None
    assert password_fault("x" * (MIN_PASSWORD - 1)) == "Use at least 10 characters."
    assert password_fault("x" * (MAX_PASSWORD + 1)) == "Use at most 256 characters."


def membership(account_id: int, role: Role, access: Access) -> Membership:
    return Membership(Account(account_id, 1, f"Account {account_id}"), role, access)


def test_without_full_access_nobody_has_an_account_for_applications() -> None:
    assert account_for_applications([]) is None
    assert account_for_applications([membership(1, Role.GUEST, Access.PARTIAL)]) is None
    assert account_for_applications([membership(1, Role.OWNER, Access.PARTIAL)]) is None


def test_a_guest_with_full_access_makes_applications_for_the_hosts_account() -> None:
    found = account_for_applications([membership(1, Role.GUEST, Access.FULL)])
    assert found is not None
    assert found.id == 1


@given(st.permutations([(1, Role.GUEST), (2, Role.OWNER), (3, Role.OWNER), (4, Role.GUEST)]))
def test_ones_own_account_comes_first_and_then_the_oldest(memberships: list[tuple[int, Role]]) -> None:
    found = account_for_applications([membership(number, role, Access.FULL) for number, role in memberships])
    assert found is not None
    assert found.id == 2


@given(st.lists(st.builds(membership, st.integers(1, 5), st.sampled_from(Role), st.sampled_from(Access))))
def test_the_account_is_always_one_with_full_access(memberships: list[Membership]) -> None:
    full = {one.account.id for one in memberships if one.access is Access.FULL}
    found = account_for_applications(memberships)
    assert (found is None) == (not full)
    assert found is None or found.id in full
