"""Codes, tokens and secrets at places, from clients and at times that they are not for."""

import base64
import json
import re
from urllib.parse import urlencode

import pytest

from tests.attacks.world import House
from tests.support.server import Server
from tests.web.browser import FORM, Browser, call, exchange, field, token_request
from tests.web.raw import Answer, ask
from tests.web.served import change

VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"  # its S256


def error(answer: Answer) -> tuple[int, str]:
    """Status and code of an OAuth error."""
    return answer.status, json.loads(answer.text).get("error", "none")


def tokens(answer: Answer) -> dict[str, str]:
    """The tokens that were given."""
    assert answer.status == 200, answer.text
    members: dict[str, str] = json.loads(answer.text)
    return members


def refresh(server: Server, token: str, **changes: str | None) -> Answer:
    """Ask for a new access token."""
    return token_request(server, **{"grant_type": "refresh_token", "refresh_token": token, **changes})


def revoke(server: Server, fields: dict[str, str], host: str = "localhost") -> Answer:
    """Ask for an end."""
    return ask(server.port, "POST", "/oauth2/revoke", [FORM], urlencode(fields).encode(), host=host)


def user_token(browser: Browser) -> str:
    """A token that the browser's user makes."""
    page = browser.get("/api-access/tokens/new")
    once = {"csrf": field(page, "csrf"), "once": field(page, "once")}
    made = browser.post("/api-access/tokens/new", {**once, "name": "T", "scope": "read", "expires": "7d"})
    found = re.search(r"glut_\w+", made.text)
    assert found
    return found[0]


@pytest.mark.rfc("6749", "4.1.2", "a code used twice is refused and what it gave is revoked")
def test_a_code_s_second_use_ends_what_the_first_gave(server: Server, house: House, owner: Browser) -> None:
    code = owner.code(house.owner)
    given = tokens(exchange(server, code))
    assert call(server, given["access_token"]).status == 200
    assert error(exchange(server, code)) == (400, "invalid_grant")
    assert call(server, given["access_token"]).status == 401
    assert error(refresh(server, given["refresh_token"])) == (400, "invalid_grant")


def test_who_only_saw_the_code_ends_nothing_with_it(server: Server, house: House, owner: Browser) -> None:
    code = owner.code(house.owner)
    given = tokens(exchange(server, code))
    other = {"client_id": house.other.client_id, "client_secret": house.other.client_secret}
    assert error(exchange(server, code, **other)) == (400, "invalid_grant")
    assert error(exchange(server, code, client_secret=None)) == (401, "invalid_client")
    public = {"client_id": house.public.client_id, "client_secret": None}
    assert error(exchange(server, code, **public)) == (400, "invalid_grant")
    assert call(server, given["access_token"]).status == 200


@pytest.mark.rfc("7636", "4.6", "a code with a challenge needs its verifier")
@pytest.mark.rfc("9700", "4.8.2", "PKCE can't be downgraded")
def test_pkce_can_not_be_left_out_or_put_in(server: Server, house: House, owner: Browser) -> None:
    with_challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = owner.code(house.owner, **with_challenge)
    for verifier in (None, "", "w" * 43, CHALLENGE, VERIFIER[:42], VERIFIER + "v", f"{VERIFIER} "):
        assert error(exchange(server, code, code_verifier=verifier)) == (400, "invalid_grant"), verifier
    assert exchange(server, code, code_verifier=VERIFIER).status == 200
    # The challenge was stripped from the request on its way: the verifier tells.
    assert error(exchange(server, owner.code(house.owner), code_verifier=VERIFIER)) == (400, "invalid_grant")


@pytest.mark.rfc("6749", "2.3.1", "a client proves who it is with its own secret alone")
def test_a_secret_is_good_for_its_own_client(server: Server, house: House) -> None:
    def basic(client_id: str, secret: str) -> tuple[str, str]:
        return "Authorization", f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"

    assert house.other.client_secret is not None
    ours, theirs = server.client_secret, house.other.client_secret
    for client_id, secret in (
        (server.client_id, theirs), (house.other.client_id, ours), (house.public.client_id, ours),
        (server.client_id, ours[:-1]), (server.client_id, ours.swapcase()), (server.client_id, f"{ours} "),
        ("00000000001", ours), (server.client_id, "glcs"),
    ):  # fmt: skip
        both = {"grant_type": "refresh_token", "refresh_token": "x"}
        in_body = token_request(server, **both, client_id=client_id, client_secret=secret)
        header = [basic(client_id, secret)]
        in_header = token_request(server, header, **both, client_id=None, client_secret=None)
        assert error(in_body) == error(in_header) == (401, "invalid_client")
        assert in_body.text == in_header.text  # and nothing tells why
    mixed = [basic(server.client_id, ours)]
    asked = {"grant_type": "refresh_token", "refresh_token": "x", "client_secret": None}
    assert error(token_request(server, mixed, **asked)) == (400, "invalid_grant")  # let in: both name the same
    assert error(token_request(server, mixed, **{**asked, "client_id": house.other.client_id})) == (
        400,
        "invalid_request",
    )


def test_a_refresh_token_is_good_for_its_own_client_and_scope(server: Server, house: House, owner: Browser) -> None:
    given = tokens(exchange(server, owner.code(house.owner, scope="read")))
    token = given["refresh_token"]
    other = {"client_id": house.other.client_id, "client_secret": house.other.client_secret}
    assert error(refresh(server, token, **other)) == (400, "invalid_grant")
    assert error(refresh(server, token, client_secret=None)) == (401, "invalid_client")
    public = {"client_id": house.public.client_id, "client_secret": None}
    assert error(refresh(server, token, **public)) == (400, "invalid_grant")
    for scope in ("write", "read write", "read,liveview", "everything", "re\0ad"):
        assert error(refresh(server, token, scope=scope)) == (400, "invalid_scope")
    assert refresh(server, token).status == 200


