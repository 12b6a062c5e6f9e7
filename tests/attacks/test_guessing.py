"""Guessing passwords: slowed down for each account and address, told by nobody which addresses there are."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest

from gatelodge.app import open_services
from gatelodge.config import Settings
from gatelodge.service.passwords import Passwords
from gatelodge.service.sign_in import WrongPassword
from gatelodge.service.throttle import PER_ACCOUNT, PER_ADDRESS
from tests.attacks.world import DISABLED, GUESSED, GUESSED_DISABLED, PASSWORD, House
from tests.support.server import Server
from tests.web.browser import Browser
from tests.web.raw import Answer
from tests.web.served import Copy, database

WRONG = "The email or the password is wrong."
ADDRESS = "203.0.113.9"


def guess(browser: Browser, email: str, password: str = "wrong") -> Answer:
    """One attempt."""
    fields = {"email": email, "password": password, "next": "/", "csrf": browser.csrf()}
    return browser.post("/signin", fields)


def told_to_wait(answer: Answer) -> bool:
    """Whether the answer says how long to wait, to programs and to people."""
    if answer.status != 429:
        return False
    seconds = int(answer["retry-after"])
    assert 0 < seconds <= PER_ACCOUNT.seconds
    found = re.search(r"Too many attempts. Try again in (\d+) (minutes?|seconds?)\.", answer.text)
    assert found
    said = int(found[1]) * (60 if found[2].startswith("minute") else 1)
    assert seconds <= said < seconds + 120
    assert "set-cookie" not in answer
    return True


@pytest.mark.rfc("6585", "4", "too many attempts are answered with 429 and Retry-After")
@pytest.mark.parametrize("email", ["throttled@example.com", GUESSED, GUESSED_DISABLED, "no address at all"])
def test_an_account_waits_after_so_many_wrong_passwords_whether_there_is_one_or_not(
    server: Server, house: House, email: str
) -> None:
    for _ in range(PER_ACCOUNT.amount):
        answer = guess(Browser(server), email)  # each time from another address
        assert (answer.status, WRONG in answer.text) == (422, True)
    assert told_to_wait(guess(Browser(server), email))
    assert told_to_wait(guess(Browser(server), f" {email.upper()} "))  # however it is spelled
    assert told_to_wait(guess(Browser(server), email, PASSWORD))  # and whatever is tried
    other = Browser(server)
    assert other.sign_in(house.guest).status == 303  # nobody else has to
    elsewhere = Browser(server, "harbour.localhost")
    assert guess(elsewhere, email).status == 422


def test_an_address_waits_whoever_it_says_to_be(server: Server, house: House) -> None:
    browser = Browser(server, address=ADDRESS)
    csrf = browser.csrf()
    for number in range(PER_ADDRESS.amount):
        browser.address = f"198.51.100.{number}, {ADDRESS}"  # the proxy adds the true one to what it was told
        fields = {"email": f"somebody{number}@example.com", "password": "", "next": "/", "csrf": csrf}
        assert browser.post("/signin", fields).status == 422
    browser.address = ADDRESS
    assert told_to_wait(guess(browser, "another@example.com"))
    assert told_to_wait(guess(Browser(server, address=ADDRESS), house.guest.email, house.guest.password))
    assert Browser(server).sign_in(house.guest).status == 303


def test_attempts_that_come_at_once_are_no_way_around(server: Server) -> None:
    browsers = [Browser(server) for _ in range(3 * PER_ACCOUNT.amount)]
    tokens = [browser.csrf() for browser in browsers]

    def attempt(browser: Browser, csrf: str) -> int:
        fields = {"email": "at-once@example.com", "password": "wrong", "next": "/", "csrf": csrf}
        return browser.post("/signin", fields).status

    with ThreadPoolExecutor(len(browsers)) as pool:
        statuses = list(pool.map(attempt, browsers, tokens))
    assert statuses.count(422) == PER_ACCOUNT.amount
    assert set(statuses) == {422, 429}


def test_a_success_forgives(server: Server, house: House) -> None:
    for _ in range(2):
        for _ in range(PER_ACCOUNT.amount - 1):
            assert guess(Browser(server), house.guest.email).status == 422
        assert Browser(server).sign_in(house.guest).status == 303


def test_nobody_but_a_trusted_proxy_says_where_somebody_comes_from(
    server: Server, house: House, tmp_path: Path
) -> None:
    alone = Copy(server, tmp_path, {})
    alone.start()
    try:
        browser = Browser(alone)
        csrf, statuses = browser.csrf(), []
        for number in range(PER_ADDRESS.amount + 1):
            browser.address = f"203.0.113.{number}"  # which it says of itself
            fields = {"email": f"n{number}@example.com", "password": "", "next": "/", "csrf": csrf}
            statuses.append(browser.post("/signin", fields).status)
        assert statuses == [422] * PER_ADDRESS.amount + [429]
    finally:
        alone.stop()


def test_a_stranger_learns_nothing_from_the_answer(server: Server, house: House) -> None:
    emails = ["nobody@example.com", house.neighbour.email, DISABLED, house.harbour.email]
    passwords = {DISABLED: PASSWORD, house.harbour.email: house.harbour.password}
    seen = set()
    for email in emails:
        browser = Browser(server)
        browser.get("/signin")
        answer = guess(browser, email, passwords.get(email, "wrong"))
        text = re.sub(r'(name="csrf" value=")[^"]*', r"\1", answer.text).replace(email, "EMAIL")
        names = tuple(sorted(name for name, _ in answer.headers))
        seen.add((answer.status, text, names))
    assert len(seen) == 1


class Counted(Passwords):
    """The real thing, which keeps count of how often it did the work."""

    def __init__(self) -> None:
        super().__init__()
        self.checked = 0

    def _check(self, stored: str | None, password: str) -> bool:
        self.checked += 1
        return super()._check(stored, password)


def test_the_same_work_is_done_whoever_is_named(server: Server, house: House) -> None:
    async def count() -> list[int]:
        counted, work = Counted(), []
        async with open_services(
            Settings(data_dir=server.folder, database=f"sqlite:///{database(server)}")
        ) as services:
            services.sign_in._passwords = counted
            (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
            for email in ("nobody@example.com", "neighbour@example.com", DISABLED, "no address at all", ""):
                before = counted.checked
                result = await services.sign_in.sign_in(provider, email, "wrong", address="test")
                assert isinstance(result, WrongPassword)
                work.append(counted.checked - before)
        return work

    assert anyio.run(count) == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("password", ["", "\0", "é" * 300, "a" * 30_000, " 48f5"])
def test_an_odd_password_is_a_wrong_one(server: Server, password: str) -> None:
    assert guess(Browser(server), "odd@example.com", password).status == 422
