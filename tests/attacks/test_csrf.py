"""Forms that somebody else's page sends, or that were taken from another browser or another time."""

import pytest

from tests.attacks.world import House
from tests.support.server import Server
from tests.web.browser import Browser, action, field
from tests.web.raw import Answer

OLD = "This page was too old"
FORMS = (
    "/signout",
    "/api-access/tokens/new",
    "/api-access/tokens/00000000001/end",
    "/api-access/authorized/00000000001/end",
    "/api-access/applications/new",
    "/api-access/applications/ID/edit",
    "/api-access/applications/ID/settings/proof",
    "/api-access/applications/ID/secret",
    "/api-access/applications/ID/delete",
    "/authorize/glrq_x",
    "/device",
    "/device/answer",
    "/invitations/gliv_x",
    "/people/00000000001/invite",
    "/people/00000000001/invitations/00000000001/again",
    "/people/00000000001/invitations/00000000001/withdraw",
    "/people/00000000001/users/00000000001",
    "/people/00000000001/users/00000000001/disable",
    "/people/00000000001/users/00000000001/enable",
    "/people/00000000001/users/00000000001/remove",
    "/people/00000000001/groups/new",
    "/people/00000000001/groups/00000000001",
    "/people/00000000001/groups/00000000001/delete",
    "/people/00000000001/reach/tokens/00000000001/end",
    "/people/00000000001/reach/applications/00000000001/00000000001/end",
)
FOREIGN = [
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Site", "same-site"),
    ("Sec-Fetch-Site", "something-new"),
    ("Origin", "https://evil.example"),
    ("Origin", "http://localhost.evil.example"),
    ("Origin", "http://harbour.localhost"),
    ("Origin", "null"),
    ("Origin", ""),
    ("Origin", "http://["),
]


def refused(answer: Answer) -> bool:
    """Whether nothing was done, and the person told what to do."""
    return answer.status == 403 and OLD in answer.text


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_does_nothing(server: Server, owner: Browser, path: str) -> None:
    target = path.replace("ID", server.client_id)
    good = owner.csrf()
    key, _, signature = good.partition(".")
    for bad in (
        "",
        "x",
        ".",
        key,
        f"{key}.",
        f"{key}.{signature[:-1]}",
        f"00000000.{signature}",
        good.swapcase(),
        "é\0",
    ):
        assert refused(owner.post(target, {"csrf": bad})), bad
    assert refused(owner.post(target, {}))
    assert refused(owner.post(f"{target}?csrf={good}", {}))  # in the address it is none
    assert owner.get("/api-access").status == 200  # nobody was signed out
    assert owner.get(f"/api-access/applications/{server.client_id}").status == 200


@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_another_site_sends_does_nothing_even_with_its_token(
    server: Server, owner: Browser, path: str
) -> None:
    for header in FOREIGN:
        answer = owner.post(path.replace("ID", server.client_id), {"csrf": owner.csrf()}, header)
        assert refused(answer), header
    assert owner.get("/api-access").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Sec-Fetch-Site", "same-origin")],
        [("Sec-Fetch-Site", "none")],
        [("Origin", "http://localhost:8000")],
        [("Sec-Fetch-Site", "same-origin"), ("Origin", "http://localhost:9999")],
    ],
)
def test_our_own_pages_may(owner: Browser, headers: list[tuple[str, str]]) -> None:
    assert owner.post("/api-access/tokens/new", {"csrf": owner.csrf()}, *headers).status == 422


def test_a_token_is_good_in_its_own_browser_and_session_only(server: Server, house: House, owner: Browser) -> None:
    again, elsewhere, stranger = Browser(server), Browser(server), Browser(server)
    assert again.sign_in(house.owner).status == 303  # the same user, in another browser
    assert elsewhere.sign_in(house.guest).status == 303
    before = stranger.csrf()
    assert stranger.sign_in(house.owner).status == 303
    for token in (again.csrf(), elsewhere.csrf(), before, Browser(server).csrf()):
        assert refused(owner.post("/signout", {"csrf": token}))
    assert refused(stranger.post("/signout", {"csrf": before}))  # from before signing in
    old = owner.csrf()
    assert owner.post("/signout", {"csrf": old}).status == 303
    assert refused(owner.post("/signin", {"csrf": old}))  # from before signing out
    assert owner.sign_in(house.owner).status == 303
    assert refused(owner.post("/signout", {"csrf": old}))  # from an earlier session in the same browser


def test_nobody_is_signed_in_as_somebody_else_without_noticing(server: Server, house: House) -> None:
    """Login CSRF: the attacker's page sends our form with the attacker's name and password."""
    attacker, victim = Browser(server), Browser(server)
    credentials = {"email": house.guest.email, "password": house.guest.password, "next": "/api-access"}
    for token in ("", attacker.csrf()):
        answer = victim.post("/signin", {**credentials, "csrf": token})
        assert refused(answer)
        assert not any("session" in name for name in victim.cookies)
    own = victim.csrf()
    for header in FOREIGN:
        assert refused(victim.post("/signin", {**credentials, "csrf": own}, header))
    assert not any("session" in name for name in victim.cookies)


def test_a_consent_can_not_be_sent_from_elsewhere(server: Server, house: House) -> None:
    victim, attacker = Browser(server), Browser(server)
    assert victim.sign_in(house.owner).status == 303
    page = victim.ask_for(prompt="consent")
    where, good = action(page, "/authorize/"), field(page, "csrf")
    assert attacker.sign_in(house.guest).status == 303
    for token in ("", attacker.csrf()):
        assert refused(victim.post(where, {"csrf": token, "answer": "allow"}))
    for header in FOREIGN:
        assert refused(victim.post(where, {"csrf": good, "answer": "allow"}, header))
    assert victim.post(where, {"csrf": good, "answer": "deny"}).status == 303  # it still waited


@pytest.mark.parametrize("path", [path for path in FORMS if "/end" in path or "delete" in path or path == "/signout"])
def test_nothing_is_done_by_a_link(owner: Browser, server: Server, path: str) -> None:
    assert owner.get(path.replace("ID", server.client_id)).status == 405
    assert owner.get("/api-access").status == 200
