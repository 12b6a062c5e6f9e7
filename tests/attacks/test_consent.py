"""The consent page: what waits for one person is not another's to answer, and is answered once."""

import re
from collections.abc import Callable

import pytest

from gatelodge.service.services import Services
from tests.attacks.world import App, House, application
from tests.support.server import Server
from tests.web.browser import Browser, action, authorization_target, destination, exchange, field
from tests.web.raw import Answer
from tests.web.served import change, use

OVER = "This request is over"


def gone(answer: Answer) -> bool:
    """Whether there is nothing to answer any more."""
    return answer.status == 404 and OVER in answer.text


def test_a_stolen_handle_is_worth_nothing_in_another_browser(server: Server, house: House, owner: Browser) -> None:
    page = owner.ask_for(prompt="consent")
    where = action(page, "/authorize/")
    thief, stranger = Browser(server), Browser(server)
    assert thief.sign_in(house.guest).status == 303
    for browser in (thief, stranger):
        assert gone(browser.get(where))
        assert gone(browser.post(where, {"csrf": browser.csrf(), "answer": "allow"})) or browser is stranger
        assert "Garden Monitor" not in browser.get(f"/signin?next={where}").text
    assert owner.answer(page).status == 303  # it waited on for whom it was


def test_a_handle_is_bound_to_the_browser_and_not_to_the_session(server: Server, house: House) -> None:
    """Somebody who signs in as another on the same browser is asked anew, as that other."""
    browser = Browser(server)
    assert browser.sign_in(house.owner).status == 303
    page = browser.ask_for(prompt="consent")
    where = action(page, "/authorize/")
    assert house.owner.email in page.text
    assert browser.sign_in(house.guest, where)["location"] == where
    old = browser.post(where, {"csrf": field(page, "csrf"), "answer": "allow"})
    assert old.status == 403  # the page that the other one looked at
    page = browser.get(where)
    assert house.guest.email in page.text
    assert house.owner.email not in page.text


def test_a_request_is_answered_once(owner: Browser) -> None:
    for first in ("allow", "deny"):
        page = owner.ask_for(prompt="consent")
        assert owner.answer(page, first).status == 303
        for second in ("allow", "deny"):
            assert gone(owner.answer(page, second))
        assert gone(owner.get(action(page, "/authorize/")))


END: dict[str, Callable[[str], str]] = {
    "deleted": lambda row: f"DELETE FROM applications WHERE {row}",
    "switched off": lambda row: f"UPDATE applications SET disabled_at = 1 WHERE {row}",
    "without its address": lambda row: (
        "UPDATE redirect_uris SET uri = 'https://moved.example/' "
        f"WHERE application_id IN (SELECT id FROM applications WHERE {row})"
    ),
    "too late": lambda _row: "UPDATE authorization_requests SET expires_at = 1",
}


@pytest.mark.rfc("9700", "2.1", "a code goes to an address that is registered when it is sent")
@pytest.mark.parametrize("end", END)
def test_what_an_application_asked_for_before_its_end_is_over(own_server: Server, house: House, end: str) -> None:
    browsers = [Browser(own_server) for _ in range(2)]
    pages = []
    for browser in browsers:
        assert browser.sign_in(house.owner).status == 303
        pages.append(browser.ask_for(prompt="consent"))
    change(own_server, "PRAGMA foreign_keys=ON", END[end]("name = 'Garden Monitor'"))
    assert gone(browsers[0].answer(pages[0], "allow"))
    assert gone(browsers[1].answer(pages[1], "deny"))  # nothing at all goes there
    assert gone(browsers[0].get(action(pages[0], "/authorize/")))


def test_who_was_disabled_meanwhile_grants_nothing(own_server: Server, house: House) -> None:
    browser = Browser(own_server)
    assert browser.sign_in(house.guest).status == 303
    page = browser.ask_for(prompt="consent")
    change(own_server, "UPDATE users SET disabled_at = 1 WHERE email = 'guest@example.com'")
    answer = browser.answer(page)
    assert answer.status == 403  # its session is over, and so is the token of its forms
    assert "location" not in answer


@pytest.mark.rfc("6749", "10.2", "a remembered consent counts only where the answer can reach nobody else")
def test_a_public_client_or_another_scope_is_asked_about_each_time(
    server: Server, house: House, owner: Browser
) -> None:
    public = {
        "client_id": house.public.client_id,
        "redirect_uri": house.public.redirect_uri,
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    owner.code(house.owner, **public)
    silently = owner.ask_for(prompt="none", **public)
    assert silently.status == 303
    assert destination(silently) == "https://kiosk.example"
    owner.code(house.owner, scope="read")
    assert "Allow access" in owner.ask_for(scope="read,write,recordings_delete").text
    assert "error=consent_required" in owner.ask_for(scope="read,write,recordings_delete", prompt="none")["location"]


def test_consent_of_one_user_is_none_of_another(server: Server, house: House) -> None:
    app = {"client_id": house.other.client_id, "redirect_uri": house.other.redirect_uri}
    Browser(server).code(house.owner, **app)
    guest = Browser(server)
    assert guest.sign_in(house.guest).status == 303
    assert "error=consent_required" in guest.ask_for(prompt="none", **app)["location"]


def sources(answer: Answer) -> list[str]:
    """Where a page's forms may lead."""
    found = re.search(r"form-action ([^;]*)", answer["content-security-policy"])
    assert found
    return found[1].split()


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("https://app.example.com:8443/cb?a=b;script-src%20x", "https://app.example.com:8443"),
        ("http://127.0.0.1:9000/cb;x,y'z", "http://127.0.0.1:9000"),
        ("http://[::1]:9000/cb", "http:"),
        ("com.example.app:/cb;script-src", "com.example.app:"),
        ("https://EXAMPLE.com/cb", "https://EXAMPLE.com"),
    ],
)
def test_the_page_s_forms_may_lead_to_the_one_destination_alone(
    server: Server, house: House, uri: str, source: str
) -> None:
    user = house.neighbour

    async def register(services: Services) -> App:
        (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
        person = await services.people.by_email(provider.id, user.email)
        assert person is not None
        return await application(services, person, "Somewhere", uri)

    app = use(server, register).client_id
    browser = Browser(server)
    signing_in = browser.ask_for(client_id=app, redirect_uri=uri)
    assert sources(signing_in) == ["'self'", source]
    wrong = browser.post(
        "/signin",
        {"csrf": field(signing_in, "csrf"), "next": field(signing_in, "next"), "email": user.email, "password": "no"},
    )
    assert sources(wrong) == ["'self'", source]
    browser.follow(browser.sign_in(user, field(signing_in, "next")))
    consent = browser.ask_for(client_id=app, redirect_uri=uri)
    assert sources(consent) == ["'self'", source]
    for other in ("/api-access", "/signin?next=/api-access", "/nothing"):
        assert sources(browser.get(other)) == ["'self'"]


def test_the_code_of_a_consent_is_the_applications_and_the_users(server: Server, house: House, owner: Browser) -> None:
    code = owner.code(house.owner)
    stolen = exchange(server, code, client_id=house.other.client_id, client_secret=house.other.client_secret)
    assert (stolen.status, '"error":"invalid_grant"' in stolen.text) == (400, True)
    assert exchange(server, code).status == 200


def test_the_page_says_where_the_answer_goes(server: Server, owner: Browser) -> None:
    page = owner.ask_for(prompt="consent")
    assert "127.0.0.1:9000" in page.text
    assert "not verified" in page.text
    assert authorization_target(server).partition("?")[0] not in page.text
