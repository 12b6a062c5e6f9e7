"""Changing what an application has told of itself, group by group."""

from collections.abc import Mapping

from starlette.responses import Response

from gatelodge.portal.applications import LIST, find_application, url_of
from gatelodge.portal.settings_fields import LEADS, SECRET_JWT, TITLES, Group, Subject, fields_of, groups_of, names_in
from gatelodge.portal.settings_form import chosen
from gatelodge.portal.settings_models import SettingsPage
from gatelodge.portal.visit import Visit
from gatelodge.protocol.client_settings import DOCUMENT, ClientSettings
from gatelodge.service.records import Application
from gatelodge.service.refusals import Faults, NotFound
from gatelodge.web.authorize import see_other

PATH = f"{LIST}/{{client_id}}/settings/{{group}}"


async def show(visit: Visit) -> Response:
    """GET /api-access/applications/{client_id}/settings/{group}"""
    found = await _found(visit)
    if found is None:
        return visit.not_found()
    application, group = found
    return _page(visit, application, group, application.settings, {})


async def change(visit: Visit) -> Response:
    """POST /api-access/applications/{client_id}/settings/{group}"""
    found = await _found(visit)
    if found is None:
        return visit.not_found()
    application, group = found
    subject = Subject(application, visit.provider.policy)
    asked = chosen(visit.form, fields_of(group, subject, application.settings, {}), application.settings)
    if asked.faults:
        return _page(visit, application, group, asked.settings, asked.faults)
    result = await visit.services.applications.configure(application, asked.settings)
    if isinstance(result, NotFound):
        return visit.not_found()
    if isinstance(result, Faults):
        return _page(visit, application, group, asked.settings, result.fields)
    return see_other(f"{url_of(application)}?done={'needs-secret' if _needs_secret(application, result) else 'saved'}")


def _needs_secret(before: Application, after: Application) -> bool:
    """Whether the secret in use is good for nothing any more: it was kept as a digest, which checks no signature."""
    methods = [one.settings.token_endpoint_auth_method == SECRET_JWT for one in (before, after)]
    return methods == [False, True]


async def _found(visit: Visit) -> tuple[Application, Group] | None:
    """The application and the group that the path names, if there are such and the user may change them here."""
    application = await find_application(visit)
    if application is None or application.settings.source == DOCUMENT:
        return None
    group = next((one for one in groups_of(application) if one == visit.request.path_params["group"]), None)
    return None if group is None else (application, group)


def _page(
    visit: Visit, application: Application, group: Group, settings: ClientSettings, faults: Mapping[str, str]
) -> Response:
    fields = fields_of(group, Subject(application, visit.provider.policy), settings, faults)
    elsewhere = [text for name, text in faults.items() if name not in names_in(fields)]
    page = SettingsPage(
        action=f"{url_of(application)}/settings/{group}",
        cancel_url=url_of(application),
        application=application.name,
        title=TITLES[group],
        lead=LEADS[group],
        fields=fields,
        fault=" ".join(elsewhere),
        refused=bool(faults),
    )
    return visit.page(page, status=422 if faults else 200)
