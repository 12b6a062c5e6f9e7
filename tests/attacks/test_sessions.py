"""Sessions: theirs are taken, planted, kept or carried elsewhere."""

import pytest

from gatelodge.protocol.credentials import Kind
from gatelodge.service.minting import Mint
from tests.attacks.world import SECURE, House
from tests.support.server import Server
from tests.web.browser import Browser, field
from tests.web.served import change

COOKIE = "gatelodge_session"


def flags(line: str) -> set[str]:
    """The attributes of a Set-Cookie header's value."""
    return {part.strip().lower() for part in line.split(";")[1:]}


def signed_in(browser: Browser) -> bool:
    """Whether the server takes this browser for somebody's."""
    return browser.get("/api-access").status == 200


def test_the_cookies_of_an_http_provider(server: Server, house: House) -> None:
    browser = Browser(server)
    lines = [*browser.get("/signin").all("set-cookie"), *browser.sign_in(house.owner).all("set-cookie")]
    assert [line.partition("=")[0] for line in lines] == ["gatelodge_browser", COOKIE]
    for line in lines:
        assert {"httponly", "samesite=lax", "path=/"} <= flags(line)
        assert not any(flag.startswith("domain") for flag in flags(line))
        assert "secure" not in flags(line)
    assert "max-age=604800" in flags(lines[1])


@pytest.mark.rfc("6265bis", "4.1.3.2", "a __Host- cookie is Secure, has Path=/ and no Domain")
def test_the_cookies_of_an_https_provider_are_bound_to_its_host(server: Server, house: House) -> None:
    browser = Browser(server, SECURE)
    lines = [*browser.get("/signin").all("set-cookie"), *browser.sign_in(house.secure).all("set-cookie")]
    assert [line.partition("=")[0] for line in lines] == ["__Host-gatelodge_browser", f"__Host-{COOKIE}"]
    for line in lines:
        assert {"httponly", "samesite=lax", "path=/", "secure"} <= flags(line)
        assert not any(flag.startswith("domain") for flag in flags(line))
    assert signed_in(browser)
    # A neighbour on the domain can plant a cookie, but none with this prefix.
    browser.cookies = {name.removeprefix("__Host-"): value for name, value in browser.cookies.items()}
    assert not signed_in(browser)


def test_a_session_begins_anew_with_each_sign_in(server: Server, house: House) -> None:
    """Session fixation: whatever was planted before is worth nothing after."""
    attacker, victim = Browser(server), Browser(server)
    assert attacker.sign_in(house.guest).status == 303
    planted = attacker.cookies[COOKIE]
    victim.cookies = dict(attacker.cookies)
    assert victim.sign_in(house.owner).status == 303
    assert victim.cookies[COOKIE] != planted
    assert not signed_in(attacker)  # the old session is over
    assert signed_in(victim)


def test_a_made_up_session_is_none(server: Server, house: House, owner: Browser) -> None:
    real = owner.cookies[COOKIE]
    mint = Mint()
    row_id = real.split("_")[1]
    forged = mint.secret(Kind.SESSION).text.split("_")
    for value in (
        "",
        "x",
        real[:-1],
        real + "0",
        real.swapcase(),
        real.upper(),
        f'"{real}',
        f"{real}\\",
        "_".join((forged[0], row_id, forged[2])),
        mint.secret(Kind.SESSION).text,
        owner.cookies["gatelodge_browser"],
        "1' OR '1'='1",
    ):
        owner.cookies[COOKIE] = value
        assert not signed_in(owner), value
    owner.cookies[COOKIE] = real
    assert signed_in(owner)


def test_signing_out_ends_the_session_and_not_just_the_cookie(owner: Browser, server: Server, house: House) -> None:
    kept = dict(owner.cookies)
    other = Browser(server)
    assert other.sign_in(house.owner).status == 303
    answer = owner.post("/signout", {"csrf": owner.csrf()})
    assert answer["location"] == "/signin"
    (line,) = answer.all("set-cookie")
    assert {"max-age=0", "path=/", "httponly"} <= flags(line)
    assert COOKIE not in owner.cookies
    owner.cookies = kept
    assert not signed_in(owner)
    assert signed_in(other)  # nobody else is signed out


def test_a_session_of_one_provider_is_none_at_another(server: Server, house: House, owner: Browser) -> None:
    for host in ("harbour.localhost", SECURE):
        elsewhere = Browser(server, host)
        prefixed = {f"__Host-{name}": value for name, value in owner.cookies.items()}
        elsewhere.cookies = {**owner.cookies, **prefixed}
        assert not signed_in(elsewhere)
    assert signed_in(owner)
    home = Browser(server)
    harbour = Browser(server, "harbour.localhost")
    assert harbour.sign_in(house.harbour).status == 303
    home.cookies = dict(harbour.cookies)
    assert not signed_in(home)


def test_a_password_is_good_at_its_own_provider_only(server: Server, house: House) -> None:
    assert Browser(server, "harbour.localhost").sign_in(house.owner).status == 422
    assert Browser(server).sign_in(house.harbour).status == 422


def test_a_session_ends_with_its_time_and_with_its_user(own_server: Server, house: House) -> None:
    browsers = [Browser(own_server) for _ in range(2)]
    for browser, user in zip(browsers, (house.owner, house.guest), strict=True):
        assert browser.sign_in(user).status == 303
    assert all(map(signed_in, browsers))
    change(own_server, "UPDATE users SET disabled_at = 1 WHERE email = 'guest@example.com'")
    assert [signed_in(browser) for browser in browsers] == [True, False]
    change(own_server, "UPDATE sessions SET expires_at = 1")
    assert not any(map(signed_in, browsers))


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%09/evil.example\n",
        "http:evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "\r\n//evil.example",
        "/\r\nSet-Cookie: a=b",
        "/\u2028/evil.example",
        "/é",
        "",
        "?",
        "https:/evil.example",
        "/\\/evil.example",
        "/x\\..\\evil",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(server: Server, house: House, following: str) -> None:
    browser = Browser(server)
    page = browser.get("/signin")
    credentials = {"email": house.owner.email, "password": house.owner.password}
    answer = browser.post("/signin", {**credentials, "csrf": field(page, "csrf"), "next": following})
    assert (answer.status, answer["location"]) == (303, "/")
    assert len(answer.all("set-cookie")) == 1


@pytest.mark.parametrize(
    "encoded", ["//evil.example", "%2f%2fevil.example", "/%5cevil.example", "https%3A%2F%2Fevil.example"]
)
def test_an_address_in_the_link_is_held_to_the_same(server: Server, house: House, encoded: str) -> None:
    browser = Browser(server)
    page = browser.get(f"/signin?next={encoded}")
    assert field(page, "next") == "/"
    assert browser.get(f"/signin?next=/api-access&next={encoded}").status == 200
    browser.sign_in(house.owner)
    assert browser.get(f"/signin?next={encoded}")["location"] == "/"
