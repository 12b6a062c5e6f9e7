"""The settings of an application as fields of forms, in groups: which there are for which kind of application, in which
words. What a form sends goes back through settings_form.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gatelodge.portal.kinds import asks_people
from gatelodge.portal.settings_models import AREA, NUMBER, RADIO, SELECT, TEXT, TICK, SettingField, SettingOption
from gatelodge.protocol.client_settings import JWT, OPAQUE, PAIRWISE, PUBLIC, ClientSettings
from gatelodge.protocol.policy import SIGNING_ALGORITHMS, Policy
from gatelodge.service.records import Application

DEMANDED = "Your provider demands this of every application."
ALWAYS_PUBLIC = "Public applications always do: it is all that proves their codes to be theirs."

SECRET_JWT, KEYS = "client_secret_jwt", "private_key_jwt"
CERTIFICATE, OWN_CERTIFICATE = "tls_client_auth", "self_signed_tls_client_auth"
CERTIFICATE_NAMES = (
    ("tls_client_auth_subject_dn", "Subject", "As RFC 4514 writes it: CN=garden,O=North Farm"),
    ("tls_client_auth_san_dns", "or host name", "Such as garden.example.com"),
    ("tls_client_auth_san_uri", "or URI", "Such as spiffe://example.com/garden"),
    ("tls_client_auth_san_ip", "or IP address", "Such as 192.0.2.7"),
    ("tls_client_auth_san_email", "or email", "Such as garden@example.com"),
)


class Group(StrEnum):
    """What belongs together on one page; the value is its part of the address."""

    PROOF = "proof"
    RESOURCE = "resource"
    TOKENS = "tokens"
    REQUESTS = "requests"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    ABOUT = "about"


TITLES = {
    Group.PROOF: "How it proves who it is",
    Group.RESOURCE: "What applications call it",
    Group.TOKENS: "What its tokens look like",
    Group.REQUESTS: "What it must send",
    Group.SIGN_IN: "Signing people in",
    Group.SIGN_OUT: "Signing out",
    Group.ABOUT: "About it",
}
LEADS = {
    Group.PROOF: "A secret is simplest. Keys or a certificate are safer: then nothing secret is ever sent.",
    Group.RESOURCE: "Applications that call several APIs say which one a token is for, by its address (RFC 8707).",
    Group.TOKENS: "The usual ones suit most. What is chosen here holds for tokens that are made from now on.",
    Group.REQUESTS: "Each of these makes it harder to tamper with a request on its way. A request without is refused.",
    Group.SIGN_IN: "For applications that use OpenID Connect to learn who somebody is: those that ask for “openid”.",
    Group.SIGN_OUT: "For applications that sign people out here as well, or want to know when somebody signs out.",
    Group.ABOUT: "What people may want to read before they let it in, and whom you name for questions.",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose settings they are, and what their provider demands."""

    application: Application
    policy: Policy


def groups_of(application: Application) -> tuple[Group, ...]:
    """The groups that this kind of application has, in the order in which they are shown."""
    found = [Group.PROOF] if application.confidential else []
    if application.resource_server:
        return (*found, Group.RESOURCE, Group.TOKENS, Group.ABOUT)
    found.append(Group.TOKENS)
    if asks_people(application):
        found += [Group.REQUESTS, Group.SIGN_IN, Group.SIGN_OUT]
    return (*found, Group.ABOUT)


def fields_of(
    group: Group, subject: Subject, settings: ClientSettings, faults: Mapping[str, str]
) -> tuple[SettingField, ...]:
    """The group's fields, filled with these settings, each with what is wrong with it."""
    return tuple(_with_fault(one, faults) for one in _FIELDS[group](subject, settings))


def names_in(fields: Sequence[SettingField]) -> set[str]:
    """The names of these fields and of those within their options."""
    inner = [one for field in fields for option in field.options for one in option.more]
    return {field.name for field in fields} | (names_in(inner) if inner else set())


