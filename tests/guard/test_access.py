"""What is read of a good token, and what it allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.guard.access import Access, Application, User, has_begun, is_for, read_access, read_time
from gatelodge.guard.limits import CameraAccess

ISSUER = "https://cloud.example.com"
FULL = {
    "sub": "u1",
    "username": "olga@example.com",
    "client_id": "c1",
    "client_name": "Garden Monitor",
    "scope": "read liveview",
    "exp": 1_800_000_000,
}


def read(**changes: object) -> Access:
    """A user's access through an application, changed; None leaves a member out."""
    members = {name: value for name, value in {**FULL, **changes}.items() if value is not None}
    return read_access(members, ISSUER)


def limited(*details: object, scope: str = "read liveview") -> Access:
    """An access with authorization_details."""
    return read(authorization_details=list(details), scope=scope)


@pytest.mark.rfc("7662", "2.2", "an answer names the user, the application, the scopes and the end")
def test_a_user_through_an_application() -> None:
    access = read()
    assert access.user == User("u1", "olga@example.com")
    assert access.application == Application("c1", "Garden Monitor")
    assert (access.scopes, access.expires_at, access.issuer) == (frozenset({"read", "liveview"}), 1_800_000_000, ISSUER)
    assert (access.limits, access.details) == (None, ())


def test_a_users_own_token_has_no_application() -> None:
    access = read(client_id=None)
    assert (access.application, access.user and access.user.id) == (None, "u1")


@pytest.mark.rfc("9068", "2.2", "where no user takes part the subject is the application")
def test_an_application_as_itself_is_no_user() -> None:
    assert read(sub="c1", username=None).user is None


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": None, "client_id": None},
        {"sub": 7},
        {"scope": ["read"]},
        {"exp": "1800000000"},
        {"exp": True},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"authorization_details": {"type": "camera_access"}},
        {"authorization_details": ["camera_access"]},
        {"authorization_details": [{}]},
    ],
)
def test_what_cannot_be_understood_is_not_let_in(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^[^7]*$"):  # and the message holds no value
        read(**changes)


def test_without_limits_the_scopes_decide() -> None:
    access = read()
    assert access.allows("read", "k1")
    assert not access.allows("write", "k1")
    assert access.cameras("read") is None
    assert access.cameras("write") == frozenset()


@pytest.mark.rfc("9396", "9.2", "the details in an introspection answer limit what the token is good for")
def test_limits_are_read() -> None:
    access = limited({"type": "camera_access", "actions": ["liveview"], "cameras": ["k1"]}, {"type": "camera_access"})
    assert access.limits == (CameraAccess(frozenset({"liveview"}), frozenset({"k1"})), CameraAccess(None, None))


def test_a_limit_names_rights_and_cameras_and_what_is_left_out_means_all() -> None:
    access = limited(
        {"type": "camera_access", "actions": ["liveview"], "cameras": ["k1"]},
        {"type": "camera_access", "cameras": ["k2"]},
    )
    allowed = {(right, camera) for right in ("read", "liveview") for camera in ("k1", "k2", "k3")}
    allowed = {pair for pair in allowed if access.allows(*pair)}
    assert allowed == {("liveview", "k1"), ("liveview", "k2"), ("read", "k2")}
    assert access.cameras("liveview") == frozenset({"k1", "k2"})
    assert access.cameras("read") == frozenset({"k2"})
    everywhere = limited({"type": "camera_access", "actions": ["liveview"]})
    assert (everywhere.cameras("liveview"), everywhere.cameras("read")) == (None, frozenset())


def test_a_limit_never_gives_what_the_scopes_lack() -> None:
    access = limited({"type": "camera_access", "actions": ["write"]}, scope="read")
    assert not access.allows("write", "k1")
    assert not access.allows("read", "k1")


@pytest.mark.rfc("9396", "2", "details of a type that is not known are kept as they came, and give no access")
def test_an_unknown_type_is_kept_raw_and_allows_nothing() -> None:
    other = {"type": "payment", "amount": 3}
    access = limited(other)
    assert (access.details, access.limits) == ((other,), ())
    assert not access.allows("read", "k1")


@pytest.mark.parametrize(
    "detail",
    [
        {"type": "camera_access", "until": "noon"},
        {"type": "camera_access", "cameras": "k1"},
        {"type": "camera_access", "cameras": [1]},
        {"type": "camera_access", "actions": None},
        {"type": "camera_access", "cameras": []},
        {"type": "camera_access", "actions": []},
    ],
)
def test_a_limit_that_cannot_be_read_allows_nothing(detail: dict[str, object]) -> None:
    assert not limited(detail).allows("read", "k1")


def test_no_details_at_all_is_no_limit_but_an_empty_list_allows_nothing() -> None:
    assert read().allows("read", "k1")
    assert not limited().allows("read", "k1")


names = st.sampled_from(["read", "liveview", "write", "k1", "k2"])
details = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["camera_access", "other"])},
        optional={"actions": st.lists(names), "cameras": st.lists(names), "new": st.integers()},
    ),
    max_size=4,
)


@given(details, details, names, names)
def test_limits_only_take_away_and_more_of_them_only_give_back(
    some: list[object], more: list[object], right: str, camera: str
) -> None:
    free, narrow, wider = read(), limited(*some), limited(*some, *more)
    assert free.allows(right, camera) >= wider.allows(right, camera) >= narrow.allows(right, camera)
    cameras = narrow.cameras(right)
    assert narrow.allows(right, camera) == (cameras is None or camera in cameras)


@pytest.mark.rfc("7519", "4.1.3", "aud is one text or several, and has to name the API")
@pytest.mark.parametrize(
    ("aud", "good"), [("api", True), (["x", "api"], True), ("apis", False), (["x"], False), (None, False), (7, False)]
)
def test_an_audience_is_one_or_several(aud: object, good: bool) -> None:
    assert is_for({"aud": aud}, "api") is good


@pytest.mark.rfc("7519", "4.1.5", "a token counts from nbf on, with a small leeway for clocks")
def test_a_token_begins_with_nbf() -> None:
    assert has_begun({}, 100)
    assert has_begun({"nbf": 130}, 100, leeway=30)
    assert not has_begun({"nbf": 131}, 100, leeway=30)
    assert read_time({"nbf": 1.9}, "nbf") == 1
