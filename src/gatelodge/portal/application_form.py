"""The form of an application: what a person chose in it, and the page that shows it."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.portal.form import Form
from gatelodge.portal.groups import grouped, labels
from gatelodge.portal.kinds import LABELS, MEANS, ApplicationKind, abilities, asks_people, kind_of
from gatelodge.portal.models import ApplicationFormPage, KindChoice
from gatelodge.portal.once import once
from gatelodge.portal.visit import Visit
from gatelodge.protocol.client import CLIENT_CREDENTIALS, FOR_USERS
from gatelodge.service.records import Application, ApplicationForm

CHOICES = tuple(KindChoice(kind.value, LABELS[kind], MEANS[kind]) for kind in ApplicationKind)
FIRST_OWN_SCOPE = frozenset({"read"})  # chosen in a form that nobody has touched yet


def new_application(form: Form) -> ApplicationForm:
    """What the form of a new application asks for. What belongs to another kind than the chosen one, or to an unticked
    box, does not count: the page hides it, and may have kept it from before."""
    kind = form.get("kind")
    if kind == ApplicationKind.RESOURCE_SERVER:
        return replace(_words(form), redirect_uris=(), resource_server=True, optional_scope=frozenset())
    if kind == ApplicationKind.PUBLIC:
        return replace(_words(form), confidential=False, grant_types=FOR_USERS if form.get("stays") else None)
    if not form.get("own"):
        return _words(form)
    asked = _words(form)
    for_users = FOR_USERS if any(uri.strip() for uri in asked.redirect_uris) else frozenset[str]()
    return replace(
        asked,
        grant_types=for_users | {CLIENT_CREDENTIALS},
        own_scope=frozenset(form.all("own_scope")),
        optional_scope=asked.optional_scope if for_users else frozenset(),
    )


def kind_fault(form: Form) -> dict[str, str]:
    """What is wrong with the kind that was sent; a form that names none is for a confidential application."""
    sent = form.get("kind")
    return {"kind": "Choose one of these."} if sent and sent not in list(ApplicationKind) else {}


def changed_application(form: Form, application: Application) -> ApplicationForm:
    """What the form of an application that is there asks for. Its kind, and what it may do, were chosen once."""
    asked = replace(_words(form), settings=application.settings)
    return (
        asked
        if asks_people(application)
        else replace(asked, redirect_uris=application.redirect_uris, optional_scope=frozenset())
    )


def form_of(application: Application) -> ApplicationForm:
    """What the form would have to ask for to leave the application as it is."""
    return ApplicationForm(
        application.name,
        application.description,
        application.redirect_uris,
        optional_scope=application.optional_scope,
        settings=application.settings,
    )


def new_page(visit: Visit, action: str, cancel_url: str, faults: Mapping[str, str]) -> Response:
    """The form of a new application, as it was sent or, when nobody has sent it yet, as it begins."""
    asked, sent = _words(visit.form), bool(visit.form.fields)
    page = ApplicationFormPage(
        action=action,
        title="New application",
        submit="Create application",
        cancel_url=cancel_url,
        once=once(visit),
        name=asked.name,
        description=asked.description,
        redirect_uris="\n".join(asked.redirect_uris),
        kinds=CHOICES,
        kind=visit.form.get("kind") or ApplicationKind.CONFIDENTIAL,
        own=bool(visit.form.get("own")),
        groups=grouped(ALL_RIGHTS),
        own_scope=frozenset(visit.form.all("own_scope")) if sent else FIRST_OWN_SCOPE,
        stays=bool(visit.form.get("stays")),
        optional_scope=asked.optional_scope,
        optional_rights=labels(asked.optional_scope),
        faults=faults,
    )
    return visit.page(page, status=422 if faults else 200)


def edit_page(
    visit: Visit, application: Application, form: ApplicationForm, url: str, faults: Mapping[str, str]
) -> Response:
    """The form of an application that is there."""
    kind = kind_of(application)
    page = ApplicationFormPage(
        action=f"{url}/edit",
        title=f"Edit {application.name}",
        submit="Save changes",
        cancel_url=url,
        name=form.name,
        description=form.description,
        redirect_uris="\n".join(form.redirect_uris),
        kind=kind,
        new=False,
        kind_label=LABELS[kind],
        abilities=abilities(application, lifetime=visit.services.granting.access_lifetime),
        own_rights=labels(application.own_scope),
        asks_people=asks_people(application),
        groups=grouped(ALL_RIGHTS),
        optional_scope=form.optional_scope,
        optional_rights=labels(form.optional_scope),
        faults=faults,
    )
    return visit.page(page, status=422 if faults else 200)


def _words(form: Form) -> ApplicationForm:
    """What every kind of application has."""
    return ApplicationForm(
        form.get("name"),
        form.get("description"),
        tuple(form.get("redirect_uris").split("\n")),
        optional_scope=frozenset(form.all("optional_scope")),
    )
