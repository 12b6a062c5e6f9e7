"""The device authorization grant (RFC 8628)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.client import DEVICE_CODE, REFRESH_TOKEN
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.device_grant import (
    DRAWN,
    INTERVAL,
    LENGTH,
    LETTERS,
    DeviceCode,
    Pending,
    may_use_devices,
    poll,
    read_device_request,
    read_user_code,
    shown_user_code,
    user_code_of,
)
from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.issuance import Issuance, Refuse
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.policy import DEFAULT, Policy
from tests.protocol.examples import GRANT_ID, NATIVE, RIGHTS, SHOP, body, presented

TELEVISION = replace(NATIVE, redirect_uris=(), grant_types=frozenset({DEVICE_CODE}))
STAYS = replace(TELEVISION, grant_types=frozenset({DEVICE_CODE, REFRESH_TOKEN}))
SHOWN = presented(Kind.DEVICE_CODE, 700)
WAITING = DeviceCode(
    id=700,
    digest=SHOWN.digest,
    client_id=TELEVISION.id,
    expires_at=700,
    interval=INTERVAL,
    polled_at=None,
    answered=False,
    used_at=None,
)
ALLOWED = replace(WAITING, answered=True, grant_id=GRANT_ID, scope=frozenset({"read"}), user_id=9)
DENIED = replace(WAITING, answered=True)


def refused(answer: Issuance | Pending | Refuse) -> str:
    """The error's code; the refusal ends no grant."""
    assert isinstance(answer, Refuse)
    assert answer.revoke_grant is None
    return answer.error.code


@pytest.mark.rfc("8628", "6.1", "user codes have no vowels and few letters that are taken for others, in any case")
def test_the_letters_of_a_user_code() -> None:
    assert len(LETTERS) == len(set(LETTERS)) == 20
    assert LETTERS.upper() == LETTERS
    assert not set(LETTERS) & set("AEIOUY0123456789")


@pytest.mark.rfc("8628", "5.1", "a user code has enough entropy against guessing for as long as it lives")
@pytest.mark.rfc("8628", "6.1", "a user code that is typed has 20 letters to the power of 8")
def test_a_code_is_drawn_from_all_that_there_are() -> None:
    assert len(LETTERS) ** LENGTH > 2**34
    assert user_code_of(bytes(range(240, 256)) * 2) is None  # which would make some letters likelier
    assert user_code_of(bytes(range(8)) + bytes(24)) == LETTERS[:8]


@given(st.binary(min_size=DRAWN, max_size=DRAWN))
def test_every_drawn_code_can_be_read_as_it_is_shown(random: bytes) -> None:
    code = user_code_of(random)
    if code is not None:
        shown = shown_user_code(code)
        assert len(shown) == LENGTH + 1
        assert read_user_code(shown) == code


@pytest.mark.rfc("8628", "6.1", "case, spaces and punctuation that a person types make no difference")
@pytest.mark.parametrize(
    "typed", ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "Bcdf\u2013Ghjk", "b c d f . g h j k", "BCDF_GHJK"]
)
def test_what_people_type(typed: str) -> None:
    assert read_user_code(typed) == "BCDFGHJK"


@pytest.mark.parametrize(
    "typed", ["", "BCDF", "BCDF-GHJA", "BCDF-GHJKL", "BCDF/GHJK", "\uff22CDF-GHJK", "BCDF'GHJK", "ßcdfghjk"]
)
def test_what_is_no_code(typed: str) -> None:
    assert read_user_code(typed) is None


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    code = read_user_code(typed)
    assert code is None or (len(code) == LENGTH and set(code) <= set(LETTERS))


@pytest.mark.rfc("8628", "3.1", "a device asks for a scope as at the authorization endpoint, with no redirect URI")
def test_a_good_request() -> None:
    asked = read_device_request(body(scope="read liveview", unknown="x"), TELEVISION, DEFAULT, RIGHTS)
    assert asked == AuthorizationRequest(
        TELEVISION.id, "", redirect_uri_sent=False, scope=frozenset({"read", "liveview"})
    )


@pytest.mark.rfc("9396", "3", "a device may ask with authorization_details instead of a scope")
def test_a_request_with_details() -> None:
    details = '[{"type":"camera_access","actions":["liveview"]}]'
    asked = read_device_request(body(authorization_details=details), TELEVISION, DEFAULT, RIGHTS)
    assert isinstance(asked, AuthorizationRequest)
    assert asked.scope == {"liveview"}


@pytest.mark.rfc("8628", "3.1", "parameters must not be sent twice, nor be malformed")
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (body(("scope", "read"), ("scope", "read")), "invalid_request"),
        (body(), "invalid_scope"),
        (body(scope="no-such-right"), "invalid_scope"),
        (body(authorization_details="["), "invalid_authorization_details"),
        (body(authorization_details="x" * 5000), "invalid_authorization_details"),
    ],
)
def test_a_bad_request(parameters: Parameters, code: str) -> None:
    asked = read_device_request(parameters, TELEVISION, DEFAULT, RIGHTS)
    assert isinstance(asked, OAuthError)
    assert asked.code == code


