"""The provider's colour as custom properties, for light and dark pages: all that a theme can change."""

from collections.abc import Mapping

from gatelodge.identity.provider import (
    DARK_PAGE,
    LIGHT_PAGE,
    MIN_CONTRAST,
    accent_fault,
    accent_on_dark,
    contrast,
)

BLACK = "#000000"
WHITE = "#ffffff"


def stylesheet(accent: str) -> str:
    """The stylesheet behind `/theme.css` for a provider whose accent is `accent` (#rrggbb).

    Text in the accent is legible on the page and on its soft shade, and so is text on the accent (WCAG 2.2 §1.4.3,
    AA). Raises ValueError, with the reason, for a colour that no provider can have."""
    if fault := accent_fault(accent):
        raise ValueError(fault)
    light = _rule(properties(accent, LIGHT_PAGE))
    dark = _rule(properties(accent_on_dark(accent), DARK_PAGE))
    return f"{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def properties(accent: str, page: str) -> Mapping[str, str]:
    """The custom properties for an accent that is legible on `page`, a light or a dark one."""
    away = BLACK if page == LIGHT_PAGE else WHITE  # from the page: more contrast
    soft = mixed(page, accent, 0.09 if page == LIGHT_PAGE else 0.16)
    return {
        "--accent": accent,
        "--accent-strong": mixed(accent, away, 0.16),  # pointed at
        "--accent-text": max((WHITE, DARK_PAGE), key=lambda text: contrast(text, accent)),
        "--accent-soft": soft,
        "--accent-on-soft": _legible(accent, soft, away),
    }


def mixed(one: str, other: str, share: float) -> str:
    """`one` with `share` (0 to 1) of `other` in it, as #rrggbb."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(a + (b - a) * share) for a, b in pairs).hex()


def _legible(colour: str, on: str, away: str) -> str:
    """`colour`, moved towards `away` just so far that it is legible on `on`."""
    steps = (mixed(colour, away, step / 20) for step in range(20))
    return next((step for step in steps if contrast(step, on) >= MIN_CONTRAST), away)


def _rule(values: Mapping[str, str]) -> str:
    return ":root {\n" + "".join(f"  {name}: {value};\n" for name, value in values.items()) + "}\n"
