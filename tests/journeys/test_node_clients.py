"""openid-client and oauth4webapi, from the issuer's address alone: each feature that they have and we have."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.support.node import Failed, run_client
from tests.support.person import Person
from tests.support.portal import boxes, make_application
from tests.support.server import Server

BACK = "http://127.0.0.1/callback"
SCOPE = "read liveview"
library = pytest.mark.parametrize("library", ["openid-client", "oauth4webapi"])


@dataclass(frozen=True)
class Registered:
    """An application that was made in the portal, as its client knows it."""

    client_id: str
    secret: str
    url: str

    def set(self, person: Person, group: str, **fields: str | list[str]) -> None:
        """Change a group of its settings in the portal."""
        page = person.go(f"{self.url}/settings/{group}")
        answer = person.submit(page, f"{self.url}/settings/", **fields)
        assert "The changes are saved." in answer.text, answer.text


class User:
    """Who signs in and allows what clients ask for."""

    def __init__(self, server: Server, person: Person) -> None:
        self.server = server
        self.person = person

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what the client asks for."""
        ((what, value),) = asked.items()
        if what == "open":
            return {"back": self.open(value)}
        return {"back": self.leave(value) if what == "leave" else self.type_code(value)}

    def open(self, url: str) -> str:
        """Open an authorization URL, and allow what is asked; where that leads back to."""
        return self.person.decide(self.server.user("full"), url).headers["location"]

    def leave(self, url: str) -> str:
        """Open an address to sign out at, and do; where that leads back to."""
        page = self.person.go(url)
        if page.status_code == 200:
            page = self.person.submit(page, "/signout", answer="yes")
        return page.headers["location"]

    def type_code(self, begun: dict[str, Any]) -> str:
        """Type the code that a device shows, and allow what it asks."""
        page = self.person.go(begun["verification_uri"])
        page = self.person.submit(page, "/device", user_code=begun["user_code"])
        return str(self.person.submit(page, "/device", answer="allow").url)


@pytest.fixture
def owner(server: Server, person: Person) -> User:
    """The owner, signed in."""
    person.sign_in(server.user("full"))
    return User(server, person)


@pytest.fixture
def application(owner: User) -> Registered:
    """A confidential application."""
    return register(owner, "Made for Node")


def register(owner: User, name: str, *redirect_uris: str, **fields: str) -> Registered:
    """Make an application in the portal."""
    made = boxes(make_application(owner.person, name, *(redirect_uris or (BACK,)), **fields))
    return Registered(made["client-id"], made.get("client-secret", ""), f"/api-access/applications/{made['client-id']}")


def key_pair() -> tuple[dict[str, Any], str]:
    """A new private key, and the JWK Set of its public half."""
    key = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})
    return dict(key.as_dict(private=True)), json.dumps({"keys": [key.as_dict(private=False)]})


def task(server: Server, application: Registered, what: str = "code", **more: Any) -> dict[str, Any]:
    """What a client is told: the issuer, and who it is."""
    return {
        "what": what,
        "issuer": server.origin,
        "client_id": application.client_id,
        "secret": application.secret,
        "redirect_uri": BACK,
        "scope": SCOPE,
        **more,
    }


def whole(found: dict[str, Any]) -> bool:
    """Whether it went the whole way: a call, a refresh, and nothing any more after the revocation."""
    return "Driveway" in found["names"] and "Driveway" in found["refreshed"] and found["after"] == 401


@library
@pytest.mark.parametrize("algorithm", ["oidc", "oauth2"])
@pytest.mark.parametrize("auth", ["client_secret_basic", "client_secret_post"])
@pytest.mark.rfc("8414", "3", "a client finds everything from the issuer's address")
def test_a_code_with_pkce(
    server: Server, owner: User, application: Registered, library: str, auth: str, algorithm: str
) -> None:
    found = run_client(library, task(server, application, auth=auth, algorithm=algorithm), owner)
    assert whole(found)
    assert (found["token_type"].lower(), found["scope"]) == ("bearer", "liveview read")


@library
def test_a_public_client(server: Server, owner: User, library: str) -> None:
    public = register(owner, "Public for Node", kind="public")
    found = run_client(library, task(server, public, auth="none"), owner)
    assert "Driveway" in found["names"]
    assert "refreshed" not in found
    assert found["after"] == 401


@library
@pytest.mark.rfc("6749", "5.2", "a client that failed to authenticate is told by which way it could have, in a 401")
def test_a_wrong_secret_is_answered_with_a_challenge(
    server: Server, owner: User, application: Registered, library: str
) -> None:
    with pytest.raises(Failed) as failed:
        run_client(library, {**task(server, application), "secret": "wrong"}, owner)
    assert failed.value.said["code"] == "OAUTH_WWW_AUTHENTICATE_CHALLENGE"
    assert '"scheme":"basic"' in failed.value.said["cause"]


