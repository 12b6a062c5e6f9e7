"""Groups of cameras: made, changed and deleted."""

from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.identity.people import Account
from gatelodge.portal.people import done, url_of
from gatelodge.portal.people_models import CameraRights, GroupFormPage
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.records import ResourceGroup
from gatelodge.service.refusals import Faults, NotFound

MEMBER = frozenset({"read"})  # what is chosen on a camera that is in the group


async def show_new(visit: Visit, account: Account) -> Response:
    """GET /people/{account}/groups/new"""
    return await _form(visit, account, None, "", frozenset())


async def create(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/groups/new"""
    return await _put(visit, account, None)


async def show(visit: Visit, account: Account) -> Response:
    """GET /people/{account}/groups/{id}"""
    group = await _find(visit, account)
    return visit.not_found() if group is None else await _form(visit, account, group, group.name, group.resource_ids)


async def change(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/groups/{id}"""
    group = await _find(visit, account)
    return visit.not_found() if group is None else await _put(visit, account, group)


async def delete(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/groups/{id}/delete"""
    number = parse_public_id(visit.request.path_params["id"]) or 0
    if not await visit.services.groups.delete(visit.user, account, number):
        return visit.not_found()
    return done(account, "group-deleted")


async def _find(visit: Visit, account: Account) -> ResourceGroup | None:
    found = await visit.services.groups.find(account, parse_public_id(visit.request.path_params["id"]) or 0)
    return None if isinstance(found, NotFound) else found


async def _put(visit: Visit, account: Account, group: ResourceGroup | None) -> Response:
    name, chosen = visit.form.get("name"), visit.form.all("camera")
    numbers = frozenset(parse_public_id(one) or 0 for one in chosen)
    number = group.id if group else None
    said = await visit.services.groups.put(visit.user, account, number, name, numbers)
    if isinstance(said, Faults):
        return await _form(visit, account, group, name, numbers, said.fields)
    return visit.not_found() if isinstance(said, NotFound) else done(account, "group-saved")


async def _form(
    visit: Visit,
    account: Account,
    group: ResourceGroup | None,
    name: str,
    chosen: frozenset[int],
    faults: Mapping[str, str] | None = None,
) -> Response:
    url = f"{url_of(account)}/groups/{public_id(group.id) if group else 'new'}"
    page = GroupFormPage(
        action=url,
        title=f"Edit {group.name}" if group else "New group",
        submit="Save changes" if group else "Create group",
        cancel_url=url_of(account),
        name=name,
        cameras=tuple(
            CameraRights(
                public_id(one.resource_id), one.name, MEMBER if one.resource_id in chosen else frozenset[str]()
            )
            for one in await visit.services.members.resources(account)
        ),
        delete_action=f"{url}/delete" if group else "",
        faults=faults or {},
    )
    return visit.page(page, status=422 if faults else 200)