def _with_fault(field: SettingField, faults: Mapping[str, str]) -> SettingField:
    options = tuple(replace(one, more=tuple(_with_fault(inner, faults) for inner in one.more)) for one in field.options)
    return replace(field, options=options, fault=faults.get(field.name, ""))


def _proof(subject: Subject, now: ClientSettings) -> tuple[SettingField, ...]:
    names = tuple(
        SettingField(name, TEXT, label, hint, value=getattr(now, name), code=True)
        for name, label, hint in CERTIFICATE_NAMES
    )
    algorithm = _algorithm(
        "token_endpoint_auth_signing_alg",
        "It signs with",
        "Narrow it to one if you know which: then a proof by any other is refused.",
        now.token_endpoint_auth_signing_alg,
        "Any that we accept",
    )
    options = [
        SettingOption("", "A secret", "It sends its client secret with each request. Every library can do that."),
        SettingOption(
            SECRET_JWT,
            "A secret that it never sends",
            "It signs a short statement with the secret. You then need a new secret: we kept only a digest of the one "
            "in use, which can’t check a signature. Make it on the application’s page once this is saved.",
        ),
        SettingOption(
            KEYS,
            "Its own keys",
            "It signs a short statement with a private key that never leaves it. Give the public key below.",
            (algorithm,),
        ),
    ]
    method = now.token_endpoint_auth_method
    if subject.policy.client_certificates or method in (CERTIFICATE, OWN_CERTIFICATE):
        options += [
            SettingOption(
                CERTIFICATE,
                "A certificate from an authority",
                "It connects with a certificate that your provider’s authority signed. Fill in one name in it, to the "
                "letter: the one that is to count.",
                names,
            ),
            SettingOption(
                OWN_CERTIFICATE,
                "A certificate that it made itself",
                "It connects with a certificate that is among its keys below, as “x5c”.",
            ),
        ]
    how = SettingField(
        "token_endpoint_auth_method",
        RADIO,
        "It proves itself with",
        value=_named_method(method),
        options=tuple(options),
    )
    return (how, *_keys(now))


def _named_method(method: str) -> str:
    return "" if method in ("client_secret_basic", "client_secret_post", "none") else method


def _keys(now: ClientSettings) -> tuple[SettingField, ...]:
    return (
        SettingField(
            "jwks_uri",
            TEXT,
            "Address of its public keys",
            "Only for an application that signs something, or made its own certificate. Where it publishes a JWK Set, "
            "such as https://garden.example.com/jwks.json: it can then change its keys by itself.",
            value=now.jwks_uri,
            code=True,
        ),
        SettingField(
            "jwks",
            AREA,
            "Or the public keys themselves",
            'A JWK Set: {"keys": […]}. Public keys only; a private one is refused. Give either this or the address.',
            value=now.jwks,
            code=True,
        ),
    )


def _resource(_subject: Subject, now: ClientSettings) -> tuple[SettingField, ...]:
    return (
        SettingField(
            "resource_uris",
            AREA,
            "Its addresses",
            "One on each line, such as https://weather.example.com/api. A token that an application asks for by one of "
            "these is for this API alone.",
            value="\n".join(now.resource_uris),
            code=True,
        ),
    )


