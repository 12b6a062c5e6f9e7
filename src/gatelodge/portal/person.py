"""One person in one account: what they may do there, and ending it."""

import time
from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.identity.membership import Change
from gatelodge.identity.people import Access, Account, Role
from gatelodge.portal.moments import moment
from gatelodge.portal.people import PEOPLE, done, role_name, url_of
from gatelodge.portal.people_models import PersonPage
from gatelodge.portal.rights_form import only_ticks, posted_access, posted_rights, rights_form
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.protocol.scope import Scope
from gatelodge.service.refusals import Faults, NotAllowed, NotFound
from gatelodge.web.authorize import see_other

NOTICES = {
    "saved": "The changes are saved. They hold from the next request on.",
    "disabled": "They are disabled here, and reach nothing of this account until you enable them again.",
    "enabled": "They are enabled again.",
}


async def show(visit: Visit, account: Account) -> Response:
    """GET /people/{account}/users/{user}"""
    return await _page(visit, account)


async def set_access(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/users/{user}"""
    cameras = await visit.services.members.resources(account)
    access, rights = posted_access(visit), posted_rights(visit, cameras)
    if only_ticks(visit):
        return await _page(visit, account, access=access, rights=rights)
    person_id = _person_id(visit)
    said = await visit.services.members.set_access(visit.user, account, person_id, access, rights)
    if isinstance(said, Faults):
        return await _page(visit, account, access=access, rights=rights, faults=said.fields)
    return await _after(visit, account, said, f"{url_of(account)}/users/{public_id(person_id)}?done=saved")


async def disable(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/users/{user}/disable"""
    return await _change(visit, account, Change.DISABLE, "disabled")


async def enable(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/users/{user}/enable"""
    return await _change(visit, account, Change.ENABLE, "enabled")


async def remove(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/users/{user}/remove"""
    said = await visit.services.members.change(visit.user, account, _person_id(visit), Change.REMOVE)
    if said is not None:
        return await _after(visit, account, said, "")
    return see_other(PEOPLE) if _person_id(visit) == visit.user.id else done(account, "removed")


async def _change(visit: Visit, account: Account, change: Change, what: str) -> Response:
    person_id = _person_id(visit)
    said = await visit.services.members.change(visit.user, account, person_id, change)
    return await _after(visit, account, said, f"{url_of(account)}/users/{public_id(person_id)}?done={what}")


async def _after(visit: Visit, account: Account, said: NotAllowed | NotFound | None, url: str) -> Response:
    if isinstance(said, NotFound):
        return visit.not_found()
    return see_other(url) if said is None else await _page(visit, account, faults={"": said.reason})


def _person_id(visit: Visit) -> int:
    """The person that the path names; 0, who is nobody, where it names none."""
    return parse_public_id(visit.request.path_params["user"]) or 0


async def _page(
    visit: Visit,
    account: Account,
    *,
    access: Access | None = None,
    rights: Mapping[int, Scope] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    found = await visit.services.members.member(account, _person_id(visit))
    if isinstance(found, NotFound):
        return visit.not_found()
    member, granted = found
    url = f"{url_of(account)}/users/{public_id(member.user.id)}"
    form = await rights_form(
        visit,
        account,
        await visit.services.members.resources(account),
        access or member.access,
        granted if rights is None else rights,
    )
    page = PersonPage(
        name=member.user.name,
        email=member.user.email,
        account=account.name,
        role=role_name(member.role),
        you=member.user.id == visit.user.id,
        owner=member.role is Role.OWNER,
        since=moment(member.since, now=int(time.time()), never="Earlier"),
        disabled=member.disabled_at is not None,
        disabled_by_provider=member.user.disabled,
        people_url=url_of(account),
        reach_url=f"{url_of(account)}/reach",
        access_action=url,
        disable_action=f"{url}/disable",
        enable_action=f"{url}/enable",
        remove_action=f"{url}/remove",
        form=form,
        notice=NOTICES.get(visit.request.query_params.get("done", ""), ""),
        faults=faults or {},
    )
    return visit.page(page, status=422 if faults else 200)