@pytest.mark.rfc("8628", "3.2", "a client that may not use the device flow is refused as RFC 6749 has it")
def test_only_where_it_is_on() -> None:
    for client, policy in ((SHOP, DEFAULT), (TELEVISION, replace(Policy(), device_flow=False))):
        refusal = may_use_devices(client, policy)
        assert refusal is not None
        assert refusal.code == "unauthorized_client"
        assert isinstance(read_device_request(body(scope="read"), client, policy, RIGHTS), OAuthError)
    assert may_use_devices(TELEVISION, DEFAULT) is None


@pytest.mark.rfc("8628", "3.5", "once the user has said yes the device gets its tokens")
def test_a_device_that_was_let_in() -> None:
    assert poll(SHOWN, TELEVISION, ALLOWED, now=100) == Issuance(
        GRANT_ID, frozenset({"read"}), refreshable=False, user_id=9
    )


@pytest.mark.rfc("9700", "2.2.2", "a device gets a refresh token where its application has that grant, and rotates it")
def test_refresh_tokens_are_for_applications_that_have_them() -> None:
    answer = poll(SHOWN, STAYS, ALLOWED, now=100)
    assert isinstance(answer, Issuance)
    assert answer.refreshable


@pytest.mark.rfc("8628", "3.5", "authorization_pending while the user has not answered")
def test_nobody_has_answered() -> None:
    answer = poll(SHOWN, TELEVISION, WAITING, now=100)
    assert isinstance(answer, Pending)
    assert (answer.error.code, answer.error.status, answer.interval) == ("authorization_pending", 400, INTERVAL)


@pytest.mark.rfc("8628", "3.5", "slow_down where a device asks too early: the interval grows by five seconds")
def test_a_device_in_a_hurry() -> None:
    asked = replace(WAITING, polled_at=100)
    for now in (100, 103):
        answer = poll(SHOWN, TELEVISION, asked, now=now)
        assert isinstance(answer, Pending)
        assert (answer.error.code, answer.interval) == ("slow_down", INTERVAL + 5)
    for now in (104, 105, 300):  # 104: times are whole seconds, and the device may have waited five
        answer = poll(SHOWN, TELEVISION, asked, now=now)
        assert isinstance(answer, Pending)
        assert answer.error.code == "authorization_pending"
    slower = replace(asked, interval=INTERVAL + 5)
    answer = poll(SHOWN, TELEVISION, slower, now=105)
    assert isinstance(answer, Pending)
    assert answer.error.code == "slow_down"


@pytest.mark.rfc("8628", "3.5", "access_denied once the user has said no")
def test_a_device_that_was_not_let_in() -> None:
    assert refused(poll(SHOWN, TELEVISION, DENIED, now=100)) == "access_denied"


@pytest.mark.rfc("8628", "3.5", "expired_token once the time is over")
@pytest.mark.parametrize("code", [WAITING, ALLOWED])
def test_too_late(code: DeviceCode) -> None:
    assert refused(poll(SHOWN, TELEVISION, code, now=700)) == "expired_token"


@pytest.mark.rfc("8628", "5.2", "a device code is a secret: another one for the same row is unknown")
def test_a_guessed_device_code() -> None:
    assert refused(poll(presented(Kind.DEVICE_CODE, 700, 2), TELEVISION, ALLOWED, now=100)) == "invalid_grant"


@pytest.mark.rfc("6749", "5.2", "a device code of another client is invalid_grant")
def test_another_applications_device_code() -> None:
    other = replace(TELEVISION, id=TELEVISION.id + 1)
    assert refused(poll(SHOWN, other, ALLOWED, now=100)) == "invalid_grant"


@pytest.mark.rfc("10027", "6.1", "a device code is good for one answer; its second use ends what the first one gave")
def test_a_second_use() -> None:
    for code in (replace(ALLOWED, used_at=90), replace(ALLOWED, used_at=90, grant_ended=True)):
        answer = poll(SHOWN, TELEVISION, code, now=900)
        assert isinstance(answer, Refuse)
        assert (answer.error.code, answer.revoke_grant) == ("invalid_grant", GRANT_ID)


def test_a_replay_by_another_client_ends_nothing() -> None:
    other = replace(TELEVISION, id=TELEVISION.id + 1)
    assert refused(poll(SHOWN, other, replace(ALLOWED, used_at=90), now=100)) == "invalid_grant"


def test_access_that_was_ended_before_the_device_came() -> None:
    assert refused(poll(SHOWN, TELEVISION, replace(ALLOWED, grant_ended=True), now=100)) == "invalid_grant"
