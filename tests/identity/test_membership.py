"""Who may change whom in an account."""

from hypothesis import given
from hypothesis import strategies as st

from gatelodge.identity.membership import Change, Refusal, Standing, refusal
from gatelodge.identity.people import Access, Role

OWNER = Standing(1, Role.OWNER, Access.FULL, active=True)
SECOND = Standing(2, Role.OWNER, Access.FULL, active=True)
FULL_GUEST = Standing(3, Role.GUEST, Access.FULL, active=True)
GUEST = Standing(4, Role.GUEST, Access.PARTIAL, active=True)
ALL = (OWNER, SECOND, FULL_GUEST, GUEST)
TAKES = (Change.PARTIAL, Change.DISABLE, Change.REMOVE)


def test_full_access_may_change_guests_in_every_way() -> None:
    for actor in (OWNER, FULL_GUEST):
        for change in Change:
            assert refusal(change, actor.user_id, GUEST.user_id, ALL) is None


def test_without_full_access_at_that_moment_nothing_is_done() -> None:
    disabled = Standing(9, Role.OWNER, Access.FULL, active=False)
    for change in Change:
        assert refusal(change, GUEST.user_id, GUEST.user_id, ALL) is Refusal.NO_ACCESS
        assert refusal(change, GUEST.user_id, OWNER.user_id, ALL) is Refusal.NO_ACCESS
        assert refusal(change, 99, GUEST.user_id, ALL) is Refusal.NO_ACCESS
        assert refusal(change, 9, GUEST.user_id, (*ALL, disabled)) is Refusal.NO_ACCESS


def test_somebody_who_is_not_there_is_not_found() -> None:
    assert refusal(Change.REMOVE, OWNER.user_id, 99, ALL) is Refusal.NOT_THERE
    assert refusal(Change.REMOVE, None, 99, ALL) is Refusal.NOT_THERE


def test_an_owner_keeps_full_access_and_is_ended_by_owners_alone() -> None:
    assert refusal(Change.PARTIAL, OWNER.user_id, SECOND.user_id, ALL) is Refusal.OWNER_KEEPS_FULL
    assert refusal(Change.PARTIAL, None, SECOND.user_id, ALL) is Refusal.OWNER_KEEPS_FULL
    for change in Change:
        assert refusal(change, FULL_GUEST.user_id, OWNER.user_id, ALL) is Refusal.OWNERS_ONLY
    for change in (Change.DISABLE, Change.ENABLE, Change.REMOVE):
        assert refusal(change, OWNER.user_id, SECOND.user_id, ALL) is None


def test_oneself_one_can_only_remove() -> None:
    for change in (Change.DISABLE, Change.ENABLE, Change.FULL):
        assert refusal(change, OWNER.user_id, OWNER.user_id, ALL) is Refusal.YOURSELF
    assert refusal(Change.PARTIAL, FULL_GUEST.user_id, FULL_GUEST.user_id, ALL) is Refusal.YOURSELF
    assert refusal(Change.REMOVE, OWNER.user_id, OWNER.user_id, ALL) is None


def test_the_last_with_full_access_stays_whoever_asks() -> None:
    alone = (OWNER, GUEST)
    assert refusal(Change.REMOVE, OWNER.user_id, OWNER.user_id, alone) is Refusal.LAST_FULL
    for change in (Change.DISABLE, Change.REMOVE):
        assert refusal(change, None, OWNER.user_id, alone) is Refusal.LAST_FULL
    only_guest = (FULL_GUEST, GUEST)
    for change in TAKES:
        assert refusal(change, None, FULL_GUEST.user_id, only_guest) is Refusal.LAST_FULL


standings = st.lists(
    st.builds(Standing, st.integers(1, 5), st.sampled_from(Role), st.sampled_from(Access), active=st.booleans()).filter(
        lambda one: one.role is not Role.OWNER or one.access is Access.FULL
    ),
    max_size=5,
    unique_by=lambda one: one.user_id,
)


@given(standings, st.sampled_from(Change), st.none() | st.integers(1, 5), st.integers(1, 5))
def test_whoever_may_do_what_somebody_with_full_access_remains(
    everybody: list[Standing], change: Change, actor: int | None, person: int
) -> None:
    if refusal(change, actor, person, everybody) is not None or not any(one.full for one in everybody):
        return
    left = [one for one in everybody if one.user_id != person or change not in TAKES]
    assert any(one.full for one in left)
