"""Reckoning with limits: never more than both sides allow, and nothing forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from gatelodge.identity.effective import Allowance, Holding, Limit, Rights, effective
from gatelodge.identity.limits import Extent, afterwards, confined, covers, picked, resources_of, together
from gatelodge.identity.people import Access
from gatelodge.identity.rights import ALL_RIGHTS

NUMBERS = range(1, 6)  # of resources; the last is one that no limit names: it stands for those of the future
RIGHTS = st.frozensets(st.sampled_from(["read", "liveview", "events"]))
RESOURCES = st.frozensets(st.integers(1, 4), min_size=1)
ALLOWANCES = st.builds(Allowance, st.none() | RIGHTS, st.none() | RESOURCES)
LIMITS = st.none() | st.lists(ALLOWANCES, max_size=3).map(tuple)
EXTENTS = st.builds(Extent, RIGHTS, LIMITS)


def reached(extent: Extent) -> set[tuple[str, int]]:
    """Every right on every resource that somebody with full access has through it."""
    holdings = [Holding(number, "", "", Access.FULL, frozenset()) for number in NUMBERS]
    return {(right, one.resource_id) for one in holdings for right in effective(extent.rights, extent.limit, one)}


@given(EXTENTS, EXTENTS)
def test_one_covers_another_exactly_where_it_reaches_all_of_it(have: Extent, asked: Extent) -> None:
    if covers(have, asked):
        assert reached(asked) <= reached(have)
    elif asked.rights <= have.rights:
        assert not reached(asked) <= reached(have)


@given(EXTENTS)
def test_everything_covers_everything_and_itself(extent: Extent) -> None:
    assert covers(Extent(ALL_RIGHTS), extent)
    assert covers(extent, extent)


def test_all_there_are_is_not_all_there_will_be() -> None:
    assert not covers(Extent(Rights({"read"}), (Allowance(None, frozenset(NUMBERS)),)), Extent(Rights({"read"})))


@given(EXTENTS, RESOURCES)
def test_what_is_picked_is_what_was_asked_for_on_these_resources_and_nothing_else(
    asked: Extent, chosen: frozenset[int]
) -> None:
    left = reached(Extent(asked.rights, picked(asked.limit, chosen)))
    assert left == {(right, number) for right, number in reached(asked) if number in chosen}


@given(EXTENTS, RIGHTS)
def test_a_limit_without_some_rights_gives_the_others_as_before(extent: Extent, kept: Rights) -> None:
    assert reached(Extent(extent.rights & kept, confined(extent.limit, extent.rights & kept))) == {
        (right, number) for right, number in reached(extent) if right in kept
    }


@given(st.lists(EXTENTS, max_size=4))
def test_several_together_reach_what_each_does_and_not_the_rest(extents: list[Extent]) -> None:
    whole = together(extents)
    assert reached(whole) == set[tuple[str, int]]().union(*map(reached, extents))
    assert whole.limit is None or len({one.rights for one in whole.limit}) == len(whole.limit)


@given(EXTENTS, EXTENTS, st.data())
def test_a_new_answer_stands_for_all_that_was_asked_and_the_old_one_for_no_more_than_it_did(
    before: Extent, asked: Extent, data: st.DataObject
) -> None:
    kept = data.draw(st.frozensets(st.sampled_from(sorted(asked.rights))) if asked.rights else st.just(Rights()))
    answer = Extent(kept, picked(asked.limit, data.draw(RESOURCES)))
    after = reached(afterwards(before, asked, answer))
    assert reached(answer) <= after <= reached(before) | reached(answer)
    about = resources_of(asked.limit)
    for right, number in after - reached(answer):  # from memory: nothing of what was just asked
        assert right not in asked.rights or (about is not None and number not in about)
    for right, number in reached(before):  # and what was not asked about is not forgotten
        if right not in asked.rights:
            assert (right, number) in after


def test_the_resources_of_a_limit() -> None:
    some: Limit = (Allowance(None, frozenset({1})), Allowance(Rights({"read"}), frozenset({2})))
    assert resources_of(some) == frozenset({1, 2})
    assert resources_of((*some, Allowance(Rights({"read"}), None))) is None
    assert resources_of(None) is None
    assert resources_of(()) == frozenset()
