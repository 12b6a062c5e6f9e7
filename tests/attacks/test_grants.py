"""`/oauth2/grants`: what a user gave, to the user's own token, and what an application was given, to its token."""

import json
from typing import Any

import pytest

from gatelodge.service.bearer import Caller
from gatelodge.service.services import Services
from gatelodge.service.user_tokens import MadeToken
from tests.attacks.world import House
from tests.support.server import DemoUser, Server
from tests.web.browser import Browser, call, exchange
from tests.web.raw import Answer, ask
from tests.web.served import use


def grants(server: Server, token: str, name: str = "", method: str = "GET", host: str = "localhost") -> Answer:
    """Ask with a token; with a grant's id, about that one."""
    path = f"/oauth2/grants/{name}" if name else "/oauth2/grants"
    return ask(server.port, method, path, [("Authorization", f"Bearer {token}")], host=host)


def listed(server: Server, token: str) -> list[dict[str, Any]]:
    """The list."""
    answer = grants(server, token)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = json.loads(answer.text)["grants"]
    return found


def access(server: Server, user: DemoUser, scope: str = "read liveview") -> dict[str, Any]:
    """The tokens of one more grant of the demo application."""
    answer = exchange(server, Browser(server).code(user, scope=scope))
    found: dict[str, Any] = json.loads(answer.text)
    return found


def own_token(server: Server, user: DemoUser, *scope: str, limited: bool = False) -> str:
    """A token of the user's own, limited to their first camera or to none."""

    async def make(services: Services) -> str:
        (provider,) = [one for one in await services.providers.all() if one.host == "localhost"]
        found = await services.people.by_email(provider.id, user.email)
        assert found is not None
        seen = await services.resources.of(Caller(provider, found, frozenset({"read"}), None))
        cameras = [one.resource_id for one in seen]
        made = await services.user_tokens.create(
            found, "Script", frozenset(scope), None, resources=frozenset(cameras[:1]) if limited else None
        )
        assert isinstance(made, MadeToken), made
        return made.text

    return use(server, make)


def test_an_application_sees_what_its_user_gave_it_and_can_give_it_back(server: Server, house: House) -> None:
    first, second = access(server, house.owner), access(server, house.owner, "read")
    other = exchange(
        server,
        Browser(server).code(
            house.owner, client_id=house.other.client_id, redirect_uri=house.other.redirect_uri, scope="read"
        ),
        client_id=house.other.client_id,
        client_secret=house.other.client_secret,
        redirect_uri=house.other.redirect_uri,
    )
    theirs = json.loads(other.text)["access_token"]
    mine = listed(server, second["access_token"])
    assert {one["client_id"] for one in mine} == {server.client_id}
    newest, before = mine[:2]
    assert newest.keys() >= {"grant_id", "client_id", "client_name", "scope", "scopes", "created_at"}
    assert (newest["scope"], newest["scopes"]) == ("read", [{"scope": "read"}])
    assert before["scope"] == "liveview read"
    one = grants(server, second["access_token"], before["grant_id"])
    assert json.loads(one.text)["grant_id"] == before["grant_id"]
    assert one["cache-control"] == "no-store"
    # Another application, or another user of the same one, has nothing to do with it.
    stranger = access(server, house.guest)["access_token"]
    for token in (theirs, stranger):
        assert grants(server, token, newest["grant_id"]).status == 404
        assert grants(server, token, newest["grant_id"], "DELETE").status == 404
    assert call(server, second["access_token"]).status == 200
    ended = grants(server, first["access_token"], newest["grant_id"], "DELETE")
    assert (ended.status, ended.body) == (204, b"")
    assert call(server, second["access_token"]).status == 401
    assert call(server, first["access_token"]).status == 200
    assert grants(server, first["access_token"], newest["grant_id"]).status == 404
    assert grants(server, first["access_token"], newest["grant_id"], "DELETE").status == 404


def test_the_users_own_token_sees_and_ends_everything_that_they_gave(server: Server, house: House) -> None:
    tokens = access(server, house.guest)
    reader, writer = own_token(server, house.guest, "read"), own_token(server, house.guest, "read", "write")
    found = next(one for one in listed(server, reader) if one["client_id"] == server.client_id)
    limited = own_token(server, house.guest, "read", "write", limited=True)
    for token in (reader, limited):
        refused = grants(server, token, found["grant_id"], "DELETE")
        assert refused.status == 403
        assert 'error="insufficient_scope"' in refused.all("www-authenticate")[0]
    assert grants(server, own_token(server, house.guest, "events")).status == 403
    for one in listed(server, writer):
        if one["client_id"] == server.client_id:
            assert grants(server, writer, one["grant_id"], "DELETE").status == 204
    assert call(server, tokens["access_token"]).status == 401
    browser = Browser(server)
    browser.sign_in(house.guest)
    page = browser.ask_for()
    assert "Allow access" in page.text  # the last of its grants took the memory of it along: it has to ask again


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("name", ["00000000001", "x", "..", "%00", "a" * 300, "glat_1"])
def test_what_is_none_is_not_there(server: Server, house: House, name: str, method: str) -> None:
    token = access(server, house.owner)["access_token"]
    answer = grants(server, token, name, method)
    assert answer.status == 404
    assert json.loads(answer.text)["error"] == "invalid_request"


def test_without_a_good_token_nothing_is_told(server: Server, house: House) -> None:
    token = access(server, house.owner)["access_token"]
    for path in ("/oauth2/grants", "/oauth2/grants/", "/oauth2/grants/00000000001"):
        bare = ask(server.port, "GET", path)
        assert bare.status == 401
        assert bare.all("www-authenticate")[0].startswith("Bearer ")
        assert ask(server.port, "POST", path, [("Authorization", f"Bearer {token}")]).status == 405
    assert grants(server, "glat_none").status == 401
    assert grants(server, token, host="harbour.localhost").status == 401  # another provider's token
