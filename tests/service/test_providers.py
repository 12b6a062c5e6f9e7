"""Which provider a Host header names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.identity.provider import Provider, origin_fault
from gatelodge.service.providers import host_name


@pytest.mark.rfc("9110", "7.2", "Host is a host and perhaps a port; names of hosts are read without regard to case")
@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("cloud.example.com", "cloud.example.com"),
        ("Cloud.Example.COM", "cloud.example.com"),
        ("cloud.example.com.", "cloud.example.com"),
        ("cloud.example.com:8443", "cloud.example.com"),
        ("cloud.example.com.:8443", "cloud.example.com"),
        ("cloud.example.com:", "cloud.example.com"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[2001:DB8::1]:8000", "2001:db8::1"),
        ("", ""),
        (":8000", ""),
    ],
)
def test_the_host_is_what_stands_before_the_port(header: str, host: str) -> None:
    assert host_name(header) == host


@pytest.mark.parametrize(
    "header",
    [
        "user@cloud.example.com",
        "cloud.example.com@evil.example",
        "cloud.example.com/evil",
        "https://cloud.example.com",
        "evil.example, cloud.example.com",
        " cloud.example.com",
        "cloud.example.com\t",
        "cloud.example.com.evil.example",
        "::1",
    ],
)
def test_what_only_contains_a_host_names_another(header: str) -> None:
    assert host_name(header) not in ("cloud.example.com", "::1")


@given(st.text() | st.text("[]:.aA1", max_size=12))
def test_any_header_gets_an_answer(header: str) -> None:
    host = host_name(header)
    assert host == host.lower()
    assert ":" not in host or header.startswith("[")


@given(
    st.sampled_from(["https://cloud.example.com", "https://a.b:8443", "http://localhost:8000", "http://[::1]:8000"]),
    st.booleans(),
)
def test_a_browser_that_goes_to_a_providers_origin_finds_the_provider(origin: str, loud: bool) -> None:
    assert origin_fault(origin) is None
    authority = origin.partition("://")[2]
    assert host_name(authority.upper() if loud else authority) == Provider(1, "Cloud", origin, "#0b5fff").host
