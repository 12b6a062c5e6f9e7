"""How the Graph API answers over HTTP: who is let in, and what is said to each malformed request."""

import sqlite3
from contextlib import closing
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query
from structlog.testing import capture_logs

from gatelodge.protocol.credentials import Kind, public_id
from tests.graph.conftest import GUEST, HARBOUR, ORIGIN, OWNER, World, bearer

NAMES = "{cameraList{name}}"
PATHS = ["/api/graphql", "/api/graphql/", "/api/graphql.php", "/api/graphql.php/"]
METADATA = f"{ORIGIN}/.well-known/oauth-protected-resource/api/graphql"
REALM = f'Bearer realm="{ORIGIN}", resource_metadata="{METADATA}"'
INVALID_TOKEN = f'{REALM}, error="invalid_token", error_description="the token is malformed, expired or revoked"'


def one_error(response: httpx.Response) -> dict[str, Any]:
    """The one error of an answer without data."""
    answer = response.json()
    assert list(answer) == ["errors"], response.text
    [error] = answer["errors"]
    assert isinstance(error, dict)
    return error


def code(response: httpx.Response) -> str:
    """The code of the one error."""
    found: str = one_error(response)["extensions"]["code"]
    return found


# Where it is.


@pytest.mark.parametrize("path", PATHS)
async def test_each_path_answers(world: World, path: str) -> None:
    response = await world.http.post(path, json={"query": NAMES}, headers=bearer(await world.token(GUEST)))
    assert response.status_code == 200
    assert response.json() == {"data": {"cameraList": [{"name": "Front door"}, {"name": "Garden"}]}}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
async def test_only_post_is_served(world: World, path: str, method: str) -> None:
    response = await world.http.request(method, path, headers=bearer(await world.token(GUEST)))
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert method == "HEAD" or code(response) == "METHOD_NOT_ALLOWED"