@library
def test_an_api_asks_about_a_token(server: Server, owner: User, application: Registered, library: str) -> None:
    api = register(owner, "API for Node", "", kind="resource_server")
    found = run_client(
        library, task(server, application, api={"client_id": api.client_id, "secret": api.secret}), owner
    )
    assert found["introspected"]["active"] is True
    assert found["introspected"]["client_id"] == application.client_id
    assert found["introspected"]["iss"] == server.origin


@library
def test_a_client_that_acts_as_itself(server: Server, owner: User, library: str) -> None:
    machine = register(owner, "Machine for Node", "", own="yes", own_scope="read")
    found = run_client(library, task(server, machine, "machine", scope="read"), owner)
    assert "Driveway" in found["names"]


@library
@pytest.mark.rfc("9449", "5", "a client that proves its key gets a token of the type DPoP, bound to that key")
def test_tokens_bound_to_a_key(server: Server, owner: User, application: Registered, library: str) -> None:
    application.set(owner.person, "tokens", access_token_format="opaque", dpop_bound_access_tokens="yes")
    found = run_client(library, task(server, application, dpop=True), owner)
    assert whole(found)
    assert found["token_type"].lower() == "dpop"
    with pytest.raises(Failed):
        run_client(library, task(server, application), owner)


@library
def test_a_machine_with_a_bound_token(server: Server, owner: User, library: str) -> None:
    machine = register(owner, "Bound machine for Node", "", own="yes", own_scope="read")
    found = run_client(library, task(server, machine, "machine", scope="read", dpop=True), owner)
    assert ("Driveway" in found["names"], found["token_type"].lower()) == (True, "dpop")


@library
@pytest.mark.rfc("OpenID Connect Core", "3.1.3.3", "who asks for openid gets an ID token that its library believes")
def test_who_signed_in(server: Server, owner: User, application: Registered, library: str) -> None:
    found = run_client(library, task(server, application, scope="openid email read", userinfo=True), owner)
    assert whole(found)
    assert found["claims"]["iss"] == server.origin
    assert found["claims"]["aud"] == application.client_id
    assert found["claims"]["sub"] == found["userinfo"]["sub"]
    assert found["userinfo"]["email"] == server.user("full").email


@library
@pytest.mark.rfc("OpenID Connect Core", "8.1", "a pairwise subject is the same in ID token and userinfo")
def test_who_signed_in_under_a_number_of_its_own(
    server: Server, owner: User, application: Registered, library: str
) -> None:
    asked = task(server, application, scope="openid read", userinfo=True)
    usual = run_client(library, asked, owner)["claims"]["sub"]
    choices = {"id_token_signed_response_alg": "RS256", "userinfo_signed_response_alg": "ES256"}
    rest = {"sector_identifier_uri": "", "default_max_age": "", "initiate_login_uri": ""}
    application.set(owner.person, "sign-in", subject_type="pairwise", require_auth_time="yes", **choices, **rest)
    metadata = {**choices, "require_auth_time": True}
    found = run_client(library, {**asked, "metadata": metadata}, owner)
    assert found["claims"]["sub"] == found["userinfo"]["sub"] != usual
    assert found["claims"]["auth_time"]


@pytest.mark.rfc("OpenID Connect RP-Initiated Logout", "2", "a client sends its user to sign out, and gets them back")
def test_signing_out(server: Server, owner: User, application: Registered) -> None:
    application.set(
        owner.person, "sign-out", post_logout_redirect_uris="https://app.example.com/bye", backchannel_logout_uri=""
    )
    asked = task(server, application, scope="openid read", logout="https://app.example.com/bye")
    found = run_client("openid-client", asked, owner)
    assert found["logout"] == "https://app.example.com/bye?state=bye"
    assert "/signin" in str(owner.person.go("/api-access").url)


@pytest.mark.rfc("8628", "3.4", "a device's library asks for its token until its user has let it in")
def test_a_device(server: Server, owner: User) -> None:
    television = register(owner, "Television for Node", "", kind="public", grant="device")
    found = run_client("openid-client", task(server, television, "device", auth="none"), owner)
    assert "Driveway" in found["names"]


KEYS = {"token_endpoint_auth_method": "", "jwks_uri": ""}
REQUESTS = {"request_object_signing_alg": "", "authorization_signed_response_alg": ""}


@library
@pytest.mark.rfc("9126", "4", "a pushed request is used by its request_uri alone")
def test_a_pushed_request(server: Server, owner: User, application: Registered, library: str) -> None:
    application.set(owner.person, "requests", require_pushed_authorization_requests="yes", **REQUESTS)
    found = run_client(library, task(server, application, par=True), owner)
    assert whole(found)
    assert set(found["sent"]) == {"client_id", "request_uri"}


