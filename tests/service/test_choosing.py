"""What a person can choose, by its properties: whatever an application asks and a form brings, nobody gets more than
was asked for, nothing is given that wasn't offered, and memory gives nothing that wasn't decided."""

from hypothesis import given
from hypothesis import strategies as st

from gatelodge.identity.effective import Holding, effective, users_rights
from gatelodge.identity.people import Access
from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.authorization_details import CameraAccess, Details
from gatelodge.protocol.openid import IDENTITY_SCOPES
from gatelodge.protocol.scope import Scope
from gatelodge.service.choosing import Choice, decided, from_memory, make_offer
from gatelodge.service.limits import limit_of
from gatelodge.service.records import Consent, Granted
from gatelodge.service.refusals import Faults

NUMBERS = range(1, 7)  # of cameras; the user may have those up to 5, and the last is one of the future
SCOPES = st.frozensets(st.sampled_from(["read", "liveview", "events"]), min_size=1)
ACCESS = st.builds(
    CameraAccess, st.none() | SCOPES, st.none() | st.frozensets(st.integers(1, 5), min_size=1, max_size=3)
)
DETAILS = st.none() | st.lists(ACCESS, min_size=1, max_size=3).map(tuple)
IDENTITY = st.frozensets(st.sampled_from(sorted(IDENTITY_SCOPES)))
ASKED = st.builds(frozenset.union, SCOPES | st.just(frozenset()), IDENTITY).filter(bool)
REQUESTS = st.builds(
    lambda scope, details: AuthorizationRequest(1, "https://app.example/", True, scope, details=details),
    ASKED,
    DETAILS,
)
HOLDINGS = st.lists(
    st.builds(Holding, st.integers(1, 5), st.just("x"), st.just("y"), st.sampled_from(Access), SCOPES),
    unique_by=lambda one: one.resource_id,
    max_size=5,
)
CONSENTS = st.none() | st.builds(Consent, ASKED, st.just(1), DETAILS, st.just(frozenset()) | SCOPES)
CHOICES = st.none() | st.builds(
    Choice, st.just(frozenset()) | SCOPES, st.none() | st.frozensets(st.integers(0, 6), max_size=4)
)


def reached(scope: Scope, details: Details | None) -> set[tuple[str, int]]:
    """Every right on every camera that somebody with full access has through it."""
    holdings = [Holding(number, "", "", Access.FULL, frozenset()) for number in NUMBERS]
    return {(right, one.resource_id) for one in holdings for right in effective(scope, limit_of(details), one)}


@given(REQUESTS, SCOPES, HOLDINGS, CONSENTS, CHOICES)
def test_no_choice_gives_more_than_was_asked_for_or_offered(
    request: AuthorizationRequest,
    optional: Scope,
    holdings: list[Holding],
    consent: Consent | None,
    choice: Choice | None,
) -> None:
    offer = make_offer(request, optional, holdings, consent)
    usable = {one.resource_id for one in holdings if users_rights(one)}
    assert offer.ids <= usable
    assert offer.declined <= offer.optional <= request.scope
    assert offer.chosen is None or offer.chosen <= offer.ids
    granted = decided(offer, choice)
    if isinstance(granted, Faults):
        assert granted.fields
        return
    given = reached(granted.scope, granted.details)
    assert given <= reached(request.scope, request.details)
    assert request.scope - optional <= granted.scope <= request.scope
    if choice is not None:
        assert granted.scope & optional <= choice.optional
        if choice.resources is not None:
            assert choice.resources <= offer.ids or granted.scope <= IDENTITY_SCOPES
            assert {number for _, number in given} <= choice.resources
    before = set() if consent is None else reached(consent.scope, consent.details)
    remembered = granted.remembered(consent, now=2)
    after = reached(remembered.scope, remembered.details)
    assert given <= after <= given | before


@given(REQUESTS, SCOPES | st.just(frozenset()), HOLDINGS, CONSENTS)
def test_memory_gives_nothing_that_was_not_decided(
    request: AuthorizationRequest, optional: Scope, holdings: list[Holding], consent: Consent | None
) -> None:
    offer = make_offer(request, optional, holdings, consent)
    granted = from_memory(offer, consent)
    if granted is None:
        return
    assert consent is not None
    given = reached(granted.scope, granted.details)
    assert given <= reached(consent.scope, consent.details)
    assert given <= reached(request.scope, request.details)
    assert request.scope - granted.scope <= optional & consent.declined
    assert granted.remembered(consent, now=2) == consent
    if not offer.everything:
        assert {number for _, number in given} <= offer.ids


@given(REQUESTS, SCOPES | st.just(frozenset()), HOLDINGS, CONSENTS)
def test_what_memory_answers_does_not_depend_on_cameras_that_were_not_decided_on(
    request: AuthorizationRequest, optional: Scope, holdings: list[Holding], consent: Consent | None
) -> None:
    """An application that may ask nothing aloud hears the same whether or not its user has another camera."""
    decided_on = set() if consent is None else {number for _, number in reached(consent.scope, consent.details)}
    fewer = [one for one in holdings if one.resource_id in decided_on]
    answers = [from_memory(make_offer(request, optional, some, consent), consent) for some in (holdings, fewer)]
    assert answers[0] == answers[1]


@given(REQUESTS, SCOPES, HOLDINGS, CONSENTS, CHOICES)
def test_what_was_just_decided_answers_the_same_question_again(
    request: AuthorizationRequest,
    optional: Scope,
    holdings: list[Holding],
    consent: Consent | None,
    choice: Choice | None,
) -> None:
    """Unless fewer cameras were picked than were asked for: then it is asked again, with these picked."""
    first = decided(make_offer(request, optional, holdings, consent), choice)
    if isinstance(first, Faults):
        return
    remembered = first.remembered(consent, now=2)
    again = from_memory(make_offer(request, optional, holdings, remembered), remembered)
    if again is not None:
        assert reached(again.scope, again.details) == reached(first.scope, first.details)
    else:
        assert choice is not None
        assert choice.resources is not None
    assert isinstance(first, Granted)
