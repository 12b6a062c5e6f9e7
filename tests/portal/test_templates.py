"""Every page, drawn from its samples: what holds for all of them, whatever they say."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from gatelodge.portal.camera_models import CameraPage, CamerasPage
from gatelodge.portal.explorer_models import ExplorerPage
from gatelodge.portal.models import (
    ApiPage,
    ApplicationFormPage,
    ApplicationPage,
    ConsentPage,
    DeviceConsentPage,
    DeviceDonePage,
    DevicePage,
    ErrorPage,
    Frame,
    HandOverPage,
    PageModel,
    RegistrationTokenFormPage,
    RegistrationTokenMadePage,
    SignedOutPage,
    SignInPage,
    SignOutPage,
    TokenFormPage,
    TokenMadePage,
)
from gatelodge.portal.pages import STATIC, PageRenderer
from gatelodge.portal.people_models import (
    GroupFormPage,
    InvitationPage,
    InvitedPage,
    InvitePage,
    PeoplePage,
    PersonPage,
    ReachPage,
)
from gatelodge.portal.rights_models import AccessPage
from gatelodge.portal.settings_models import SettingsPage
from tests.portal.document import Document, document
from tests.portal.samples import HOSTILE, PAGES, SIGNED_IN, SIGNED_OUT, hostile_pages

RENDERER = PageRenderer()
ALL = PAGES | hostile_pages()
FORMS = ("token-form", "application-", "invite", "group-form", "person", "invitation-")
TEMPLATES = STATIC.parent / "templates"


def read(name: str) -> Document:
    """The page of that sample."""
    return document(RENDERER.draw(*ALL[name]))


@pytest.fixture(params=ALL)
def page(request: pytest.FixtureRequest) -> Document:
    return read(request.param)


def test_every_model_has_samples() -> None:
    shown: set[type[PageModel]] = {type(model) for _, model in PAGES.values()}
    assert shown == {
        AccessPage,
        ApiPage,
        ApplicationFormPage,
        ApplicationPage,
        CameraPage,
        CamerasPage,
        ConsentPage,
        DeviceConsentPage,
        DeviceDonePage,
        DevicePage,
        ErrorPage,
        HandOverPage,
        GroupFormPage,
        InvitationPage,
        InvitePage,
        InvitedPage,
        PeoplePage,
        PersonPage,
        ReachPage,
        ExplorerPage,
        SettingsPage,
        RegistrationTokenFormPage,
        RegistrationTokenMadePage,
        SignedOutPage,
        SignInPage,
        SignOutPage,
        TokenFormPage,
        TokenMadePage,
    }
    assert {type(model) for _, model in hostile_pages().values()} == shown


def test_title_names_the_page_before_the_product(page: Document) -> None:
    (title,) = page.every("title")
    first, dot, last = title.text.rpartition(" · ")
    assert dot
    assert first.strip()
    assert last in (SIGNED_IN.provider_name, HOSTILE)


def test_one_heading_one_main_one_language(page: Document) -> None:
    assert len(page.every("h1")) == 1
    (main,) = page.every("main")
    (skip, *_) = page.every("a")
    assert skip.attributes["href"] == f"#{main.attributes['id']}"
    assert page.every("html")[0].attributes["lang"] == "en"
    named = {element.attributes.get("name"): element.attributes for element in page.every("meta")}
    assert "width=device-width" in named["viewport"]["content"]
    assert named["color-scheme"]["content"] == "light dark"


def test_headings_leave_out_no_level(page: Document) -> None:
    levels = [int(heading.tag[1]) for heading in page.every("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


def test_every_field_has_a_label(page: Document) -> None:
    labelled = {label.attributes["for"]: label.text.strip() for label in page.every("label")}
    fields = [
        element for element in page.every("input", "select", "textarea") if element.attributes.get("type") != "hidden"
    ]
    for element in fields:
        assert labelled.get(element.attributes["id"]), element
    assert len(labelled) == len(fields)


def test_every_button_link_and_section_has_a_name(page: Document) -> None:
    for element in page.every("button", "a", "summary", "legend", "h1", "h2", "h3"):
        assert element.text.strip(), element
    for element in page.every("nav", "section"):
        assert {"aria-label", "aria-labelledby"} & element.attributes.keys(), element


def test_ids_are_unique_and_what_refers_to_one_finds_it(page: Document) -> None:
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    for element in page.elements:
        for attribute in ("for", "popovertarget", "aria-labelledby", "aria-describedby"):
            for name in element.attributes.get(attribute, "").split():
                assert name in ids, (attribute, element)
        for link in (element.attributes.get("href", ""), element.attributes.get("data-copy", "")):
            if link.startswith("#"):
                assert link[1:] in ids, element


def test_nothing_needs_a_weaker_policy(page: Document) -> None:
    assert page.every("style", "iframe", "object", "embed", "base") == []
    for element in page.elements:
        assert "style" not in element.attributes, element
        assert [name for name in element.attributes if name.startswith("on")] == [], element
        assert not element.attributes.get("href", "").lower().startswith("javascript:"), element
    for script in page.every("script"):
        assert script.attributes["src"].startswith("/static/")
        assert script.text == ""
    assets = [*page.every("script"), *(link for link in page.every("link"))]
    for asset in assets:
        address = asset.attributes.get("src") or asset.attributes["href"]
        assert re.match(r"/(static/[a-z]+\.(css|js|svg)|theme\.css)\?v=.", address), address
        if address.startswith("/static/"):
            assert (STATIC / address.removeprefix("/static/").partition("?")[0]).is_file()


def test_every_form_that_posts_carries_the_token_against_forgery(page: Document) -> None:
    forms = [form for form in page.every("form") if form.attributes.get("id") != "hand-over"]  # that goes elsewhere
    tokens = [element for element in page.every("input") if element.attributes.get("name") == "csrf"]
    assert all(form.attributes["method"] == "post" for form in forms)
    assert all(form.attributes["action"] for form in forms)
    assert [token.around[-1] for token in tokens] == forms
    assert {token.attributes["value"] for token in tokens} <= {SIGNED_IN.csrf, SIGNED_OUT.csrf, HOSTILE}


def test_a_button_outside_a_form_is_no_submit_button(page: Document) -> None:
    for button in page.every("button"):
        if not button.within("form") or "popovertarget" in button.attributes:
            assert button.attributes.get("type") == "button", button


@pytest.mark.parametrize("name", hostile_pages())
def test_what_people_wrote_is_text(name: str) -> None:
    html = RENDERER.draw(*ALL[name])
    assert "<script>" not in html
    assert "alert('x')" not in html
    assert HOSTILE in read(name).every("body")[0].text


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith(FORMS) and name.endswith("-refused")])
def test_a_fault_stands_at_its_field(name: str) -> None:
    page = read(name)
    model = ALL[name][1]
    faults = model.faults  # type: ignore[attr-defined]  # these pages have them
    texts = {element.attributes.get("id"): element.text for element in page.every("p")}
    for place, text in faults.items():
        (element,) = [
            element
            for element in page.every("input", "select", "textarea", "fieldset")
            if f"{place}-fault" in element.attributes.get("aria-describedby", "").split()
        ]
        assert texts[f"{place}-fault"] == text
        assert element.tag == "fieldset" or element.attributes["aria-invalid"] == "true"
    invalid = [one.attributes for one in page.every("input", "textarea") if "aria-invalid" in one.attributes]
    assert all("autofocus" in attributes for attributes in invalid[:1])


def test_signing_in_helps_password_managers() -> None:
    fields = {
        element.attributes["id"]: element.attributes
        for element in read("sign-in").every("input")
        if "id" in element.attributes
    }
    assert fields["email"]["autocomplete"] == "username"
    assert fields["password"]["autocomplete"] == "current-password"
    labels = [label.text for label in read("sign-in").every("label")]
    assert labels == ["Email", "Password"]
    assert read("sign-in").buttons() == ["Sign in"]


def test_consent_says_who_what_and_where_before_it_asks() -> None:
    page = read("consent")
    main = " ".join(page.every("main")[0].text.split())
    told = [
        "Garden Monitor", "by North Farm · not verified", "wants access to North Farm as owner@example.com (not you?)",
        "Garden Monitor wants to", "See", "watch your cameras live", "Hear and speak", "High risk",
        "Whoever has this can be heard inside your home.", "Until you end it", "garden.example.com", "Allow access",
        "Deny", "</> API",
    ]  # fmt: skip
    places = [main.find(text) for text in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["consent", "consent-everything", "device-consent"])
def test_allowing_is_no_nearer_than_denying(name: str) -> None:
    page = read(name)
    answers = [button for button in page.every("button") if button.attributes.get("name") == "answer"]
    assert [(button.text, button.attributes["value"]) for button in answers] == [
        ("Allow access", "allow"),
        ("Deny", "deny"),
    ]
    assert not [element for element in page.elements if "autofocus" in element.attributes]
    assert "high risk" in page.every("main")[0].text.lower()


def test_the_menu_is_named_after_the_user_and_holds_what_scripts_look_for() -> None:
    page = read("api")
    button = next(one for one in page.every("button") if one.attributes.get("popovertarget") == "user-menu")
    assert button.text.strip() == "Olga Owner"
    inside = [one for one in page.every("a", "button") if one.within("div", id="user-menu")]
    assert [(one.tag, one.text.strip()) for one in inside] == [
        ("a", "Cameras"),
        ("a", "People"),
        ("a", "</> API"),
        ("button", "Sign out"),
    ]
    assert [one.attributes["href"] for one in inside[:-1]] == ["/cameras", "/people", "/api-access"]


@pytest.mark.parametrize(
    ("name", "opener", "action"),
    [
        ("api", "End token", "/api-access/tokens/01kZq8WnTd0/end"),
        ("api", "End access", "/api-access/authorized/01kZq8WnTd3/end"),
        ("application", "New secret", "/secret"),
        ("application", "Delete application", "/delete"),
        ("people", "Withdraw", "/people/01kZq8WnTd9/invitations/01kZq8Inv01/withdraw"),
        ("person", "Disable", "/disable"),
        ("person", "Remove", "/remove"),
        ("group-form", "Delete group", "/delete"),
        ("reach", "End token", "/reach/tokens/01kZq8Tok01/end"),
    ],
)
def test_ending_something_asks_once_and_says_what_stops(name: str, opener: str, action: str) -> None:
    page = read(name)
    (form,) = [form for form in page.every("form") if form.attributes["action"].endswith(action)]
    dialog = form.around[-1]
    assert dialog.attributes["role"] == "dialog"
    assert "popover" in dialog.attributes
    assert re.search(r"“.+”\?.* at once", " ".join(dialog.text.split()))
    assert [one.text for one in page.every("button") if form in one.around] == ["Cancel", opener]
    opens = [one for one in page.every("button") if one.attributes.get("popovertarget") == dialog.attributes["id"]]
    assert [one.text for one in opens] == [opener, "Cancel"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("token-made", "It won’t be shown again."), ("application-made", "It won’t be shown again.")],
)
def test_a_secret_is_there_once_with_the_warning_and_the_line_that_uses_it(name: str, says: str) -> None:
    page = read(name)
    secret = "token" if name == "token-made" else "client-secret"
    (box,) = [code for code in page.every("code") if code.attributes.get("id") == secret]
    assert box.text
    assert says in page.every("main")[0].text
    assert any(button.attributes.get("data-copy") == f"#{secret}" for button in page.every("button"))
    assert any(code.text.startswith("curl ") and box.text in code.text for code in page.every("code"))


def test_an_old_secret_is_on_no_page() -> None:
    assert "glcs_" not in RENDERER.draw(*PAGES["application"])


def test_a_copy_button_shows_only_where_the_script_runs() -> None:
    for name in PAGES:
        page = read(name)
        copying = [button for button in page.every("button") if "data-copy" in button.attributes]
        assert all("hidden" in button.attributes for button in copying)
        scripts = [one.attributes["src"].partition("?")[0] for one in page.every("script")]
        assert ("/static/copy.js" in scripts) == bool(copying), name


def test_an_empty_list_says_what_it_is_for_and_how_to_begin() -> None:
    page = read("api-empty")
    links = [link.text for link in page.every("a")]
    assert links.count("New token") == 1
    assert links.count("New application") == 1
    assert "New application" not in [link.text for link in read("api-guest").every("a")]
    assert "Only people with full access" in read("api-guest").every("main")[0].text


def test_an_error_leads_on_where_there_is_a_provider_to_lead_to() -> None:
    def leads_on(name: str, frame: Frame) -> bool:
        return "Go to the first page" in RENDERER.draw(frame, PAGES[name][1])

    assert leads_on("error-not-found", SIGNED_OUT)
    assert not leads_on("error-not-found", Frame("Gatelodge"))
    assert not leads_on("error", SIGNED_OUT)  # the application is where to go


def test_a_text_area_keeps_its_first_empty_line() -> None:
    """A browser drops one line break at the beginning of a text area (HTML, “the textarea element”)."""
    frame, model = PAGES["application-edit-refused"]
    assert ">\n\nhttp://garden.example.com/callback\n</textarea>" in RENDERER.draw(frame, model)


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_marks_anything_as_safe(template: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", template.read_text("utf-8"))
