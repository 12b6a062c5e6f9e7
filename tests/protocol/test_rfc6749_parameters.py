"""Parameters: a query string and a form body read as one set, each name once (RFC 6749 §3.1, §3.2)."""

from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.parameters import LONG, MAX_FIELDS, MAX_VALUE, Parameters, read_parameters

NAMES = ["client_id", "state", "redirect_uri", "scope", "x"]
FORM_BYTES = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(
            [b"client_id", b"client%5Fid", b"state", b"=", b"&", b"+", b"%", b"%ff", b"%C3%A9", b"%00", b"x"]
        ),
        max_size=20,
    ).map(b"".join),
)


@pytest.mark.rfc("6749", "3.2", "parameters come form-encoded in the body")
@pytest.mark.rfc("6749", "3.2", "values are UTF-8, percent-encoded, a blank written as a plus sign")
def test_a_form_is_read() -> None:
    parameters = read_parameters(b"", b"scope=read+write&state=%C4%8Da%2Bj&code=a%3Db=c")
    assert parameters.get("scope") == "read write"
    assert parameters.get("state") == "ča+j"
    assert parameters.get("code") == "a=b=c"
    assert parameters.fault() is None


@pytest.mark.rfc("6749", "3.1", "the query of the endpoint's address is kept beside the body")
def test_query_and_body_are_one_set_that_remembers_what_came_in_the_query() -> None:
    parameters = read_parameters(b"client_id=a&state=b", b"client_secret=c")
    assert parameters.values == {"client_id": "a", "state": "b", "client_secret": "c"}
    assert parameters.in_query == {"client_id", "state"}
    assert parameters.fault() is None


@pytest.mark.rfc("6749", "3.1", "a parameter without a value counts as not sent")
@pytest.mark.parametrize("sent", [b"", b"state", b"state=", b"&&", b"=&=x"])
def test_an_empty_value_is_no_value(sent: bytes) -> None:
    assert read_parameters(sent).get("state") is None
    assert read_parameters(sent).fault("state") is None
    assert read_parameters(b"", sent).get("state") is None


def test_the_first_name_that_has_a_value_is_taken() -> None:
    parameters = read_parameters(b"redirect_uri=&redirect_url=b")
    assert parameters.get("redirect_uri", "redirect_url") == "b"
    assert parameters.get("redirect_url", "redirect_uri") == "b"
    assert read_parameters(b"redirect_uri=a&redirect_url=b").get("redirect_uri", "redirect_url") == "a"
    assert parameters.get() is None


@pytest.mark.rfc("6749", "3.1", "no parameter is sent more than once")
@pytest.mark.rfc("6749", "3.2", "no parameter is sent more than once")
@pytest.mark.parametrize(
    ("query", "body"),
    [
        (b"client_id=a&client_id=b", b""),
        (b"client_id=a&client_id=a", b""),
        (b"client_id=&client_id=a", b""),
        (b"client_id=a&client_id", b""),
        (b"", b"client_id=a&client_id=b"),
        (b"client_id=a", b"client_id=a"),
        (b"client_id=a&client%5Fid=b", b""),
        (b"client_id=a", b"%63lient_id=b"),
        (b"client_id=%ff&client_id=a", b""),
    ],
)
def test_a_parameter_that_is_sent_twice_is_refused(query: bytes, body: bytes) -> None:
    parameters = read_parameters(query, body)
    for fault in (parameters.fault(), parameters.fault("client_id"), parameters.fault("state", "client_id")):
        assert fault is not None
        assert (fault.code, fault.description) == (
            "invalid_request",
            "a parameter was sent more than once: client_id",
        )
    assert parameters.fault("state") is None


def test_names_that_differ_are_different_parameters() -> None:
    assert read_parameters(b"client_id=a&Client_id=b&client_id[]=c&client_id+=d&client.id=e").fault() is None


