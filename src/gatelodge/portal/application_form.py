"""The form of an application: what a person chose in it, and the page that shows it."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.portal.form import Form
from gatelodge.portal.groups import grouped, labels
from gatelodge.portal.kinds import (
    GRANT_CHOICES,
    LABELS,
    MEANS,
    MORE_GRANTS,
    ApplicationKind,
    abilities,
    asks_people,
    has_users,
    kind_of,
)
from gatelodge.portal.models import ApplicationFormPage, KindChoice
from gatelodge.portal.once import once
from gatelodge.portal.visit import Visit
from gatelodge.protocol.client import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    FOR_USERS,
    JWT_BEARER,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from gatelodge.service.records import Application, ApplicationForm

CHOICES = tuple(KindChoice(kind.value, LABELS[kind], MEANS[kind]) for kind in ApplicationKind)
GRANTS = tuple(KindChoice(*one) for one in GRANT_CHOICES)
FIRST_OWN_SCOPE = frozenset({"read"})  # chosen in a form that nobody has touched yet


def new_application(form: Form) -> ApplicationForm:
    """What the form of a new application asks for. What belongs to another kind than the chosen one, or to an unticked
    box, does not count: the page hides it, and may have kept it from before."""
    kind = form.get("kind")
    if kind == ApplicationKind.RESOURCE_SERVER:
        passes_on = frozenset({TOKEN_EXCHANGE}) & _more(form)
        return replace(
            _words(form), redirect_uris=(), resource_server=True, grant_types=passes_on, optional_scope=frozenset()
        )
    asked, more = _words(form), _more(form)
    sends_people = any(uri.strip() for uri in asked.redirect_uris)
    if kind == ApplicationKind.PUBLIC:
        more -= {JWT_BEARER}
        if not (more or form.get("stays")):
            return replace(asked, confidential=False)
        in_browsers = frozenset({AUTHORIZATION_CODE}) if sends_people or not more else frozenset()
        stays = frozenset({REFRESH_TOKEN} if form.get("stays") and (in_browsers or DEVICE_CODE in more) else ())
        return replace(asked, confidential=False, grant_types=in_browsers | stays | more)
    own = frozenset({CLIENT_CREDENTIALS} if form.get("own") else ())
    if not (own or more):
        return asked
    for_users = FOR_USERS if sends_people else frozenset({REFRESH_TOKEN} if DEVICE_CODE in more else ())
    return replace(
        asked,
        grant_types=for_users | own | more,
        own_scope=frozenset(form.all("own_scope")) if own else frozenset(),
        optional_scope=asked.optional_scope if for_users else frozenset(),
    )


def _more(form: Form) -> frozenset[str]:
    """The ways to tokens that were ticked besides the kind's own."""
    return frozenset(MORE_GRANTS[one] for one in form.all("grant") if one in MORE_GRANTS)


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
        else replace(
            asked,
            redirect_uris=application.redirect_uris,
            optional_scope=asked.optional_scope if has_users(application) else frozenset(),
        )
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
        grants=GRANTS,
        chosen_grants=frozenset(visit.form.all("grant")),
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
        has_users=has_users(application),
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
