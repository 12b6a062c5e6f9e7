"""Effective rights: what a token lets its bearer do is its scope, its limit and its user's rights, all of them, now
(contract)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gatelodge.identity.effective import (
    Allowance,
    Holding,
    Limit,
    Taker,
    effective,
    explain,
    users_rights,
    visible,
    within,
)
from gatelodge.identity.people import Access
from gatelodge.identity.rights import ALL_RIGHTS, CATALOGUE, Group, in_order

# Also names that are no rights: a row or a scope may hold one that the catalogue has lost.
RIGHTS = st.frozensets(st.sampled_from([*sorted(ALL_RIGHTS), "admin", "READ", ""]))
HOLDINGS = st.builds(Holding, st.integers(1, 9), st.just("Garden"), st.just("Novák"), st.sampled_from(Access), RIGHTS)
ALLOWANCES = st.builds(Allowance, st.none() | RIGHTS, st.none() | st.frozensets(st.integers(1, 9)))
LIMITS = st.none() | st.lists(ALLOWANCES, max_size=3).map(tuple)


@given(RIGHTS, LIMITS, HOLDINGS)
def test_a_token_never_does_more_than_its_scope_its_limit_or_its_user(
    scope: frozenset[str], limit: Limit | None, holding: Holding
) -> None:
    rights = effective(scope, limit, holding)
    assert rights == scope & within(limit, holding.resource_id) & users_rights(holding)
    assert rights <= ALL_RIGHTS


@given(RIGHTS, RIGHTS, LIMITS, HOLDINGS)
def test_a_smaller_scope_never_gives_more(
    scope: frozenset[str], dropped: frozenset[str], limit: Limit | None, holding: Holding
) -> None:
    assert effective(scope - dropped, limit, holding) == effective(scope, limit, holding) - dropped


@given(RIGHTS, st.lists(ALLOWANCES, min_size=1, max_size=4), HOLDINGS)
def test_a_limit_with_one_allowance_less_never_gives_more(
    scope: frozenset[str], limit: list[Allowance], holding: Holding
) -> None:
    all_of_it = effective(scope, tuple(limit), holding)
    assert effective(scope, tuple(limit[1:]), holding) <= all_of_it <= effective(scope, None, holding)


@given(RIGHTS, st.frozensets(st.integers(1, 9)), HOLDINGS)
def test_a_limit_to_resources_gives_nothing_on_any_other(
    scope: frozenset[str], chosen: frozenset[int], holding: Holding
) -> None:
    rights = effective(scope, (Allowance(None, chosen),), holding)
    assert rights == (effective(scope, None, holding) if holding.resource_id in chosen else frozenset())


@given(RIGHTS, RIGHTS, HOLDINGS)
def test_a_limit_to_rights_gives_no_other_right(scope: frozenset[str], some: frozenset[str], holding: Holding) -> None:
    assert effective(scope, (Allowance(some, None),), holding) == effective(scope, None, holding) & some


def test_a_limit_that_allows_nothing_gives_nothing() -> None:
    assert effective(ALL_RIGHTS, (), Holding(1, "Garden", "Novák", Access.FULL, ALL_RIGHTS)) == frozenset()


@given(RIGHTS, LIMITS, HOLDINGS)
def test_what_is_not_there_was_taken_by_something_and_what_is_there_by_nothing(
    scope: frozenset[str], limit: Limit | None, holding: Holding
) -> None:
    takers = explain(scope, limit, holding)
    assert set(takers) == ALL_RIGHTS
    assert {right for right, by in takers.items() if not by} == effective(scope, limit, holding)
    for right, by in takers.items():
        assert (Taker.SCOPE in by) == (right not in scope)
        assert (Taker.LIMIT in by) == (right not in within(limit, holding.resource_id))
        assert (Taker.USER in by) == (right not in users_rights(holding))


@given(RIGHTS, RIGHTS, LIMITS, HOLDINGS)
def test_a_right_that_is_taken_away_is_gone(
    scope: frozenset[str], taken: frozenset[str], limit: Limit | None, holding: Holding
) -> None:
    poorer = replace(holding, access=Access.PARTIAL, granted=holding.granted - taken)
    assert not effective(scope, limit, poorer) & taken
    assert effective(scope, limit, poorer) <= effective(scope, limit, holding)


@given(RIGHTS, LIMITS, HOLDINGS)
def test_going_from_full_to_partial_access_never_gives_more(
    scope: frozenset[str], limit: Limit | None, holding: Holding
) -> None:
    full, partial = replace(holding, access=Access.FULL), replace(holding, access=Access.PARTIAL)
    assert effective(scope, limit, partial) <= effective(scope, limit, full)


def test_full_access_is_every_right_whatever_was_granted() -> None:
    assert users_rights(Holding(1, "Garden", "Novák", Access.FULL, frozenset())) == ALL_RIGHTS


def test_partial_access_is_what_was_granted() -> None:
    granted = frozenset({"read", "liveview", "admin"})
    assert users_rights(Holding(1, "Garden", "Novák", Access.PARTIAL, granted)) == {"read", "liveview"}


@given(RIGHTS, LIMITS, st.lists(HOLDINGS, max_size=4))
def test_only_what_can_be_read_is_visible(scope: frozenset[str], limit: Limit | None, holdings: list[Holding]) -> None:
    seen = visible(scope, limit, holdings)
    readable = [holding for holding in holdings if "read" in effective(scope, limit, holding)]
    assert [(one.resource_id, one.name, one.account_name, one.rights) for one in seen] == [
        (holding.resource_id, holding.name, holding.account_name, effective(scope, limit, holding))
        for holding in readable
    ]


def test_without_scope_or_holdings_nothing_is_visible() -> None:
    garden = Holding(1, "Garden", "Novák", Access.FULL, ALL_RIGHTS)
    assert visible(frozenset(), None, [garden]) == []
    assert visible(ALL_RIGHTS - {"read"}, None, [garden]) == []
    assert visible(ALL_RIGHTS, None, []) == []
    assert len(visible(ALL_RIGHTS, None, [garden])) == 1


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
