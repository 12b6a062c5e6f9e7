"""Making a user token."""

import time
from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.identity.limits import resources_of
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.portal.api import HOME
from gatelodge.portal.graph_example import curl
from gatelodge.portal.groups import grouped, labels
from gatelodge.portal.models import Expiry, TokenFormPage, TokenMadePage
from gatelodge.portal.moments import moment
from gatelodge.portal.once import once, row_id_of
from gatelodge.portal.picking import cameras_line, make_picker, names_of, read_pick
from gatelodge.portal.rights_models import OF_TOKEN, AccessPage, rights_matrix
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.limits import limit_of
from gatelodge.service.refusals import Faults, NotFound
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
    return await _form(visit, scopes=frozenset({"read"}))


async def create(visit: Visit) -> Response:
    """POST /api-access/tokens/new"""
    scopes = frozenset(visit.form.all("scope"))
    expiry = visit.form.get("expires")
    if expiry not in LIFETIMES:
        return await _form(visit, scopes=scopes, faults={"expires": "Choose when the token expires."})
    row_id = row_id_of(visit)
    if row_id is None:
        return await _form(visit, scopes=scopes, faults={"": "This form was too old to be used. Send it again."})
    made = await visit.services.user_tokens.create(
        visit.user,
        visit.form.get("name"),
        scopes,
        LIFETIMES[expiry],
        resources=read_pick(visit.form),
        row_id=row_id,
    )
    if isinstance(made, Faults):
        return await _form(visit, scopes=scopes, faults=made.fields)
    return visit.page(
        TokenMadePage(
            name=made.token.name,
            token=made.text,
            expires=moment(made.token.expires_at, now=int(time.time())),
            rights=labels(made.token.scope),
            curl=curl(visit.provider.origin, made.text),
            cameras=cameras_line(
                resources_of(limit_of(made.token.details)), names_of(await visit.services.explain.user(visit.user))
            ),
        )
    )


async def show(visit: Visit) -> Response:
    """GET /api-access/tokens/{id}"""
    token_id = parse_public_id(visit.request.path_params["id"])
    token = NotFound() if token_id is None else await visit.services.user_tokens.find(visit.user, token_id)
    if isinstance(token, NotFound):
        return visit.not_found()
    now = int(time.time())
    names = names_of(await visit.services.explain.user(visit.user))
    return visit.page(
        AccessPage(
            name=token.name,
            what="A user token",
            rights=labels(token.scope),
            cameras=cameras_line(resources_of(limit_of(token.details)), names),
            times=(
                ("Created", moment(token.created_at, now=now)),
                ("Expires", moment(token.expires_at, now=now)),
                ("Last used", moment(token.last_used_at, now=now)),
            ),
            matrix=rights_matrix(await visit.services.explain.user_token(visit.user, token), OF_TOKEN),
            end="End token",
            end_action=f"{HOME}/tokens/{public_id(token.id)}/end",
            end_means="Whatever uses this token stops working at once. An ended token can’t be brought back.",
        )
    )


async def _form(visit: Visit, *, scopes: frozenset[str], faults: Mapping[str, str] | None = None) -> Response:
    cameras = [one.holding for one in await visit.services.explain.user(visit.user)]
    page = TokenFormPage(
        action=f"{HOME}/tokens/new",
        once=once(visit),
        groups=grouped(ALL_RIGHTS),
        expiries=EXPIRIES,
        name=visit.form.get("name"),
        scopes=scopes,
        expiry=expiry if (expiry := visit.form.get("expires")) in LIFETIMES else "90d",
        faults=faults or {},
        picker=make_picker(cameras, read_pick(visit.form), fault=(faults or {}).get("cameras", "")),
    )
    return visit.page(page, status=422 if faults else 200)
