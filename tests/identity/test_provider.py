"""Providers: their origins, and whether their colour can be read (WCAG 2.2 §1.4.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.identity.provider import (
    DARK_PAGE,
    LIGHT_PAGE,
    MIN_CONTRAST,
    Provider,
    accent_fault,
    accent_on_dark,
    contrast,
    is_local,
    origin_fault,
)

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
NEARLY_ORIGINS = st.one_of(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["https://", "http://", "HTTPS://", "ftp://", "https:", "//", ""]),
        st.sampled_from(
            ["cloud.example.com", "localhost", "127.0.0.1", "[::1]", "[:::]", "[1.2.3.4]", "a..b", "-a", ""]
        ),
        st.sampled_from(["", ":8000", ":65535", ":65536", ":99999", ":0", ":"]),
        st.sampled_from(["", "/", "/x", "?a", "#a", "@b", "\n", ".", "[::1]"]),
    ),
    st.text("htps:/[]0123456789.abf@\n", max_size=30),
    st.text(max_size=30),
)


@pytest.mark.rfc("9207", "2", "an issuer is a URL of scheme https and host, with no query and no fragment")
@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://cloud.example.com", "cloud.example.com"),
        ("https://cloud.example.com:8443", "cloud.example.com"),
        ("https://cloud.example.com:65535", "cloud.example.com"),
        ("https://xn--kamery-doma.example", "xn--kamery-doma.example"),
        ("https://192.0.2.1", "192.0.2.1"),
        ("https://[2001:db8::1]:8443", "2001:db8::1"),
    ],
)
def test_an_https_origin_serves(origin: str, host: str) -> None:
    provider = Provider(1, "Cloud", origin, "#0b5fff")
    assert origin_fault(origin) is None
    assert (provider.host, provider.secure) == (host, True)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8000", "localhost"),
        ("http://cloud.localhost:8000", "cloud.localhost"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "::1"),
    ],
)
def test_on_this_computer_plain_http_serves(origin: str, host: str) -> None:
    provider = Provider(1, "Cloud", origin, "#0b5fff")
    assert origin_fault(origin) is None
    assert (provider.host, provider.secure) == (host, False)


@pytest.mark.parametrize(
    "origin",
    ["http://cloud.example.com", "http://localhost.example.com", "http://127.0.0.2", "http://127.0.0.1.example.com"],
)
def test_elsewhere_plain_http_does_not(origin: str) -> None:
    assert "must begin with https://" in (origin_fault(origin) or "")


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "cloud.example.com",
        "https://",
        "https://cloud.example.com/",
        "https://cloud.example.com/portal",
        "https://cloud.example.com?a=b",
        "https://cloud.example.com#a",
        "https://user@cloud.example.com",
        "https://Cloud.example.com",
        "HTTPS://cloud.example.com",
        "https://cloud.example.com.",
        "https://cloud..example.com",
        "https://-cloud.example.com",
        "https://cloud-.example.com",
        f"https://{'a' * 64}.example.com",
        "https://cloud_1.example.com",
        "https://clöud.example.com",
        "https://cloud.example.com:",
        "https://cloud.example.com:0",
        "https://cloud.example.com:08443",
        "https://cloud.example.com:65536",
        "https://cloud.example.com:99999",
        "https://cloud.example.com\n",
        " https://cloud.example.com",
        "https://[:::]",
        "https://[192.0.2.1]",
        "https://[::1%25eth0]",
        "https://[::1]a",
        "https://a[::1]",
        "https://::1",
        "ftp://cloud.example.com",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    assert "is no origin" in (origin_fault(origin) or "")


@given(NEARLY_ORIGINS)
def test_any_origin_gets_an_answer_and_a_good_one_has_a_host(origin: str) -> None:
    if origin_fault(origin) is None:
        provider = Provider(1, "Cloud", origin, "#0b5fff")
        assert provider.host
        assert provider.secure or is_local(provider.host)


@pytest.mark.rfc("6761", "6.3", "localhost and the names below it mean this computer")
def test_what_is_local() -> None:
    assert all(is_local(host) for host in ("localhost", "cloud.localhost", "127.0.0.1", "::1"))
    assert not any(is_local(host) for host in ("", "localhost.example.com", "mylocalhost", "127.0.0.2", "0.0.0.0"))


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.0, abs=0.01)


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_and_from_1_to_21(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.0001
    assert contrast(one, one) == 1


@given(COLOURS)
def test_an_accent_is_taken_exactly_when_it_can_be_read_on_white(accent: str) -> None:
    assert (accent_fault(accent) is None) == (contrast(accent, LIGHT_PAGE) >= MIN_CONTRAST)


def test_a_light_accent_is_told_its_contrast() -> None:
    assert accent_fault("#ffff00") == "'#ffff00' is too light: its contrast with white is 1.1, and text needs 4.5."


@pytest.mark.parametrize("accent", ["", "#000", "000000", "#00000G", "#00000A", "#0000000", "#000000\n", "red;}"])
def test_what_is_no_colour_cannot_get_into_a_stylesheet(accent: str) -> None:
    assert "is no colour" in (accent_fault(accent) or "")


@given(COLOURS)
def test_on_the_dark_page_the_accent_can_be_read(accent: str) -> None:
    lightened = accent_on_dark(accent)
    assert contrast(lightened, DARK_PAGE) >= MIN_CONTRAST + 1
    assert all(int(lightened[i : i + 2], 16) >= int(accent[i : i + 2], 16) for i in (1, 3, 5))
    if contrast(accent, DARK_PAGE) >= MIN_CONTRAST + 1:
        assert lightened == accent
