"""No secret is kept where it could be read: not in the database, not in the log, not in an address, not in a cache."""

import re
from pathlib import Path

import pytest

from tests.attacks.world import House
from tests.support.server import Server
from tests.web.browser import (
    FORM,
    Browser,
    action,
    authorization_target,
    call,
    exchange,
    field,
    token_request,
)
from tests.web.raw import Answer, ask
from tests.web.served import database

STATE, VERIFIER = "state-for-nobodys-eyes", "verifier-for-nobodys-eyes-0123456789-0123456789"
CHALLENGE = "mGnhKUgqBcu5A4x-v0UlqJKTl4hqk3rpfYMJx8PqFW0"


def member(answer: Answer, name: str) -> str:
    """A string in a JSON answer."""
    found = re.search(rf'"{name}":"([^"]*)"', answer.text)
    assert found, answer.text
    return found[1]


def journey(server: Server, house: House) -> dict[str, str]:
    """All that can be done, rightly and wrongly; and every secret that was in it."""
    secrets: dict[str, str] = {"client secret": server.client_secret, "password": house.owner.password}
    browser = Browser(server)
    browser.get("/signin")
    before = dict(browser.cookies)
    wrong = {"email": house.owner.email, "password": "a-wrong-password-of-mine", "next": "/", "csrf": browser.csrf()}
    browser.post("/signin", wrong)
    browser.post("/signin", {**wrong, "csrf": "a-wrong-csrf-token"})
    assert browser.sign_in(house.owner).status == 303
    secrets |= {"wrong password": wrong["password"], "csrf": wrong["csrf"], "wrong csrf": "a-wrong-csrf-token"}
    secrets |= {f"cookie {name}": value for name, value in (before | browser.cookies).items()}

    page = browser.ask_for(prompt="consent", state=STATE)
    secrets |= {"handle": action(page, "/authorize/").removeprefix("/authorize/"), "state": STATE}
    secrets["code"] = re.findall(r"code=(\w+)", browser.answer(page)["location"])[0]
    browser.get(f"{authorization_target(server, state=STATE)}&client_id=twice")
    browser.get(authorization_target(server, state=STATE, scope="nonsense"))

    secrets["verifier"] = VERIFIER
    exchange(server, secrets["code"], code_verifier=VERIFIER)
    exchange(server, secrets["code"], client_secret=f"{server.client_secret}x")
    granted = exchange(server, secrets["code"])
    secrets |= {name: member(granted, name) for name in ("access_token", "refresh_token")}
    refreshed = token_request(server, grant_type="refresh_token", refresh_token=secrets["refresh_token"])
    secrets["second access token"] = member(refreshed, "access_token")
    who = f"client_id={server.client_id}&client_secret={server.client_secret}"
    query = f"{who}&grant_type=refresh_token&refresh_token={secrets['refresh_token']}"
    ask(server.port, "POST", f"/oauth2/token?{query}")
    basic = ("Authorization", f"Bearer {secrets['access_token']}")
    ask(server.port, "POST", "/oauth2/token", [FORM, basic], b"grant_type=refresh_token&refresh_token=x")

    form = browser.get("/api-access/tokens/new")
    once = {"csrf": field(form, "csrf"), "once": field(form, "once")}
    made = browser.post("/api-access/tokens/new", {**once, "name": "Journey", "scope": "read", "expires": "7d"})
    secrets["user token"] = re.findall(r"glut_\w+", made.text)[0]
    secrets["once"] = once["once"]
    browser.post("/api-access/tokens/new", {**once, "name": "Journey", "scope": "read", "expires": "7d"})
    for token in (secrets["access_token"], secrets["user token"], secrets["refresh_token"], secrets["user token"][:-1]):
        call(server, token)
    for target in ("/{}", "/api-access/tokens/{}/end", "/authorize/{}", "/api/{}", "/api-access/applications/{}"):
        browser.get(target.format(secrets["user token"]))
        ask(server.port, "POST", target.format(secrets["access_token"]))
    ask(server.port, "GET", "/api/graphql?access_token=" + secrets["user token"])
    ask(server.port, "POST", "/oauth2/revoke?access_token=" + secrets["second access token"])
    new = browser.post(f"/api-access/applications/{house.rotated.client_id}/secret", {"csrf": browser.csrf()})
    secrets["new client secret"] = re.findall(r"glcs_\w+", new.text)[0]
    return secrets


@pytest.fixture(scope="module")
def secrets(server: Server, house: House) -> dict[str, str]:
    """Every secret of one journey."""
    found = journey(server, house)
    assert all(len(secret) >= 10 for secret in found.values()), found
    return found


