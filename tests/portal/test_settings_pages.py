"""What an application has told of itself, changed group by group in the portal."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace

import httpx2
import pytest

from gatelodge.portal.form import Form
from gatelodge.portal.settings_fields import Group, Subject, fields_of, groups_of, names_in
from gatelodge.portal.settings_form import NOT_A_CHOICE, NOT_A_NUMBER, chosen
from gatelodge.portal.settings_summary import summary
from gatelodge.protocol.client_settings import DEFAULT, DOCUMENT, JWT, PAIRWISE, ClientSettings
from gatelodge.protocol.policy import FAPI2, Policy
from gatelodge.service.records import Application
from tests.portal.document import document
from tests.portal.making import CALLBACK, Made, refused
from tests.portal.samples import BACKUP, GARDEN, WALL, WEATHER_API
from tests.portal.samples_settings import CHOSEN
from tests.support.person import Person
from tests.support.server import Server

KEY = {"kty": "EC", "crv": "P-256", "x": "WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis",
       "y": "y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE"}  # fmt: skip
EVERYWHERE = Policy(client_certificates=True)

# What no form of the portal asks for: where an application comes from, and what only registration tells.
ELSEWHERE = {
    "source",
    "registration_token",
    "scope",
    "sector",
    "logo_uri",
    "software_id",
    "software_version",
    "application_type",
    "default_acr_values",
    "authorization_details_types",
}  # fmt: skip


@pytest.fixture
def made(owner: Person) -> Made:
    """An application of the owner's."""
    return Made(owner, name="Settled", redirect_uris=CALLBACK, kind="confidential")


def change(person: Person, application: Made, group: str, **sent: str | list[str]) -> httpx2.Response:
    """Fill in the form of a group and send it."""
    page = person.go(f"{application.url}/settings/{group}")
    return person.submit(page, f"{application.url}/settings/", **sent)


def text_of(answer: httpx2.Response) -> str:
    """What a page says, on one line."""
    assert answer.status_code == 200, answer.text
    return " ".join(document(answer.text).every("main")[0].text.split())


def values(answer: httpx2.Response) -> dict[str, str]:
    """What the fields of a form hold."""
    page = document(answer.text)
    found = {one.attributes["name"]: one.text.removeprefix("\n") for one in page.every("textarea")}
    for one in page.every("input"):
        if "name" in one.attributes and (
            one.attributes.get("type") not in ("radio", "checkbox") or "checked" in one.attributes
        ):
            found[one.attributes["name"]] = one.attributes.get("value", "")
    for one in page.every("option"):
        if "selected" in one.attributes:
            found[one.around[-1].attributes["name"]] = one.attributes["value"]
    return found


