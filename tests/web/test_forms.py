"""The portal's forms, filled in by somebody who doesn't use the pages for it."""

from collections.abc import Callable

import pytest

from tests.support.server import Server
from tests.web.browser import FORM, Browser, action, field
from tests.web.raw import Answer

NEW_TOKEN, NEW_APPLICATION = "/api-access/tokens/new", "/api-access/applications/new"


@pytest.fixture
def owner(server: Server) -> Browser:
    """A browser on which the user with full access is signed in."""
    browser = Browser(server)
    assert browser.sign_in(server.user("full")).status == 303
    return browser


def token_fields(page: Answer) -> dict[str, str]:
    """What the form for a token would send."""
    once = {"csrf": field(page, "csrf"), "once": field(page, "once")}
    return {**once, "name": "A script", "scope": "read", "expires": "7d"}


def application_fields(page: Answer) -> dict[str, str]:
    """What the form for an application would send."""
    once = {"csrf": field(page, "csrf"), "once": field(page, "once")}
    return {**once, "name": "An app", "description": "", "redirect_uris": "https://a.example/cb", "kind": "public"}


FORMS: dict[str, Callable[[Answer], dict[str, str]]] = {NEW_TOKEN: token_fields, NEW_APPLICATION: application_fields}


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"name":"x"}'),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--x--'),
        ("text/plain", b"name=x"),
        ("", b"name=x"),
        (FORM[1], b"name=%FF"),
        (FORM[1], b"name=%ED%A0%80"),
        (FORM[1], "name=é".encode()),
        (FORM[1], b"&".join(b"scope=read" for _ in range(3001))),
    ],
)
def test_a_body_that_no_form_of_ours_sends_is_refused(
    owner: Browser, path: str, content_type: str, body: bytes
) -> None:
    answer = owner.send("POST", path, [("Content-Type", content_type)], body)
    assert answer.status == 400
    assert "The form could not be read" in answer.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "   "}, "Enter a name."),
        ({"name": "a" * 81}, "Use at most 80 characters."),
        ({"name": "a\0b"}, "shown"),
        ({"name": "a\u202eb"}, "shown"),
        ({"name": "a\r\nb"}, "shown"),
        ({"name": "a\u200bb"}, "shown"),
        ({"scope": ""}, "Choose"),
        ({"scope": "everything"}, "Choose"),
        ({"expires": ""}, "Choose when the token expires."),
        ({"expires": "100y"}, "Choose when the token expires."),
        ({"once": ""}, "too old"),
        ({"once": "00000000001.x"}, "too old"),
        ({"once": "é\0"}, "too old"),
    ],
)
def test_a_token_that_can_not_be_made(owner: Browser, changes: dict[str, str], sentence: str) -> None:
    answer = owner.post(NEW_TOKEN, {**token_fields(owner.get(NEW_TOKEN)), **changes})
    assert answer.status == 422
    assert sentence in answer.text
    assert "glut_" not in answer.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "\u202eevil"}, "shown"),
        ({"description": "a" * 501}, "Use at most 500 characters."),
        ({"description": "a\0"}, "shown"),
        ({"redirect_uris": ""}, "Enter at least one address"),
        ({"redirect_uris": "\r\n \r\n"}, "Enter at least one address"),
        ({"redirect_uris": "javascript:alert(1)"}, "Use https://"),
        ({"redirect_uris": "https://a.example/\0"}, "character"),
        ({"redirect_uris": "https://a.example/#x"}, "Leave out the part"),
        ({"redirect_uris": "http://a.example/"}, "Use https://"),
        ({"redirect_uris": "\n".join(f"https://a.example/{n}" for n in range(21))}, "Use at most 20 addresses."),
        ({"redirect_uris": "https://a.example/" + "a" * 2000}, "longer than 2000"),
        ({"once": "x"}, "too old"),
    ],
)
def test_an_application_that_can_not_be_made(owner: Browser, changes: dict[str, str], sentence: str) -> None:
    answer = owner.post(NEW_APPLICATION, {**application_fields(owner.get(NEW_APPLICATION)), **changes})
    assert answer.status == 422
    assert sentence in answer.text
    assert "glcs_" not in answer.text


@pytest.mark.parametrize("path", FORMS)
def test_a_form_sent_twice_makes_one(owner: Browser, path: str) -> None:
    fields = FORMS[path](owner.get(path))
    first, second = owner.post(path, fields), owner.post(path, fields)
    assert (first.status, second.status) == (200, 422)
    assert "sent before" in second.text
    assert not any(prefix in second.text for prefix in ("glut_", "glcs_"))


@pytest.mark.parametrize(
    "target",
    [
        template.format(name)
        for template in (
            "/api-access/tokens/{}/end",
            "/api-access/authorized/{}/end",
            "/api-access/applications/{}/delete",
            "/api-access/applications/{}/secret",
            "/api-access/applications/{}/edit",
            "/api-access/applications/{}/settings/proof",
        )
        for name in ("0", "00000000001", "zzzzzzzzzzz", "-1", "%00", "%FF", "1'--", "a" * 300, "%C2%B2%C2%B2%C2%B2")
    ],
)
def test_an_id_that_is_none_is_not_found(owner: Browser, target: str) -> None:
    answer = owner.post(target, {"csrf": owner.csrf()})
    assert answer.status == 404
    assert "Page not found" in answer.text


def test_a_consent_that_is_answered_with_neither_word_is_asked_again(owner: Browser) -> None:
    page = owner.ask_for(prompt="consent")
    where = action(page, "/authorize/")
    for answer in ("", "maybe", "ALLOW", "allow\0"):
        again = owner.post(where, {"csrf": field(page, "csrf"), "answer": answer})
        assert (again.status, again["location"]) == (303, where)
    twice = owner.post(where, [("csrf", field(page, "csrf")), ("answer", "allow"), ("answer", "deny")])
    assert "error=access_denied" in twice["location"]  # the last word counts
