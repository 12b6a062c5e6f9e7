"""The server that is attacked, and who lives there."""

import pytest

from tests.attacks.world import House, house
from tests.support.server import Server
from tests.web.browser import Browser
from tests.web.served import own_server, server

__all__ = ["house", "own_server", "server"]


@pytest.fixture
def owner(server: Server, house: House) -> Browser:
    """A browser on which the user with full access is signed in."""
    browser = Browser(server)
    assert browser.sign_in(house.owner).status == 303
    return browser


@pytest.fixture
def guest(server: Server, house: House) -> Browser:
    """A browser on which the user with partial access is signed in."""
    browser = Browser(server)
    assert browser.sign_in(house.guest).status == 303
    return browser
