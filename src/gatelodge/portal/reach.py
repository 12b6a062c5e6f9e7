"""What can reach the cameras of an account: tokens and applications, guests' included, and ending them."""

import time

from starlette.responses import Response

from gatelodge.identity.people import Account
from gatelodge.identity.rights import HIGH_RISK
from gatelodge.portal.applications import LIST
from gatelodge.portal.groups import labels
from gatelodge.portal.moments import moment
from gatelodge.portal.people import account_links, role_name, url_of
from gatelodge.portal.people_models import ReachPage, ReachRow
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.reach import Reach
from gatelodge.web.authorize import see_other

SHOWN = 6  # cameras that are named
NOTICES = {
    "token-ended": "The token is ended. Whatever used it is refused from now on.",
    "access-ended": "The access is ended. The application is refused from now on, until its user allows it again.",
}


def reach_url(account: Account) -> str:
    """The page's address."""
    return f"{url_of(account)}/reach"


async def show(visit: Visit, account: Account) -> Response:
    """GET /people/{account}/reach"""
    now = int(time.time())
    return visit.page(
        ReachPage(
            account=account.name,
            accounts=await account_links(visit, account, reach_url),
            rows=tuple(_row(one, account, now=now) for one in await visit.services.reach.of(account)),
            people_url=url_of(account),
            notice=NOTICES.get(visit.request.query_params.get("done", ""), ""),
        )
    )


async def end_token(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/reach/tokens/{id}/end"""
    if not await visit.services.reach.end_token(account, _number(visit, "id")):
        return visit.not_found()
    return see_other(f"{reach_url(account)}?done=token-ended")


async def end_application(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/reach/applications/{user}/{id}/end"""
    if not await visit.services.reach.end_application(account, _number(visit, "user"), _number(visit, "id")):
        return visit.not_found()
    return see_other(f"{reach_url(account)}?done=access-ended")


def _number(visit: Visit, name: str) -> int:
    return parse_public_id(visit.request.path_params[name]) or 0


def _row(reach: Reach, account: Account, *, now: int) -> ReachRow:
    what, url = reach.what, reach_url(account)
    number = public_id(what.id)
    if what.user is None:
        kind, whose, end = "Acts as itself", what.made_by, ""
    elif reach.is_token:
        kind, whose, end = "User token", f"{what.user.name} ({what.user.email})", f"{url}/tokens/{number}/end"
    else:
        kind, whose = "Application", f"{what.user.name} ({what.user.email})"
        end = f"{url}/applications/{public_id(what.user.id)}/{number}/end"
    more = len(reach.resources) - SHOWN
    named = ", ".join(reach.resources[:SHOWN]) + (f" and {more} more" if more > 0 else "")
    return ReachRow(
        name=what.name,
        kind=kind,
        whose=whose,
        role=role_name(reach.role) if reach.role else "",
        made_by=what.made_by if what.user else "",
        rights=labels(reach.rights),
        risks=labels(reach.rights & HIGH_RISK),
        cameras="All cameras" if reach.all_resources else named,
        since=moment(what.since, now=now),
        last_used=moment(what.last_used_at, now=now),
        expires=moment(what.expires_at, now=now) if reach.is_token else None,
        elsewhere=reach.elsewhere,
        end_action=end,
        manage_url=f"{LIST}/{number}" if what.user is None else "",
    )
