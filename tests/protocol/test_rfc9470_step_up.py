"""Step-up authentication (RFC 9470)."""

import pytest

from gatelodge.protocol.bearer import challenge
from gatelodge.protocol.issuance import PLAIN, GrantContext
from gatelodge.protocol.step_up import unmet

GOLD, PASSWORD = "urn:example:gold", "urn:gatelodge:acr:password"
SIGNED_IN = GrantContext(auth_time=1000, acr=PASSWORD, amr=("pwd",))


@pytest.mark.rfc("9470", "3", "a sign-in that is older than max_age is not enough")
@pytest.mark.parametrize(("now", "enough"), [(1000, True), (1060, True), (1061, False)])
def test_a_sign_in_gets_too_old(now: int, enough: bool) -> None:
    assert (unmet(SIGNED_IN, max_age=60, now=now) is None) is enough


@pytest.mark.rfc("9470", "3", "a sign-in of another kind than acr_values name is not enough")
def test_a_sign_in_of_another_kind_is_not_enough() -> None:
    assert unmet(SIGNED_IN, max_age=None, acr_values=(GOLD, PASSWORD), now=9999) is None
    assert unmet(SIGNED_IN, max_age=None, acr_values=(GOLD,), now=1000) is not None
    assert unmet(SIGNED_IN, max_age=None, now=9999) is None


@pytest.mark.parametrize("more", [{"max_age": 10**9}, {"max_age": None, "acr_values": (PASSWORD,)}])
def test_a_token_that_does_not_tell_is_not_enough(more: dict[str, object]) -> None:
    assert unmet(PLAIN, now=1000, **more) is not None  # type: ignore[arg-type]  # each of the two
    assert unmet(PLAIN, max_age=None, now=1000) is None


@pytest.mark.rfc("9470", "3", "the challenge is a 401 with insufficient_user_authentication, acr_values and max_age")
def test_the_challenge_says_what_to_ask_for() -> None:
    error = unmet(SIGNED_IN, max_age=60, acr_values=(GOLD, "b"), now=1000)
    assert error is not None
    assert error.status == 401
    said = challenge("https://cloud.example.com", error)
    assert 'error="insufficient_user_authentication"' in said
    assert f'acr_values="{GOLD} b"' in said
    assert 'max_age="60"' in said
    alone = unmet(PLAIN, max_age=0, now=1000)
    assert alone is not None
    assert 'max_age="0"' in challenge("x", alone)
    assert "acr_values=" not in challenge("x", alone)
