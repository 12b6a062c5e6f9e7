"""Samples of the pages on which an application's settings are changed."""

from collections.abc import Mapping
from dataclasses import replace

from gatelodge.portal.models import PageModel
from gatelodge.portal.settings_fields import LEADS, TITLES, Group, Subject, fields_of
from gatelodge.portal.settings_models import (
    AREA,
    NUMBER,
    RADIO,
    SELECT,
    TEXT,
    TICK,
    SettingField,
    SettingOption,
    SettingsPage,
    SettingsRow,
)
from gatelodge.portal.settings_summary import summary
from gatelodge.protocol.client_settings import JWT, PAIRWISE, ClientSettings
from gatelodge.protocol.policy import FAPI2, Policy
from gatelodge.service.records import Application

CHOSEN = ClientSettings(
    token_endpoint_auth_method="private_key_jwt",
    jwks_uri="https://garden.example.com/jwks.json",
    dpop_bound_access_tokens=True,
    require_pushed_authorization_requests=True,
    access_token_format=JWT,
    subject_type=PAIRWISE,
    default_max_age=3600,
    post_logout_redirect_uris=("https://garden.example.com/bye", "https://garden.example.com/"),
    backchannel_logout_uri="https://garden.example.com/signed-out",
    client_uri="https://garden.example.com/",
    policy_uri="https://garden.example.com/privacy",
    resource_uris=("https://weather.example.com/api",),
)
STRICT = Policy(profile=FAPI2, client_certificates=True)
FAULTS = {
    "jwks_uri": "Give either the address of the keys or the keys themselves.",
    "jwks": "This is not a JWK Set: it needs “keys”, a list of keys.",
    "token_endpoint_auth_method": "This needs public keys.",
}


def rows(application: Application, policy: Policy | None = None) -> tuple[SettingsRow, ...]:
    """The settings as the application's page sums them up."""
    return summary(Subject(application, policy or Policy()), "/api-access/applications/01kZq8WnTd4")


def page(
    group: Group, application: Application, policy: Policy | None = None, faults: Mapping[str, str] | None = None
) -> SettingsPage:
    """One group's page."""
    return SettingsPage(
        action=f"/api-access/applications/01kZq8WnTd4/settings/{group}",
        cancel_url="/api-access/applications/01kZq8WnTd4",
        application=application.name,
        title=TITLES[group],
        lead=LEADS[group],
        fields=fields_of(group, Subject(application, policy or Policy()), application.settings, faults or {}),
        refused=bool(faults),
    )


def pages(confidential: Application, public: Application, resource_server: Application) -> dict[str, PageModel]:
    """Every group, as it begins and with much chosen."""
    chosen = replace(confidential, settings=CHOSEN)
    certified = replace(CHOSEN, token_endpoint_auth_method="tls_client_auth", jwks_uri="")
    return {
        "settings-proof": page(Group.PROOF, confidential),
        "settings-proof-keys": page(Group.PROOF, chosen),
        "settings-proof-certificate": page(Group.PROOF, replace(confidential, settings=certified), STRICT),
        "settings-proof-refused": page(Group.PROOF, chosen, faults=FAULTS),
        "settings-tokens": page(Group.TOKENS, chosen),
        "settings-tokens-strict": page(Group.TOKENS, chosen, STRICT),
        "settings-tokens-resource": page(Group.TOKENS, resource_server),
        "settings-resource": page(Group.RESOURCE, replace(resource_server, settings=CHOSEN)),
        "settings-requests": page(Group.REQUESTS, chosen),
        "settings-requests-strict": page(Group.REQUESTS, chosen, STRICT),
        "settings-requests-public": page(Group.REQUESTS, public),
        "settings-sign-in": page(Group.SIGN_IN, chosen),
        "settings-sign-in-refused": page(
            Group.SIGN_IN, chosen, faults={"default_max_age": "Enter a whole number of seconds, or nothing."}
        ),
        "settings-sign-out": page(Group.SIGN_OUT, chosen),
        "settings-about": page(Group.ABOUT, chosen),
    }


def hostile(evil: str) -> tuple[PageModel, ...]:
    """The page, with markup in whatever somebody could have written."""
    inner = SettingField("inner", TEXT, evil, evil, evil, fault=evil)
    options = (SettingOption("evil", evil, evil, (inner,)),)
    fields = tuple(
        SettingField(
            kind, kind, evil, evil, evil, options if kind == RADIO else (SettingOption(evil, evil),), fault=evil
        )
        for kind in (TEXT, NUMBER, AREA, TICK, SELECT, RADIO)
    )
    demanded = SettingField("demanded", TICK, evil, evil, evil, demanded=evil)
    return (SettingsPage(evil, evil, evil, evil, evil, (*fields, demanded), evil, True),)
