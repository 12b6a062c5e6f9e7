"""An application, as somebody would write it from the contract alone: query parameters, comma-separated scopes."""

from typing import Any
from urllib.parse import urlencode

import httpx2

from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.server import DemoUser, Server


def authorization_url(server: Server, **changes: str | None) -> str:
    """The address that the application sends its user to; a change to None leaves that parameter out."""
    parameters: dict[str, str | None] = {
        "response_type": "code",
        "client_id": server.client_id,
        "redirect_uri": server.redirect_uri,
        "scope": "read,liveview",
        "state": "st-1",
        **changes,
    }
    return f"{server.origin}/oauth2/auth/?{urlencode({k: v for k, v in parameters.items() if v is not None})}"


def get_code(server: Server, user: DemoUser, **changes: str | None) -> str:
    """A fresh code, for a user who signs in and allows what is asked."""
    with Person(server) as person:
        return person.authorize(user, authorization_url(server, prompt="consent", **changes))["code"]


def exchange(server: Server, code: str, **changes: str | None) -> httpx2.Response:
    """Turn a code into tokens, the way the contract shows: everything in the query of a POST."""
    parameters: dict[str, str | None] = {
        "client_id": server.client_id,
        "client_secret": server.client_secret,
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": server.redirect_uri,
        **changes,
    }
    return HTTP.post(f"{server.origin}/oauth2/token", params={k: v for k, v in parameters.items() if v is not None})


def get_tokens(server: Server, user: DemoUser, **changes: str | None) -> dict[str, Any]:
    """The token answer for a user who allowed the demo application."""
    answer = exchange(server, get_code(server, user, **changes))
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def refresh(server: Server, refresh_token: str, **changes: str | None) -> httpx2.Response:
    """A new access token."""
    parameters: dict[str, str | None] = {
        "client_id": server.client_id,
        "client_secret": server.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        **changes,
    }
    return HTTP.post(f"{server.origin}/oauth2/token", params={k: v for k, v in parameters.items() if v is not None})


def ask(
    server: Server, token: str | None, query: str = "{cameraList{name}}", path: str = "/api/graphql"
) -> httpx2.Response:
    """Ask the Graph API."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return HTTP.post(f"{server.origin}{path}", json={"query": query}, headers=headers)


def camera_names(server: Server, token: str) -> list[str]:
    """The names of the cameras that the token shows."""
    answer = ask(server, token)
    assert answer.status_code == 200, answer.text
    return [camera["name"] for camera in answer.json()["data"]["cameraList"]]