def parts(secret: str) -> set[str]:
    """The secret, and the part of it that is random: no piece of it may show either."""
    shaped = re.fullmatch(r"gl[a-z]{2}_[0-9A-Za-z]{11}_([0-9A-Za-z]{43})[0-9A-Za-z]{6}", secret)
    return {secret, shaped[1]} if shaped else {secret}


def test_no_secret_is_in_the_log(server: Server, secrets: dict[str, str]) -> None:
    log = server.log.read_text("utf-8")
    assert "path=/oauth2/token" in log
    for name, secret in secrets.items():
        for part in parts(secret):
            assert part not in log, name
    assert "Bearer " not in log
    assert "?" not in re.sub(r'reason="[^"]*"', "", log)  # no query at all


def test_of_a_secret_the_database_holds_its_digest_at_most(server: Server, secrets: dict[str, str]) -> None:
    files = sorted(server.folder.glob("gatelodge.db*"))
    assert database(server) in files
    kept_as_they_are = {"state"}  # for as long as the request waits; it is the application's and opens nothing here
    for name, secret in secrets.items():
        if name in kept_as_they_are:
            continue
        for part in parts(secret):
            for file in files:
                assert part.encode() not in file.read_bytes(), f"{name} in {file.name}"


def test_nobody_else_may_read_the_files(server: Server) -> None:
    for file in (server.folder / "master.key", *server.folder.glob("gatelodge.db*")):
        assert Path(file).stat().st_mode & 0o077 == 0, file.name


@pytest.mark.parametrize(
    "path",
    ["/%0aforged%20info%20line", "/%0d%0a2026-01-01T00:00:00Z%20info%20request", "/%1b%5b31m", "/%e2%80%ae", "/a\x7fb"],
)
def test_nobody_writes_a_line_of_their_own_into_the_log(server: Server, path: str) -> None:
    headers = [("User-Agent", "a\tforged"), ("X-Forwarded-For", "203.0.113.7 forged=1"), ("X-Request-Id", "forged")]
    ask(server.port, "GET", path, headers)
    ask(server.port, "POST", "/oauth2/token", [FORM], b"grant_type=%0aforged+line&client_id=%0aforged")
    log = server.log.read_text("utf-8")
    for line in log.splitlines():
        assert not line.startswith(("forged", " forged"))
        assert line.isprintable()
    assert "grant_type must be" in log
    assert "forged line" not in log


def test_no_address_of_ours_holds_a_token(
    server: Server, house: House, owner: Browser, secrets: dict[str, str]
) -> None:
    for target in ("/api-access", "/api-access/tokens/new", f"/api-access/applications/{server.client_id}"):
        page = owner.get(target)
        for link in re.findall(r'(?:href|action|src)="([^"]*)"', page.text):
            assert not re.search(r"gl(at|rt|ut|cs|ss|ac)_", link)
        for name, secret in secrets.items():
            assert secret not in page.text, name


def test_what_holds_a_secret_is_kept_by_nobody(server: Server, house: House, owner: Browser) -> None:
    code = owner.code(house.owner)
    granted = exchange(server, code)
    page = owner.get("/api-access/tokens/new")
    fields = {
        "csrf": field(page, "csrf"),
        "once": field(page, "once"),
        "name": "Cache",
        "scope": "read",
        "expires": "7d",
    }
    made = owner.post("/api-access/tokens/new", fields)
    assert (granted.status, made.status) == (200, 200)
    answers = [granted, made, page, owner.get("/api-access"), owner.get("/signin?next=/x"), call(server, "x")]
    answers += [owner.get(authorization_target(server)), exchange(server, code), owner.get("/nothing")]
    for answer in answers:
        assert answer["cache-control"] == "no-store"
    assert granted["pragma"] == "no-cache"


def test_what_holds_none_is_kept_for_good(server: Server) -> None:
    page = Browser(server).get("/signin").text
    links = [*re.findall(r'href="(/static/[^"]*)"', page), *re.findall(r'href="(/theme[^"]*)"', page)]
    assert len(links) >= 3
    for link in links:
        answer = ask(server.port, "GET", link)
        assert answer["cache-control"] == "public, max-age=31536000, immutable"
        assert "set-cookie" not in answer
    unversioned = ask(server.port, "GET", "/static/style.css")
    assert "cache-control" not in unversioned or "immutable" not in unversioned["cache-control"]
    assert ask(server.port, "GET", "/static/nothing.css?v=1")["cache-control"] == "no-store"
