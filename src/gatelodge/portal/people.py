"""People: who belongs to an account, who was asked in, and its groups of cameras. The account is in the address."""

import time
from collections.abc import Awaitable, Callable, Sequence

from starlette.responses import Response

from gatelodge.identity.effective import Holding
from gatelodge.identity.people import Access, Account, Role
from gatelodge.portal.moments import moment
from gatelodge.portal.people_models import AccountLink, GroupRow, InvitationRow, PeoplePage, PersonRow
from gatelodge.portal.visit import Handler, Visit
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.people import FULL_ACCESS_ONLY
from gatelodge.service.records import Invitation, Member
from gatelodge.service.refusals import NotFound
from gatelodge.web.authorize import see_other

PEOPLE = "/people"
NOTICES = {
    "invited": "The invitation is on its way.",
    "withdrawn": "The invitation is withdrawn. Its link is worth nothing any more.",
    "removed": "They are removed, and reach nothing of this account any more.",
    "group-saved": "The group is saved.",
    "group-deleted": "The group is deleted. What was granted by way of it stays.",
    "left": "You have left the account.",
}
LookingAfter = Callable[[Visit, Account], Awaitable[Response]]


def looking_after(handler: LookingAfter) -> Handler:
    """A page of one account, for people with full access to it; others are told that there is nothing."""

    async def of_account(visit: Visit) -> Response:
        account_id = parse_public_id(visit.request.path_params["account"])
        found = await visit.services.members.account(visit.user, account_id) if account_id is not None else NotFound()
        return visit.not_found() if isinstance(found, NotFound) else await handler(visit, found)

    return of_account


def url_of(account: Account) -> str:
    """The account's page."""
    return f"{PEOPLE}/{public_id(account.id)}"


def done(account: Account, what: str) -> Response:
    """Back to the account's page, which says what was done."""
    return see_other(f"{url_of(account)}?done={what}")


async def home(visit: Visit) -> Response:
    """GET /people"""
    accounts = await visit.services.members.accounts(visit.user)
    if not accounts:
        return visit.error(403, "Not with your access", FULL_ACCESS_ONLY)
    return see_other(url_of(accounts[0]))


async def show(visit: Visit, account: Account) -> Response:
    """GET /people/{account}"""
    now, url = int(time.time()), url_of(account)
    cameras = await visit.services.members.resources(account)
    names = {one.resource_id: one.name for one in cameras}
    groups = await visit.services.groups.of(account)
    return visit.page(
        PeoplePage(
            account=account.name,
            accounts=await account_links(visit, account, url_of),
            people=tuple(
                _person(one, cameras, account, you=one.user.id == visit.user.id, now=now)
                for one in await visit.services.members.everybody(account)
            ),
            invitations=tuple(
                _invitation(one, cameras, url, now=now) for one in await visit.services.invitations.of(account)
            ),
            groups=tuple(
                GroupRow(
                    one.name,
                    ", ".join(name for number, name in names.items() if number in one.resource_ids) or "No camera",
                    f"{url}/groups/{public_id(one.id)}",
                )
                for one in groups
            ),
            invite_url=f"{url}/invite",
            new_group_url=f"{url}/groups/new",
            reach_url=f"{url}/reach",
            notice=NOTICES.get(visit.request.query_params.get("done", ""), ""),
        )
    )


async def account_links(visit: Visit, current: Account, url: Callable[[Account], str]) -> tuple[AccountLink, ...]:
    """The accounts to switch between; none where there is only one."""
    accounts = await visit.services.members.accounts(visit.user)
    links = tuple(AccountLink(one.name, url(one), one.id == current.id) for one in accounts)
    return links if len(links) > 1 else ()


def sees(access: Access, count: int, cameras: Sequence[Holding]) -> str:
    """How much of the account that is, in short."""
    if access is Access.FULL:
        return "Everything"
    return f"{count or 'None'} of {len(cameras)} camera{'s' if len(cameras) != 1 else ''}"


def role_name(role: Role) -> str:
    """The role as a word for people."""
    return role.value.capitalize()


def _person(member: Member, cameras: Sequence[Holding], account: Account, *, you: bool, now: int) -> PersonRow:
    by_provider = "Disabled by the provider" if member.user.disabled else ""
    return PersonRow(
        name=member.user.name,
        email=member.user.email,
        role=role_name(member.role),
        sees=sees(member.access, member.granted, cameras),
        since=moment(member.since, now=now, never="Earlier"),
        state=by_provider or ("Disabled" if member.disabled_at is not None else ""),
        you=you,
        url=f"{url_of(account)}/users/{public_id(member.user.id)}",
    )


def _invitation(invitation: Invitation, cameras: Sequence[Holding], url: str, *, now: int) -> InvitationRow:
    there = {one.resource_id for one in cameras}
    number = public_id(invitation.id)
    return InvitationRow(
        email=invitation.email,
        sees=sees(invitation.access, len(there & invitation.rights.keys()), cameras),
        invited_by=invitation.invited_by,
        sent=moment(invitation.created_at, now=now),
        expires=moment(invitation.expires_at, now=now),
        expired=invitation.expires_at <= now,
        again_action=f"{url}/invitations/{number}/again",
        withdraw_action=f"{url}/invitations/{number}/withdraw",
    )
