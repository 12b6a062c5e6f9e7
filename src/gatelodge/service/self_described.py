"""Between what an application says of itself and what is stored of it."""

from dataclasses import replace

from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.client_metadata import Described
from gatelodge.protocol.openid import IDENTITY_SCOPES
from gatelodge.service.records import Application, ApplicationForm

KNOWN_SCOPES = ALL_RIGHTS | IDENTITY_SCOPES


def form_of(described: Described, name: str, *, source: str, registration_token: str = "") -> ApplicationForm:
    """What is stored of an application that describes itself."""
    settings = replace(described.settings, source=source, registration_token=registration_token)
    return ApplicationForm(
        name=name,
        description="",
        redirect_uris=described.redirect_uris,
        confidential=described.confidential,
        grant_types=described.grant_types,
        settings=settings,
    )


def description_of(application: Application) -> Described:
    """What a stored application says of itself."""
    return Described(
        application.name,
        application.redirect_uris,
        application.grant_types,
        application.confidential,
        application.settings,
    )
