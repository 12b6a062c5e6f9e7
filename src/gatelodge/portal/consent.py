"""The page on which an application asks for access, and the answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.responses import Response

from gatelodge.identity.provider import is_local
from gatelodge.portal.groups import grouped
from gatelodge.portal.models import ConsentPage
from gatelodge.portal.moments import duration
from gatelodge.portal.picking import WHICH, CameraPicker, make_picker, read_pick
from gatelodge.portal.strangers import stranger_of
from gatelodge.portal.visit import SIGN_IN, Visit
from gatelodge.protocol.authorization import AuthorizationRequest, Step
from gatelodge.protocol.client import REFRESH_TOKEN, Client
from gatelodge.protocol.redirect_uri import form_action_source
from gatelodge.service.answering import SendBack
from gatelodge.service.authorize import Ask, Gone
from gatelodge.service.choosing import Choice, Offer
from gatelodge.web.authorize import WAITING, see_other, send_back
from gatelodge.web.middleware import content_security_policy


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for what, and what the person can choose."""

    request: AuthorizationRequest
    client: Client
    owner: str  # the name of the account that the application belongs to
    offer: Offer
    faults: Mapping[str, str]  # what is wrong with what they chose


async def show(visit: Visit) -> Response:
    """GET /authorize/{handle}"""
    handle = visit.request.path_params["handle"]
    result = await visit.services.authorize.look(visit.provider, handle, visit.browser, visit.session)
    return await _answer(visit, handle, result)


async def decide(visit: Visit) -> Response:
    """POST /authorize/{handle}"""
    handle, answer = visit.request.path_params["handle"], visit.form.get("answer")
    if visit.session is None or answer not in ("allow", "deny"):
        return see_other(f"{WAITING}{handle}")
    result = await visit.services.authorize.decide(
        visit.provider, handle, visit.browser, visit.session, allow=answer == "allow", choice=choice_of(visit)
    )
    return await _answer(visit, handle, result)


def choice_of(visit: Visit) -> Choice | None:
    """What the form says was chosen; None for one from a page of before there was a choice."""
    if not visit.form.get(WHICH):
        return None
    return Choice(frozenset(visit.form.all("scope")), read_pick(visit.form))


async def _answer(visit: Visit, handle: str, result: Ask | SendBack | Gone) -> Response:
    if isinstance(result, SendBack):
        return send_back(visit.pages, visit.request, result)
    if isinstance(result, Gone):
        return visit.error(
            404,
            "This request is over",
            "It was answered already, has waited too long, or was begun in another browser. "
            "Go back to the application and start again from there.",
        )
    if result.step is Step.SIGN_IN or visit.session is None:
        return see_other(f"{SIGN_IN}?next={quote(WAITING + handle)}")
    assert result.offer is not None  # there is one once somebody is signed in
    request = result.request
    page = await consent_page(
        visit,
        Question(request, result.client, result.owner, result.offer, result.faults),
        action=f"{WAITING}{handle}",
        back=f"{WAITING}{handle}",
        destination=_destination(request.redirect_uri),
    )
    response = visit.page(page, status=422 if result.faults else 200)
    # Browsers hold the redirect that follows the form to this, so it names where the answer goes.
    target = form_action_source(request.redirect_uri)
    response.headers["Content-Security-Policy"] = content_security_policy(form_targets=(target,))
    return response


async def consent_page(visit: Visit, question: Question, *, action: str, back: str, destination: str) -> ConsentPage:
    """What a person is shown of a question, and as they had answered it where that can't be. `back` is where they come
    to when they have signed in as somebody else."""
    request, client, offer, tokens = question.request, question.client, question.offer, visit.services.granting
    refreshes = REFRESH_TOKEN in client.grant_types
    choice = choice_of(visit) if question.faults else None
    declined = offer.declined if choice is None else offer.optional - choice.optional
    memberships = await visit.services.people.memberships(visit.provider.id, visit.user.id)
    return ConsentPage(
        action=action,
        switch_url=f"{SIGN_IN}?next={quote(back)}",
        application=client.name,
        initial=client.name[:1].upper(),
        owner=question.owner,
        stranger=stranger_of(client),
        account=memberships[0].account.name if len(memberships) == 1 else "",
        account_email=visit.user.email,
        groups=grouped(request.scope),
        lasting=refreshes and client.confidential,
        duration=duration(tokens.refresh_lifetime if refreshes else tokens.access_lifetime),
        destination=destination,
        optional=offer.optional,
        kept=offer.optional - declined,
        picker=_picker(offer, choice, question.faults.get("cameras", "")),
        cameras=bool(offer.asked.rights),
        nothing=not offer.everything and not offer.resources,
        fault=question.faults.get("scope", ""),
    )


def _picker(offer: Offer, choice: Choice | None, fault: str) -> CameraPicker:
    """The cameras to pick: as the form that was refused had them, or as the offer begins."""
    picked = offer.chosen if choice is None else choice.resources
    return make_picker(offer.resources, picked, can_be_all=offer.everything, fault=fault)


def _destination(redirect_uri: str) -> str:
    """Where the person will be sent, in full but for the path, in words that mean something to a stranger."""
    parts = urlsplit(redirect_uri)
    if parts.scheme not in ("https", "http"):
        return f"the program “{parts.scheme}” on this device"
    local = is_local(parts.hostname or "")
    return f"a program on this computer ({parts.netloc})" if local else parts.netloc
