"""Making a user token."""

import time
from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.portal.api import HOME
from gatelodge.portal.graph_example import curl
from gatelodge.portal.groups import grouped, labels
from gatelodge.portal.models import Expiry, TokenFormPage, TokenMadePage
from gatelodge.portal.moments import moment
from gatelodge.portal.once import once, row_id_of
from gatelodge.portal.visit import Visit
from gatelodge.service.refusals import Faults
from gatelodge.service.user_tokens import DAY

LIFETIMES: dict[str, int | None] = {
    "7d": 7 * DAY,
    "30d": 30 * DAY,
    "90d": 90 * DAY,
    "365d": 365 * DAY,
    "never": None,
}
EXPIRIES = (
    Expiry("7d", "7 days"),
    Expiry("30d", "30 days"),
    Expiry("90d", "90 days"),
    Expiry("365d", "1 year"),
    Expiry("never", "Never", "Whoever finds this token can use it until you end it."),
)


async def show_form(visit: Visit) -> Response:
    """GET /api-access/tokens/new"""
    return _form(visit, scopes=frozenset({"read"}))


async def create(visit: Visit) -> Response:
    """POST /api-access/tokens/new"""
    scopes = frozenset(visit.form.all("scope"))
    expiry = visit.form.get("expires")
    if expiry not in LIFETIMES:
        return _form(visit, scopes=scopes, faults={"expires": "Choose when the token expires."})
    row_id = row_id_of(visit)
    if row_id is None:
        return _form(visit, scopes=scopes, faults={"": "This form was too old to be used. Send it again."})
    made = await visit.services.user_tokens.create(
        visit.user, visit.form.get("name"), scopes, LIFETIMES[expiry], row_id=row_id
    )
    if isinstance(made, Faults):
        return _form(visit, scopes=scopes, faults=made.fields)
    return visit.page(
        TokenMadePage(
            name=made.token.name,
            token=made.text,
            expires=moment(made.token.expires_at, now=int(time.time())),
            rights=labels(made.token.scope),
            curl=curl(visit.provider.origin, made.text),
        )
    )


def _form(visit: Visit, *, scopes: frozenset[str], faults: Mapping[str, str] | None = None) -> Response:
    page = TokenFormPage(
        action=f"{HOME}/tokens/new",
        once=once(visit),
        groups=grouped(ALL_RIGHTS),
        expiries=EXPIRIES,
        name=visit.form.get("name"),
        scopes=scopes,
        expiry=expiry if (expiry := visit.form.get("expires")) in LIFETIMES else "90d",
        faults=faults or {},
    )
    return visit.page(page, status=422 if faults else 200)
