"""Behind the link of an invitation: coming in as the user that one is, or as somebody new."""

from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import Response

from gatelodge.identity.people import Access
from gatelodge.portal.api import HOME
from gatelodge.portal.people_models import InvitationPage
from gatelodge.portal.sign_in import begin
from gatelodge.portal.visit import SIGN_IN, Visit
from gatelodge.service.invitations import PATH, SomebodyElse
from gatelodge.service.records import Invitation
from gatelodge.service.refusals import Faults, NotFound
from gatelodge.web.authorize import see_other


async def show(visit: Visit) -> Response:
    """GET /invitations/{link}"""
    found = await visit.services.invitations.look(visit.provider, visit.request.path_params["link"])
    return _over(visit) if isinstance(found, NotFound) else _page(visit, found)


async def accept(visit: Visit) -> Response:
    """POST /invitations/{link}"""
    link, invitations = visit.request.path_params["link"], visit.services.invitations
    if visit.session is not None:
        accepted = await invitations.accept(visit.provider, link, visit.user)
        if isinstance(accepted, NotFound):
            return _over(visit)
        return await show(visit) if isinstance(accepted, SomebodyElse) else see_other(f"{HOME}?done=joined")
    made = await invitations.accept_as_new(visit.provider, link, visit.form.get("name"), visit.form.get("password"))
    if isinstance(made, NotFound):
        return _over(visit)
    if isinstance(made, Faults):
        found = await invitations.look(visit.provider, link)
        return _over(visit) if isinstance(found, NotFound) else _page(visit, found, made.fields)
    return await begin(visit, await visit.services.sign_in.begin(made[0]), f"{HOME}?done=joined")


def _over(visit: Visit) -> Response:
    return visit.error(
        404,
        "This invitation is over",
        "It was used already, withdrawn, or has waited too long. Ask whoever sent it to send another one.",
    )


def _page(visit: Visit, invitation: Invitation, faults: Mapping[str, str] | None = None) -> Response:
    here = f"{PATH}{visit.request.path_params['link']}"
    count = len(invitation.rights)
    page = InvitationPage(
        action=here,
        account=invitation.account.name,
        invited_by=invitation.invited_by,
        email=invitation.email,
        sees="everything" if invitation.access is Access.FULL else f"{count} camera{'s' if count != 1 else ''}",
        user_email=visit.session.user.email if visit.session else "",
        sign_in_url=f"{SIGN_IN}?next={quote(here)}",
        here=here,
        name=visit.form.get("name")[:80],
        faults=faults or {},
    )
    return visit.page(page, status=422 if faults else 200)
