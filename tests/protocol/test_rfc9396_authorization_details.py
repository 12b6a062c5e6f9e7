"""authorization_details of the type camera_access (RFC 9396): what is read, what is refused, what goes back."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.authorization import AuthorizationRequest, RefusedRequest, read_request
from gatelodge.protocol.authorization_details import (
    MAX_CAMERAS,
    MAX_OBJECTS,
    CameraAccess,
    Details,
    as_members,
    combine,
    format_details,
    read_details,
    repeats,
    stored_details,
)
from gatelodge.protocol.credentials import MAX_ID, public_id
from gatelodge.protocol.errors import InvalidAuthorizationDetails
from gatelodge.protocol.parameters import MAX_VALUE, Parameters, read_parameters
from tests.protocol.examples import RIGHTS, SHOP, SHOP_PUBLIC_ID, SHOP_URI

CAMERA = public_id(7)
ASKS: dict[str, str] = {
    "response_type": "code",
    "client_id": SHOP_PUBLIC_ID,
    "redirect_uri": SHOP_URI,
    "scope": "read liveview",
    "state": "st",
}
ACCESS = st.builds(
    CameraAccess,
    st.none() | st.frozensets(st.sampled_from(sorted(RIGHTS)), min_size=1),
    st.none() | st.frozensets(st.integers(0, MAX_ID), min_size=1, max_size=5),
)
DETAILS = st.lists(ACCESS, min_size=1, max_size=5).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["type", "actions", "cameras"]), inner),
    max_leaves=20,
)


def read(*objects: dict[str, Any]) -> Details | InvalidAuthorizationDetails:
    """What comes of these objects."""
    return read_details(json.dumps(objects), RIGHTS)


def access(**members: Any) -> dict[str, Any]:
    """An object of the type."""
    return {"type": "camera_access", **members}


def asked(details: object = None, **changes: str | None) -> AuthorizationRequest | RefusedRequest:
    """What comes of an authorization request with these authorization_details."""
    sent: dict[str, str | None] = dict(ASKS)
    if details is not None:
        sent["authorization_details"] = details if isinstance(details, str) else json.dumps(details)
    values = {name: value for name, value in {**sent, **changes}.items() if value is not None}
    request = read_request(Parameters(values), SHOP, RIGHTS)
    assert isinstance(request, AuthorizationRequest | RefusedRequest)
    return request


@pytest.mark.rfc("9396", "2", "the parameter is a JSON array of objects, each of a type that says what it may hold")
def test_an_object_names_rights_and_cameras_and_leaves_out_what_is_not_limited() -> None:
    assert read(access()) == (CameraAccess(),)
    assert read(access(actions=["read"], cameras=[CAMERA])) == (CameraAccess(frozenset({"read"}), frozenset({7})),)
    assert read(access(cameras=[CAMERA, CAMERA])) == (CameraAccess(None, frozenset({7})),)
    assert read(access(actions=["read"]), access(actions=["events"], cameras=[CAMERA]), access(actions=["read"])) == (
        CameraAccess(frozenset({"read"})),
        CameraAccess(frozenset({"events"}), frozenset({7})),
    )


FAULTY: dict[str, str] = {
    "no JSON": "camera_access",
    "nothing": "",
    "an object": json.dumps(access()),
    "a string": '"camera_access"',
    "null": "null",
    "empty": "[]",
    "not objects": '["camera_access"]',
    "null in it": "[null]",
    "lists in it": "[[]]",
    "no type": "[{}]",
    "a type that is no string": '[{"type": ["camera_access"]}]',
    "another type": '[{"type": "payment_initiation"}]',
    "another type beside ours": json.dumps([access(), {"type": "openid_credential"}]),
    "another spelling": '[{"type": "Camera_Access"}]',
    "an unknown member": json.dumps([access(identifier="x")]),
    "a common member that this type has not": json.dumps([access(locations=["https://api.example.com"])]),
    "actions that are a string": json.dumps([access(actions="read")]),
    "actions that are null": json.dumps([access(actions=None)]),
    "no action": json.dumps([access(actions=[])]),
    "an unknown action": json.dumps([access(actions=["read", "fly"])]),
    "actions in another spelling": json.dumps([access(actions=["Read"])]),
    "numbers for actions": json.dumps([access(actions=[1])]),
    "lists for actions": json.dumps([access(actions=[["read"]])]),
    "no camera": json.dumps([access(cameras=[])]),
    "cameras that are an object": json.dumps([access(cameras={CAMERA: True})]),
    "a number for a camera": json.dumps([access(cameras=[7])]),
    "no id": json.dumps([access(cameras=["Front door"])]),
    "an id that is too great": json.dumps([access(cameras=["z" * 11])]),
    "an empty id": json.dumps([access(cameras=[""])]),
    "half a surrogate": '[{"type": "camera_access", "cameras": ["\\ud800"]}]',
    "a member twice": f'[{{"type": "camera_access", "cameras": ["{CAMERA}"], "cameras": ["{public_id(8)}"]}}]',
    "the type twice": '[{"type": "other", "type": "camera_access"}]',
    "too many objects": json.dumps([access(cameras=[public_id(n)]) for n in range(MAX_OBJECTS + 1)]),
    "too many cameras": json.dumps([access(cameras=[public_id(n) for n in range(MAX_CAMERAS + 1)])]),
    "no number": "[NaN]",
    "an endless number": "[Infinity]",
    "a number of thousands of digits": f"[{'1' * 5000}]",
    "very deep lists": "[" * 100_000,
    "very deep objects": '{"a":' * 100_000,
    "more after the end": f"{json.dumps([access()])} []",
}


@pytest.mark.rfc("9396", "5", "an unknown type, or an object that is not as its type says, is refused")
@pytest.mark.parametrize("text", FAULTY.values(), ids=FAULTY)
def test_what_is_not_exactly_right_is_refused(text: str) -> None:
    assert isinstance(read_details(text, RIGHTS), InvalidAuthorizationDetails)


UNREADABLE = ("no JSON", "an object", "empty", "another type", "an unknown member", "very deep lists", "no id")


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_was_stored_and_can_not_be_read_allows_nothing(name: str) -> None:
    """Such as what a newer version wrote, whose members this one does not know."""
    assert stored_details(FAULTY[name]) == ()


@given(st.text() | JSON.map(json.dumps))
def test_whatever_is_sent_it_is_read_or_refused(text: str) -> None:
    read = read_details(text, RIGHTS)
    if isinstance(read, tuple):
        assert all(one.actions is None or one.actions <= RIGHTS for one in read)
    else:
        assert isinstance(read, InvalidAuthorizationDetails)


@given(DETAILS)
def test_what_is_stored_is_read_back_and_has_one_spelling(details: Details) -> None:
    text = format_details(details)
    assert set(stored_details(text)) == set(details)
    assert read_details(text, RIGHTS) == stored_details(text)
    assert format_details(reversed(details)) == text == format_details(stored_details(text))
    assert json.loads(text) == as_members(details)


@pytest.mark.rfc("9396", "5", "the error is the application's to hear, by redirect and with its state")
@pytest.mark.parametrize("text", [FAULTY["another type"], FAULTY["a member twice"], "x" * (MAX_VALUE + 1)])
def test_the_application_hears_of_it(text: str) -> None:
    sent = read_parameters(urlencode({**ASKS, "authorization_details": text}).encode())
    refused = read_request(sent, SHOP, RIGHTS)
    assert isinstance(refused, RefusedRequest)
    assert refused.error.code == "invalid_authorization_details"
    assert (refused.redirect_uri, refused.state) == (SHOP_URI, "st")


@pytest.mark.rfc("6749", "3.1", "no parameter may be there twice: authorization_details neither")
def test_details_in_query_and_body_are_refused() -> None:
    one, other = (urlencode({"authorization_details": json.dumps([access(cameras=[CAMERA])])}) for _ in range(2))
    refused = read_request(read_parameters(f"{urlencode(ASKS)}&{one}".encode(), other.encode()), SHOP, RIGHTS)
    assert isinstance(refused, RefusedRequest)
    assert refused.error.code == "invalid_request"
    assert "authorization_details" in refused.error.description


@pytest.mark.rfc("9396", "3", "a request that holds to the scope alone is as it always was")
def test_without_details_nothing_is_limited() -> None:
    request = asked()
    assert isinstance(request, AuthorizationRequest)
    assert (request.scope, request.details) == (frozenset({"read", "liveview"}), None)
    assert asked(authorization_details="") == request  # an empty value counts as not sent (RFC 6749 §3.1)


@pytest.mark.rfc("9396", "3.1", "scope and authorization_details are taken together: what both allow")
def test_scope_and_details_are_taken_together() -> None:
    request = asked([access(cameras=[CAMERA])])
    assert isinstance(request, AuthorizationRequest)
    assert request.scope == {"read", "liveview"}
    assert request.details == (CameraAccess(None, frozenset({7})),)
    narrower = asked([access(actions=["read"])])
    assert isinstance(narrower, AuthorizationRequest)
    assert narrower.scope == {"read"}
    alone = asked([access(actions=["read"]), access(actions=["events"], cameras=[CAMERA])], scope=None)
    assert isinstance(alone, AuthorizationRequest)
    assert alone.scope == {"read", "events"}


@pytest.mark.parametrize(
    ("details", "scope", "error"),
    [
        ([access(actions=["events"])], "read liveview", "invalid_authorization_details"),
        ([access(actions=["read", "events"])], "read", "invalid_authorization_details"),
        ([access()], None, "invalid_scope"),
        ([access(), access(actions=["read"])], None, "invalid_scope"),
        ([access(actions=["read"])], "read everything", "invalid_scope"),
        ([access(actions=["read"])], 'read "', "invalid_scope"),
        ([{"type": "x"}], "everything", "invalid_scope"),
        ([{"type": "x"}], "read", "invalid_authorization_details"),
    ],
)
def test_a_scope_and_details_that_do_not_go_together_are_refused(
    details: list[dict[str, Any]], scope: str | None, error: str
) -> None:
    refused = asked(details, scope=scope)
    assert isinstance(refused, RefusedRequest)
    assert refused.error.code == error


@given(st.frozensets(st.sampled_from(sorted(RIGHTS))), DETAILS)
def test_together_they_never_ask_for_more_than_either(scope: frozenset[str], details: Details) -> None:
    whole = combine(scope, details)
    if isinstance(whole, InvalidAuthorizationDetails):
        return
    if scope:
        assert whole <= scope
    if all(one.actions is not None for one in details):
        assert whole <= frozenset[str]().union(*(one.actions or () for one in details))


@pytest.mark.rfc("9396", "6", "a token request may repeat what was granted, in whatever order, and change nothing")
@given(DETAILS, DETAILS)
def test_what_was_granted_can_be_told_from_anything_else(granted: Details, other: Details) -> None:
    stored = format_details(granted)
    assert repeats(json.dumps(list(reversed(as_members(granted))), indent=1), stored)
    assert repeats(format_details(other), stored) == (set(other) == set(granted))
    assert not repeats(stored, None)
    for text in ("", "[", "[{}]", "null", "[" * 100_000):
        assert not repeats(text, stored)
