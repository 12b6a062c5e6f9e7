"""The pages on which a person lets a device in (RFC 8628 §3.3): type its code, see who asks, decide."""

import time
from dataclasses import fields
from urllib.parse import quote

from starlette.responses import Response

from gatelodge.portal.consent import Question, choice_of, consent_page
from gatelodge.portal.models import ConsentPage, DeviceConsentPage, DeviceDonePage, DevicePage
from gatelodge.portal.moments import duration, moment
from gatelodge.portal.visit import SIGN_IN, Visit
from gatelodge.protocol.device_grant import read_user_code, shown_user_code
from gatelodge.service.device_flow import PATH, Answered, Asking, TooMany, WrongCode
from gatelodge.web.authorize import see_other
from gatelodge.web.context import address_of

WRONG = "No device waits with this code. Look at it again; if it is right, have the device show a new one."


async def show(visit: Visit) -> Response:
    """GET /device. A code that comes with the address is only put into the field: whoever made the address may not be
    who holds the device, so the person still compares and confirms it (RFC 8628 §3.3.1)."""
    code = read_user_code(visit.request.query_params.get("user_code", ""))
    if visit.session is None:
        return see_other(f"{SIGN_IN}?next={quote(_address(code))}")
    return visit.page(DevicePage(PATH, user_code=shown_user_code(code) if code else "", brought=code is not None))


async def look(visit: Visit) -> Response:
    """POST /device"""
    assert visit.session is not None
    typed = visit.form.get("user_code")
    result = await visit.services.devices.look(visit.provider, typed, visit.session, address=address_of(visit.request))
    return await _answer(visit, result, typed)


async def decide(visit: Visit) -> Response:
    """POST /device/answer"""
    assert visit.session is not None
    typed, answer = visit.form.get("user_code"), visit.form.get("answer")
    if answer not in ("allow", "deny"):
        return see_other(_address(read_user_code(typed)))
    result = await visit.services.devices.decide(
        visit.provider,
        typed,
        visit.session,
        address=address_of(visit.request),
        allow=answer == "allow",
        choice=choice_of(visit),
    )
    return await _answer(visit, result, typed)


async def _answer(visit: Visit, result: Asking | Answered | WrongCode | TooMany, typed: str) -> Response:
    if isinstance(result, Answered):
        return visit.page(DeviceDonePage(result.client.name, result.allowed))
    if isinstance(result, WrongCode):
        return visit.page(DevicePage(PATH, typed[:40], fault=WRONG), status=422)
    if isinstance(result, TooMany):
        wait = f"Too many codes were typed. Try again in {duration(result.seconds)}."
        response = visit.page(DevicePage(PATH, typed[:40], fault=wait), status=429)
        response.headers["Retry-After"] = str(result.seconds)
        return response
    device, address = result.device, address_of(visit.request)
    question = Question(device.request, result.client, result.owner, result.offer, result.faults)
    page = await consent_page(
        visit,
        question,
        action=f"{PATH}/answer",
        back=_address(read_user_code(result.user_code)),
        destination="",
    )
    shown = DeviceConsentPage(
        **{one.name: getattr(page, one.name) for one in fields(ConsentPage)},
        user_code=result.user_code,
        address=device.address,
        same_network=device.address == address,
        began=moment(device.created_at, now=int(time.time())),
    )
    return visit.page(shown, status=422 if result.faults else 200)


def _address(code: str | None) -> str:
    """The first of these pages, with a code that is known."""
    return PATH if code is None else f"{PATH}?user_code={shown_user_code(code)}"