@library
@pytest.mark.rfc("9101", "4", "a request that its client signed is believed, and what stands beside it is not needed")
def test_a_signed_request(server: Server, owner: User, application: Registered, library: str) -> None:
    key, jwks = key_pair()
    application.set(owner.person, "proof", jwks=jwks, **KEYS)
    application.set(owner.person, "requests", require_signed_request_object="yes", **REQUESTS)
    found = run_client(library, task(server, application, jar=True, key=key), owner)
    assert whole(found)
    assert set(found["sent"]) == {"client_id", "request"}


@library
@pytest.mark.rfc("JARM", "2.3", "an answer as a JWT is one that the client's library believes")
def test_a_signed_answer(server: Server, owner: User, application: Registered, library: str) -> None:
    found = run_client(library, task(server, application, jarm=True), owner)
    assert whole(found)


@library
@pytest.mark.rfc("9126", "3", "a signed request can be pushed")
def test_everything_at_once(server: Server, owner: User, application: Registered, library: str) -> None:
    key, jwks = key_pair()
    application.set(owner.person, "proof", jwks=jwks, **KEYS)
    application.set(owner.person, "tokens", access_token_format="opaque", dpop_bound_access_tokens="yes")
    more: dict[str, Any] = {"par": True, "jar": True, "jarm": True, "dpop": True, "key": key, "scope": "openid read"}
    found = run_client(library, task(server, application, **more), owner)
    assert whole(found)
    assert found["token_type"].lower() == "dpop"
    assert found["claims"]["aud"] == application.client_id


@library
@pytest.mark.rfc("7523", "2.2", "a client proves who it is by a statement that it signed with its own key")
def test_its_own_key(server: Server, owner: User, application: Registered, library: str) -> None:
    key, jwks = key_pair()
    method = "private_key_jwt"
    signs_with = {"token_endpoint_auth_signing_alg": "ES256"}
    application.set(owner.person, "proof", token_endpoint_auth_method=method, jwks=jwks, jwks_uri="", **signs_with)
    asked = task(server, application, auth=method, key=key, par=True)
    assert whole(run_client(library, asked, owner))
    with pytest.raises(Failed):
        run_client(library, {**asked, "key": key_pair()[0]}, owner)
    with pytest.raises(Failed):
        run_client(library, {**asked, "auth": "client_secret_post"}, owner)


@library
@pytest.mark.rfc("OpenID Connect Core", "9", "client_secret_jwt: the secret that was made after the choice signs")
def test_a_secret_that_signs(server: Server, owner: User, application: Registered, library: str) -> None:
    application.set(owner.person, "proof", **{**KEYS, "token_endpoint_auth_method": "client_secret_jwt", "jwks": ""})
    page = owner.person.go(application.url)
    secret = boxes(owner.person.submit(page, f"{application.url}/secret"))["client-secret"]
    asked = {**task(server, application, auth="client_secret_jwt"), "secret": secret}
    assert whole(run_client(library, asked, owner))


@pytest.mark.rfc("9701", "4", "an API gets a signed answer that its library believes")
def test_an_api_gets_a_signed_answer(server: Server, owner: User, application: Registered) -> None:
    api = register(owner, "Careful API for Node", "", kind="resource_server")
    who = {"client_id": api.client_id, "secret": api.secret, "signed": True}
    found = run_client("oauth4webapi", task(server, application, api=who), owner)
    assert found["type"] == "application/token-introspection+jwt"
    assert found["signed"]["active"] is True
    assert found["signed"]["client_id"] == application.client_id


@pytest.mark.rfc("9728", "3", "a client that knows the API's address alone finds its authorization server")
def test_from_an_apis_address_to_its_authorization_server(server: Server, owner: User, application: Registered) -> None:
    found = run_client("oauth4webapi", task(server, application, "resource"), owner)
    assert found["found"]["authorization_servers"] == [server.origin]
    assert found["status"] == 401
    assert "resource_metadata=" in found["challenge"]


@library
@pytest.mark.rfc("9449", "8", "a client that is asked for a nonce comes back with it by itself")
@pytest.mark.rfc("7591", "3", "a client registers itself by its library, and goes the whole way with what it got")
def test_a_provider_that_wants_nonces_and_lets_clients_register(tmp_path: Path, library: str) -> None:
    server = Server(tmp_path)
    changed = server.command("provider", "set", "localhost", "--require-dpop-nonce", "--registration", "open")
    assert changed.returncode == 0, changed.stderr
    with server.running(), Person(server) as person:
        person.sign_in(server.user("full"))
        owner = User(server, person)
        asked = task(server, register(owner, "With nonces"), dpop=True, par=True)
        assert whole(run_client(library, asked, owner))
        if library == "openid-client":
            found = run_client(
                library, {**asked, "what": "register", "redirect_uri": "https://app.example.com/back"}, owner
            )
            assert "Driveway" in found["names"]
            assert {"client_id", "client_secret", "registration_access_token"} <= set(found["registered"])
