"""Signing in and out."""

from urllib.parse import urlsplit

from starlette.responses import Response

from gatelodge.identity.people import normal_email
from gatelodge.portal.models import SignInPage
from gatelodge.portal.moments import duration
from gatelodge.portal.visit import SIGN_IN, Visit
from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.client import Client
from gatelodge.protocol.redirect_uri import form_action_source
from gatelodge.service.authorize import Gone
from gatelodge.service.sign_in import SignedIn, TryLater, WrongPassword
from gatelodge.web.authorize import WAITING, see_other
from gatelodge.web.context import address_of
from gatelodge.web.cookies import SESSION, drop_cookie, set_cookie
from gatelodge.web.middleware import content_security_policy

WRONG = "The email or the password is wrong. Check both and try again."


async def show(visit: Visit) -> Response:
    """GET /signin"""
    following = local_path(visit.request.query_params.get("next", ""))
    if visit.session is not None and following == "/":
        return see_other("/")
    return await _page(visit, following)


async def sign_in(visit: Visit) -> Response:
    """POST /signin"""
    following = local_path(visit.form.get("next"))
    result = await visit.services.sign_in.sign_in(
        visit.provider,
        visit.form.get("email"),
        visit.form.get("password"),
        address=address_of(visit.request),
        present=visit.session,
    )
    if isinstance(result, WrongPassword):
        return await _page(visit, following, error=WRONG, status=422)
    if isinstance(result, TryLater):
        wait = f"Too many attempts. Try again in {duration(result.seconds)}."
        response = await _page(visit, following, error=wait, status=429)
        response.headers["Retry-After"] = str(result.seconds)
        return response
    if handle := _waiting(following):
        await visit.services.authorize.signed_in(visit.provider, handle, visit.browser, result.session)
    return await begin(visit, result, following)


async def begin(visit: Visit, result: SignedIn, following: str) -> Response:
    """Go on to `following` as whoever has just signed in; the session that this browser had of another ends."""
    if visit.session is not None and visit.session.id != result.session.id:
        await visit.services.sign_in.sign_out(visit.provider, visit.session)
    response = see_other(following)
    lifetime = result.session.expires_at - result.session.created_at
    set_cookie(response, visit.provider, SESSION, result.secret.text, max_age=lifetime)
    return response


async def sign_out(visit: Visit) -> Response:
    """POST /signout"""
    if visit.session is not None:
        await visit.services.sign_in.sign_out(visit.provider, visit.session)
    following = local_path(visit.form.get("next"))
    response = see_other(SIGN_IN if following == "/" else following)
    drop_cookie(response, visit.provider, SESSION)
    return response


def local_path(text: str) -> str:
    """`text` if it is a path of this portal, otherwise the first page: nobody is sent elsewhere from here."""
    safe = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isascii() and text.isprintable()
    return text if safe and "\\" not in text and not urlsplit(text).netloc else "/"


def _waiting(path: str) -> str | None:
    """The authorization request that the sign-in is for, if it is for one."""
    return path.removeprefix(WAITING) if path.startswith(WAITING) else None


def _hint(about: tuple[AuthorizationRequest, Client] | Gone) -> str:
    """The address that the application believes its user to sign in with (OpenID Connect Core §3.1.2.1). It may be
    anything, so only what can be an address is shown."""
    return "" if isinstance(about, Gone) else normal_email(about[0].context.login_hint or "") or ""


async def _page(visit: Visit, following: str, *, error: str = "", status: int = 200) -> Response:
    handle = _waiting(following)
    about = await visit.services.authorize.about(visit.provider, handle, visit.browser) if handle else Gone()
    page = SignInPage(
        action=SIGN_IN,
        application=None if isinstance(about, Gone) else about[1].name,
        email=(visit.form.get("email") or _hint(about))[:254],
        next=following,
        error=error,
    )
    response = visit.page(page, status=status)
    if not isinstance(about, Gone):
        # Once signed in, a remembered consent may lead from this form straight to the application.
        target = form_action_source(about[0].redirect_uri)
        response.headers["Content-Security-Policy"] = content_security_policy(form_targets=(target,))
    return response
