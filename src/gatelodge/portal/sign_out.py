"""Signing out because an application asks for it (OpenID Connect RP-Initiated Logout 1.0)."""

from starlette.responses import Response

from gatelodge.portal.models import SignedOutPage, SignOutPage
from gatelodge.portal.visit import SIGN_IN, Visit
from gatelodge.protocol.redirect_uri import form_action_source
from gatelodge.service.logout import Asked
from gatelodge.web.authorize import see_other
from gatelodge.web.cookies import SESSION, drop_cookie
from gatelodge.web.logout import LEAVING
from gatelodge.web.middleware import content_security_policy

DONE = "/signout/done"


async def show(visit: Visit) -> Response:
    """GET /signout/confirm: asks, except where there is nothing to ask."""
    request = visit.request.query_params.get("request", "")
    asked = await visit.services.logout.look(visit.provider, request, visit.session)
    if asked is None:
        return _over(visit)
    if visit.session is None or asked.certain:
        return await _leave(visit, asked)
    page = SignOutPage(LEAVING, request, asked.application, visit.session.user.email)
    response = visit.page(page)
    if asked.destination:
        target = form_action_source(asked.destination)
        response.headers["Content-Security-Policy"] = content_security_policy(form_targets=(target,))
    return response


async def decide(visit: Visit) -> Response:
    """POST /signout/confirm"""
    asked = await visit.services.logout.look(visit.provider, visit.form.get("request"), visit.session)
    if asked is None:
        return _over(visit)
    return await _leave(visit, asked) if visit.form.get("answer") == "yes" else see_other("/")


async def done(visit: Visit) -> Response:
    """GET /signout/done"""
    return see_other("/") if visit.session is not None else visit.page(SignedOutPage(SIGN_IN))


async def _leave(visit: Visit, asked: Asked) -> Response:
    if visit.session is not None:
        await visit.services.sign_in.sign_out(visit.provider, visit.session)
    response = see_other(asked.destination or DONE)
    drop_cookie(response, visit.provider, SESSION)
    return response


def _over(visit: Visit) -> Response:
    return visit.error(
        400,
        "This link does not work any more",
        "It has waited too long, or the application has changed. To sign out here, choose Sign out in the menu with "
        "your name.",
    )
