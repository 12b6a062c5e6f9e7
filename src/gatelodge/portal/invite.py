"""Asking somebody into an account, and taking that back."""

from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.identity.people import Access, Account
from gatelodge.portal.moments import duration
from gatelodge.portal.people import done, url_of
from gatelodge.portal.people_models import InvitedPage, InvitePage
from gatelodge.portal.rights_form import only_ticks, posted_access, posted_rights, rights_form
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.protocol.scope import Scope
from gatelodge.service.invitations import Invited
from gatelodge.service.refusals import Faults, NotFound


async def show_form(visit: Visit, account: Account) -> Response:
    """GET /people/{account}/invite"""
    return await _form(visit, account, Access.PARTIAL, {})


async def send(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/invite"""
    cameras = await visit.services.members.resources(account)
    access, rights = posted_access(visit), posted_rights(visit, cameras)
    if only_ticks(visit):
        return await _form(visit, account, access, rights)
    made = await visit.services.invitations.invite(
        visit.provider, visit.user, account, visit.form.get("email"), access, rights
    )
    if isinstance(made, Faults):
        return await _form(visit, account, access, rights, made.fields)
    return _invited(visit, account, made)


async def again(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/invitations/{id}/again"""
    number = parse_public_id(visit.request.path_params["id"]) or 0
    made = await visit.services.invitations.again(visit.provider, visit.user, account, number)
    if isinstance(made, Faults):
        return visit.error(422, "The invitation was not sent", " ".join(made.fields.values()))
    return _invited(visit, account, made)


async def withdraw(visit: Visit, account: Account) -> Response:
    """POST /people/{account}/invitations/{id}/withdraw"""
    number = parse_public_id(visit.request.path_params["id"]) or 0
    if not await visit.services.invitations.withdraw(visit.user, account, number):
        return visit.not_found()
    return done(account, "withdrawn")


def _invited(visit: Visit, account: Account, made: Invited | NotFound) -> Response:
    if isinstance(made, NotFound):
        return visit.not_found()
    if made.mailed:
        return done(account, "invited")
    lasts = duration(visit.services.invitations.lifetime)
    return visit.page(InvitedPage(made.email, account.name, made.link, made.mail_failed, lasts, url_of(account)))


async def _form(
    visit: Visit,
    account: Account,
    access: Access,
    rights: Mapping[int, Scope],
    faults: Mapping[str, str] | None = None,
) -> Response:
    cameras = await visit.services.members.resources(account)
    page = InvitePage(
        action=f"{url_of(account)}/invite",
        cancel_url=url_of(account),
        account=account.name,
        by_mail=visit.services.invitations.by_mail,
        lasts=duration(visit.services.invitations.lifetime),
        form=await rights_form(visit, account, cameras, access, rights),
        email=visit.form.get("email")[:254],
        faults=faults or {},
    )
    return visit.page(page, status=422 if faults else 200)
