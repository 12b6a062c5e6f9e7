"""Effective rights: what a token lets its bearer do is its scope and its user's rights, both, now (contract)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gatelodge.identity.effective import Holding, effective, users_rights, visible
from gatelodge.identity.people import Access
from gatelodge.identity.rights import ALL_RIGHTS, CATALOGUE, Group, in_order

# Also names that are no rights: a row or a scope may hold one that the catalogue has lost.
RIGHTS = st.frozensets(st.sampled_from([*sorted(ALL_RIGHTS), "admin", "READ", ""]))
HOLDINGS = st.builds(Holding, st.integers(1, 9), st.just("Garden"), st.just("Novák"), st.sampled_from(Access), RIGHTS)


@given(RIGHTS, HOLDINGS)
def test_a_token_never_does_more_than_its_scope_or_its_user(scope: frozenset[str], holding: Holding) -> None:
    rights = effective(scope, holding)
    assert rights == scope & users_rights(holding)
    assert rights <= ALL_RIGHTS


@given(RIGHTS, RIGHTS, HOLDINGS)
def test_a_smaller_scope_never_gives_more(scope: frozenset[str], dropped: frozenset[str], holding: Holding) -> None:
    assert effective(scope - dropped, holding) == effective(scope, holding) - dropped


@given(RIGHTS, RIGHTS, HOLDINGS)
def test_a_right_that_is_taken_away_is_gone(scope: frozenset[str], taken: frozenset[str], holding: Holding) -> None:
    poorer = replace(holding, access=Access.PARTIAL, granted=holding.granted - taken)
    assert not effective(scope, poorer) & taken
    assert effective(scope, poorer) <= effective(scope, holding)


@given(RIGHTS, HOLDINGS)
def test_going_from_full_to_partial_access_never_gives_more(scope: frozenset[str], holding: Holding) -> None:
    full, partial = replace(holding, access=Access.FULL), replace(holding, access=Access.PARTIAL)
    assert effective(scope, partial) <= effective(scope, full)


def test_full_access_is_every_right_whatever_was_granted() -> None:
    assert users_rights(Holding(1, "Garden", "Novák", Access.FULL, frozenset())) == ALL_RIGHTS


def test_partial_access_is_what_was_granted() -> None:
    granted = frozenset({"read", "liveview", "admin"})
    assert users_rights(Holding(1, "Garden", "Novák", Access.PARTIAL, granted)) == {"read", "liveview"}


@given(RIGHTS, st.lists(HOLDINGS, max_size=4))
def test_only_what_can_be_read_is_visible(scope: frozenset[str], holdings: list[Holding]) -> None:
    seen = visible(scope, holdings)
    readable = [holding for holding in holdings if "read" in effective(scope, holding)]
    assert [(one.resource_id, one.name, one.account_name, one.rights) for one in seen] == [
        (holding.resource_id, holding.name, holding.account_name, effective(scope, holding)) for holding in readable
    ]


@given(RIGHTS, RIGHTS, st.lists(HOLDINGS, max_size=4))
def test_with_a_smaller_scope_no_more_is_visible(
    scope: frozenset[str], dropped: frozenset[str], holdings: list[Holding]
) -> None:
    fewer, more = visible(scope - dropped, holdings), visible(scope, holdings)
    assert {one.resource_id for one in fewer} <= {one.resource_id for one in more}
    assert len(fewer) <= len(more)


def test_without_scope_or_holdings_nothing_is_visible() -> None:
    garden = Holding(1, "Garden", "Novák", Access.FULL, ALL_RIGHTS)
    assert visible(frozenset(), [garden]) == []
    assert visible(ALL_RIGHTS - {"read"}, [garden]) == []
    assert visible(ALL_RIGHTS, []) == []
    assert len(visible(ALL_RIGHTS, [garden])) == 1


def test_the_catalogue_has_the_contracts_ten_rights() -> None:
    assert {
        "read", "write", "liveview", "audiotransmit", "liveview_ptz", "liveview_light", "liveview_audioclip",
        "recordings", "recordings_delete", "events",
    } == ALL_RIGHTS  # fmt: skip
    assert len(CATALOGUE) == len(ALL_RIGHTS)


def test_rights_are_asked_for_group_by_group() -> None:
    groups = [right.group for right in CATALOGUE]
    assert groups == sorted(groups, key=list(Group).index)
    assert all(right.label and right.plain for right in CATALOGUE)


@given(RIGHTS)
def test_rights_are_shown_in_the_order_of_the_catalogue(names: frozenset[str]) -> None:
    shown = in_order(names)
    assert {right.name for right in shown} == names & ALL_RIGHTS
    assert list(shown) == sorted(shown, key=CATALOGUE.index)
