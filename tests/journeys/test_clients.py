"""The whole way, from the authorization URL to the end of the access, with clients that others wrote."""

from typing import Any, TypeAlias

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.integrations.base_client import InvalidTokenError, OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from oauthlib.oauth2 import (
    AccessDeniedError,
    InvalidClientError,
    InvalidGrantError,
    InvalidScopeError,
    TokenExpiredError,
)
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session as OauthlibSession

from tests.support.client import ask
from tests.support.http import NO_TLS
from tests.support.person import Person
from tests.support.portal import boxes, make_application
from tests.support.server import DemoUser, Server

ASK = {"query": "{cameraList{name}}"}
LONG_AGO = 1_000_000_000
KIOSK = "http://127.0.0.1/kiosk"

AuthlibSession: TypeAlias = OAuth2Session | OAuth2Client
authlib = pytest.mark.parametrize("library", [OAuth2Session, OAuth2Client], ids=["requests", "httpx"])


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib speaks https alone, unless it is told that it is on a developer's computer."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def owner(server: Server) -> DemoUser:
    """Who lets the applications in."""
    return server.user("full")


@pytest.fixture(scope="session")
def kiosk(server: Server) -> str:
    """The client_id of a public application."""
    with Person(server) as person:
        person.sign_in(server.user("full"))
        return boxes(make_application(person, "Kiosk", KIOSK, kind="public"))["client-id"]


def come_back(server: Server, user: DemoUser, url: str, *, allow: bool = True) -> str:
    """Send a user to an authorization URL; the address at the application that they come back to."""
    with Person(server) as person:
        return person.decide(user, url, allow=allow).headers["location"]


def names(answer: Any) -> list[str]:
    """The cameras in an answer of the Graph API, which a library got."""
    assert answer.status_code == 200, answer.text
    return [camera["name"] for camera in answer.json()["data"]["cameraList"]]


# Authlib


def end(session: Any, server: Server, token: str, **more: str) -> Any:
    """End the access as the library does it; `session` is Any because its stubs leave that method untyped."""
    return session.revoke_token(f"{server.origin}/oauth2/revoke", token=token, **more)


def session_for(library: type[AuthlibSession], server: Server, **more: Any) -> AuthlibSession:
    """A session of the demo application."""
    arguments: dict[str, Any] = {
        "client_id": server.client_id,
        "client_secret": server.client_secret,
        "redirect_uri": server.redirect_uri,
        "scope": "read liveview",
        "token_endpoint": f"{server.origin}/oauth2/token",
        **more,
    }
    return library(**arguments)


@authlib
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_goes_the_whole_way(
    server: Server, owner: DemoUser, library: type[AuthlibSession], method: str
) -> None:
    graph, kept = f"{server.origin}/api/graphql", []
    with session_for(
        library,
        server,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        update_token=lambda token, refresh_token, **_: kept.append((token["access_token"], refresh_token)),
    ) as session:
        url, state = session.create_authorization_url(f"{server.origin}/oauth2/auth")
        first = session.fetch_token(authorization_response=come_back(server, owner, url), state=state)
        assert (first["token_type"], first["expires_in"], first["scope"]) == ("Bearer", 3600, "liveview read")
        assert "Driveway" in names(session.post(graph, json=ASK))

        second = dict(session.refresh_token())
        assert second["access_token"] != first["access_token"]
        assert "Driveway" in names(session.post(graph, json=ASK))

        session.token = {**second, "expires_at": LONG_AGO}
        assert "Driveway" in names(session.post(graph, json=ASK))
        third = dict(session.token)
        assert third["access_token"] not in (first["access_token"], second["access_token"])
        assert kept[-1] == (third["access_token"], second["refresh_token"])

        answer = end(session, server, third["access_token"])
        assert (answer.status_code, answer.json()["success"]) == (200, True)
        for token in (first, second, third):
            assert ask(server, token["access_token"]).status_code == 401
        with pytest.raises(OAuthError, match=r"^invalid_grant: "):
            session.refresh_token()


@authlib
@pytest.mark.parametrize("hint", ["access_token", "refresh_token"])
def test_authlib_revokes_with_a_hint(server: Server, owner: DemoUser, library: type[AuthlibSession], hint: str) -> None:
    with session_for(library, server) as session:
        url, state = session.create_authorization_url(f"{server.origin}/oauth2/auth")
        token = dict(session.fetch_token(authorization_response=come_back(server, owner, url), state=state))
        end(session, server, token[hint], token_type_hint=hint)
        assert session.post(f"{server.origin}/api/graphql", json=ASK).status_code == 401


