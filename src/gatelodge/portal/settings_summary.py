"""An application's settings in a sentence or two for each group: what its page shows before anybody changes them."""

from gatelodge.portal.moments import duration
from gatelodge.portal.settings_fields import (
    CERTIFICATE,
    KEYS,
    OWN_CERTIFICATE,
    SECRET_JWT,
    TITLES,
    Group,
    Subject,
    groups_of,
)
from gatelodge.portal.settings_models import SettingsRow
from gatelodge.protocol.client_settings import DOCUMENT, JWT, PAIRWISE, ClientSettings

PROOFS = {
    SECRET_JWT: "With a statement signed with its secret.",
    KEYS: "With its own keys.",
    CERTIFICATE: "With a certificate from an authority.",
    OWN_CERTIFICATE: "With a certificate that it made itself.",
}


def summary(subject: Subject, url: str) -> tuple[SettingsRow, ...]:
    """A row for each group that this kind of application has; `url` is the application's."""
    settings = subject.application.settings
    fixed = settings.source == DOCUMENT  # what its document says is changed there
    return tuple(
        SettingsRow(
            group,
            TITLES[group],
            tuple(_SENTENCES[group](subject, settings)),
            "" if fixed else f"{url}/settings/{group}",
        )
        for group in groups_of(subject.application)
    )


def _proof(_subject: Subject, now: ClientSettings) -> list[str]:
    said = [PROOFS.get(now.token_endpoint_auth_method, "With its client secret.")]
    if now.jwks_uri:
        said.append(f"Its public keys are at {now.jwks_uri}.")
    elif now.jwks:
        said.append("Its public keys are known here.")
    return said


def _resource(_subject: Subject, now: ClientSettings) -> list[str]:
    return [*now.resource_uris] or ["No address yet: applications can’t ask for a token for this API alone."]


def _tokens(subject: Subject, now: ClientSettings) -> list[str]:
    said = ["JWTs that an API can check by itself." if now.access_token_format == JWT else "Opaque: an API asks us."]
    if subject.application.resource_server:
        if now.introspection_signed_response_alg:
            said.append(f"Our answers about tokens are signed with {now.introspection_signed_response_alg}.")
        return said
    bound = [
        how
        for how, so in (
            ("its key (DPoP)", now.dpop_bound_access_tokens),
            ("its certificate", now.tls_client_certificate_bound_access_tokens),
        )
        if so
    ]
    if bound:
        said.append(f"Bound to {' or '.join(bound)}.")
    elif subject.policy.require_bound_tokens or subject.policy.fapi2:
        said.append("Bound to its key: your provider demands it.")
    else:
        said.append("Good for whoever holds them.")
    return said


def _requests(subject: Subject, now: ClientSettings) -> list[str]:
    policy = subject.policy
    demands = [
        what
        for what, so in (
            ("PKCE", now.require_pkce or policy.require_pkce or policy.fapi2 or not subject.application.confidential),
            (
                "pushed requests",
                now.require_pushed_authorization_requests or policy.require_pushed_requests or policy.fapi2,
            ),
            ("signed requests", now.require_signed_request_object or policy.require_signed_requests),
            ("signed answers", now.require_signed_authorization_response or policy.require_signed_responses),
        )
        if so
    ]
    return [f"It must use {_and(demands)}." if demands else "Nothing beyond a plain request."]


def _sign_in(_subject: Subject, now: ClientSettings) -> list[str]:
    said = [
        "It knows people by a number of its own."
        if now.subject_type == PAIRWISE
        else "It knows people by the same number as other applications."
    ]
    if now.id_token_signed_response_alg:
        said.append(f"ID tokens are signed with {now.id_token_signed_response_alg}.")
    if now.default_max_age:
        said.append(f"People sign in again after {duration(now.default_max_age)}.")
    elif now.default_max_age == 0:
        said.append("People sign in each time.")
    return said


def _sign_out(_subject: Subject, now: ClientSettings) -> list[str]:
    count = len(now.post_logout_redirect_uris)
    said = [f"People may go on to {'one address' if count == 1 else f'{count} addresses'} of yours."] if count else []
    if now.backchannel_logout_uri:
        said.append(f"We tell {now.backchannel_logout_uri}.")
    return said or ["People stay here once they have signed out, and nobody else is told."]


def _about(_subject: Subject, now: ClientSettings) -> list[str]:
    there = [
        what
        for what, so in (
            ("a website", now.client_uri),
            ("a privacy policy", now.policy_uri),
            ("terms of service", now.tos_uri),
            ("contacts", now.contacts),
        )
        if so
    ]
    return [f"It has {_and(there)}." if there else "No website, privacy policy or terms yet."]


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_SENTENCES = {
    Group.PROOF: _proof,
    Group.RESOURCE: _resource,
    Group.TOKENS: _tokens,
    Group.REQUESTS: _requests,
    Group.SIGN_IN: _sign_in,
    Group.SIGN_OUT: _sign_out,
    Group.ABOUT: _about,
}
