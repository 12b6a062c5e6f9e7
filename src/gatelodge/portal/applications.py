"""Making, looking after and ending an OAuth2 application."""

import time
from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.portal.api import HOME, done
from gatelodge.portal.examples import application_examples, exchange_curl
from gatelodge.portal.models import ApplicationFormPage, ApplicationPage
from gatelodge.portal.moments import moment
from gatelodge.portal.once import once, row_id_of
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.applications import Registered
from gatelodge.service.records import Application, ApplicationForm
from gatelodge.service.refusals import Faults, NotAllowed, NotFound
from gatelodge.web.authorize import see_other

LIST = f"{HOME}/applications"
CREATED = "The application is made."
NEW_SECRET = "The old secret has stopped working."
SAVED = "The changes are saved."


async def show_new(visit: Visit) -> Response:
    """GET /api-access/applications/new"""
    account = await visit.services.applications.account(visit.user)
    return _not_allowed(visit, account) if isinstance(account, NotAllowed) else _new_form(visit)


async def create(visit: Visit) -> Response:
    """POST /api-access/applications/new"""
    row_id = row_id_of(visit)
    if row_id is None:
        return _new_form(visit, {"": "This form was too old to be used. Send it again."})
    made = await visit.services.applications.register(visit.user, _posted(visit), row_id=row_id)
    if isinstance(made, NotAllowed):
        return _not_allowed(visit, made)
    if isinstance(made, Faults):
        return _new_form(visit, made.fields)
    return _show(visit, made.application, made.client_secret, CREATED)


async def show(visit: Visit) -> Response:
    """GET /api-access/applications/{client_id}"""
    application = await _find(visit)
    if application is None:
        return visit.not_found()
    return _show(visit, application, None, SAVED if visit.request.query_params.get("done") == "saved" else "")


async def show_edit(visit: Visit) -> Response:
    """GET /api-access/applications/{client_id}/edit"""
    application = await _find(visit)
    if application is None:
        return visit.not_found()
    return _edit_form(visit, application, _form_of(application))


async def edit(visit: Visit) -> Response:
    """POST /api-access/applications/{client_id}/edit"""
    application = await _find(visit)
    if application is None:
        return visit.not_found()
    posted = _posted(visit)
    result = await visit.services.applications.edit(visit.user, application.id, posted)
    if isinstance(result, NotFound):
        return visit.not_found()
    if isinstance(result, Faults):
        return _edit_form(visit, application, posted, result.fields)
    return see_other(f"{_url(application)}?done=saved")


async def new_secret(visit: Visit) -> Response:
    """POST /api-access/applications/{client_id}/secret"""
    application = await _find(visit)
    if application is None:
        return visit.not_found()
    result = await visit.services.applications.new_secret(visit.user, application.id)
    if isinstance(result, Registered):
        return _show(visit, result.application, result.client_secret, NEW_SECRET)
    return visit.not_found() if isinstance(result, NotFound) else _not_allowed(visit, result)


async def delete(visit: Visit) -> Response:
    """POST /api-access/applications/{client_id}/delete"""
    application = await _find(visit)
    if application is None or isinstance(
        await visit.services.applications.delete(visit.user, application.id), NotFound
    ):
        return visit.not_found()
    return done("application-deleted")


async def _find(visit: Visit) -> Application | None:
    """The application that the path names, if the user may manage it."""
    application_id = parse_public_id(visit.request.path_params["client_id"])
    if application_id is None:
        return None
    found = await visit.services.applications.find(visit.user, application_id)
    return None if isinstance(found, NotFound) else found


def _posted(visit: Visit) -> ApplicationForm:
    return ApplicationForm(
        name=visit.form.get("name"),
        description=visit.form.get("description"),
        redirect_uris=tuple(visit.form.get("redirect_uris").split("\n")),
        confidential=visit.form.get("kind") != "public",
    )


def _form_of(application: Application) -> ApplicationForm:
    return ApplicationForm(
        application.name, application.description, application.redirect_uris, application.confidential
    )


def _url(application: Application) -> str:
    return f"{LIST}/{public_id(application.id)}"


def _not_allowed(visit: Visit, refusal: NotAllowed) -> Response:
    return visit.error(403, "Not with your access", refusal.reason)


def _new_form(visit: Visit, faults: Mapping[str, str] | None = None) -> Response:
    posted = _posted(visit)
    page = ApplicationFormPage(
        action=f"{LIST}/new",
        title="New application",
        submit="Create application",
        cancel_url=HOME,
        once=once(visit),
        name=posted.name,
        description=posted.description,
        redirect_uris="\n".join(posted.redirect_uris),
        confidential=posted.confidential,
        faults=faults or {},
    )
    return visit.page(page, status=422 if faults else 200)


def _edit_form(
    visit: Visit, application: Application, form: ApplicationForm, faults: Mapping[str, str] | None = None
) -> Response:
    page = ApplicationFormPage(
        action=f"{_url(application)}/edit",
        title=f"Edit {application.name}",
        submit="Save changes",
        cancel_url=_url(application),
        name=form.name,
        description=form.description,
        redirect_uris="\n".join(form.redirect_uris),
        confidential=application.confidential,
        new=False,
        faults=faults or {},
    )
    return visit.page(page, status=422 if faults else 200)


def _show(visit: Visit, application: Application, secret: str | None, notice: str) -> Response:
    now = int(time.time())
    secret_at = application.secret_created_at
    return visit.page(
        ApplicationPage(
            name=application.name,
            description=application.description,
            client_id=public_id(application.id),
            client_secret=secret,
            confidential=application.confidential,
            owner=application.account_name,
            created=moment(application.created_at, now=now),
            created_by=application.created_by,
            secret_created=moment(secret_at, now=now) if secret_at is not None else None,
            redirect_uris=application.redirect_uris,
            users=application.users,
            disabled=application.disabled,
            examples=application_examples(visit.provider.origin, application, secret),
            edit_url=f"{_url(application)}/edit",
            secret_action=f"{_url(application)}/secret",
            delete_action=f"{_url(application)}/delete",
            notice=notice,
            curl=exchange_curl(visit.provider.origin, application, secret) if secret else "",
        )
    )
