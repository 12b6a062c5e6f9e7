"""Making, looking after and ending an OAuth2 application."""

import time
from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.portal.api import HOME, done
from gatelodge.portal.application_form import (
    changed_application,
    edit_page,
    form_of,
    kind_fault,
    new_application,
    new_page,
)
from gatelodge.portal.examples import application_examples, device_qr, secret_example
from gatelodge.portal.groups import grouped, labels
from gatelodge.portal.kinds import LABELS, abilities, asks_people, has_users, kind_of
from gatelodge.portal.models import ApplicationPage
from gatelodge.portal.moments import moment
from gatelodge.portal.once import row_id_of
from gatelodge.portal.settings_fields import Subject
from gatelodge.portal.settings_summary import summary
from gatelodge.portal.visit import Visit
from gatelodge.protocol.client import DEVICE_CODE
from gatelodge.protocol.client_settings import REGISTERED
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.applications import Registered
from gatelodge.service.device_flow import PATH as DEVICE
from gatelodge.service.records import Application
from gatelodge.service.refusals import Faults, NotAllowed, NotFound
from gatelodge.web.authorize import see_other

LIST = f"{HOME}/applications"
CREATED = "The application is made."
NEW_SECRET = "The old secret has stopped working."
SAVED = "The changes are saved."
NEEDS_SECRET = (
    "The changes are saved. Now make a new secret, below: of the one in use only a digest was kept, which can’t check "
    "what the application signs."
)
NOTICES = {"saved": SAVED, "needs-secret": NEEDS_SECRET}


async def show_new(visit: Visit) -> Response:
    """GET /api-access/applications/new"""
    account = await visit.services.applications.account(visit.user)
    return _not_allowed(visit, account) if isinstance(account, NotAllowed) else _new_form(visit, {})


async def create(visit: Visit) -> Response:
    """POST /api-access/applications/new"""
    row_id = row_id_of(visit)
    if row_id is None:
        return _new_form(visit, {"": "This form was too old to be used. Send it again."})
    if fault := kind_fault(visit.form):
        return _new_form(visit, fault)
    made = await visit.services.applications.register(visit.user, new_application(visit.form), row_id=row_id)
    if isinstance(made, NotAllowed):
        return _not_allowed(visit, made)
    if isinstance(made, Faults):
        return _new_form(visit, made.fields)
    return _show(visit, made.application, made.client_secret, CREATED)


async def show(visit: Visit) -> Response:
    """GET /api-access/applications/{client_id}"""
    application = await find_application(visit)
    if application is None:
        return visit.not_found()
    return _show(visit, application, None, NOTICES.get(visit.request.query_params.get("done", ""), ""))


async def show_edit(visit: Visit) -> Response:
    """GET /api-access/applications/{client_id}/edit"""
    application = await find_application(visit)
    if application is None:
        return visit.not_found()
    return edit_page(visit, application, form_of(application), url_of(application), {})


async def edit(visit: Visit) -> Response:
    """POST /api-access/applications/{client_id}/edit"""
    application = await find_application(visit)
    if application is None:
        return visit.not_found()
    posted = changed_application(visit.form, application)
    result = await visit.services.applications.edit(visit.user, application.id, posted)
    if isinstance(result, NotFound):
        return visit.not_found()
    if isinstance(result, Faults):
        return edit_page(visit, application, posted, url_of(application), result.fields)
    return see_other(f"{url_of(application)}?done=saved")


async def new_secret(visit: Visit) -> Response:
    """POST /api-access/applications/{client_id}/secret"""
    application = await find_application(visit)
    if application is None:
        return visit.not_found()
    result = await visit.services.applications.new_secret(visit.user, application.id)
    if isinstance(result, Registered):
        return _show(visit, result.application, result.client_secret, NEW_SECRET)
    return visit.not_found() if isinstance(result, NotFound) else _not_allowed(visit, result)


async def delete(visit: Visit) -> Response:
    """POST /api-access/applications/{client_id}/delete"""
    application = await find_application(visit)
    if application is None or isinstance(
        await visit.services.applications.delete(visit.user, application.id), NotFound
    ):
        return visit.not_found()
    return done("application-deleted")


async def find_application(visit: Visit) -> Application | None:
    """The application that the path names, if the user may manage it."""
    application_id = parse_public_id(visit.request.path_params["client_id"])
    if application_id is None:
        return None
    found = await visit.services.applications.find(visit.user, application_id)
    return None if isinstance(found, NotFound) else found


def url_of(application: Application) -> str:
    """The address of an application's page."""
    return f"{LIST}/{public_id(application.id)}"


def _not_allowed(visit: Visit, refusal: NotAllowed) -> Response:
    return visit.error(403, "Not with your access", refusal.reason)


def _new_form(visit: Visit, faults: Mapping[str, str]) -> Response:
    return new_page(visit, f"{LIST}/new", HOME, faults)


def _show(visit: Visit, application: Application, secret: str | None, notice: str) -> Response:
    now = int(time.time())
    origin, secret_at = visit.provider.origin, application.secret_created_at
    kind = kind_of(application)
    return visit.page(
        ApplicationPage(
            name=application.name,
            description=application.description,
            client_id=public_id(application.id),
            client_secret=secret,
            kind=kind,
            kind_label=LABELS[kind],
            abilities=abilities(application, lifetime=visit.services.granting.access_lifetime),
            own_groups=grouped(application.own_scope),
            asks_people=asks_people(application),
            owner=application.account_name,
            created=moment(application.created_at, now=now),
            created_by=application.created_by,
            by_program=application.settings.source == REGISTERED,
            secret_created=moment(secret_at, now=now) if secret_at is not None else None,
            redirect_uris=application.redirect_uris,
            users=application.users,
            disabled=application.disabled,
            examples=application_examples(origin, application, secret),
            edit_url=f"{url_of(application)}/edit",
            secret_action=f"{url_of(application)}/secret",
            delete_action=f"{url_of(application)}/delete",
            notice=notice,
            first_use=secret_example(origin, application, secret) if secret else None,
            optional_rights=labels(application.optional_scope),
            has_users=has_users(application),
            device_url=f"{origin}{DEVICE}" if DEVICE_CODE in application.grant_types else "",
            device_qr=device_qr(origin, application),
            issuer=origin,
            settings=summary(Subject(application, visit.provider.policy), url_of(application)),
        )
    )
