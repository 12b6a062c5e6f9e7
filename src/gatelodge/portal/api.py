"""</> API: one page with all that lets programs act for the user."""

import time
from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from gatelodge.identity.limits import resources_of
from gatelodge.portal.groups import any_risky, labels
from gatelodge.portal.kinds import LABELS, acts_as_itself, has_users, kind_of
from gatelodge.portal.models import ApiPage, ApplicationRow, AuthorizedRow, TokenRow
from gatelodge.portal.moments import moment
from gatelodge.portal.picking import cameras_line, names_of
from gatelodge.portal.registration_rows import registration_rows
from gatelodge.portal.rights_models import OF_APPLICATION, AccessPage, rights_matrix
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.protocol.redirect_uri import with_answer
from gatelodge.service.explain import extent_of
from gatelodge.service.limits import limit_of
from gatelodge.service.records import Application, AuthorizedApplication, UserToken
from gatelodge.service.refusals import NotAllowed, NotFound

HOME = "/api-access"

# What a page says of what was just done; the address names it by a word, so that nobody can put words on the page.
NOTICES = {
    "token-ended": "The token is ended. Whatever used it is refused from now on.",
    "application-deleted": "The application is deleted, and every access that was given to it has ended.",
    "registration-token-ended": "The token is ended: nothing is registered with it any more. What was, stays.",
    "access-ended": "The access is ended. The application is refused from now on, until you allow it again.",
    "joined": "You are in. What you make here, tokens and the like, now reaches what you were let see.",
}


async def home(_visit: Visit) -> Response:
    """GET /"""
    return RedirectResponse(HOME, 303)


async def show(visit: Visit) -> Response:
    """GET /api-access"""
    now = int(time.time())
    account = await visit.services.applications.account(visit.user)
    tokens = await visit.services.user_tokens.mine(visit.user)
    applications = await visit.services.applications.mine(visit.user)
    authorized = await visit.services.authorized.mine(visit.user)
    names = names_of(await visit.services.explain.user(visit.user))
    return visit.page(
        ApiPage(
            tokens=tuple(_token(token, names, now) for token in tokens),
            applications=tuple(_application(application, now) for application in applications),
            authorized=tuple(_authorized(visit, application, names, now) for application in authorized),
            why_no_applications=account.reason if isinstance(account, NotAllowed) else "",
            notice=NOTICES.get(visit.request.query_params.get("done", ""), ""),
            registration_tokens=None if isinstance(account, NotAllowed) else await registration_rows(visit, now),
        )
    )


async def show_access(visit: Visit) -> Response:
    """GET /api-access/authorized/{id}"""
    application_id = parse_public_id(visit.request.path_params["id"])
    mine = await visit.services.authorized.mine(visit.user)
    application = next((one for one in mine if one.application_id == application_id), None)
    if application is None:
        return visit.not_found()
    now = int(time.time())
    row = _authorized(visit, application, names_of(await visit.services.explain.user(visit.user)), now)
    return visit.page(
        AccessPage(
            name=row.name,
            what=f"An application by {row.owner}",
            rights=row.rights,
            cameras=row.cameras,
            times=(("Allowed", row.since), ("Last used", row.last_used)),
            matrix=rights_matrix(await visit.services.explain.application(visit.user, application), OF_APPLICATION),
            end="End access",
            end_action=row.end_action,
            end_means=f"{row.name} stops working for you at once. To use it again, you would allow it again.",
        )
    )


async def end_access(visit: Visit) -> Response:
    """POST /api-access/authorized/{id}/end"""
    application_id = parse_public_id(visit.request.path_params["id"])
    if application_id is None or not await visit.services.authorized.end(visit.user, application_id):
        return visit.not_found()
    return done("access-ended")


async def end_token(visit: Visit) -> Response:
    """POST /api-access/tokens/{id}/end"""
    token_id = parse_public_id(visit.request.path_params["id"])
    if token_id is None or isinstance(await visit.services.user_tokens.revoke(visit.user, token_id), NotFound):
        return visit.not_found()
    return done("token-ended")


def done(what: str) -> Response:
    """Back to the page, which says what was done."""
    return RedirectResponse(f"{HOME}?done={what}", 303)


def _token(token: UserToken, names: Mapping[int, str], now: int) -> TokenRow:
    return TokenRow(
        id=public_id(token.id),
        name=token.name,
        rights=labels(token.scope),
        created=moment(token.created_at, now=now),
        expires=moment(token.expires_at, now=now),
        expired=token.expires_at is not None and token.expires_at <= now,
        last_used=moment(token.last_used_at, now=now),
        end_action=f"{HOME}/tokens/{public_id(token.id)}/end",
        url=f"{HOME}/tokens/{public_id(token.id)}",
        cameras=cameras_line(resources_of(limit_of(token.details)), names),
    )


def _application(application: Application, now: int) -> ApplicationRow:
    return ApplicationRow(
        name=application.name,
        description=application.description,
        client_id=public_id(application.id),
        kind=LABELS[kind_of(application)],
        acts_as_itself=acts_as_itself(application),
        users=application.users if has_users(application) else None,
        created=moment(application.created_at, now=now),
        disabled=application.disabled,
        url=f"{HOME}/applications/{public_id(application.id)}",
    )


def _authorized(visit: Visit, application: AuthorizedApplication, names: Mapping[int, str], now: int) -> AuthorizedRow:
    extent, initiate = extent_of(application), application.initiate_login_uri
    return AuthorizedRow(
        id=public_id(application.application_id),
        name=application.name,
        owner=application.owner,
        rights=labels(application.scope),
        high_risk=any_risky(application.scope),
        since=moment(application.since, now=now),
        last_used=moment(application.last_used_at, now=now),
        end_action=f"{HOME}/authorized/{public_id(application.application_id)}/end",
        url=f"{HOME}/authorized/{public_id(application.application_id)}",
        cameras=cameras_line(resources_of(extent.limit), names) if extent.rights else "No cameras",
        sign_in_url=with_answer(initiate, {"iss": visit.provider.origin}) if initiate else "",
        on_device=application.on_device,
    )