async def test_a_browser_on_any_page_may_ask(world: World) -> None:
    preflight = await world.http.options(
        "/api/graphql",
        headers={
            "Origin": "https://app.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in preflight.headers
    refused = await world.http.post("/api/graphql", headers={"Origin": "https://app.example.com"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.headers["access-control-expose-headers"] == "WWW-Authenticate, DPoP-Nonce"


# Who is let in (RFC 6750 §3).


@pytest.mark.rfc("6750", "3.1", "without a token the challenge names no error")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic b2xnYTpwYXNz"}, {"Cookie": "gatelodge_session=x"}])
async def test_without_a_token(world: World, headers: dict[str, str]) -> None:
    response = await world.http.post("/api/graphql", json={"query": NAMES}, headers=headers)
    assert response.status_code == 401
    assert response.headers.get_list("www-authenticate")[0] == REALM
    assert code(response) == "UNAUTHENTICATED"


@pytest.mark.rfc("6750", "2.3", "a token in the query is not taken: it would stand in logs")
async def test_a_token_in_the_query_string_is_none(world: World) -> None:
    token = await world.token(OWNER)
    response = await world.http.post(f"/api/graphql?access_token={token}", json={"query": NAMES})
    assert (response.status_code, response.headers.get_list("www-authenticate")[0]) == (401, REALM)


async def refused_token(world: World, token: str) -> None:
    """See that a token is refused as an invalid one."""
    response = await world.ask(token, NAMES)
    assert response.status_code == 401
    assert response.headers.get_list("www-authenticate")[0] == INVALID_TOKEN
    assert one_error(response) == {
        "message": "The token is malformed, expired or revoked.",
        "extensions": {"code": "INVALID_TOKEN"},
    }


@pytest.mark.rfc("6750", "3.1", "a token that is malformed, expired or revoked is answered with invalid_token")
@pytest.mark.parametrize("token", ["x", "glat_00000000001_x", "a b", "-" * 5000])
async def test_with_a_malformed_token(world: World, token: str) -> None:
    await refused_token(world, token)


@pytest.mark.parametrize("kind", Kind)
async def test_with_a_made_up_secret_of_any_kind(world: World, kind: Kind) -> None:
    await refused_token(world, world.services.mint.secret(kind).text)


async def test_with_a_token_whose_end_was_changed(world: World) -> None:
    token = await world.token(OWNER)
    await refused_token(world, token[:-1] + ("1" if token[-1] != "1" else "2"))


async def test_with_a_token_of_another_provider(world: World) -> None:
    await refused_token(world, await world.token(HARBOUR, provider=world.demo.others[0]))
    ours, theirs = await world.token(OWNER), world.demo.others[0].host
    assert (await world.ask(ours, NAMES, host=theirs)).status_code == 401


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE user_tokens SET revoked_at = 1",
        "UPDATE user_tokens SET expires_at = 1",
        "UPDATE users SET disabled_at = 1",
        "DELETE FROM user_tokens",
    ],
)
async def test_a_token_that_has_ended_is_refused_with_the_next_call(world: World, end: str) -> None:
    token = await world.token(OWNER)
    assert (await world.ask(token, NAMES)).status_code == 200
    world.change(end)
    await refused_token(world, token)


@pytest.mark.rfc("6750", "3.1", "a token that lacks a scope is answered with insufficient_scope and the scope")
async def test_without_the_scope(world: World) -> None:
    response = await world.ask(await world.token(OWNER, ["liveview", "events"]), NAMES)
    assert response.status_code == 403
    assert response.headers.get_list("www-authenticate")[0] == (
        f'{REALM}, error="insufficient_scope", error_description="the token lacks the scope read", scope="read"'
    )
    assert one_error(response) == {
        "message": "The token lacks the scope read.",
        "extensions": {"code": "INSUFFICIENT_SCOPE", "missingScope": "read"},
    }


@pytest.mark.rfc("6750", "3.1", "more than one way of sending a token is an invalid request")
async def test_with_two_authorization_headers(world: World) -> None:
    header = ("Authorization", f"Bearer {await world.token(OWNER)}")
    response = await world.http.post("/api/graphql", json={"query": NAMES}, headers=[header, header])
    assert response.status_code == 400
    assert response.headers.get_list("www-authenticate")[0] == (
        f'{REALM}, error="invalid_request", error_description="more than one Authorization header"'
    )
    assert code(response) == "INVALID_REQUEST"


# What is asked.


async def post(world: World, body: bytes, content_type: str | None = "application/json") -> httpx.Response:
    """Ask as the owner, with exactly this body."""
    headers = bearer(await world.token(OWNER)) | ({"Content-Type": content_type} if content_type else {})
    return await world.http.post("/api/graphql", content=body, headers=headers)


GOOD = b'{"query": "{me{name}}"}'


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8", "application/json ;x"])
async def test_json_is_taken(world: World, content_type: str) -> None:
    response = await post(world, GOOD, content_type)
    assert response.json() == {"data": {"me": {"name": "Olga Owner"}}}


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/graphql", "application/x-www-form-urlencoded", "application/jsonp"],
)
async def test_another_content_type_is_not(world: World, content_type: str | None) -> None:
    response = await post(world, GOOD, content_type)
    assert response.status_code == 415
    assert one_error(response) == {
        "message": "The body must be application/json.",
        "extensions": {"code": "UNSUPPORTED_MEDIA_TYPE"},
    }


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON in UTF-8."),
        (b"{", "The body is not JSON in UTF-8."),
        (b"query=%7Bme%7D", "The body is not JSON in UTF-8."),
        (b'{"query": "\xff"}', "The body is not JSON in UTF-8."),
        (b'{"query": "\\ud800"}', "The body is not JSON in UTF-8."),
        (b'{"query": "{me{name}}"} x', "The body is not JSON in UTF-8."),
        (b'{"query": "a", "variables": {"x": NaN}}', "The body is not JSON in UTF-8."),
        (
            b'{"query": "a", "variables": {"x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}}",
            "The body is nested too deeply.",
        ),
        (b"[" + GOOD + b"]", "One request asks one question: a list of them is not served."),
        (b" []", "One request asks one question: a list of them is not served."),
    ],
)
async def test_a_body_that_can_not_be_read(world: World, body: bytes, message: str) -> None:
    response = await post(world, body)
    assert response.status_code == 400
    assert one_error(response) == {"message": message, "extensions": {"code": "INVALID_REQUEST"}}


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b'"{me{name}}"',
        b"{}",
        b'{"query": ""}',
        b'{"query": null}',
        b'{"query": ["{me{name}}"]}',
        b'{"query": "{me{name}}", "variables": []}',
        b'{"query": "{me{name}}", "variables": "{}"}',
        b'{"query": "{me{name}}", "operationName": 1}',
    ],
)
async def test_a_body_that_asks_nothing(world: World, body: bytes) -> None:
    response = await post(world, body)
    assert response.status_code == 400
    assert one_error(response)["message"].startswith("The body must be an object with query, a string")


async def test_what_is_not_needed_may_be_null_or_unknown(world: World) -> None:
    data = await world.data(
        await world.token(OWNER), "{me{name}}", variables=None, operationName=None, extensions={"x": [1]}
    )
    assert data == {"me": {"name": "Olga Owner"}}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (" ", "Syntax Error: Unexpected <EOF>."),
        ("{me{name}", "Syntax Error: Expected Name, found <EOF>."),
        ("{nothing}", "Cannot query field 'nothing' on type 'Query'."),
        ("{...f}", "Unknown fragment 'f'."),
        ("{me{name}} query A{me{name}}", "This anonymous operation must be the only defined operation."),
        ("query A{me{name}} query B{me{id}}", "The query has several operations: name one of them in operationName."),
        ("fragment f on Me {name}", "The query has no operation, or none of the name in operationName."),
        ("mutation {me{name}}", "Cannot query field 'me' on type 'Mutation'."),
        ("subscription {me{name}}", "Only queries and mutations are served."),
        ("{camera{name}}", "Argument 'Query.camera(id:)' of type 'ID!' is required, but it was not provided."),
        ("{camera(id: true){name}}", "ID cannot represent a non-string and non-integer value: true"),
        (
            "query ($id: ID!) {camera(id: $id) {name}}",
            "Variable '$id' has invalid value: Expected a value of non-null type 'ID!' to be provided.",
        ),
        ("{" + "me{" * 9 + "name" + "}" * 10, "The query has more than 8 levels of fields."),
    ],
)
async def test_a_query_that_can_not_be_run(world: World, query: str, message: str) -> None:
    response = await world.ask(await world.token(OWNER), query)
    assert response.status_code == 400
    errors = response.json()["errors"]
    assert list(response.json()) == ["errors"]
    assert message in [error["message"] for error in errors]
    assert {error["extensions"]["code"] for error in errors} == {"INVALID_QUERY"}