CHANGES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "proof": (
        {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256", "jwks_uri": "",
         "jwks": json.dumps({"keys": [KEY]})},
        "With its own keys. Its public keys are known here.",
    ),
    "tokens": (
        {"access_token_format": "jwt", "dpop_bound_access_tokens": "yes"},
        "JWTs that an API can check by itself. Bound to its key (DPoP).",
    ),
    "requests": (
        {"require_pkce": "yes", "require_pushed_authorization_requests": "yes", "request_object_signing_alg": "",
         "authorization_signed_response_alg": "PS256"},
        "It must use PKCE and pushed requests.",
    ),
    "sign-in": (
        {"subject_type": "pairwise", "sector_identifier_uri": "", "id_token_signed_response_alg": "RS256",
         "userinfo_signed_response_alg": "", "default_max_age": "3600", "initiate_login_uri": "",
         "require_auth_time": "yes"},
        "It knows people by a number of its own. ID tokens are signed with RS256. People sign in again after 1 hour.",
    ),
    "sign-out": (
        {"post_logout_redirect_uris": "https://garden.example.com/bye", "backchannel_logout_uri":
         "https://garden.example.com/out", "backchannel_logout_session_required": "yes"},
        "People may go on to one address of yours. We tell https://garden.example.com/out.",
    ),
    "about": (
        {"client_uri": "https://garden.example.com/", "policy_uri": "https://garden.example.com/privacy",
         "tos_uri": "", "contacts": "garden@example.com"},
        "It has a website, a privacy policy and contacts.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("group", CHANGES)
def test_a_group_is_changed_and_summed_up(owner: Person, made: Made, group: str) -> None:
    sent, says = CHANGES[group]
    answer = change(owner, made, group, **sent)
    assert "The changes are saved." in text_of(answer)
    assert says in text_of(answer)
    again = values(owner.go(f"{made.url}/settings/{group}"))
    assert {name: again.get(name, "") for name in sent} == dict(sent)


def test_changing_one_group_leaves_the_others_alone(owner: Person, made: Made) -> None:
    for group, (sent, _) in CHANGES.items():
        change(owner, made, group, **sent)
    page = text_of(owner.go(made.url))
    assert all(says in page for _, says in CHANGES.values())
    edit = owner.submit(owner.go(f"{made.url}/edit"), made.url, name="Renamed", redirect_uris=CALLBACK)
    assert all(says in text_of(edit) for _, says in CHANGES.values())


@pytest.mark.parametrize(
    ("group", "sent", "at"),
    [
        ("proof", {"token_endpoint_auth_method": "private_key_jwt", "jwks": "", "jwks_uri": ""}, "jwks"),
        ("proof", {"token_endpoint_auth_method": "", "jwks": "{", "jwks_uri": ""}, "jwks"),
        ("proof", {"token_endpoint_auth_method": "guess", "jwks": "", "jwks_uri": ""}, "token_endpoint_auth_method"),
        ("proof", {"token_endpoint_auth_method": "", "jwks": "", "jwks_uri": "http://a.example/"}, "jwks_uri"),
        ("tokens", {"access_token_format": "paper"}, "access_token_format"),
        ("sign-in", {**CHANGES["sign-in"][0], "default_max_age": "soon"}, "default_max_age"),
        ("sign-in", {**CHANGES["sign-in"][0], "id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
        ("sign-out", {"post_logout_redirect_uris": "javascript:alert(1)"}, "post_logout_redirect_uris"),
        ("sign-out", {"backchannel_logout_uri": "http://10.0.0.1/"}, "backchannel_logout_uri"),
        ("about", {"client_uri": "ftp://garden.example.com/"}, "client_uri"),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_is_saved(
    owner: Person, made: Made, group: str, sent: dict[str, str], at: str
) -> None:
    before = values(owner.go(f"{made.url}/settings/{group}"))
    answer = change(owner, made, group, **sent)
    assert refused(answer).keys() == {at}
    assert "Nothing was saved." in answer.text
    assert values(owner.go(f"{made.url}/settings/{group}")) == before


def test_what_is_wrong_with_a_field_of_another_page_is_said_at_the_top(owner: Person, made: Made) -> None:
    answer = change(
        owner, made, "requests", require_signed_request_object="yes", request_object_signing_alg="",
        authorization_signed_response_alg="",
    )  # fmt: skip
    assert answer.status_code == 422
    (alert,) = [one for one in document(answer.text).every("div") if one.attributes.get("role") == "alert"]
    assert "public keys" in alert.text


def test_a_secret_that_is_to_sign_has_to_be_a_new_one(owner: Person, made: Made) -> None:
    sent = {"token_endpoint_auth_method": "client_secret_jwt", "jwks": "", "jwks_uri": ""}
    says = "Now make a new secret"
    assert says in text_of(change(owner, made, "proof", **sent))
    assert says not in text_of(change(owner, made, "proof", **sent))


def test_only_who_looks_after_the_application_changes_it(server: Server, made: Made) -> None:
    with Person(server) as guest:
        guest.sign_in(server.user("partial"))
        assert guest.go(f"{made.url}/settings/proof").status_code == 404
        page = guest.go("/api-access/tokens/new")
        token = values(page)["csrf"]
        answer = guest.http.post(f"{made.url}/settings/about", data={"csrf": token, "client_uri": "https://e.example/"})
        assert answer.status_code == 404
    with Person(server) as nobody:
        assert nobody.http.get(f"{made.url}/settings/about").headers["location"].startswith("/signin")


@pytest.mark.parametrize("group", ["", "nothing", "resource", "PROOF", "proof/", "%00"])
def test_what_is_no_group_of_this_application_is_not_found(owner: Person, made: Made, group: str) -> None:
    assert owner.go(f"{made.url}/settings/{group}").status_code == 404


def test_a_resource_server_says_what_applications_call_it(owner: Person) -> None:
    api = Made(owner, name="Weather API", kind="resource_server")
    answer = change(owner, api, "resource", resource_uris="https://weather.example.com/api\r\n\r\n")
    assert "What applications call it https://weather.example.com/api" in text_of(answer)
    assert refused(change(owner, api, "resource", resource_uris="weather")).keys() == {"resource_uris"}
    assert owner.go(f"{api.url}/settings/sign-in").status_code == 404


def test_the_page_has_the_discovery_address_to_copy(owner: Person, server: Server, made: Made) -> None:
    assert made.code("issuer") == server.origin


# Without a server: what the forms ask for, of whom.


def subject(application: Application, policy: Policy = EVERYWHERE) -> Subject:
    return Subject(application, policy)


def test_everything_that_can_be_set_has_a_field() -> None:
    shown: set[str] = set()
    for application in (GARDEN, WALL, BACKUP, WEATHER_API):
        for group in groups_of(application):
            shown |= names_in(fields_of(group, subject(application), DEFAULT, {}))
    assert shown == {one.name for one in fields(ClientSettings)} - ELSEWHERE


def test_a_group_is_there_for_whom_it_means_something() -> None:
    assert groups_of(WALL)[0] == Group.TOKENS  # public: proves nothing
    assert groups_of(BACKUP) == (Group.PROOF, Group.TOKENS, Group.ABOUT)
    assert groups_of(WEATHER_API) == (Group.PROOF, Group.RESOURCE, Group.TOKENS, Group.ABOUT)


@pytest.mark.parametrize("application", [GARDEN, WALL, BACKUP, WEATHER_API], ids=lambda one: one.name)
@pytest.mark.parametrize("settings", [DEFAULT, CHOSEN], ids=["as it began", "chosen"])
def test_a_form_sent_as_it_was_shown_changes_nothing(application: Application, settings: ClientSettings) -> None:
    for group in groups_of(application):
        shown = fields_of(group, subject(application), settings, {})
        inner = [one for field in shown for option in field.options for one in option.more]
        form = Form({one.name: [one.value] for one in (*shown, *inner) if not (one.kind == "tick" and not one.value)})
        assert chosen(form, shown, settings).settings == settings


def test_what_belongs_to_another_way_is_forgotten() -> None:
    before = ClientSettings(
        token_endpoint_auth_method="tls_client_auth", tls_client_auth_san_dns="a.example", subject_type=PAIRWISE,
        sector_identifier_uri="https://a.example/list",
    )  # fmt: skip
    proof = fields_of(Group.PROOF, subject(GARDEN), before, {})
    after = chosen(Form({"token_endpoint_auth_method": [""], "tls_client_auth_san_dns": ["a.example"]}), proof, before)
    assert after.settings.tls_client_auth_san_dns == ""
    sign_in = fields_of(Group.SIGN_IN, subject(GARDEN), before, {})
    after = chosen(Form({"subject_type": ["public"], "sector_identifier_uri": ["https://a.example/"]}), sign_in, before)
    assert after.settings.sector_identifier_uri == ""


def test_a_certificate_is_offered_where_the_provider_takes_them() -> None:
    def offered(policy: Policy) -> set[str]:
        (how, *_) = fields_of(Group.PROOF, subject(GARDEN, policy), DEFAULT, {})
        return {option.value for option in how.options}

    assert offered(EVERYWHERE) - offered(Policy()) == {"tls_client_auth", "self_signed_tls_client_auth"}


@pytest.mark.parametrize(
    ("policy", "demanded"),
    [
        (Policy(), set()),
        (Policy(require_pkce=True), {"require_pkce"}),
        (Policy(require_signed_requests=True), {"require_signed_request_object"}),
        (Policy(profile=FAPI2), {"require_pkce", "require_pushed_authorization_requests"}),
    ],
)
def test_what_the_provider_demands_can_not_be_switched_off(policy: Policy, demanded: set[str]) -> None:
    before = ClientSettings(require_pkce=True)
    shown = fields_of(Group.REQUESTS, subject(GARDEN, policy), before, {})
    assert {one.name for one in shown if one.demanded} == demanded
    nothing = Form({"request_object_signing_alg": [""], "authorization_signed_response_alg": [""]})
    assert chosen(nothing, shown, before).settings.require_pkce == ("require_pkce" in demanded)


@pytest.mark.parametrize("text", ["-1", "1.5", "٣", "9" * 11, "315360001", "soon", "0x10"])
def test_seconds_are_a_whole_number(text: str) -> None:
    shown = fields_of(Group.SIGN_IN, subject(GARDEN), DEFAULT, {})
    assert chosen(Form({"default_max_age": [text]}), shown, DEFAULT).faults["default_max_age"] == NOT_A_NUMBER


def test_what_is_not_offered_can_not_be_chosen() -> None:
    shown = fields_of(Group.TOKENS, subject(GARDEN), DEFAULT, {})
    answer = chosen(Form({"access_token_format": ["JWT"]}), shown, DEFAULT)
    assert (answer.faults, answer.settings.access_token_format) == ({"access_token_format": NOT_A_CHOICE}, "opaque")
    assert chosen(Form({"access_token_format": [JWT]}), shown, DEFAULT).settings.access_token_format == JWT


def test_what_a_document_says_is_changed_there() -> None:
    described = replace(GARDEN, settings=ClientSettings(source=DOCUMENT))
    assert {row.url for row in summary(subject(described), "/a")} == {""}
    assert all(row.url for row in summary(subject(GARDEN), "/a"))
