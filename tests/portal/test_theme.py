"""Colours: whatever a provider chooses, and whatever the stylesheet sets, can be read."""

import re

import pytest

from gatelodge.identity.provider import (
    DARK_PAGE,
    LIGHT_PAGE,
    MIN_CONTRAST,
    accent_fault,
    accent_on_dark,
    contrast,
)
from gatelodge.portal.pages import STATIC
from gatelodge.portal.theme import mixed, properties, stylesheet

STYLE = (STATIC / "style.css").read_text("utf-8")
EDGES = 3.0  # WCAG 2.2 §1.4.11: the edge of a field
ACCENTS = [
    accent
    for red in ("00", "33", "80", "c4")
    for green in ("00", "40", "76", "a0")
    for blue in ("00", "55", "bf", "ff")
    if accent_fault(accent := f"#{red}{green}{blue}") is None
]


def of_style(*, dark: bool) -> dict[str, str]:
    """The stylesheet's own colours."""
    light_block, dark_block = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    blocks = (light_block, dark_block) if dark else (light_block,)
    return {name: value for block in blocks for name, value in re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", block)}


@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE])
@pytest.mark.parametrize("accent", ACCENTS)
def test_every_accent_can_be_read_where_it_is_used(accent: str, page: str) -> None:
    own = properties(accent if page == LIGHT_PAGE else accent_on_dark(accent), page)
    assert contrast(own["--accent"], page) >= MIN_CONTRAST
    assert contrast(own["--accent-strong"], page) >= MIN_CONTRAST
    assert contrast(own["--accent-text"], own["--accent"]) >= MIN_CONTRAST
    assert contrast(own["--accent-text"], own["--accent-strong"]) >= MIN_CONTRAST
    assert contrast(own["--accent-on-soft"], own["--accent-soft"]) >= MIN_CONTRAST
    text = of_style(dark=page == DARK_PAGE)["--text"]
    assert contrast(text, own["--accent-soft"]) >= MIN_CONTRAST


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("--text", "--page"),
        ("--text", "--sunken"),
        ("--quiet", "--page"),
        ("--quiet", "--sunken"),
        ("--danger", "--page"),
        ("--danger", "--danger-soft"),
        ("--danger-text", "--danger"),
        ("--danger-text", "--danger-strong"),
        ("--text", "--danger-soft"),
        ("--amber", "--page"),
        ("--amber", "--amber-soft"),
        ("--text", "--amber-soft"),
        ("--good", "--page"),
        ("--text", "--good-soft"),
        ("--accent", "--page"),
        ("--accent-text", "--accent"),
        ("--accent-on-soft", "--accent-soft"),
    ],
)
def test_the_stylesheets_own_colours_can_be_read(text: str, on: str, dark: bool) -> None:
    colours = of_style(dark=dark)
    assert contrast(colours[text], colours[on]) >= MIN_CONTRAST


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_field_has_an_edge_that_can_be_seen(dark: bool) -> None:
    colours = of_style(dark=dark)
    assert contrast(colours["--edge"], colours["--page"]) >= EDGES


def test_the_stylesheets_pages_are_those_that_accents_are_checked_on() -> None:
    assert of_style(dark=False)["--page"] == LIGHT_PAGE
    assert of_style(dark=True)["--page"] == DARK_PAGE


def test_every_property_that_is_used_is_set() -> None:
    used = set(re.findall(r"var\((--[a-z-]+)\)", STYLE))
    assert used <= set(re.findall(r"(--[a-z-]+):", STYLE))
    assert set(properties("#1f5fbf", LIGHT_PAGE)) <= used


def test_the_stylesheet_for_light_and_dark() -> None:
    css = stylesheet("#1f5fbf")
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    assert "--accent: #1f5fbf;" in light
    assert f"--accent: {accent_on_dark('#1f5fbf')};" in dark
    assert css.count("{") == css.count("}") == 3


@pytest.mark.parametrize("accent", ["", "red", "#ffff00", "#1f5fbf;} body {display: none", "#1F5FBF"])
def test_a_colour_that_no_provider_can_have_is_refused(accent: str) -> None:
    with pytest.raises(ValueError, match=r"is no colour|is too light"):
        stylesheet(accent)


def test_mixing() -> None:
    assert mixed("#000000", "#ffffff", 0) == "#000000"
    assert mixed("#000000", "#ffffff", 1) == "#ffffff"
    assert mixed("#102030", "#304050", 0.5) == "#203040"