def _tokens(subject: Subject, now: ClientSettings) -> tuple[SettingField, ...]:
    resource_server = subject.application.resource_server
    fields = [
        SettingField(
            "access_token_format",
            RADIO,
            "Access tokens for it are" if resource_server else "Its access tokens are",
            value=now.access_token_format,
            options=(
                SettingOption(
                    OPAQUE,
                    "Opaque",
                    "A random string that an API has us look up. Ending an access holds at the very next call.",
                ),
                SettingOption(
                    JWT,
                    "JWT",
                    "A signed statement that an API can check by itself, without asking us. An API that does so "
                    "notices the end of an access only when the token expires.",
                ),
            ),
        )
    ]
    if resource_server:
        fields.append(
            _algorithm(
                "introspection_signed_response_alg",
                "Our answers about tokens are signed with",
                "For an API that must prove later what it was told (RFC 9701).",
                now.introspection_signed_response_alg,
                "Only where it asks for a signed answer",
            )
        )
        return tuple(fields)
    demanded = subject.policy.require_bound_tokens or subject.policy.fapi2
    fields.append(
        SettingField(
            "dpop_bound_access_tokens",
            TICK,
            "Bound to a key (DPoP)",
            "A stolen token is worth nothing without the key of the application that it was made for (RFC 9449)."
            + (" Your provider demands that tokens are bound, in this way or by a certificate." if demanded else ""),
            value=_ticked(now.dpop_bound_access_tokens),
        )
    )
    if subject.policy.client_certificates or now.tls_client_certificate_bound_access_tokens:
        fields.append(
            SettingField(
                "tls_client_certificate_bound_access_tokens",
                TICK,
                "Bound to its certificate",
                "A token works only on connections that show the certificate that it was asked for with (RFC 8705).",
                value=_ticked(now.tls_client_certificate_bound_access_tokens),
            )
        )
    return tuple(fields)


def _requests(subject: Subject, now: ClientSettings) -> tuple[SettingField, ...]:
    policy, public = subject.policy, not subject.application.confidential
    pkce = ALWAYS_PUBLIC if public else DEMANDED if policy.require_pkce or policy.fapi2 else ""
    pushed = DEMANDED if policy.require_pushed_requests or policy.fapi2 else ""
    return (
        SettingField(
            "require_pkce",
            TICK,
            "PKCE",
            "A code is good only for whoever asked for it (RFC 7636). Nearly every library does this by itself.",
            value=_ticked(now.require_pkce),
            demanded=pkce,
        ),
        SettingField(
            "require_pushed_authorization_requests",
            TICK,
            "Pushed requests",
            "It hands us the request directly, before it sends anybody here, so that nobody can change it (RFC 9126).",
            value=_ticked(now.require_pushed_authorization_requests),
            demanded=pushed,
        ),
        SettingField(
            "require_signed_request_object",
            TICK,
            "Signed requests",
            "It signs the request with its own key (RFC 9101). Its public keys must be known here"
            + (": see “How it proves who it is”." if not public else "."),
            value=_ticked(now.require_signed_request_object),
            demanded=DEMANDED if policy.require_signed_requests else "",
        ),
        SettingField(
            "require_signed_authorization_response",
            TICK,
            "Signed answers",
            "It takes no answer that we have not signed (JARM), so that nobody on the way can ask for a plain one.",
            value=_ticked(now.require_signed_authorization_response),
            demanded=DEMANDED if policy.require_signed_responses else "",
        ),
        *(_keys(now) if public else ()),
        _algorithm(
            "request_object_signing_alg",
            "It signs requests with",
            "Narrow it to one if you know which: then a request signed in any other way is refused.",
            now.request_object_signing_alg,
            "Any that we accept",
        ),
        _algorithm(
            "authorization_signed_response_alg",
            "We sign our answers with",
            "For applications that ask for a signed answer: response_mode=jwt (JARM).",
            now.authorization_signed_response_alg,
            f"The provider’s: {policy.signing_algorithm}",
        ),
    )


