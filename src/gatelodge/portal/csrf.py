"""CSRF tokens: a signature over the browser's cookie and its session, which no other site can know.

Bound to both, a token taken from one session, or from before signing in, is worth nothing in another."""

from starlette.requests import Request

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


def from_another_site(request: Request) -> bool:
    """Whether the browser itself says that another site made it send this (Fetch Metadata)."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("cross-site", "same-site")