@authlib
def test_authlib_proves_a_public_client_with_pkce(
    server: Server, owner: DemoUser, kiosk: str, library: type[AuthlibSession]
) -> None:
    verifier, graph = generate_token(48), f"{server.origin}/api/graphql"
    with session_for(
        library, server, client_id=kiosk, client_secret=None, redirect_uri=KIOSK, code_challenge_method="S256"
    ) as session:
        url, state = session.create_authorization_url(f"{server.origin}/oauth2/auth", code_verifier=verifier)
        answer = come_back(server, owner, url)
        with pytest.raises(OAuthError, match=r"^invalid_grant: "):
            session.fetch_token(authorization_response=answer, state=state, code_verifier=generate_token(48))
        token = session.fetch_token(authorization_response=answer, state=state, code_verifier=verifier)
        assert "refresh_token" not in token
        assert "Driveway" in names(session.post(graph, json=ASK))
        assert end(session, server, token["access_token"]).status_code == 200
        assert session.post(graph, json=ASK).status_code == 401
        session.token = {**token, "expires_at": LONG_AGO}
        with pytest.raises(InvalidTokenError):
            session.post(graph, json=ASK)


@authlib
def test_authlib_sees_a_replayed_code_refused_and_what_it_gave_ended(
    server: Server, owner: DemoUser, library: type[AuthlibSession]
) -> None:
    with session_for(library, server) as session:
        url, state = session.create_authorization_url(f"{server.origin}/oauth2/auth")
        answer = come_back(server, owner, url)
        session.fetch_token(authorization_response=answer, state=state)
        with pytest.raises(OAuthError, match=r"^invalid_grant: ") as refused:
            session.fetch_token(authorization_response=answer, state=state)
        assert refused.value.description
        assert session.post(f"{server.origin}/api/graphql", json=ASK).status_code == 401


@authlib
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_sees_a_wrong_secret_refused(
    server: Server, owner: DemoUser, library: type[AuthlibSession], method: str
) -> None:
    secret = server.client_secret[:-1] + ("A" if server.client_secret[-1] != "A" else "B")
    with session_for(library, server, client_secret=secret, token_endpoint_auth_method=method) as session:
        url, state = session.create_authorization_url(f"{server.origin}/oauth2/auth")
        with pytest.raises(OAuthError, match=r"^invalid_client: "):
            session.fetch_token(authorization_response=come_back(server, owner, url), state=state)


async def test_authlibs_async_client_goes_the_whole_way(server: Server, owner: DemoUser) -> None:
    graph = f"{server.origin}/api/graphql"
    async with AsyncOAuth2Client(
        server.client_id,
        server.client_secret,
        redirect_uri=server.redirect_uri,
        scope="read liveview",
        token_endpoint=f"{server.origin}/oauth2/token",
        verify=NO_TLS,
    ) as session:
        url, state = session.create_authorization_url(f"{server.origin}/oauth2/auth")
        first = dict(await session.fetch_token(authorization_response=come_back(server, owner, url), state=state))
        session.token = {**first, "expires_at": LONG_AGO}
        assert "Driveway" in names(await session.post(graph, json=ASK))
        second = dict(session.token)
        assert second["access_token"] != first["access_token"]
        await end(session, server, second["refresh_token"])
        assert (await session.post(graph, json=ASK)).status_code == 401


# requests-oauthlib


def oauthlib_session(server: Server, **more: Any) -> OauthlibSession:
    """A session of the demo application."""
    arguments: dict[str, Any] = {
        "client_id": server.client_id,
        "redirect_uri": server.redirect_uri,
        "scope": ["read", "liveview"],
        "pkce": "S256",
        **more,
    }
    return OauthlibSession(**arguments)


@pytest.mark.parametrize("method", ["basic", "post"])
def test_requests_oauthlib_goes_the_whole_way(server: Server, owner: DemoUser, method: str) -> None:
    graph, token_url = f"{server.origin}/api/graphql", f"{server.origin}/oauth2/token"
    who: dict[str, Any] = {"client_id": server.client_id, "client_secret": server.client_secret}
    basic = method == "basic"
    kept: list[dict[str, Any]] = []
    with oauthlib_session(
        server, auto_refresh_url=token_url, auto_refresh_kwargs={} if basic else who, token_updater=kept.append
    ) as session:
        url, _ = session.authorization_url(f"{server.origin}/oauth2/auth")
        first = dict(
            session.fetch_token(
                token_url,
                authorization_response=come_back(server, owner, url),
                client_secret=server.client_secret,
                include_client_id=not basic,
            )
        )
        assert "Driveway" in names(session.post(graph, json=ASK))

        how = {"auth": HTTPBasicAuth(*who.values())} if basic else who
        second = dict(session.refresh_token(token_url, **how))
        assert second["access_token"] != first["access_token"]
        assert second["refresh_token"] == first["refresh_token"]

        session.token = {**second, "expires_at": LONG_AGO}
        assert "Driveway" in names(session.post(graph, json=ASK, **(who if basic else {})))
        third = dict(session.token)
        assert kept == [third]
        assert third["access_token"] not in (first["access_token"], second["access_token"])

        # The library has no verb for this; its users post with the session, which shows the token as a bearer's too.
        answer = session.post(f"{server.origin}/oauth2/revoke", params={"access_token": third["access_token"]})
        assert (answer.status_code, answer.json()["success"]) == (200, True)
        assert session.post(graph, json=ASK).status_code == 401
        with pytest.raises(InvalidGrantError):
            session.refresh_token(token_url, **how)


