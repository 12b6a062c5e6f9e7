"""Making and ending tokens with which programs register applications (RFC 7591 §3)."""

import time
from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.portal.api import done
from gatelodge.portal.models import Expiry, RegistrationTokenFormPage, RegistrationTokenMadePage
from gatelodge.portal.moments import moment
from gatelodge.portal.once import once, row_id_of
from gatelodge.portal.registration_rows import PATH
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.protocol.policy import REGISTRATION_OFF
from gatelodge.service import registration
from gatelodge.service.initial_tokens import DAY
from gatelodge.service.refusals import Faults, NotAllowed, NotFound

LIFETIMES = {"1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "365d": 365 * DAY}
EXPIRIES = (Expiry("1d", "1 day"), Expiry("7d", "7 days"), Expiry("30d", "30 days"), Expiry("365d", "1 year"))
TOO_OLD = "This form was too old to be used. Send it again."


async def show_form(visit: Visit) -> Response:
    """GET /api-access/registration-tokens/new"""
    return await _form(visit, {})


async def create(visit: Visit) -> Response:
    """POST /api-access/registration-tokens/new"""
    lifetime, row_id = LIFETIMES.get(visit.form.get("expires")), row_id_of(visit)
    if visit.provider.policy.registration == REGISTRATION_OFF:
        return visit.not_found()
    if lifetime is None:
        return await _form(visit, {"expires": "Choose when the token expires."})
    if row_id is None:
        return await _form(visit, {"": TOO_OLD})
    made = await visit.services.initial_tokens.create(visit.user, visit.form.get("name"), lifetime, row_id=row_id)
    if isinstance(made, Faults):
        return await _form(visit, made.fields)
    if isinstance(made, NotAllowed):
        return visit.error(403, "Not with your access", made.reason)
    return visit.page(
        RegistrationTokenMadePage(
            name=made.token.name,
            token=made.text,
            expires=moment(made.token.expires_at, now=int(time.time())),
            curl=_curl(visit.provider.origin, made.text),
        )
    )


async def end(visit: Visit) -> Response:
    """POST /api-access/registration-tokens/{id}/end"""
    token_id = parse_public_id(visit.request.path_params["id"])
    if token_id is None or isinstance(await visit.services.initial_tokens.revoke(visit.user, token_id), NotFound):
        return visit.not_found()
    return done("registration-token-ended")


async def _form(visit: Visit, faults: Mapping[str, str]) -> Response:
    if visit.provider.policy.registration == REGISTRATION_OFF:
        return visit.not_found()
    account = await visit.services.applications.account(visit.user)
    if isinstance(account, NotAllowed):
        return visit.error(403, "Not with your access", account.reason)
    page = RegistrationTokenFormPage(
        action=f"{PATH}/new",
        once=once(visit),
        expiries=EXPIRIES,
        account=account.name,
        name=visit.form.get("name"),
        expiry=expiry if (expiry := visit.form.get("expires")) in LIFETIMES else "7d",
        faults=faults,
    )
    return visit.page(page, status=422 if faults else 200)


def _curl(origin: str, token: str) -> str:
    return (
        f"curl {origin}{registration.PATH} \\\n"
        f"  -H 'Authorization: Bearer {token}' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        """  -d '{"client_name": "My application", "redirect_uris": ["https://app.example.com/callback"]}'"""
    )
