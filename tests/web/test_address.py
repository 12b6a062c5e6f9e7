"""Where a request comes from, as the throttle counts it."""

import pytest
from starlette.requests import Request

from gatelodge.web.context import address_of


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket's name", "a socket's name"),
    ],
)
def test_an_ipv6_address_counts_as_its_network(client: str, address: str) -> None:
    assert address_of(Request({"type": "http", "client": (client, 1)})) == address


def test_who_has_no_address_is_unknown() -> None:
    assert address_of(Request({"type": "http", "client": None})) == "unknown"
