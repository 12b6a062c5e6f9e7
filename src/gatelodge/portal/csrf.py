"""CSRF tokens: a signature over the browser's cookie and its session, which no other site can know.

Bound to both, a token taken from one session, or from before signing in, is worth nothing in another."""

from urllib.parse import urlsplit

from starlette.requests import Request

from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import Presented
from gatelodge.service.keys import KeyRing
from gatelodge.service.records import Session

PURPOSE = "csrf"


def _message(browser: Presented, session: Session | None) -> bytes:
    return browser.digest + (session.id.to_bytes(8, "big") if session else b"")


def csrf_token(keys: KeyRing, browser: Presented, session: Session | None) -> str:
    """The token for the forms of a page."""
    return keys.sign(PURPOSE, _message(browser, session))


def csrf_holds(keys: KeyRing, token: str, browser: Presented, session: Session | None) -> bool:
    """Whether a form that was posted came from a page of ours in this browser and session."""
    return keys.verify(PURPOSE, _message(browser, session), token)


def from_another_site(request: Request, provider: Provider) -> bool:
    """Whether the browser itself says that another site made it send this: by Fetch Metadata, or, where it is too old
    for that, by the Origin header, whose port, like the Host header's, plays no part."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and _host(origin) != provider.host


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None
