"""Every line of the contract, tried on a running server by a client written from that page alone."""

import json
from urllib.parse import urlsplit

import pytest

from tests.support.client import (
    ask,
    authorization_url,
    camera_names,
    exchange,
    get_code,
    get_tokens,
    refresh,
)
from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.server import DemoUser, Server

SCOPES = [
    "read", "write", "liveview", "audiotransmit", "liveview_ptz", "liveview_light", "liveview_audioclip",
    "recordings", "recordings_delete", "events",
]  # fmt: skip


@pytest.fixture
def owner(server: Server) -> DemoUser:
    """The user with full access."""
    return server.user("full")


@pytest.fixture
def guest(server: Server) -> DemoUser:
    """The user with partial access."""
    return server.user("partial")


# The people and things


@pytest.mark.parametrize("separator", [",", " ", ", "])
def test_every_scope_of_the_page_can_be_asked_for_with_either_separator(
    server: Server, owner: DemoUser, separator: str
) -> None:
    tokens = get_tokens(server, owner, scope=separator.join(SCOPES))
    assert sorted(tokens["scope"].split(" ")) == sorted(SCOPES)


def test_any_user_of_the_provider_can_be_authorized_owner_or_guest(
    server: Server, owner: DemoUser, guest: DemoUser
) -> None:
    assert get_tokens(server, owner)["access_token"] != get_tokens(server, guest)["access_token"]


def test_a_user_token_opens_the_graph_api(server: Server, owner: DemoUser) -> None:
    made = server.command("token", "create", "--user", owner.email, "--name", "t", "--scope", "read,liveview", "--json")
    token = json.loads(made.stdout)["token"]
    assert "Driveway" in camera_names(server, token)


def test_nothing_of_one_provider_counts_at_another(server: Server, owner: DemoUser) -> None:
    tokens = get_tokens(server, owner)
    other = {"Host": f"harbour.localhost:{server.port}"}
    call = HTTP.post(
        f"{server.origin}/api/graphql",
        json={"query": "{cameraList{name}}"},
        headers={**other, "Authorization": f"Bearer {tokens['access_token']}"},
    )
    assert call.status_code == 401
    again = HTTP.post(
        f"{server.origin}/oauth2/token",
        headers=other,
        data={
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
            "client_id": server.client_id,
            "client_secret": server.client_secret,
        },
    )
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    HTTP.post(f"{server.origin}/oauth2/revoke", headers=other, data={"token": tokens["access_token"]})
    assert ask(server, tokens["access_token"]).status_code == 200
    page = HTTP.get(authorization_url(server), headers=other)
    assert page.status_code == 400


# /oauth2/auth


@pytest.mark.parametrize("path", ["/oauth2/auth", "/oauth2/auth/"])
@pytest.mark.parametrize("method", ["GET", "POST-query", "POST-body", "POST-both"])
@pytest.mark.parametrize("alias", ["redirect_uri", "redirect_url"])
def test_a_request_may_come_as_the_page_shows_or_as_the_rfc_asks(
    server: Server, person: Person, owner: DemoUser, path: str, method: str, alias: str
) -> None:
    parameters = {
        "response_type": "code", "client_id": server.client_id, alias: server.redirect_uri,
        "scope": "read,write", "state": "a b/c?&=%é",
    }  # fmt: skip
    query, body = parameters, {}
    if method == "POST-body":
        query, body = {}, parameters
    elif method == "POST-both":
        query = {name: parameters[name] for name in ("response_type", "client_id")}
        body = {name: value for name, value in parameters.items() if name not in query}
    verb = method.partition("-")[0]
    begun = person.http.request(verb, f"{server.origin}{path}", params=query, data=body or None)
    assert begun.status_code == 303
    page = person.sign_in(owner, person.go(begun.headers["location"]))
    if page.status_code == 200:
        page = person.submit(page, "/authorize/", answer="allow")
    answer = person.answer(page)
    assert page.headers["location"].startswith(server.redirect_uri + "?")
    assert answer["state"] == "a b/c?&=%é"
    assert exchange(server, answer["code"]).status_code == 200


