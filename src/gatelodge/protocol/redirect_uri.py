"""Redirect URIs: which may be registered, which one a request may name, and how an answer is added to it.

Matching is exact, character by character (RFC 9700 §2.1), with the one exception that RFC 8252 §7.3 makes:
a loopback address may come with another port, since a native application takes whichever is free.
"""

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

MAX_LENGTH = 2000
LOOPBACK_LITERALS = frozenset({"127.0.0.1", "::1"})
WHOLE_ADDRESS = "Give the whole address, beginning with https://."
RESPONSE_PARAMETERS = frozenset({"code", "state", "error", "error_description", "error_uri", "iss"})

# RFC 3986 §2: every character stands for itself or is percent-encoded; `*` and `#` are refused by name.
_ALLOWED = re.compile(r"(?:[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=*#]|%[0-9A-Fa-f]{2})+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_PORT_AHEAD = re.compile(r"[0-9]+(?:/|$)")
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_AUTHORITY = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[(?P<in_brackets>[0-9a-f:.]+)\])(?::[0-9]*)?", re.IGNORECASE)


def registration_fault(uri: str) -> str | None:
    """Why `uri` can't be a redirect URL, as a sentence for the person who typed it; None if it can."""
    if len(uri) > MAX_LENGTH:
        return f"This address is longer than {MAX_LENGTH} characters."
    if "*" in uri:
        return "Wildcards are not allowed: list every address in full."
    if "#" in uri:
        return "Leave out the part from “#” on: an answer could not be added to it."
    if not _ALLOWED.fullmatch(uri):
        return "This address has a space or a character that no address can have; write it percent-encoded."
    if not _SCHEME.match(uri):
        return WHOLE_ADDRESS
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return "The host or port of this address can't be read."
    if "@" in parts.netloc:
        return "Leave out the user name or password before “@”."
    if RESPONSE_PARAMETERS.intersection(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return "The query may not hold code, state, error or iss: the answer brings those."
    if parts.scheme in ("https", "http"):
        return _web_fault(parts, port)
    return _private_scheme_fault(parts)


def _web_fault(parts: SplitResult, port: int | None) -> str | None:
    if not _is_authority(parts.netloc):
        return "The host of this address can't be read."
    if port == 0:
        return "Port 0 can't be reached."
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_LITERALS | {"localhost"}:
        return "Use https://; plain http:// is only for this computer (127.0.0.1, [::1] or localhost)."
    return None


def _is_authority(netloc: str) -> bool:
    """Whether `netloc` is, from end to end, a host name or a bracketed IPv6 address, and at most a port.

    `urlsplit` looks less closely: to it `[::1]` is the host of `evil.example[::1]`, and a zone id can hold
    anything."""
    authority = _AUTHORITY.fullmatch(netloc)
    if authority is None:
        return False
    try:
        return authority["in_brackets"] is None or ip_address(authority["in_brackets"]).version == 6
    except ValueError:  # from 3.11.4 on urlsplit has refused it before
        return False


def _private_scheme_fault(parts: SplitResult) -> str | None:
    """RFC 8252 §7.1: a private-use scheme is a domain name in reverse, so that it belongs to somebody. The dot also
    keeps out every scheme that a browser would act on (`javascript:`, `data:`, `file:`)."""
    if "." not in parts.scheme:
        return "Use https://, or for a native application a scheme with a dot, such as com.example.app:/callback."
    if not parts.path and not parts.netloc:
        return "Add a path after the scheme, such as com.example.app:/callback."
    if _PORT_AHEAD.match(parts.path) and not parts.netloc:
        return WHOLE_ADDRESS  # shop.example:8443/callback is a host without its scheme
    return None


def find_registered(registered: Iterable[str], presented: str) -> bool:
    """Whether `presented` is one of the application's redirect URIs (RFC 9700 §2.1, RFC 8252 §7.3)."""
    return any(uri == presented or _same_but_port(uri, presented) for uri in registered)


def _same_but_port(registered: str, presented: str) -> bool:
    if not registered.startswith(("http://127.0.0.1", "http://[::1]")):
        return False
    # Every character that a registered URI may have is checked at registration; hold this one to the same.
    if registration_fault(presented) is not None:
        return False
    ours, theirs = urlsplit(registered), urlsplit(presented)
    return (
        ours.hostname in LOOPBACK_LITERALS
        and (ours.scheme, ours.hostname) == (theirs.scheme, theirs.hostname)
        and presented.removeprefix(f"{theirs.scheme}://{theirs.netloc}")
        == registered.removeprefix(f"{ours.scheme}://{ours.netloc}")
    )


def difference(registered: Iterable[str], presented: str) -> str:
    """Which part of `presented` keeps it from matching the nearest registered URI: a few words for the owner's eyes."""
    try:
        theirs = urlsplit(presented)
        for part in ("scheme", "netloc", "path", "query"):
            if not any(
                all(getattr(urlsplit(uri), p) == getattr(theirs, p) for p in _UP_TO[part]) for uri in registered
            ):
                return {"netloc": "host or port"}.get(part, part)
    except ValueError:
        return "host or port"
    return "address"


_UP_TO = {
    "scheme": ("scheme",),
    "netloc": ("scheme", "netloc"),
    "path": ("scheme", "netloc", "path"),
    "query": ("scheme", "netloc", "path", "query"),
}


def proves_identity(uri: str) -> bool:
    """RFC 8252 §8.6: only a claimed https address assures who gets the answer; any program on a device can
    listen on loopback, with a certificate or without, or take a private-use scheme. An address in digits is
    nobody's claim, and browsers know many spellings of loopback (`https://127.1/`)."""
    host = (urlsplit(uri).hostname or "").rstrip(".")
    last = host.rpartition(".")[2]
    return uri.startswith("https://") and ":" not in host and last[:1].isalpha() and last != "localhost"


def with_answer(uri: str, answer: Mapping[str, str]) -> str:
    """`uri` with the answer's parameters added to its query, which is kept (RFC 6749 §3.1.2)."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(answer, quote_via=quote)}"


def form_action_source(uri: str) -> str:
    """`uri` as a CSP source: browsers hold the redirect that follows a form to the page's `form-action`. CSP has
    no way to write an IPv6 address (CSP3 §2.3.1, host-part), nor an empty port."""
    parts = urlsplit(uri)
    if parts.scheme not in ("https", "http") or parts.netloc.startswith("["):
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc.removesuffix(':')}"
