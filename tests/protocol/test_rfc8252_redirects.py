"""Redirect URIs: what may be registered, what matches, how an answer is added (RFC 6749, RFC 8252)."""

import re
import string
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gatelodge.protocol.redirect_uri import (
    MAX_LENGTH,
    RESPONSE_PARAMETERS,
    difference,
    find_registered,
    form_action_source,
    proves_identity,
    registration_fault,
    with_answer,
)
from tests.protocol.examples import LOOPBACK_URI, PRIVATE_URI, SHOP_URI

# Text that is nearly a URI: where parsers disagree.
URI_CHARACTERS = string.ascii_lowercase + string.digits + ":/?#[]@!$&'()*+,;=-._~%\\ \t\r\n\0äİ。"
PIECES = st.sampled_from([
    "http://", "https://", "HTTP://", "127.0.0.1", "[::1]", "localhost", "shop.example", "evil.example",
    "/callback", "/", "//", "\\", "@", ":", ":80", ":65536", "?", "#", "..", "%2f", "%40", "%", ";", "code=x",
])  # fmt: skip
ADDRESSES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["https://", "http://", "com.example.app://", "com.example.app:", "https:"]),
    st.sampled_from(["shop.example", "127.0.0.1", "[::1]", "[2001:db8::1]", "localhost", "evil.example[::1]", ""]),
    st.sampled_from(["", ":", ":8000", ":65536", "@evil.example", ".evil.example"]),
    st.sampled_from(["", "/", "/callback", "/callback?a=b", "?code=x", "/%2f", "/%2", ";x", "/a;b,c", "8000/"]),
)
NEARLY_URIS = st.one_of(
    ADDRESSES,
    ADDRESSES,
    st.lists(PIECES, max_size=8).map("".join),
    st.text(URI_CHARACTERS, max_size=60),
    st.text(max_size=60),
)


@pytest.mark.rfc("6749", "3.1.2", "a redirect URI is absolute and may have a query")
@pytest.mark.parametrize(
    "uri",
    [
        SHOP_URI,
        "https://shop.example",
        "https://shop.example:8443/callback?tenant=1",
        "https://shop.example./callback",
        "HTTPS://SHOP.EXAMPLE/callback",
        "https://xn--hkyrky-ptac70bc.example/callback",
        "https://[2001:db8::1]:8443/callback",
        "https://[2001:DB8::1]/callback",
        "https://shop.example/a/../callback",
        "https://shop.example/%C3%A9?next=%2Fhome",
    ],
)
def test_a_web_address_with_https_can_be_registered(uri: str) -> None:
    assert registration_fault(uri) is None


@pytest.mark.rfc("8252", "7.3", "a native application may use plain http on the loopback address")
@pytest.mark.rfc("8252", "8.3", "localhost is taken too, though the address itself is better")
@pytest.mark.parametrize(
    "uri",
    [
        LOOPBACK_URI,
        "http://127.0.0.1:8000/callback",
        "http://[::1]/callback",
        "http://localhost:3000/callback",
    ],
)
def test_this_computer_can_be_registered_with_plain_http(uri: str) -> None:
    assert registration_fault(uri) is None


@pytest.mark.rfc("8252", "7.1", "a private-use scheme is a domain name in reverse")
@pytest.mark.parametrize(
    "uri", [PRIVATE_URI, "com.example.app://callback", "com.example.app:callback", "cz.netrex.x+1:/cb?a=b"]
)
def test_a_private_use_scheme_with_a_dot_can_be_registered(uri: str) -> None:
    assert registration_fault(uri) is None


@pytest.mark.rfc("6749", "3.1.2", "a redirect URI has no fragment")
@pytest.mark.parametrize("uri", ["https://shop.example/callback#", "https://shop.example/#/callback"])
def test_a_fragment_is_refused(uri: str) -> None:
    assert "“#”" in (registration_fault(uri) or "")


