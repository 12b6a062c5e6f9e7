"""What belongs to another provider, account or user can't be seen, changed or guessed at."""

import re

import pytest

from gatelodge.protocol.credentials import public_id
from gatelodge.service.services import Services
from tests.attacks.world import SECURE, House
from tests.support.server import DemoUser, Server
from tests.web.browser import Browser, authorization_target, call, exchange, field
from tests.web.raw import Answer
from tests.web.served import use

NEW = "/api-access/applications/new"


def not_found(answer: Answer) -> bool:
    """Whether the answer is the one that there would be for nothing at all."""
    return answer.status == 404 and "There is nothing at this address, or it is not yours to see." in answer.text


def signed_in(server: Server, user: DemoUser, host: str = "localhost") -> Browser:
    """A browser of the user's."""
    browser = Browser(server, host)
    assert browser.sign_in(user).status == 303
    return browser


@pytest.fixture(scope="module")
def strangers(server: Server, house: House) -> list[Browser]:
    """Everybody who has nothing to do with the first account's applications and tokens."""
    return [
        signed_in(server, house.neighbour),
        signed_in(server, house.guest),  # of the account, but without full access
        signed_in(server, house.harbour, "harbour.localhost"),
        signed_in(server, house.secure, SECURE),
    ]


@pytest.fixture(scope="module")
def token_id(server: Server, house: House) -> str:
    """A token of the owner's, as its path names it."""

    async def make(services: Services) -> str:
        (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
        user = await services.people.by_email(provider.id, house.owner.email)
        assert user is not None
        made = await services.user_tokens.create(user, "The owner's own", frozenset({"read"}), None)
        assert not hasattr(made, "fields")
        return public_id(made.token.id)

    return use(server, make)


def test_an_application_of_another_account_is_not_there(server: Server, house: House, strangers: list[Browser]) -> None:
    url = f"/api-access/applications/{server.client_id}"
    form = {"name": "Taken over", "redirect_uris": "https://evil.example/", "description": "", "kind": "confidential"}
    for browser in strangers:
        csrf = {"csrf": browser.csrf()}
        answers = [browser.get(url), browser.get(f"{url}/edit"), browser.post(f"{url}/edit", {**csrf, **form})]
        answers += [browser.post(f"{url}/secret", csrf), browser.post(f"{url}/delete", csrf)]
        assert all(map(not_found, answers)), browser.host
        assert url not in browser.get("/api-access").text  # whom they let in is theirs to see; this page is not
    page = signed_in(server, house.owner).get(url)
    assert "Garden Monitor" in page.text
    assert "evil.example" not in page.text


def test_a_token_of_another_user_can_not_be_ended(
    server: Server, house: House, strangers: list[Browser], token_id: str
) -> None:
    for browser in strangers:
        assert not_found(browser.post(f"/api-access/tokens/{token_id}/end", {"csrf": browser.csrf()}))
        assert "The owner&#39;s own" not in browser.get("/api-access").text
    owner = signed_in(server, house.owner)
    assert "The owner&#39;s own" in owner.get("/api-access").text
    assert owner.post(f"/api-access/tokens/{token_id}/end", {"csrf": owner.csrf()}).status == 303


def test_the_access_that_another_user_gave_can_not_be_ended(
    server: Server, house: House, strangers: list[Browser]
) -> None:
    app = {"client_id": house.other.client_id, "redirect_uri": house.other.redirect_uri}
    code = Browser(server).code(house.owner, **app)
    given = exchange(server, code, client_secret=house.other.client_secret, **app)
    access = re.findall(r"glat_\w+", given.text)[0]
    for browser in strangers:
        assert not_found(browser.post(f"/api-access/authorized/{house.other.client_id}/end", {"csrf": browser.csrf()}))
    assert call(server, access).status == 200
    owner = signed_in(server, house.owner)
    assert owner.post(f"/api-access/authorized/{house.other.client_id}/end", {"csrf": owner.csrf()}).status == 303
    assert call(server, access).status == 401


@pytest.mark.parametrize("host", ["harbour.localhost", SECURE])
def test_nothing_of_one_provider_is_known_at_another(server: Server, house: House, owner: Browser, host: str) -> None:
    elsewhere = Browser(server, host)
    begun = elsewhere.get(authorization_target(server))
    assert (begun.status, "location" in begun) == (400, False)
    assert "no application with this client_id" in begun.text
    access = re.findall(r"glat_\w+", exchange(server, owner.code(house.owner)).text)[0]
    assert call(server, access, host).status == 401
    for fields in ({"token": access}, {"access_token": access}):
        assert elsewhere.post("/oauth2/revoke", fields).status == 200
    assert call(server, access).status == 200
    code = owner.code(house.owner)
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": server.redirect_uri}
    client = {"client_id": server.client_id, "client_secret": server.client_secret}
    refused = elsewhere.post("/oauth2/token", {**asked, **client})
    assert (refused.status, "invalid_client" in refused.text) == (401, True)
    waiting = owner.get(authorization_target(server, prompt="consent"))["location"]
    assert elsewhere.get(waiting).status == 404
    assert exchange(server, code).status == 200  # whatever was tried elsewhere


def test_without_full_access_no_application_is_made_by_hand_either(
    server: Server, house: House, guest: Browser
) -> None:
    refused = guest.get(NEW)
    assert (refused.status, "Only users with full access" in refused.text) == (403, True)
    token_form = guest.get("/api-access/tokens/new")
    fields = {"name": "By hand", "redirect_uris": "https://evil.example/", "kind": "confidential"}
    posted = guest.post(NEW, {**fields, "csrf": field(token_form, "csrf"), "once": field(token_form, "once")})
    assert (posted.status, "Only users with full access" in posted.text) == (403, True)
    assert "glcs_" not in posted.text
    assert "By hand" not in signed_in(server, house.owner).get("/api-access").text


def test_a_form_s_key_is_good_in_the_browser_that_it_was_given_to(server: Server, house: House, owner: Browser) -> None:
    stolen = field(signed_in(server, house.neighbour).get(NEW), "once")
    fields = {"name": "X", "redirect_uris": "https://evil.example/", "once": stolen, "csrf": owner.csrf()}
    answer = owner.post(NEW, fields)
    assert (answer.status, "too old" in answer.text) == (422, True)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api-access",
        NEW,
        "/api-access/applications/ID",
        "/api-access/applications/ID/edit",
        "/api-access/applications/ID/settings/about",
    ],
)
def test_who_is_not_signed_in_is_asked_to(server: Server, path: str) -> None:
    target = path.replace("ID", server.client_id)
    answer = Browser(server).get(target)
    assert (answer.status, answer["location"]) == (303, f"/signin?next={target}")
    stranger = Browser(server)
    posted = stranger.post("/api-access/tokens/new", {"csrf": stranger.csrf(), "name": "x", "scope": "read"})
    assert posted["location"] == "/signin?next=/"
