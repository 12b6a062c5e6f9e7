"""Guessing: what a stranger learns by trying, what trying costs, and what naming another one's things gets anybody."""

import json

import pytest

from tests.attacks.world import DISABLED, PASSWORD, House
from tests.support.server import DemoUser, Server
from tests.web.browser import Browser, call, exchange, field, token_request


def test_an_unknown_address_a_wrong_password_and_a_disabled_user_read_the_same(server: Server, house: House) -> None:
    pages = []
    for email, password in ((house.owner.email, "x" * 12), ("nobody@example.com", "x" * 12), (DISABLED, PASSWORD)):
        browser = Browser(server)
        answer = browser.sign_in(DemoUser(email, password, "", ""))
        assert answer.status == 422
        pages.append(answer.text.replace(field(answer, "csrf"), "").replace(email, ""))
    assert pages[0] == pages[1] == pages[2]


def test_guesses_at_one_account_are_slowed_down_wherever_they_come_from_and_others_are_not(
    own_server: Server, house: House
) -> None:
    guess = DemoUser(house.guest.email, "wrong password", "", "")
    for _ in range(10):  # each browser comes from an address of its own
        assert Browser(own_server).sign_in(guess).status == 422
    refused = Browser(own_server).sign_in(house.guest)
    assert refused.status == 429
    assert int(refused["retry-after"]) > 0
    assert "Too many attempts. Try again in 15 minutes." in refused.text
    assert Browser(own_server).sign_in(house.owner).status == 303
    unknown = DemoUser("nobody@example.com", "wrong password", "", "")
    for _ in range(10):
        assert Browser(own_server).sign_in(unknown).status == 422
    assert Browser(own_server).sign_in(unknown).status == 429  # or it would tell which addresses are users'


@pytest.mark.parametrize("whose", ["neighbour", "harbour"])
def test_nobody_reaches_anothers_things_by_their_ids(server: Server, house: House, owner: Browser, whose: str) -> None:
    other = Browser(server, host="harbour.localhost") if whose == "harbour" else Browser(server)
    assert other.sign_in(getattr(house, whose)).status == 303
    ours = house.other.client_id
    for target in (ours, f"{ours}/edit"):
        assert other.get(f"/api-access/applications/{target}").status == 404
        assert owner.get(f"/api-access/applications/{target}").status == 200
    fields = {"csrf": other.csrf(), "name": "x", "redirect_uris": "https://x.example/"}
    for target in (f"applications/{ours}/edit", f"applications/{ours}/secret", f"applications/{ours}/delete"):
        assert other.post(f"/api-access/{target}", fields).status == 404
    assert ours not in other.get("/api-access").text


def test_a_guest_can_not_make_an_application_by_hand(server: Server, house: House, guest: Browser) -> None:
    page = guest.get("/api-access/tokens/new")
    fields = {"csrf": field(page, "csrf"), "once": field(page, "once"), "name": "Sneaky", "kind": "confidential"}
    fields |= {"redirect_uris": "https://sneaky.example/cb"}
    answer = guest.post("/api-access/applications/new", fields)
    assert answer.status == 403
    assert "full access" in answer.text


def test_every_secret_is_good_in_its_own_place_alone(server: Server, house: House, owner: Browser) -> None:
    app = house.other
    changes = {"client_id": app.client_id, "redirect_uri": app.redirect_uri}
    code = owner.code(house.owner, **changes)
    exchanged = exchange(server, code, client_secret=app.client_secret, **changes)
    assert exchanged.status == 200, exchanged.text
    granted: dict[str, str] = json.loads(exchanged.text)
    secrets = {
        "code": code,
        "client secret": server.client_secret,
        "refresh token": granted["refresh_token"],
        "session": owner.cookies["gatelodge_session"],
        "browser": owner.cookies["gatelodge_browser"],
    }
    for secret in secrets.values():
        assert call(server, secret).status == 401
    for name, secret in (secrets | {"access token": granted["access_token"]}).items():
        if name != "refresh token":
            assert token_request(server, grant_type="refresh_token", refresh_token=secret).status == 400
        assert exchange(server, secret).status == 400
        wrong = token_request(server, client_secret=secret, grant_type="refresh_token", refresh_token="x")
        assert wrong.status == (400 if name == "client secret" else 401)
    # another application's, however good they are otherwise
    assert token_request(server, grant_type="refresh_token", refresh_token=secrets["refresh token"]).status == 400
    assert call(server, granted["access_token"]).status == 200