@pytest.mark.rfc("9700", "2.1", "redirect URIs are written out in full, so that they can be compared exactly")
@pytest.mark.parametrize(
    "uri", ["https://*.shop.example/callback", "https://shop.example/*", "http://127.0.0.1:*/callback"]
)
def test_a_wildcard_is_refused(uri: str) -> None:
    assert "Wildcards" in (registration_fault(uri) or "")


@pytest.mark.rfc("8252", "7.1", "a scheme that belongs to nobody, or that a browser acts on, is refused")
@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JavaScript://shop.example/%0aalert(1)",
        "data:text/html,hello",
        "file:///etc/passwd",
        "vbscript:x",
        "blob:https://shop.example/1",
        "view-source:https://shop.example/",
        "about:blank",
        "intent://callback",
        "myapp://callback",
        "ftp://shop.example/callback",
        "urn:ietf:wg:oauth:2.0:oob",
    ],
)
def test_a_scheme_without_a_dot_is_refused(uri: str) -> None:
    assert "a scheme with a dot" in (registration_fault(uri) or "")


@pytest.mark.rfc("9700", "2.6", "plain http is for the loopback interface of a native application alone")
@pytest.mark.parametrize(
    "uri",
    [
        "http://shop.example/callback",
        "http://127.0.0.2/callback",
        "http://127.1/callback",
        "http://0.0.0.0/callback",
        "http://2130706433/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://localhost.evil.example/callback",
        "http://[::ffff:127.0.0.1]/callback",
        "http://[::2]/callback",
    ],
)
def test_plain_http_to_another_computer_is_refused(uri: str) -> None:
    assert "Use https://" in (registration_fault(uri) or "")