def test_each_kind_of_secret_is_good_at_its_own_place_only(server: Server, house: House, owner: Browser) -> None:
    spare = tokens(exchange(server, owner.code(house.owner)))
    secrets = {
        "code": owner.code(house.owner),
        "access": spare["access_token"],
        "refresh": spare["refresh_token"],
        "user": user_token(owner),
        "client": server.client_secret,
        "session": owner.cookies["gatelodge_session"],
        "browser": owner.cookies["gatelodge_browser"],
    }
    for kind, secret in secrets.items():
        assert (call(server, secret).status == 200) == (kind in ("access", "user")), kind
        assert (exchange(server, secret).status == 200) == (kind == "code"), kind
        assert (refresh(server, secret).status == 200) == (kind == "refresh"), kind
        proof = token_request(server, grant_type="refresh_token", refresh_token="x", client_secret=secret)
        assert (error(proof) != (401, "invalid_client")) == (kind == "client"), kind
        visitor = Browser(server)
        visitor.cookies = {"gatelodge_session": secret, "gatelodge_browser": secret}
        assert (visitor.get("/api-access").status == 200) == (kind == "session"), kind
        assert visitor.get(f"/authorize/{secret}").status == 404
    for kind in ("code", "client", "session", "browser"):  # none of these is a token to be revoked
        assert json.loads(revoke(server, {"token": secrets[kind]}).text)["success"] is True
    assert owner.get("/api-access").status == 200
    assert refresh(server, secrets["refresh"]).status == 200


@pytest.mark.rfc("7009", "2.1", "a client revokes its own tokens only")
def test_a_client_ends_its_own_tokens_only(server: Server, house: House, owner: Browser) -> None:
    given = tokens(exchange(server, owner.code(house.owner)))
    other = {"client_id": house.other.client_id, "client_secret": house.other.client_secret or ""}
    mine = user_token(owner)
    for token in (given["access_token"], given["refresh_token"], mine):
        assert error(revoke(server, {"token": token, **other}))[0] == 400
        assert error(revoke(server, {"token": token, **other, "client_secret": "x"})) == (401, "invalid_client")
        assert revoke(server, {"token": f"{token}x"}).status == 200
        assert revoke(server, {"token": token}, "harbour.localhost").status == 200  # no such token there
    assert call(server, given["access_token"]).status == 200
    assert call(server, mine).status == 200
    assert refresh(server, given["refresh_token"]).status == 200


@pytest.mark.rfc("6750", "2", "a token travels in the Authorization header")
@pytest.mark.parametrize(
    "header",
    ["bearer {}x", "Bearer", "Bearer  ", "Basic {}", "Token {}", "{}", "Bearer {} {}", "Bearer {},{}", 'Bearer "{}"'],
)
def test_a_token_is_read_from_its_header_and_nowhere_else(server: Server, owner: Browser, header: str) -> None:
    token = user_token(owner)
    json_type = ("Content-Type", "application/json")
    body = json.dumps({"query": "{me{name}}", "access_token": token}).encode()
    target = f"/api/graphql?access_token={token}"
    wrong = ask(server.port, "POST", target, [json_type, ("Authorization", header.replace("{}", token))], body)
    assert wrong.status in (400, 401)
    assert wrong.all("www-authenticate")[0].startswith("Bearer realm=")
    twice = [("Authorization", f"Bearer {token}")] * 2
    assert ask(server.port, "POST", "/api/graphql", [json_type, *twice], body).status == 400
    cookie = owner.send("POST", "/api/graphql", [json_type], body)  # nor is a session one
    assert cookie.status == 401


ENDS = {
    "the application is switched off": "UPDATE applications SET disabled_at = 1",
    "the user is switched off": "UPDATE users SET disabled_at = 1",
    "the application is deleted": "DELETE FROM applications",
}


@pytest.mark.parametrize("end", ENDS)
def test_everything_stops_at_once(own_server: Server, house: House, end: str) -> None:
    browser = Browser(own_server)
    given = tokens(exchange(own_server, browser.code(house.guest)))
    mine, code = user_token(browser), browser.code(house.guest)
    assert call(own_server, given["access_token"]).status == call(own_server, mine).status == 200
    change(own_server, "PRAGMA foreign_keys=ON", ENDS[end])
    assert call(own_server, given["access_token"]).status == 401
    assert refresh(own_server, given["refresh_token"]).status in (400, 401)
    assert exchange(own_server, code).status in (400, 401)
    of_the_user = 401 if "user" in end else 200
    assert call(own_server, mine).status == of_the_user
    assert (browser.get("/api-access").status == 200) == (of_the_user == 200)
    again = Browser(own_server).sign_in(house.guest)
    assert again.status == (422 if "user" in end else 303)


def test_a_right_that_is_taken_away_is_gone_with_the_next_call(own_server: Server, house: House) -> None:
    browser = Browser(own_server)
    given = tokens(exchange(own_server, browser.code(house.guest)))["access_token"]
    own = user_token(browser)
    for token in (given, own):
        assert call(own_server, token).text.count('"name"') == 2
    change(own_server, "DELETE FROM resource_rights")
    for token in (given, own):
        assert json.loads(call(own_server, token).text) == {"data": {"cameraList": []}}
    change(own_server, "DELETE FROM memberships")
    assert json.loads(call(own_server, own).text) == {"data": {"cameraList": []}}