def _sign_in(subject: Subject, now: ClientSettings) -> tuple[SettingField, ...]:
    usual = subject.policy.signing_algorithm
    return (
        SettingField(
            "subject_type",
            RADIO,
            "How it knows people",
            value=now.subject_type,
            options=(
                SettingOption(
                    PUBLIC,
                    "By the same number as other applications",
                    "Two applications can tell that they know the same person. That suits most.",
                ),
                SettingOption(
                    PAIRWISE,
                    "By a number of its own",
                    "Nobody can tell from it what the same person does elsewhere.",
                    (
                        SettingField(
                            "sector_identifier_uri",
                            TEXT,
                            "List of addresses that share these numbers",
                            "Needed only if its redirect URLs are on several hosts: the address of a JSON list of all "
                            "of them, at one of your hosts.",
                            value=now.sector_identifier_uri,
                            code=True,
                        ),
                    ),
                ),
            ),
        ),
        _algorithm(
            "id_token_signed_response_alg",
            "ID tokens are signed with",
            "RS256 for older libraries; the provider’s suits all others.",
            now.id_token_signed_response_alg,
            f"The provider’s: {usual}",
        ),
        _algorithm(
            "userinfo_signed_response_alg",
            "What it asks about a person is answered",
            "Plain JSON suits nearly all. A signed answer can be kept as a proof.",
            now.userinfo_signed_response_alg,
            "As plain JSON",
            "Signed with ",
        ),
        SettingField(
            "default_max_age",
            NUMBER,
            "Sign in again after",
            "In seconds: whoever signed in longer ago is asked for the password again. Leave it empty for no limit.",
            value="" if now.default_max_age is None else str(now.default_max_age),
        ),
        SettingField(
            "require_auth_time",
            TICK,
            "Say when people signed in",
            "Each ID token then has “auth_time”.",
            value=_ticked(now.require_auth_time),
        ),
        SettingField(
            "initiate_login_uri",
            TEXT,
            "Where signing in begins",
            "An https address of yours that sends people here to sign in. We may lead them there from the portal.",
            value=now.initiate_login_uri,
            code=True,
        ),
    )


def _sign_out(_subject: Subject, now: ClientSettings) -> tuple[SettingField, ...]:
    return (
        SettingField(
            "post_logout_redirect_uris",
            AREA,
            "Where people go once they have signed out",
            "One address on each line, to the letter as your application sends them in post_logout_redirect_uri.",
            value="\n".join(now.post_logout_redirect_uris),
            code=True,
        ),
        SettingField(
            "backchannel_logout_uri",
            TEXT,
            "Where we tell it of a sign-out",
            "An address that we post a signed note to whenever somebody signs out (Back-Channel Logout).",
            value=now.backchannel_logout_uri,
            code=True,
        ),
        SettingField(
            "backchannel_logout_session_required",
            TICK,
            "Name the session",
            "The note says which session ended (“sid”), for applications where people can have several.",
            value=_ticked(now.backchannel_logout_session_required),
        ),
    )


def _about(_subject: Subject, now: ClientSettings) -> tuple[SettingField, ...]:
    return (
        SettingField("client_uri", TEXT, "Website", "Its home page.", value=now.client_uri, code=True),
        SettingField(
            "policy_uri",
            TEXT,
            "Privacy policy",
            "What you do with what people let you see.",
            value=now.policy_uri,
            code=True,
        ),
        SettingField(
            "tos_uri", TEXT, "Terms of service", "What people agree to by using it.", value=now.tos_uri, code=True
        ),
        SettingField(
            "contacts",
            AREA,
            "Contacts",
            "Email addresses for questions about it, one on each line. Your provider sees them.",
            value="\n".join(now.contacts),
            code=True,
        ),
    )


def _algorithm(name: str, label: str, hint: str, value: str, usual: str, before: str = "") -> SettingField:
    others = (value,) if value and value not in SIGNING_ALGORITHMS else ()
    options = (
        SettingOption("", usual),
        *(SettingOption(one, before + one) for one in (*SIGNING_ALGORITHMS, *others)),
    )
    return SettingField(name, SELECT, label, hint, value, options)


def _ticked(value: bool) -> str:
    return "yes" if value else ""


_FIELDS = {
    Group.PROOF: _proof,
    Group.RESOURCE: _resource,
    Group.TOKENS: _tokens,
    Group.REQUESTS: _requests,
    Group.SIGN_IN: _sign_in,
    Group.SIGN_OUT: _sign_out,
    Group.ABOUT: _about,
}
