"""The form in which rights on cameras are chosen: for a person of an account, and for somebody who is asked in."""

from collections.abc import Mapping, Sequence

from gatelodge.identity.effective import Holding
from gatelodge.identity.people import Access, Account
from gatelodge.identity.rights import ALL_RIGHTS, CATALOGUE
from gatelodge.portal.people_models import CameraRights, GroupChoice, RightsForm
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.scope import Scope

FIRST_RIGHTS = frozenset({"read", "liveview", "events"})  # ticked in the tools until somebody ticks others
EVERY_CAMERA = "all"
ADD, CLEAR = "add-group", "clear-group"


def posted_access(visit: Visit) -> Access:
    """The access that was chosen; nothing gives full access but saying so."""
    return Access.FULL if visit.form.get("access") == Access.FULL.value else Access.PARTIAL


def posted_rights(visit: Visit, cameras: Sequence[Holding]) -> dict[int, Scope]:
    """What was ticked on each of these cameras; a field is named after its camera."""
    return {one.resource_id: frozenset(visit.form.all(public_id(one.resource_id))) for one in cameras}


def only_ticks(visit: Visit) -> bool:
    """Whether a button of the tools was pressed, which changes ticks and saves nothing."""
    return visit.form.get("do") in (ADD, CLEAR)


async def rights_form(
    visit: Visit, account: Account, cameras: Sequence[Holding], access: Access, rights: Mapping[int, Scope]
) -> RightsForm:
    """The form with these ticks; where a button of the tools was pressed, with those that it makes or takes away."""
    groups = await visit.services.groups.of(account)
    members = {public_id(one.id): one.resource_ids for one in groups}
    members[EVERY_CAMERA] = frozenset(one.resource_id for one in cameras)
    sent, asked = bool(visit.form.fields), frozenset(visit.form.all("with")) & ALL_RIGHTS
    meant = members.get(visit.form.get("group"), frozenset()) if only_ticks(visit) else frozenset[int]()
    return RightsForm(
        access=access.value,
        rights=CATALOGUE,
        cameras=tuple(
            CameraRights(
                public_id(one.resource_id),
                one.name,
                _ticked(rights.get(one.resource_id, frozenset()), asked, visit.form.get("do"))
                if one.resource_id in meant
                else rights.get(one.resource_id, frozenset()),
            )
            for one in cameras
        ),
        groups=(
            GroupChoice(EVERY_CAMERA, "All cameras", _ids(members[EVERY_CAMERA])),
            *(GroupChoice(public_id(one.id), one.name, _ids(one.resource_ids)) for one in groups),
        ),
        group=visit.form.get("group"),
        with_rights=asked if sent else FIRST_RIGHTS,
    )


def _ticked(ticks: Scope, asked: Scope, button: str) -> Scope:
    return ticks | asked if button == ADD else frozenset()


def _ids(resource_ids: frozenset[int]) -> str:
    return " ".join(public_id(one) for one in sorted(resource_ids))