async def test_an_error_says_where_in_the_query_it_is(world: World) -> None:
    error = one_error(await world.ask(await world.token(OWNER), "{\n  nothing\n}"))
    assert error["locations"] == [{"line": 2, "column": 3}]


async def test_variables_nested_beyond_reason_are_no_fault_of_ours(world: World) -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    query = "query ($id: ID!) {camera(id: $id) {name}}"
    response = await world.ask(await world.token(OWNER), query, variables={"id": deep})
    assert (response.status_code, code(response)) == (400, "INVALID_QUERY")


@pytest.mark.parametrize(("name", "data"), [("A", {"me": {"name": "Olga Owner"}}), ("B", {"me": {"email": OWNER}})])
async def test_the_operation_that_is_named_is_run(world: World, name: str, data: dict[str, Any]) -> None:
    query = "query A {me{name}} query B {me{email}}"
    assert await world.data(await world.token(OWNER), query, operationName=name) == data


async def test_an_operation_that_is_not_there_is_not_run(world: World) -> None:
    response = await world.ask(await world.token(OWNER), "query A {me{name}}", operationName="B")
    assert (response.status_code, code(response)) == (400, "INVALID_QUERY")


async def test_the_schema_can_be_asked_for(world: World) -> None:
    data = await world.data(await world.token(OWNER), get_introspection_query())
    assert {"Camera", "Me", "Query"} <= {kind["name"] for kind in data["__schema"]["types"]}


async def test_more_than_the_largest_body_is_refused(world: World) -> None:
    assert (await post(world, b" " * 70_000)).status_code == 413


# How it is answered.


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("application/json", "application/json"),
        ("application/graphql-response+json", "application/graphql-response+json"),
        ("Application/GraphQL-Response+JSON; charset=utf-8", "application/graphql-response+json"),
        ("application/json, application/graphql-response+json", "application/graphql-response+json"),
        ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json"),
        ("application/graphql-response+json; q=0.1, application/json", "application/json"),
        ("application/graphql-response+json;q=0", "application/json"),
        ("application/graphql-response+json;q=x", "application/graphql-response+json"),
        (",;,q=1;;", "application/json"),
    ],
)
async def test_the_media_type_is_the_one_asked_for(world: World, accept: str, media_type: str) -> None:
    response = await world.http.post(
        "/api/graphql", json={"query": NAMES}, headers=bearer(await world.token(OWNER)) | {"Accept": accept}
    )
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    refused = await world.http.post("/api/graphql", headers={"Accept": accept})
    assert (refused.status_code, refused.headers["content-type"]) == (401, media_type)


async def test_no_answer_is_kept(world: World) -> None:
    token = await world.token(OWNER)
    for response in (await world.ask(token, NAMES), await world.ask(token, "{x}"), await world.ask("x", NAMES)):
        assert response.headers["cache-control"] == "no-store"


async def test_a_fault_of_ours_is_logged_and_not_told(world: World) -> None:
    token = await world.token(GUEST)
    world.change("UPDATE memberships SET access = 'odd'")
    with capture_logs() as logs:
        response = await world.ask(
            token, f'{{me{{name}} camera(id: "{public_id(world.demo.cameras[2][0])}") {{name}}}}'
        )
    assert response.status_code == 200
    assert response.json() == {
        "errors": [
            {
                "message": "internal error",
                "extensions": {"code": "INTERNAL"},
                "locations": [{"line": 1, "column": 11}],
                "path": ["camera"],
            }
        ],
        "data": {"me": {"name": "Gus Guest"}, "camera": None},
    }
    [entry] = [entry for entry in logs if entry["log_level"] == "error"]
    assert (entry["event"], entry["path"]) == ("resolver failed", "camera")
    assert "'odd' is not a valid Access" in str(entry["exc_info"])


async def test_where_nothing_is_left_of_the_data_it_is_null(world: World) -> None:
    token = await world.token(OWNER)
    world.change("UPDATE memberships SET access = 'odd'")
    response = await world.ask(token, "{me{accounts{name}}}")
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert [error["path"] for error in response.json()["errors"]] == [["me", "accounts"]]
    assert "odd" not in response.text


@pytest.mark.parametrize("table", ["user_tokens", "resources"])
async def test_where_the_database_can_not_be_asked_the_answer_is_to_come_back(world: World, table: str) -> None:
    """Whether that shows when the token is looked up or when a resolver asks."""
    token = await world.token(OWNER)
    with closing(sqlite3.connect(world.database)) as connection, connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO gone")
    response = await world.ask(token, NAMES)
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert table not in response.text
