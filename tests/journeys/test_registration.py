"""A person makes a token for a program, the program registers an application with it, and the person finds that one
among theirs; the application uses what it registered. A client of RFC 7591 made of nothing but HTTP."""

import re
from collections.abc import Iterator

import pytest

from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.server import Server

CALLBACK = "https://pipeline.example.com/callback"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server at whose provider applications register with a token."""
    made = Server(tmp_path_factory.mktemp("registration"))
    assert made.command("provider", "set", "localhost", "--registration", "token").returncode == 0
    with made.running():
        yield made


def test_from_the_portal_to_the_application(server: Server) -> None:
    with Person(server) as person:
        person.sign_in(server.user("full"))
        form = person.go("/api-access/registration-tokens/new")
        made = person.submit(form, "/api-access/registration-tokens/new", name="Release pipeline", expires="7d")
        token = re.search(r"glia_\w+", made.text)
        assert token is not None
        again = person.submit(form, "/api-access/registration-tokens/new", name="Release pipeline", expires="7d")
        assert "was made and shown then" in again.text
        metadata = HTTP.get(f"{server.origin}/.well-known/oauth-authorization-server").json()
        answer = HTTP.post(
            metadata["registration_endpoint"],
            json={"client_name": "Released", "redirect_uris": [CALLBACK], "unknown": {"member": True}},
            headers={"Authorization": f"Bearer {token[0]}"},
        )
        assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
        registered = answer.json()
        page = person.go("/api-access")
        assert "Released" in page.text
        assert "Release pipeline" in page.text
        shown = person.go(f"/api-access/applications/{registered['client_id']}")
        assert "with a registration token of" in shown.text

        url = (
            f"{server.origin}/oauth2/auth?response_type=code&client_id={registered['client_id']}"
            f"&redirect_uri={CALLBACK}&scope=read"
        )
        consent = person.go(url)
        assert "not verified" in consent.text
        assert "does not know who makes this application" not in consent.text  # an account here answers for it
        code = person.answer(person.submit(consent, "/authorize/", answer="allow"))["code"]
        tokens = HTTP.post(
            metadata["token_endpoint"],
            data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
            auth=(registered["client_id"], registered["client_secret"]),
        )
        assert tokens.status_code == 200, tokens.text

        manage = {"Authorization": f"Bearer {registered['registration_access_token']}"}
        assert HTTP.delete(registered["registration_client_uri"], headers=manage).status_code == 204
        assert "Released" not in person.go("/api-access").text

        ended = person.submit(person.go("/api-access"), "/api-access/registration-tokens/")
        assert "nothing is registered with it any more" in ended.text


def test_a_browser_program_may_register(server: Server) -> None:
    """RFC 10017: an application in a browser asks from its own origin."""
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "PUT"}
    for path in ("/oauth2/register", "/oauth2/register/x"):
        preflight = HTTP.options(f"{server.origin}{path}", headers=asked)
        assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")
    refused = HTTP.put(f"{server.origin}/oauth2/register/x", headers={"Origin": "https://app.example"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "*")
    wrong = HTTP.get(f"{server.origin}/oauth2/register")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


def test_whoever_may_not_sees_no_tokens(server: Server) -> None:
    with Person(server) as person:
        person.sign_in(server.user("partial"))
        assert "Registration tokens" not in person.go("/api-access").text
        assert person.go("/api-access/registration-tokens/new").status_code == 403