def test_first_the_sign_in_then_a_dialog_then_the_redirect(server: Server, person: Person, owner: DemoUser) -> None:
    page = person.go(authorization_url(server, prompt="consent"))
    assert "<title>Sign in" in page.text
    page = person.sign_in(owner, page)
    assert "Garden Monitor" in page.text
    assert "Allow access" in page.text
    assert "Deny" in page.text
    answer = person.answer(person.submit(page, "/authorize/", answer="allow"))
    assert set(answer) == {"code", "state", "iss"}


def test_a_refusal_comes_back_as_access_denied_with_the_state(server: Server, person: Person, owner: DemoUser) -> None:
    answer = person.authorize(owner, authorization_url(server, prompt="consent"), allow=False)
    assert (answer["error"], answer["state"]) == ("access_denied", "st-1")
    assert "code" not in answer


def test_state_is_optional(server: Server, person: Person, owner: DemoUser) -> None:
    assert set(person.authorize(owner, authorization_url(server, state=None, prompt="consent"))) == {"code", "iss"}


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": None, "redirect_url": None},
        {"client_id": "00000000000"},
        {"client_id": None},
    ],
    ids=["foreign address", "no address", "unknown application", "no application"],
)
def test_a_wrong_application_or_address_gets_a_page_and_no_redirect(
    server: Server, person: Person, changes: dict[str, str | None]
) -> None:
    page = person.http.get(authorization_url(server, **changes))
    assert page.status_code == 400
    assert "location" not in page.headers
    assert "This link does not work" in page.text


# /oauth2/token


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/token/"])
@pytest.mark.parametrize("way", ["query", "body", "both", "basic"])
def test_a_code_becomes_permanent_access_however_the_parameters_come(
    server: Server, owner: DemoUser, path: str, way: str
) -> None:
    who = {"client_id": server.client_id, "client_secret": server.client_secret}
    what = {
        "grant_type": "authorization_code",
        "code": get_code(server, owner),
        "redirect_uri": server.redirect_uri,
    }
    url = f"{server.origin}{path}"
    if way == "query":
        answer = HTTP.post(url, params={**who, **what})
    elif way == "body":
        answer = HTTP.post(url, data={**who, **what})
    elif way == "both":
        answer = HTTP.post(url, params=who, data=what)
    else:
        answer = HTTP.post(url, data=what, auth=(who["client_id"], who["client_secret"]))
    assert answer.status_code == 200
    members = answer.json()
    assert members["expires_in"] == 3600
    assert members["access_token"]
    assert members["refresh_token"]
    assert members["token_type"] == "Bearer"
    assert members["scope"] == "liveview read"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert camera_names(server, members["access_token"])