@pytest.mark.rfc("6749", "3.1.2", "what is no absolute URI (RFC 3986 §4.3) can't be registered")
@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("", "a character that no address can have"),
        ("shop.example/callback", "the whole address"),
        ("//shop.example/callback", "the whole address"),
        ("/callback", "the whole address"),
        ("127.0.0.1:8000/callback", "the whole address"),
        ("shop.example:8443/callback", "the whole address"),
        ("shop.example:443", "the whole address"),
        ("https://shop.example/call back", "a character that no address can have"),
        ("https://shop.example/callback\n", "a character that no address can have"),
        ("https://shop.example/callback\r\nSet-Cookie:a=b", "a character that no address can have"),
        (" https://shop.example/callback", "a character that no address can have"),
        ("https://shop.example\\@evil.example/", "a character that no address can have"),
        ("https://shöp.example/callback", "a character that no address can have"),
        ("https://shop。example/callback", "a character that no address can have"),
        ('https://shop.example/"><script>', "a character that no address can have"),
        ("https://shop.example/100%", "a character that no address can have"),
        ("https://shop.example/%zz", "a character that no address can have"),
        ("https://shop.example/%0", "a character that no address can have"),
        ("https:", "The host of this address"),
        ("https:shop.example/callback", "The host of this address"),
        ("https:/shop.example/callback", "The host of this address"),
        ("https:///shop.example/callback", "The host of this address"),
        ("https://:443/callback", "The host of this address"),
        ("https://-shop.example/callback", "The host of this address"),
        ("https://shop-.example/callback", "The host of this address"),
        ("https://shop..example/callback", "The host of this address"),
        ("https://sh%6fp.example/callback", "The host of this address"),
        ("https://shop_1.example/callback", "The host of this address"),
        (f"https://{'a' * 64}.example/callback", "The host of this address"),
        ("https://[::1/callback", "The host or port"),
        ("https://shop.example:65536/callback", "The host or port"),
        ("https://shop.example:80a/callback", "The host or port"),
        ("https://shop.example:-1/callback", "The host or port"),
        ("https://shop.example:0/callback", "Port 0"),
        ("https://user@shop.example/callback", "user name or password"),
        ("https://user:password@shop.example/callback", "user name or password"),
        ("https://shop.example@evil.example/callback", "user name or password"),
        ("https://@shop.example/callback", "user name or password"),
        ("com.example.app://user@host/callback", "user name or password"),
        ("com.example.app:", "Add a path"),
        ("com.example.app:?a=b", "Add a path"),
        (f"https://shop.example/{'a' * MAX_LENGTH}", "longer than"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(uri: str, words: str) -> None:
    assert words in (registration_fault(uri) or "")


@pytest.mark.rfc("8252", "7.3", "the loopback address is the whole host, not a part of what a parser sees")
@pytest.mark.parametrize(
    "uri",
    [
        "http://evil.example[::1]/callback",
        "http://[::1]evil.example/callback",
        "http://[::1]8000/callback",
        "https://[::1][::1]/callback",
        "https://[1.2.3.4]/callback",
        "https://[]/callback",
        "https://[::g]/callback",
        "https://[v1.x]/callback",
        "https://[fe80::1%25eth0]/callback",
        "https://[fe80::1%25;sandbox]/callback",
    ],
)
def test_brackets_hold_an_ipv6_address_and_nothing_stands_around_them(uri: str) -> None:
    assert "The host" in (registration_fault(uri) or "")
    assert not find_registered(["http://[::1]/callback", "http://127.0.0.1/callback"], uri)


@pytest.mark.rfc("6749", "4.1.2", "the answer's parameters are the server's alone to set")
@pytest.mark.parametrize("name", sorted(RESPONSE_PARAMETERS))
def test_a_query_that_holds_a_parameter_of_the_answer_is_refused(name: str) -> None:
    disguised = f"%{ord(name[0]):02x}{name[1:]}"
    for part in (name, f"{name}=", f"{name}=x", f"a=b&{name}=x", f"{disguised}=x"):
        assert "The query" in (registration_fault(f"https://shop.example/callback?{part}") or "")
        assert "The query" in (registration_fault(f"com.example.app:/callback?{part}") or "")
    assert registration_fault(f"https://shop.example/callback?{name}s=x") is None


@given(NEARLY_URIS)
def test_whatever_is_typed_gets_an_answer(uri: str) -> None:
    fault = registration_fault(uri)
    assert fault is None or fault.endswith(".")


@settings(max_examples=500)
@given(NEARLY_URIS)
def test_what_can_be_registered_can_stand_in_a_header_and_names_one_host(uri: str) -> None:
    if registration_fault(uri) is None:
        parts = urlsplit(uri)
        assert uri.isascii()
        assert uri.isprintable()
        assert " " not in uri
        assert (parts.fragment, parts.username, parts.password) == ("", None, None)
        assert "." in parts.scheme or re.fullmatch(r"[a-zA-Z0-9.-]+(:\d*)?|\[[0-9a-fA-F:.]+\](:\d*)?", parts.netloc)


@pytest.mark.rfc("9700", "2.1", "a redirect URI matches only when it is the registered one, character by character")
@pytest.mark.parametrize(
    "presented",
    [
        "https://shop.example/callback/",
        "https://shop.example/callback/../evil",
        "https://shop.example/callback/..%2fevil",
        "https://shop.example/Callback",
        "https://shop.example/callbac",
        "https://shop.example/callback?",
        "https://shop.example/callback?next=evil",
        "https://shop.example/callback#",
        "https://shop.example/callback#evil",
        "https://shop.example/call%62ack",
        "https://shop.example/%2e/callback",
        "https://shop.example/./callback",
        "https://shop.example//callback",
        "https://shop.example\\callback",
        "https://shop.example\\@evil.example/callback",
        "https://shop.example@evil.example/callback",
        "https://evil@shop.example/callback",
        "https://shop.example.evil.example/callback",
        "https://evil.example/https://shop.example/callback",
        "https://evil.example?https://shop.example/callback",
        "https://evil.example#https://shop.example/callback",
        "https://evilshop.example/callback",
        "https://www.shop.example/callback",
        "https://shop.example./callback",
        "https://shop.example:443/callback",
        "https://shop.example:8443/callback",
        "https://SHOP.example/callback",
        "HTTPS://shop.example/callback",
        "http://shop.example/callback",
        "//shop.example/callback",
        "https:shop.example/callback",
        "https:/shop.example/callback",
        " https://shop.example/callback",
        "https://shop.example/callback ",
        "https://shop.example/callback\n",
        "https://shop.example/callback\0",
        "https://shop.еxample/callback",  # noqa: RUF001 a Cyrillic e, on purpose
        "https://shop。example/callback",
        "https://shop.example/callback\u200b",
        "",
        "/callback",
        "javascript:alert(1)",
        "https://*.example/callback",
    ],
)
def test_an_address_that_only_resembles_the_registered_one_does_not_match(presented: str) -> None:
    assert not find_registered([SHOP_URI], presented)


@pytest.mark.rfc("9700", "2.1", "each registered redirect URI matches itself")
@pytest.mark.parametrize("uri", [SHOP_URI, LOOPBACK_URI, PRIVATE_URI, "http://localhost:3000/callback"])
def test_a_registered_address_matches_itself(uri: str) -> None:
    assert find_registered(["https://other.example/", uri], uri)


def test_nothing_matches_where_nothing_is_registered() -> None:
    assert not find_registered([], SHOP_URI)


@pytest.mark.rfc("8252", "7.3", "on the loopback address any port matches")
@pytest.mark.parametrize("port", ["", ":", ":1", ":80", ":8000", ":65535"])
def test_a_loopback_address_may_come_with_another_port(port: str) -> None:
    assert find_registered(["http://127.0.0.1/callback?a=b"], f"http://127.0.0.1{port}/callback?a=b")
    assert find_registered(["http://127.0.0.1:9/callback"], f"http://127.0.0.1{port}/callback")
    assert find_registered(["http://[::1]:9/callback"], f"http://[::1]{port}/callback")
    assert find_registered(["http://127.0.0.1"], f"http://127.0.0.1{port}")


@pytest.mark.rfc("8252", "8.3", "localhost is a name, so its port counts like that of any other host")
def test_localhost_must_come_with_the_registered_port() -> None:
    assert find_registered(["http://localhost:3000/callback"], "http://localhost:3000/callback")
    assert not find_registered(["http://localhost:3000/callback"], "http://localhost:3001/callback")
    assert not find_registered(["http://localhost/callback"], "http://localhost:3000/callback")
    assert not find_registered(["http://localhost/callback"], "http://127.0.0.1/callback")


@pytest.mark.rfc("8252", "7.3", "besides the port, a loopback redirect URI matches exactly")
@pytest.mark.parametrize(
    "presented",
    [
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:80a/callback",
        "http://127.0.0.1:8000@evil.example/callback",
        "http://127.0.0.1:8000\\@evil.example/callback",
        "http://127.0.0.1@evil.example/callback",
        "http://evil@127.0.0.1:8000/callback",
        "http://127.0.0.1.evil.example:8000/callback",
        "http://127.0.0.1:8000.evil.example/callback",
        "http://127.0.0.1evil.example/callback",
        "http://127.0.0.1%2eevil.example/callback",
        "http://127.0.0.2:8000/callback",
        "http://127.1:8000/callback",
        "http://[::1]:8000/callback",
        "http://[::ffff:127.0.0.1]:8000/callback",
        "http://localhost:8000/callback",
        "https://127.0.0.1:8000/callback",
        "HTTP://127.0.0.1:8000/callback",
        "http://127.0.0.1:8000/callback/",
        "http://127.0.0.1:8000/Callback",
        "http://127.0.0.1:8000//callback",
        "http://127.0.0.1:8000/../callback",
        "http://127.0.0.1:8000/callback?",
        "http://127.0.0.1:8000/callback?code=x",
        "http://127.0.0.1:8000/callback#",
        "http://127.0.0.1:8000/callback\n",
        "http://127.0.0.1:8000/call\tback",
        "http://127.0.0.1:\t8000/callback",
        "http://127.0.0.1:８000/callback",  # noqa: RUF001 a full-width digit, on purpose
        "\thttp://127.0.0.1:8000/callback",
        "http:/127.0.0.1:8000/callback",
        "http:127.0.0.1:8000/callback",
        "//127.0.0.1:8000/callback",
    ],
)
def test_nothing_but_the_port_of_a_loopback_address_may_differ(presented: str) -> None:
    assert not find_registered([LOOPBACK_URI], presented)


@pytest.mark.rfc("8252", "7.3", "the freedom of the port is for loopback alone")
def test_a_port_is_not_free_on_any_other_address() -> None:
    assert not find_registered(["https://127.0.0.1/callback"], "https://127.0.0.1:8000/callback")
    assert not find_registered(["https://shop.example/callback"], "https://shop.example:8000/callback")
    assert not find_registered(["com.example.app://127.0.0.1/cb"], "com.example.app://127.0.0.1:8000/cb")
    # What could never be registered frees no port either, should a row hold it all the same.
    assert not find_registered(["http://127.0.0.1.evil.example/cb"], "http://127.0.0.1.evil.example:8000/cb")


REGISTERED = st.sampled_from(
    [
        SHOP_URI,
        LOOPBACK_URI,
        PRIVATE_URI,
        "http://127.0.0.1:8000/callback?a=b",
        "http://127.0.0.1",
        "http://[::1]/callback",
        "http://[::1]:8000/",
        "http://localhost:3000/callback",
    ]
)
LOOPBACK_PORT = re.compile(r"(?<=\Ahttp://127\.0\.0\.1)(:\d*)?(?![^/?])|(?<=\Ahttp://\[::1\])(:\d*)?(?![^/?])")


def twisted(registered: str, at: int, piece: str, drop: int) -> str:
    """A registered URI with something cut out or put in."""
    at = min(at, len(registered))
    return registered[:at] + piece + registered[at + drop :]


@pytest.mark.rfc("9700", "2.1", "what matches differs from a registered redirect URI in nothing but a loopback port")
@settings(max_examples=500)
@given(
    st.lists(REGISTERED, min_size=1, max_size=3),
    st.one_of(
        NEARLY_URIS,
        st.builds(
            twisted,
            REGISTERED,
            st.integers(0, 40),
            st.one_of(PIECES, st.text(URI_CHARACTERS, max_size=3), st.integers(0, 99999).map(":{}".format)),
            st.integers(0, 6),
        ),
    ),
)
@example(["http://[::1]/callback"], "http://evil.example[::1]/callback")
@example(["http://127.0.0.1"], "http://127.0.0.1:8000")
def test_a_match_never_differs_but_in_a_loopback_port(registered: list[str], presented: str) -> None:
    if find_registered(registered, presented):
        without_port = {LOOPBACK_PORT.sub("", uri) for uri in registered}
        assert presented in registered or LOOPBACK_PORT.sub("", presented) in without_port


@given(st.lists(NEARLY_URIS, max_size=3), NEARLY_URIS)
def test_matching_answers_also_where_a_row_holds_something_odd(registered: list[str], presented: str) -> None:
    assert find_registered([*registered, presented], presented)
    assert find_registered(registered, presented) in (True, False)


@pytest.mark.parametrize(
    ("presented", "part"),
    [
        ("http://shop.example/callback", "scheme"),
        ("https://evil.example/callback", "host or port"),
        ("https://shop.example:8443/callback", "host or port"),
        ("https://shop.example/callback/", "path"),
        ("https://shop.example/callback?a=b", "query"),
        ("https://shop.example/callback#", "address"),
        ("https://[::1/callback", "host or port"),
        ("", "scheme"),
    ],
)
def test_the_owner_hears_which_part_differs(presented: str, part: str) -> None:
    assert difference([SHOP_URI, "com.example.app:/callback"], presented) == part


def test_the_part_that_differs_is_told_from_the_nearest_address() -> None:
    registered = ["https://shop.example/a", "https://other.example/b"]
    assert difference(registered, "https://other.example/c") == "path"
    assert difference([], SHOP_URI) == "scheme"


@given(st.lists(NEARLY_URIS, max_size=3), NEARLY_URIS)
def test_telling_the_difference_never_fails_and_repeats_nothing(registered: list[str], presented: str) -> None:
    assert difference(registered, presented) in {"scheme", "host or port", "path", "query", "address"}


@pytest.mark.rfc("8252", "8.6", "a claimed https address assures who gets the answer")
@pytest.mark.parametrize("uri", [SHOP_URI, "https://shop.example.:8443/callback", "https://intranet/callback"])
def test_a_claimed_https_address_proves_identity(uri: str) -> None:
    assert proves_identity(uri)


@pytest.mark.rfc("8252", "8.6", "any program can listen on this computer, so it assures nobody of anything")
@pytest.mark.parametrize(
    "uri",
    [
        LOOPBACK_URI,
        PRIVATE_URI,
        "http://[::1]/callback",
        "http://localhost:3000/callback",
        "https://localhost:3000/callback",
        "https://LOCALHOST./callback",
        "https://app.localhost/callback",
        "https://127.0.0.1/callback",
        "https://127.1/callback",
        "https://0x7f000001/callback",
        "https://2130706433/callback",
        "https://[::1]/callback",
        "https://[fe80::1]/callback",
    ],
)
def test_an_address_of_this_computer_or_of_nobody_proves_nothing(uri: str) -> None:
    assert not proves_identity(uri)


ANSWERS = st.dictionaries(st.sampled_from(sorted(RESPONSE_PARAMETERS)), st.text(), min_size=1)


@pytest.mark.rfc("6749", "3.1.2", "the query of a redirect URI is kept when an answer is added")
@pytest.mark.rfc("6749", "4.1.2", "the answer comes back form-encoded in the query")
@given(st.sampled_from(["", "?", "?a=b", "?a=b&", "?a%5B%5D=%26"]), ANSWERS)
def test_an_answer_is_added_to_the_query_and_can_be_read_back(own: str, answer: dict[str, str]) -> None:
    url = with_answer(f"https://shop.example/callback{own}", answer)
    assert url.startswith(f"https://shop.example/callback{own}")
    assert url.isascii()
    assert url.isprintable()
    read = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert read == parse_qsl(own[1:], keep_blank_values=True) + list(answer.items())


def test_an_answer_cannot_add_a_header_or_a_fragment() -> None:
    url = with_answer(SHOP_URI, {"state": "\r\nSet-Cookie: a=b#&code=evil\u2028"})
    assert url == f"{SHOP_URI}?state=%0D%0ASet-Cookie%3A%20a%3Db%23%26code%3Devil%E2%80%A8"


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        (SHOP_URI, "https://shop.example"),
        ("https://shop.example:8443/callback?a=b", "https://shop.example:8443"),
        ("https://shop.example:/callback", "https://shop.example"),
        ("http://127.0.0.1:51004/callback", "http://127.0.0.1:51004"),
        ("http://[::1]:51004/callback", "http:"),
        (PRIVATE_URI, "com.example.app:"),
        ("com.example.app://host/callback", "com.example.app:"),
    ],
)
def test_a_page_may_send_its_form_on_to_the_address_and_no_further(uri: str, source: str) -> None:
    assert form_action_source(uri) == source


@settings(max_examples=500)
@given(NEARLY_URIS)
def test_a_registered_address_cannot_add_to_the_policy_of_a_page(uri: str) -> None:
    if registration_fault(uri) is None:
        assert re.fullmatch(r"[a-zA-Z0-9+.-]+:(//[a-zA-Z0-9.-]+(:\d+)?)?", form_action_source(uri))
