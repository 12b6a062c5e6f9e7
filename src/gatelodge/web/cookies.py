"""Cookies: the session's, and one that tells one browser from another before anybody has signed in.

Where the origin is https they are `__Host-` cookies: bound to this very host, so that no neighbour on the same domain
can plant one. Browsers send them along when a link of another site leads here (Lax), never with a foreign form.
"""

from starlette.requests import Request
from starlette.responses import Response

from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.service.minting import Mint, Minted

SESSION = "gatelodge_session"
BROWSER = "gatelodge_browser"


def cookie_name(provider: Provider, name: str) -> str:
    """The cookie's name at this provider."""
    return f"__Host-{name}" if provider.secure else name


def read_cookie(request: Request, provider: Provider, name: str) -> str | None:
    """The cookie's value, if the browser has sent it."""
    return request.cookies.get(cookie_name(provider, name))


def set_cookie(response: Response, provider: Provider, name: str, value: str, *, max_age: int | None = None) -> None:
    """Have the browser keep a cookie, for `max_age` seconds or until it is closed."""
    response.set_cookie(
        cookie_name(provider, name),
        value,
        max_age=max_age,
        path="/",
        secure=provider.secure,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, provider: Provider, name: str) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(cookie_name(provider, name), path="/", secure=provider.secure, httponly=True, samesite="lax")


def browser_of(request: Request, provider: Provider, mint: Mint) -> tuple[Presented, Minted | None]:
    """Which browser this is; a new one is given a secret, to be set as its cookie."""
    presented = parse(read_cookie(request, provider, BROWSER) or "", Kind.BROWSER)
    if presented is not None:
        return presented, None
    minted = mint.secret(Kind.BROWSER)
    return minted.presented, minted
