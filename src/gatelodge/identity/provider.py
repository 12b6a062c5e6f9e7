"""The provider: one white-labelled portal with its own origin, and so an issuer of its own. And how it looks."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from gatelodge.protocol.policy import DEFAULT, Policy

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(rf"https?://(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{{0,4}})?")
MIN_CONTRAST = 4.5  # WCAG 2.2 §1.4.3 (AA)
LIGHT_PAGE = "#ffffff"
DARK_PAGE = "#14171a"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `origin` (scheme, host, port) is its issuer; `host` (no port) is what picks it for a request."""

    id: int
    name: str
    origin: str
    accent: str  # "#rrggbb"
    query_credentials: bool = True  # whether client_secret and tokens may come in a query string, as the contract shows
    policy: Policy = DEFAULT  # as it is in force
    takes_query_credentials: bool = field(init=False)  # as it is in force: with FAPI 2.0 they may not (§5.3.2.1)
    switches: Policy = field(init=False)  # the policy as the operator set it
    host: str = field(init=False)  # the host name by which a request finds this provider
    secure: bool = field(init=False)  # whether the origin is https, so that cookies can be bound to it

    def __post_init__(self) -> None:
        object.__setattr__(self, "switches", self.policy)
        object.__setattr__(self, "policy", self.policy.in_force)
        object.__setattr__(self, "takes_query_credentials", self.query_credentials and not self.policy.fapi2)
        object.__setattr__(self, "host", urlsplit(self.origin).hostname or "")
        object.__setattr__(self, "secure", self.origin.startswith("https://"))


def origin_fault(origin: str) -> str | None:
    """Why `origin` can't be a provider's, as a sentence."""
    if not _ORIGIN.fullmatch(origin) or not _is_reachable(origin):
        return f"'{origin}' is no origin: write scheme and host, and a port if it has one, such as https://cloud.example.com."
    parts = urlsplit(origin)
    if parts.scheme == "http" and not is_local(parts.hostname or ""):
        return f"'{origin}' must begin with https:// (http:// is only for localhost)."
    return None


def _is_reachable(origin: str) -> bool:
    """Whether the port of an origin is below 65,536 and what stands in brackets is an IPv6 address."""
    try:
        parts = urlsplit(origin)
        below = parts.port is None or parts.port < 65_536  # urlsplit itself refuses more, by raising
        return below and ("[" not in origin or ip_address(parts.hostname or "").version == 6)
    except ValueError:
        return False


def is_local(host: str) -> bool:
    """Whether `host` can only mean this computer (RFC 6761 §6.3)."""
    return host in ("127.0.0.1", "::1", "localhost") or host.endswith(".localhost")


def accent_fault(accent: str) -> str | None:
    """Why `accent` can't be the colour of a provider: it must be legible under white text and on a white page."""
    if not _COLOUR.fullmatch(accent):
        return f"'{accent}' is no colour: write it as #rrggbb, in lower case."
    ratio = contrast(accent, LIGHT_PAGE)
    if ratio < MIN_CONTRAST:
        return f"'{accent}' is too light: its contrast with white is {ratio:.1f}, and text needs {MIN_CONTRAST}."
    return None


def accent_on_dark(accent: str) -> str:
    """The accent, lightened just so far that it is legible on the dark page."""
    red, green, blue = _channels(accent)
    steps = ("#" + "".join(f"{round(c + (255 - c) * step / 20):02x}" for c in (red, green, blue)) for step in range(21))
    return next(lighter for lighter in steps if contrast(lighter, DARK_PAGE) >= MIN_CONTRAST + 1)  # white is


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, definition of contrast ratio): 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
