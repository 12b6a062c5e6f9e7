"""Names that applications give themselves where nobody answers for them."""

import pytest

from gatelodge.identity.self_given import imitates, self_given_fault, self_given_name


@pytest.mark.parametrize(
    "name",
    [
        "North Cloud",
        "north  cloud",
        "NorthCloud",
        "N0rth Cloud",
        "Nоrth Clоud",  # noqa: RUF001 — in part Cyrillic
        "Νorth Cloud",  # noqa: RUF001 — in part Greek
        "Nórth Clöud",
        "Official North Cloud",
        "North-Cloud Support",
        "Ｎｏｒｔｈ Ｃｌｏｕｄ",  # noqa: RUF001
    ],
)
def test_what_looks_like_the_provider_is_none_of_its_own(name: str) -> None:
    assert imitates(self_given_name(name, ""), "North Cloud")
    assert self_given_fault(self_given_name(name, ""), "North Cloud")


@pytest.mark.parametrize("name", ["North Wind", "Cloud", "Northcloudy", "Cloud North", "Garden", "Замок", "雲"])
def test_what_does_not_is_a_name(name: str) -> None:
    assert self_given_fault(name, "North Cloud") is None


@pytest.mark.parametrize(
    "name", ["", "\u202eknab", "a\x00b", "\u3164", "x" * 81, "a" + "\u0301" * 3, "Bank\u200b", "\ud800"]
)
def test_what_hides_something_is_no_name(name: str) -> None:
    assert self_given_fault(name, "North Cloud")


def test_without_a_name_it_is_called_by_its_host() -> None:
    assert self_given_name(" \n ", "app.example.com") == "app.example.com"
    assert self_given_name("  My\nGarden ", "x") == "My Garden"