def test_a_parameter_in_query_and_body_is_there_twice_and_refused(server: Server, owner: DemoUser) -> None:
    answer = HTTP.post(
        f"{server.origin}/oauth2/token",
        params={"client_id": server.client_id, "grant_type": "refresh_token"},
        data={"client_id": server.client_id},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_without_a_secret_access_is_one_time(server: Server, owner: DemoUser) -> None:
    made = server.command(
        "app", "create", "--owner", owner.email, "--name", "Kiosk", "--description", "", "--public",
        "--redirect-uri", "https://kiosk.example/cb", "--json",
    )  # fmt: skip
    client_id = json.loads(made.stdout)["client_id"]
    # RFC 7636, appendix B
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    changes = {"client_id": client_id, "redirect_uri": "https://kiosk.example/cb"}
    code = get_code(server, owner, code_challenge=challenge, code_challenge_method="S256", **changes)
    answer = exchange(server, code, client_secret=None, code_verifier=verifier, **changes)
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    assert answer.json()["expires_in"] == 3600
    assert camera_names(server, answer.json()["access_token"])


def test_a_refresh_token_gives_a_new_access_token_for_the_next_period(server: Server, owner: DemoUser) -> None:
    tokens = get_tokens(server, owner)
    answer = refresh(server, tokens["refresh_token"])
    assert answer.status_code == 200
    members = answer.json()
    assert members["access_token"] != tokens["access_token"]
    assert members["expires_in"] == 3600
    assert camera_names(server, members["access_token"])
    assert refresh(server, members["refresh_token"]).status_code == 200


def test_the_redirect_uri_must_be_the_one_of_the_request(server: Server, owner: DemoUser) -> None:
    other = server.demo["application"]["redirect_uris"][1]
    answer = exchange(server, get_code(server, owner), redirect_uri=other)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_an_error_is_json_with_error_and_description(server: Server) -> None:
    answer = exchange(server, "nonsense")
    assert answer.status_code == 400
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"


# /oauth2/revoke


@pytest.mark.parametrize("path", ["/oauth2/revoke", "/oauth2/revoke/"])
@pytest.mark.parametrize("way", ["page", "rfc query", "rfc body", "rfc authenticated"])
@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both_at_once(
    server: Server, owner: DemoUser, path: str, way: str, which: str
) -> None:
    tokens = get_tokens(server, owner)
    url = f"{server.origin}{path}"
    if way == "page":
        answer = HTTP.post(url, params={"access_token": tokens[which]})
    elif way == "rfc query":
        answer = HTTP.post(url, params={"token": tokens[which], "token_type_hint": which})
    elif way == "rfc body":
        answer = HTTP.post(url, data={"token": tokens[which], "token_type_hint": which})
    else:
        answer = HTTP.post(url, data={"token": tokens[which]}, auth=(server.client_id, server.client_secret))
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert isinstance(answer.json()["message"], str)
    assert ask(server, tokens["access_token"]).status_code == 401
    again = refresh(server, tokens["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_token_can_be_cancelled_in_the_portal(server: Server, person: Person, guest: DemoUser) -> None:
    tokens = get_tokens(server, guest)
    person.sign_in(guest)
    page = person.submit(person.go("/api-access"), "/api-access/authorized/")
    assert "The access is ended" in page.text
    assert ask(server, tokens["access_token"]).status_code == 401


# The Graph API


@pytest.mark.parametrize("path", ["/api/graphql", "/api/graphql.php"])
def test_the_graph_api_answers_at_both_paths(server: Server, owner: DemoUser, path: str) -> None:
    answer = ask(server, get_tokens(server, owner)["access_token"], path=path)
    assert answer.status_code == 200
    assert {"name": "Driveway"} in answer.json()["data"]["cameraList"]


@pytest.mark.parametrize("token", [None, "nonsense", "glat_00000000000_"])
def test_without_a_valid_token_the_graph_api_challenges(server: Server, token: str | None) -> None:
    answer = ask(server, token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_without_the_scope_a_graphql_error_names_it(server: Server, owner: DemoUser) -> None:
    answer = ask(server, get_tokens(server, owner, scope="liveview")["access_token"])
    assert answer.status_code == 403
    assert "read" in answer.json()["errors"][0]["message"]
    assert 'scope="read"' in answer.headers["www-authenticate"]


# Permissions


def test_full_access_sees_everything_and_partial_access_what_was_granted(
    server: Server, owner: DemoUser, guest: DemoUser
) -> None:
    everything = camera_names(server, get_tokens(server, owner)["access_token"])
    granted = camera_names(server, get_tokens(server, guest)["access_token"])
    assert len(everything) >= 6
    assert len(granted) == 2
    assert set(granted) < set(everything)


def test_the_redirect_names_its_issuer(server: Server, person: Person, owner: DemoUser) -> None:
    for allow in (True, False):
        answer = person.authorize(owner, authorization_url(server, prompt="consent"), allow=allow)
        assert answer["iss"] == server.origin
    fault = person.http.get(authorization_url(server, scope="nonsense"))
    assert urlsplit(fault.headers["location"]).query.endswith(f"iss=http%3A%2F%2Flocalhost%3A{server.port}")
