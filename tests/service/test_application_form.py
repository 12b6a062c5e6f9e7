"""What a person may type into the form of an application."""

from dataclasses import replace

import pytest

from gatelodge.identity.people import MAX_NAME, MAX_TEXT
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.redirect_uri import registration_fault
from gatelodge.service.applications import MAX_REDIRECT_URIS, form_faults, tidy
from gatelodge.service.records import ApplicationForm

URI = "https://shop.example/callback"
GOOD = ApplicationForm("Shop", "Shows the shop's cameras.\r\nAt night too.", (URI, "http://127.0.0.1/callback"))


API = tidy(ApplicationForm("Weather", "", (), resource_server=True))


def form(name: str = "Shop", description: str = "", uris: tuple[str, ...] = (URI,)) -> ApplicationForm:
    return tidy(ApplicationForm(name, description, uris))


def test_a_good_form_has_no_faults() -> None:
    assert form_faults(tidy(GOOD)) == {}
    assert form_faults(form("x" * MAX_NAME, "x" * MAX_TEXT)) == {}
    assert form_faults(form(uris=tuple(f"{URI}/{number}" for number in range(MAX_REDIRECT_URIS)))) == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (form(name=""), "name"),
        (form(name=" "), "name"),
        (form(name="x" * (MAX_NAME + 1)), "name"),
        (form(name="Shop\u202e"), "name"),
        (form(name="Shop\nBank"), "name"),
        (form(description="x" * (MAX_TEXT + 1)), "description"),
        (form(description="\u202ebank"), "description"),
        (form(description="\0"), "description"),
        (form(uris=()), "redirect_uris"),
        (form(uris=tuple(f"{URI}/{number}" for number in range(MAX_REDIRECT_URIS + 1))), "redirect_uris"),
        (form(uris=("javascript:alert(1)",)), "redirect_uris"),
        (replace(form(), optional_scope=frozenset({"read", "fly"})), "optional_scope"),
        (replace(API, optional_scope=frozenset({"read"})), "optional_scope"),
        (form(uris=(URI, "https://*.shop.example/")), "redirect_uris"),
    ],
)
def test_a_fault_stands_at_its_field(wrong: ApplicationForm, field: str) -> None:
    assert set(form_faults(wrong)) == {field}


def test_any_right_may_be_optional_for_whoever_asks_people() -> None:
    assert form_faults(replace(form(), optional_scope=ALL_RIGHTS)) == {}
    assert form_faults(API) == {}


def test_all_faults_are_told_at_once() -> None:
    assert set(form_faults(form("", "\0", ()))) == {"name", "description", "redirect_uris"}


def test_each_wrong_address_is_named_with_its_fault() -> None:
    lines = form_faults(form(uris=("shop.example", URI, "http://shop.example/")))["redirect_uris"].split("\n")
    assert lines == [
        f"shop.example: {registration_fault('shop.example')}",
        f"http://shop.example/: {registration_fault('http://shop.example/')}",
    ]


def test_blanks_empty_lines_and_repetitions_are_tidied_away() -> None:
    typed = ApplicationForm(" Shop ", "\n About \n", (f" {URI}", "", URI, " ", f"{URI}/"), confidential=False)
    assert tidy(typed) == ApplicationForm(
        "Shop", "About", (URI, f"{URI}/"), confidential=False, grant_types=frozenset({"authorization_code"})
    )
    assert tidy(tidy(typed)) == tidy(typed)