@pytest.mark.rfc("6749", "3.2", "what is not UTF-8 can't be read")
@pytest.mark.parametrize(
    "value", [b"%ff", b"\xff", b"%C3", b"%C3%28", b"%C0%AF", b"%ED%A0%80", b"%F4%90%80%80", b"a" * (MAX_VALUE + 1)]
)
def test_a_value_that_is_not_utf8_or_too_long_is_refused(value: bytes) -> None:
    parameters = read_parameters(b"state=" + value + b"&client_id=a")
    for fault in (parameters.fault(), parameters.fault("state")):
        assert fault is not None
        assert fault.description == "a parameter is too long or not UTF-8: state"
    assert parameters.get("state") is None
    assert parameters.get("client_id") == "a"
    assert parameters.fault("client_id") is None


def test_the_longest_value_is_counted_in_characters() -> None:
    assert read_parameters(b"state=" + b"%C4%8D" * MAX_VALUE).get("state") == "č" * MAX_VALUE


def test_a_name_that_is_not_utf8_is_refused_and_not_repeated() -> None:
    fault = read_parameters(b"%ff=a&client_id=b").fault()
    assert fault is not None
    assert fault.description == "a parameter is too long or not UTF-8"


@pytest.mark.rfc("6749", "5.2", "an error description holds our words, never what was sent")
def test_a_name_that_somebody_made_up_is_never_repeated() -> None:
    fault = read_parameters(b'"<b>=1&"<b>=2&state=1&state=2').fault()
    assert fault is not None
    assert fault.description == "a parameter was sent more than once: state"


@pytest.mark.parametrize("source", ["query", "body"])
def test_too_many_parameters_are_refused_whatever_they_are_called(source: str) -> None:
    enough = b"&".join(b"p%d=1" % number for number in range(MAX_FIELDS))
    more = enough + b"&redirect_uri=https://evil.example/"
    for sent, faulty in ((enough, False), (more, True)):
        parameters = read_parameters(sent) if source == "query" else read_parameters(b"", sent)
        assert parameters.too_many is faulty
        assert (parameters.fault() is not None) is faulty
        assert (parameters.fault("redirect_uri") is not None) is faulty
        assert parameters.get("redirect_uri") is None


def test_nothing_sent_is_nothing_wrong() -> None:
    assert read_parameters(b"") == Parameters()
    assert Parameters().fault() is None


@given(FORM_BYTES, FORM_BYTES)
def test_any_bytes_get_an_answer(query: bytes, body: bytes) -> None:
    parameters = read_parameters(query, body)
    fault = parameters.fault()
    assert (fault is None) == (not parameters.repeated and not parameters.malformed and not parameters.too_many)
    assert parameters.in_query <= set(parameters.values)
    assert parameters.repeated <= set(parameters.values)
    for value in parameters.values.values():
        assert len(value) <= MAX_VALUE
        value.encode("utf-8")


TEXTS = st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=30), max_size=8)


@given(TEXTS, TEXTS)
def test_what_is_encoded_is_read_back(in_query: dict[str, str], in_body: dict[str, str]) -> None:
    parameters = read_parameters(urlencode(in_query).encode("ascii"), urlencode(in_body).encode("ascii"))
    assert parameters.repeated == set(in_query) & set(in_body)
    assert parameters.values == in_body | in_query
    assert parameters.in_query == set(in_query)
    assert not parameters.malformed


@given(st.sampled_from(NAMES), st.binary(max_size=9), st.sampled_from(NAMES), st.binary(max_size=9))
def test_two_of_one_name_are_found_however_they_are_encoded(one: str, a: bytes, other: str, b: bytes) -> None:
    hexed = "".join(f"%{byte:02X}" for byte in other.encode("ascii"))
    sent = f"{one}={quote_from_bytes(a)}&{hexed}={quote_from_bytes(b)}".encode("ascii")
    assert read_parameters(sent).repeated == ({one} if one == other else set())


@pytest.mark.parametrize(("name", "longest"), LONG.items())
def test_signed_and_structured_values_may_be_longer_but_not_endless(name: str, longest: int) -> None:
    assert read_parameters(b"", f"{name}={'x' * longest}".encode()).fault() is None
    assert read_parameters(b"", f"{name}={'x' * (longest + 1)}".encode()).fault() is not None
