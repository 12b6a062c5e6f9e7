"""Authlib and requests-oauthlib, configured by the issuer's address: everything else comes from its metadata."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.integrations.starlette_client import OAuth
from joserfc import jwt
from joserfc.jwk import KeySet
from requests_oauthlib import OAuth2Session as OauthlibSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from tests.journeys.test_clients import ASK, come_back, names
from tests.support.person import Person
from tests.support.portal import boxes, make_application
from tests.support.server import DemoUser, Server

REGISTERED = "http://localhost/back"


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both speak https alone, unless they are told that they are on a developer's computer."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def owner(server: Server) -> DemoUser:
    """Who signs in."""
    return server.user("full")


def metadata_of(server: Server) -> dict[str, Any]:
    """What a client finds at the issuer's address."""
    answer = requests.get(f"{server.origin}/.well-known/openid-configuration", timeout=10)
    found: dict[str, Any] = answer.json()
    assert found["issuer"] == server.origin
    return found


@pytest.fixture
def site(server: Server) -> Iterator[TestClient]:
    """A web site whose visitors sign in with Authlib, as its documentation shows."""
    with Person(server) as person:
        person.sign_in(server.user("full"))
        made = boxes(make_application(person, "A site with Authlib", REGISTERED))
    oauth = OAuth()
    oauth.register(
        "gatelodge",
        server_metadata_url=f"{server.origin}/.well-known/openid-configuration",
        client_id=made["client-id"],
        client_secret=made["client-secret"],
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256"},
    )

    async def begin(request: Request) -> Response:
        answer: Response = await oauth.gatelodge.authorize_redirect(request, REGISTERED)
        return answer

    async def back(request: Request) -> Response:
        token = await oauth.gatelodge.authorize_access_token(request)
        more = await oauth.gatelodge.userinfo(token=token)
        return JSONResponse({"claims": token["userinfo"], "userinfo": more})

    app = Starlette(routes=[Route("/begin", begin), Route("/back", back)])
    session: dict[str, Any] = {}  # of the site's only visitor

    async def with_session(scope: Scope, receive: Receive, send: Send) -> None:
        scope["session"] = session
        await app(scope, receive, send)

    with TestClient(with_session, base_url="http://localhost") as client:
        yield client


def end(session: Any, url: str, token: str) -> Any:
    """End the access as the library does it; `session` is Any because its stubs leave that method untyped."""
    return session.revoke_token(url, token=token)


@pytest.mark.rfc("OpenID Connect Core", "3.1", "Authlib signs people in, knowing the issuer's address alone")
def test_authlib_signs_people_in(server: Server, owner: DemoUser, site: TestClient) -> None:
    begun = site.get("/begin", follow_redirects=False)
    found = site.get(come_back(server, owner, begun.headers["location"])).json()
    assert found["claims"]["iss"] == server.origin
    assert found["claims"]["nonce"]
    assert found["claims"]["sub"] == found["userinfo"]["sub"]
    assert found["userinfo"]["email"] == owner.email


@pytest.mark.rfc("8414", "2", "Authlib's session takes every address from the metadata")
def test_authlibs_session_from_the_metadata(server: Server, owner: DemoUser) -> None:
    metadata = metadata_of(server)
    with OAuth2Session(
        server.client_id,
        server.client_secret,
        redirect_uri=server.redirect_uri,
        scope="openid read",
        token_endpoint=metadata["token_endpoint"],
        code_challenge_method="S256",
    ) as session:
        verifier = "v" * 50
        url, state = session.create_authorization_url(
            metadata["authorization_endpoint"], nonce="n-1", code_verifier=verifier
        )
        answer = come_back(server, owner, url)
        token = session.fetch_token(authorization_response=answer, state=state, code_verifier=verifier)
        keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
        claims = jwt.decode(token["id_token"], keys).claims
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (server.origin, server.client_id, "n-1")
        assert session.get(metadata["userinfo_endpoint"]).json()["sub"] == claims["sub"]
        renewed = session.refresh_token()
        assert "Driveway" in names(session.post(f"{server.origin}/api/graphql", json=ASK))
        ended = end(session, metadata["revocation_endpoint"], renewed["access_token"])
        assert ended.status_code == 200
        assert session.get(metadata["userinfo_endpoint"]).status_code == 401


@pytest.mark.rfc("8414", "3", "requests-oauthlib goes by the addresses of the metadata")
def test_requests_oauthlib_from_the_metadata(server: Server, owner: DemoUser) -> None:
    metadata = metadata_of(server)
    with OauthlibSession(
        server.client_id, redirect_uri=server.redirect_uri, scope=["openid", "email", "read"], pkce="S256"
    ) as session:
        url, _ = session.authorization_url(metadata["authorization_endpoint"], nonce="n-2")
        token = session.fetch_token(
            metadata["token_endpoint"],
            authorization_response=come_back(server, owner, url),
            client_secret=server.client_secret,
        )
        keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
        claims = jwt.decode(token["id_token"], keys).claims
        assert (claims["iss"], claims["nonce"]) == (server.origin, "n-2")
        about = session.get(metadata["userinfo_endpoint"]).json()
        assert (about["sub"], about["email"]) == (claims["sub"], owner.email)
        assert "Driveway" in names(session.post(f"{server.origin}/api/graphql", json=ASK))