@pytest.mark.parametrize("include", [True, None], ids=["client_id in the body", "Basic without a secret"])
def test_requests_oauthlib_proves_a_public_client_with_pkce(
    server: Server, owner: DemoUser, kiosk: str, include: bool | None
) -> None:
    with oauthlib_session(server, client_id=kiosk, redirect_uri=KIOSK) as session:
        url, _ = session.authorization_url(f"{server.origin}/oauth2/auth")
        token = session.fetch_token(
            f"{server.origin}/oauth2/token",
            authorization_response=come_back(server, owner, url),
            include_client_id=include,
        )
        assert "refresh_token" not in token
        assert "Driveway" in names(session.post(f"{server.origin}/api/graphql", json=ASK))
        session.token = {**token, "expires_at": LONG_AGO}
        with pytest.raises(TokenExpiredError):
            session.post(f"{server.origin}/api/graphql", json=ASK)


def test_requests_oauthlib_sees_that_the_user_refused(server: Server, owner: DemoUser) -> None:
    with oauthlib_session(server) as session:
        url, _ = session.authorization_url(f"{server.origin}/oauth2/auth", prompt="consent")
        with pytest.raises(AccessDeniedError):
            session.fetch_token(
                f"{server.origin}/oauth2/token", authorization_response=come_back(server, owner, url, allow=False)
            )


def test_requests_oauthlib_sees_that_a_scope_is_unknown(server: Server) -> None:
    with oauthlib_session(server, scope=["read", "fly"]) as session, Person(server) as person:
        url, _ = session.authorization_url(f"{server.origin}/oauth2/auth")
        answer = person.http.get(url).headers["location"]
        with pytest.raises(InvalidScopeError):
            session.fetch_token(f"{server.origin}/oauth2/token", authorization_response=answer)


def test_requests_oauthlib_sees_a_replay_and_a_wrong_secret_refused(server: Server, owner: DemoUser) -> None:
    token_url = f"{server.origin}/oauth2/token"
    with oauthlib_session(server) as session:
        url, _ = session.authorization_url(f"{server.origin}/oauth2/auth")
        answer = come_back(server, owner, url)
        with pytest.raises(InvalidClientError):
            session.fetch_token(token_url, authorization_response=answer, client_secret="wrong")
        session.fetch_token(token_url, authorization_response=answer, client_secret=server.client_secret)
        with pytest.raises(InvalidGrantError):
            session.fetch_token(token_url, authorization_response=answer, client_secret=server.client_secret)


# No library but httpx


def test_a_client_by_hand_goes_the_whole_way(server: Server, owner: DemoUser) -> None:
    # RFC 7636, appendix B
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    with httpx.Client(base_url=server.origin, verify=NO_TLS) as client:
        url = client.build_request(
            "GET",
            "/oauth2/auth",
            params={
                "response_type": "code",
                "client_id": server.client_id,
                "redirect_uri": server.redirect_uri,
                "scope": "read liveview",
                "state": "7f0c",
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            },
        ).url
        answer = httpx.URL(come_back(server, owner, str(url))).params
        assert answer["state"] == "7f0c"
        exchange = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": server.redirect_uri,
            "code_verifier": verifier,
        }
        secret = (server.client_id, server.client_secret)
        tokens = client.post("/oauth2/token", data=exchange, auth=secret).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert "Driveway" in names(client.post("/api/graphql", json=ASK, headers=bearer))

        renewal = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = client.post("/oauth2/token", data=renewal, auth=secret).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
        assert "Driveway" in names(client.post("/api/graphql", json=ASK, headers=bearer))

        client.post("/oauth2/revoke", data={"token": tokens["access_token"]}, auth=secret).raise_for_status()
        assert client.post("/api/graphql", json=ASK, headers=bearer).status_code == 401
        refused = client.post("/oauth2/token", data=renewal, auth=secret)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
