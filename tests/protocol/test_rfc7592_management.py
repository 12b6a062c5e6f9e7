"""RFC 7591 §3 and RFC 7592: who may register and who may manage, and what is answered."""

import pytest

from gatelodge.protocol.client_metadata import Described
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import Kind, Presented, compose, public_id
from gatelodge.protocol.errors import InvalidClientMetadata, InvalidToken
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.registration import (
    Anybody,
    client_information,
    lists_all,
    may_manage,
    read_members,
    update_fault,
    who_registers,
)

JSON = "application/json"
BY_TOKEN, OPEN = Policy(registration="token"), Policy(registration="open")
INITIAL = compose(Kind.INITIAL_ACCESS_TOKEN, 5, b"i" * 32)[0]
MANAGES = compose(Kind.REGISTRATION_TOKEN, 7, b"r" * 32)[0]


@pytest.mark.rfc("7591", "3", "an initial access token is shown as a bearer token")
@pytest.mark.rfc("7591", "3", "where everybody may register, no token is needed")
def test_who_registers() -> None:
    assert isinstance(who_registers(OPEN, None), Anybody)
    assert isinstance(who_registers(BY_TOKEN, None), InvalidToken)
    for policy in (OPEN, BY_TOKEN):
        shown = who_registers(policy, f"Bearer {INITIAL}")
        assert isinstance(shown, Presented)
        assert (shown.kind, shown.id) == (Kind.INITIAL_ACCESS_TOKEN, 5)


@pytest.mark.parametrize(
    "shown", [f"Bearer {MANAGES}", f"Basic {INITIAL}", "Bearer x", "Bearer", INITIAL, f"Bearer {INITIAL}x"]
)
def test_a_wrong_token_is_never_passed_over(shown: str) -> None:
    assert isinstance(who_registers(OPEN, shown), InvalidToken)


@pytest.mark.rfc("7592", "2", "the registration access token is shown as a bearer token, and is the application's own")
@pytest.mark.rfc("7592", "2.1", "an application that is not there, or is another's, reads as a wrong token")
def test_who_manages() -> None:
    assert isinstance(may_manage(7, f"bearer {MANAGES}"), Presented)
    for application_id, shown in [
        (8, f"Bearer {MANAGES}"),
        (None, f"Bearer {MANAGES}"),
        (7, None),
        (5, f"Bearer {INITIAL}"),
    ]:
        assert isinstance(may_manage(application_id, shown), InvalidToken)


@pytest.mark.rfc("7592", "2.2", "an update names its application")
def test_an_update_names_its_application() -> None:
    assert update_fault({"client_id": public_id(7)}, public_id(7)) is None
    for members in ({}, {"client_id": public_id(8)}, {"client_id": 7}):
        assert isinstance(update_fault(members, public_id(7)), InvalidClientMetadata)


@pytest.mark.rfc("7591", "3.1", "a registration is a JSON object")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"\xff",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"a": ' + b"9" * 60_000 + b"}",
    ],
)
def test_what_is_no_object_is_refused(body: bytes) -> None:
    assert isinstance(read_members(body, JSON), InvalidClientMetadata)


def test_the_media_type_is_json() -> None:
    assert read_members(b"{}", JSON) == {}
    assert isinstance(read_members(b"{}", "application/x-www-form-urlencoded"), InvalidClientMetadata)


@pytest.mark.rfc("7591", "3.2.1", "the answer has the client_id and when it was issued, and says that the secret lasts")
@pytest.mark.rfc("7592", "3", "the answer has the address and the token to manage it by")
def test_the_client_information_response() -> None:
    described = Described("Notes", ("https://a.example/",), frozenset({"authorization_code"}), True, ClientSettings())
    told = client_information(
        described, "abc", issued_at=9, secret="s3cret", address="https://x.example/oauth2/register/abc", token="t"
    )
    assert {name: told[name] for name in told if "client_" in name or "registration" in name} == {
        "client_id": "abc",
        "client_id_issued_at": 9,
        "client_name": "Notes",
        "client_secret": "s3cret",
        "client_secret_expires_at": 0,
        "registration_client_uri": "https://x.example/oauth2/register/abc",
        "registration_access_token": "t",
    }
    public = client_information(described, "abc", issued_at=9, secret=None, address="a", token="t")
    assert "client_secret" not in public
    assert "client_secret_expires_at" not in public


@pytest.mark.rfc("OpenID Connect Registration", "5", "every redirect URI is in the list of the sector")
def test_the_list_of_a_sector() -> None:
    assert lists_all(b'["https://a.example/", "https://b.example/"]', ["https://b.example/"])
    for body in (b'["https://b.example/x"]', b'{"https://b.example/": 1}', b"<html>", b"[" * 60_000, b"[]"):
        assert not lists_all(body, ["https://b.example/"])
