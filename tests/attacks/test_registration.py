"""Applications that describe themselves: what one could do to others, to people or to us by registering, by what a
document says, or by having us fetch."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from sqlalchemy import text

from gatelodge.protocol.credentials import Kind, compose, public_id
from gatelodge.protocol.pkce import s256
from gatelodge.service.client_documents import PER_HOST
from gatelodge.service.minting import clock
from gatelodge.service.registration import PER_ADDRESS
from tests.support.elsewhere import Elsewhere, Page, elsewhere
from tests.support.http import HTTP
from tests.support.person import Person
from tests.support.server import Server
from tests.support.signing import ASSERTION_TYPE, Signer
from tests.support.stores import outside

CALLBACK = "https://app.example.com/callback"
VERIFIER = "v" * 43
HARBOUR = "harbour.localhost"
OPEN = ("--registration", "open", "--metadata-documents")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """An application's own web server."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as running:
        yield running


@pytest.fixture(scope="module")
def server(app: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of two providers that everything may register at; it may ask `app`, and nothing else that is near."""
    made = Server(tmp_path_factory.mktemp("registration"), app.settings)
    for host in ("localhost", HARBOUR):
        told = made.command("provider", "set", host, *OPEN)
        assert told.returncode == 0, told.stderr
    with made.running():
        yield made


def register(server: Server, token: str | None = None, host: str = "localhost", **members: Any) -> httpx2.Response:
    """What is answered to a registration."""
    headers = {"Host": f"{host}:{server.port}"} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = {"redirect_uris": [CALLBACK], "client_name": "Notes", **members}
    return HTTP.post(f"{server.origin}/oauth2/register", json=body, headers=headers)


def initial(server: Server, email: str = "owner@example.com") -> str:
    """A fresh initial access token: what is registered with it isn't counted with what others register."""
    made = server.command("registration-token", "create", "--user", email, "--name", "Test", "--json")
    assert made.returncode == 0, made.stderr
    token: str = json.loads(made.stdout)["token"]
    return token


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    """An initial access token of the owner's account."""
    return initial(server)


@pytest.fixture(scope="module")
def registered(server: Server, token: str) -> dict[str, Any]:
    """An application that registered with it."""
    answer = register(server, token)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def manage(method: str, address: str, token: str | None, **more: Any) -> httpx2.Response:
    """What is answered at an application's own address."""
    return HTTP.request(method, address, headers={"Authorization": f"Bearer {token}"} if token else {}, **more)


def document(app: Elsewhere, path: str, **members: Any) -> str:
    """Have a document stand at a path; its URL."""
    body = {"client_id": app.url(path), "client_name": "Notes", "redirect_uris": [CALLBACK], **members}
    app.pages[path] = Page(json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    return app.url(path)


def ask(server: Server, client_id: str, redirect_uri: str = CALLBACK, **more: str) -> httpx2.Response:
    """What the authorization endpoint says to an application's request."""
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": "read",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
        **more,
    }
    return HTTP.get(f"{server.origin}/oauth2/auth?{urlencode(parameters)}")


@pytest.mark.rfc("CIMD", "8.6", "special-use addresses are not asked, and schemes that are not known neither")
@pytest.mark.parametrize(
    "client_id",
    [
        "https://127.0.0.2/client.json",
        "https://10.0.0.1/client.json",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/client.json",
        "https://[::ffff:10.0.0.1]/client.json",
        "https://2130706434/client.json",
        "https://0x7f.1/client.json",
        "https://metadata.google.internal/computeMetadata/v1/",
        "http://localhost/client.json",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x",
    ],
)
def test_a_client_id_leads_nowhere_that_is_not_public(server: Server, client_id: str) -> None:
    answer = ask(server, client_id)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.rfc("CIMD", "5", "redirects are not followed, and any status but 200 is an error")
def test_a_document_that_redirects_is_not_followed(server: Server, app: Elsewhere) -> None:
    document(app, "/inside.json")
    app.pages["/away.json"] = Page(status=302, headers={"Location": app.url("/inside.json")})
    before = len(app.asked)
    assert ask(server, app.url("/away.json")).status_code == 400
    assert [one.target for one in app.asked[before:]] == ["/away.json"]


def test_what_an_application_names_is_not_fetched_when_it_registers(server: Server, app: Elsewhere, token: str) -> None:
    before = len(app.asked)
    answer = register(
        server,
        token,
        logo_uri="https://app.example.com/logo.png",
        jwks_uri="https://app.example.com/keys",
        client_uri="https://app.example.com/",
        token_endpoint_auth_method="private_key_jwt",
    )
    assert answer.status_code == 201, answer.text
    assert len(app.asked) == before


@pytest.mark.parametrize(
    "members",
    [
        {"sector_identifier_uri": "https://169.254.169.254/list"},
        {"sector_identifier_uri": "https://127.0.0.2/list"},
        {"sector_identifier_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://169.254.169.254/keys", "token_endpoint_auth_method": "private_key_jwt"},
        {"jwks_uri": "file:///etc/passwd", "token_endpoint_auth_method": "private_key_jwt"},
        {"logo_uri": "file:///etc/passwd"},
        {"logo_uri": "data:image/svg+xml,<svg onload='alert(1)'/>"},
        {"client_uri": "javascript:alert(1)"},
        {"policy_uri": "javascript:alert(1)"},
    ],
)
def test_addresses_inside_are_refused(server: Server, token: str, members: dict[str, Any]) -> None:
    answer = register(server, token, **members)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


def test_a_sector_is_believed_only_where_its_list_has_every_redirect_uri(
    server: Server, app: Elsewhere, token: str
) -> None:
    members: dict[str, Any] = {"subject_type": "pairwise", "sector_identifier_uri": app.url("/sector.json")}
    app.pages["/sector.json"] = Page(json.dumps(["https://victim.example.com/"]).encode())
    assert register(server, token, **members).status_code == 400
    app.pages["/sector.json"] = Page(json.dumps([CALLBACK, "https://victim.example.com/"]).encode())
    assert register(server, token, **members).status_code == 201


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "https://app.example.com@evil.example/cb",
        "https://app.example.com/cb#fragment",
        "http://evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "//evil.example/cb",
        "https://*.example.com/cb",
        "https://app.example.com/cb\n",
    ],
)
def test_tricks_with_redirect_uris(server: Server, app: Elsewhere, token: str, uri: str) -> None:
    answer = register(server, token, redirect_uris=[CALLBACK, uri])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    assert ask(server, document(app, "/tricks.json", redirect_uris=[uri]), uri).status_code == 400


def test_with_anothers_token_nothing_is_managed(server: Server, token: str, registered: dict[str, Any]) -> None:
    other = register(server, token).json()
    address, own = registered["registration_client_uri"], registered["registration_access_token"]
    made_up = compose(Kind.REGISTRATION_TOKEN, 77, b"x" * 32)[0]
    wrong = [None, token, other["registration_access_token"], made_up, own[:-1], f"{own}x", registered["client_secret"]]
    for shown in wrong:
        for method in ("GET", "PUT", "DELETE"):
            answer = manage(method, address, shown, json={"client_id": registered["client_id"]})
            assert answer.status_code == 401, (shown, method)
            assert "Bearer" in answer.headers["www-authenticate"]
    assert manage("GET", address, own).status_code == 200


@pytest.mark.rfc("7592", "2.1", "an application that does not exist reads like a wrong token, for whoever enumerates")
def test_client_ids_cannot_be_enumerated(server: Server, token: str, registered: dict[str, Any]) -> None:
    own = registered["registration_access_token"]
    there = register(server, token).json()["client_id"]
    answers = {
        (answer.status_code, answer.text)
        for client_id in (there, public_id(12345), "x", "..", "%2e%2e", "https:%2f%2fapp.example.com%2fc")
        for answer in [manage("GET", f"{server.origin}/oauth2/register/{client_id}", own)]
        if answer.status_code != 404  # what is no path below it
    }
    assert len(answers) == 1


def test_a_token_of_another_provider_opens_nothing(server: Server, token: str, registered: dict[str, Any]) -> None:
    assert register(server, token, HARBOUR).status_code == 401
    path = f"{server.origin}/oauth2/register/{registered['client_id']}"
    headers = {
        "Authorization": f"Bearer {registered['registration_access_token']}",
        "Host": f"{HARBOUR}:{server.port}",
    }
    for method in ("GET", "PUT", "DELETE"):
        assert HTTP.request(method, path, headers=headers, json={}).status_code == 401


def test_nothing_is_taken_over_by_registering_again(server: Server, token: str, registered: dict[str, Any]) -> None:
    again = register(
        server,
        token,
        client_id=registered["client_id"],
        client_secret="mine",
        registration_access_token="mine",
        redirect_uris=["https://evil.example/cb"],
    ).json()
    assert again["client_id"] != registered["client_id"]
    assert again["client_secret"] != "mine"
    held = manage("GET", registered["registration_client_uri"], registered["registration_access_token"]).json()
    assert held["redirect_uris"] == [CALLBACK]
    # … nor by putting it at another address.
    moved = manage(
        "PUT",
        again["registration_client_uri"],
        again["registration_access_token"],
        json={"client_id": registered["client_id"], "redirect_uris": ["https://evil.example/cb"]},
    )
    assert (moved.status_code, moved.json()["error"]) == (400, "invalid_client_metadata")


@pytest.mark.rfc("7592", "2.2", "a client_secret in an update is the one that was issued")
def test_a_secret_is_not_set_by_an_update(server: Server, token: str) -> None:
    made = register(server, token).json()
    address, manages = made["registration_client_uri"], made["registration_access_token"]
    update = {"client_id": made["client_id"], "redirect_uris": [CALLBACK]}
    for secret in ("mine", made["client_secret"][:-1], 7):
        assert manage("PUT", address, manages, json=update | {"client_secret": secret}).status_code == 400
    assert manage("PUT", address, manages, json=update | {"client_secret": made["client_secret"]}).status_code == 200
    assert manage("PUT", address, manages, json=update | {"token_endpoint_auth_method": "none"}).status_code == 400


def test_where_everybody_may_register_a_wrong_token_still_counts(server: Server) -> None:
    made_up = compose(Kind.INITIAL_ACCESS_TOKEN, 77, b"x" * 32)[0]
    for shown in (made_up, "x"):
        answer = HTTP.post(
            f"{server.origin}/oauth2/register",
            json={"redirect_uris": [CALLBACK]},
            headers={"Authorization": f"Bearer {shown}"},
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


@pytest.mark.rfc("CIMD", "4", "a document with another client_id in it describes nobody")
def test_a_document_cannot_speak_for_another_address(server: Server, app: Elsewhere) -> None:
    document(app, "/copy.json", client_id=app.url("/original.json"))
    answer = ask(server, app.url("/copy.json"))
    assert answer.status_code == 400
    assert "has another client_id in it" in answer.text


@pytest.mark.rfc("CIMD", "5.2", "an error or a malformed document is never kept")
def test_what_is_wrong_with_a_document_is_not_kept(server: Server, app: Elsewhere) -> None:
    for page in (
        Page(status=500),
        Page(status=404),
        Page(b"<html>"),
        Page(b"{}", headers={"Content-Type": "text/plain"}),
    ):
        app.pages["/later.json"] = page
        assert ask(server, app.url("/later.json")).status_code == 400
    assert ask(server, document(app, "/later.json")).status_code == 303


@pytest.mark.rfc("CIMD", "8.7", "no more than a few kilobytes are read")
def test_a_document_without_an_end(server: Server, app: Elsewhere) -> None:
    document(app, "/long.json", filler="x" * 6000)
    assert ask(server, app.url("/long.json")).status_code == 400

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"[" * 1000)
        except OSError:
            return

    app.pages["/endless.json"] = drip
    assert ask(server, app.url("/endless.json")).status_code == 400


@pytest.mark.rfc("CIMD", "8.4", "a change of the document counts from when it is known")
def test_a_document_that_is_swapped_after_consent_gets_no_tokens_at_the_old_address(
    server: Server, app: Elsewhere
) -> None:
    """Somebody has the document for a moment, names an address of theirs, and has it taken back: once that is known
    here, the code that went there is worth nothing."""
    url = document(app, "/swapped.json", redirect_uris=["https://evil.example/cb"])
    with Person(server) as person:
        location = ask(server, url, "https://evil.example/cb").headers["location"]
        code = person.authorize(server.user("full"), f"{server.origin}{location}")["code"]
    document(app, "/swapped.json")
    _age(server, url)
    answer = HTTP.post(
        f"{server.origin}/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "client_id": url,
            "redirect_uri": "https://evil.example/cb",
            "code_verifier": VERIFIER,
        },
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert ask(server, url, "https://evil.example/cb").status_code == 400
    assert ask(server, url).status_code == 303


def _age(server: Server, url: str) -> None:
    """Have the time of what was read of a document be over."""
    outside(
        server.database,
        lambda connection: connection.execute(
            text(
                "UPDATE client_documents SET fresh_until = 0 WHERE application_id = "
                "(SELECT id FROM applications WHERE document_url = :url)"
            ),
            {"url": url},
        ),
    )


@pytest.mark.parametrize(
    "name",
    ["\u202eknab ruoY", "Bank\u0000", "Bank\u200b", "\ud800", "x" * 300, "Z\u0301\u0301\u0301\u0301", "Gatelodge Demo"],
)
def test_names_that_mislead(server: Server, app: Elsewhere, name: str) -> None:
    said = (
        json.loads(server.command("provider", "list", "--json").stdout)[0]["name"] if name == "Gatelodge Demo" else name
    )
    answer = HTTP.post(
        f"{server.origin}/oauth2/register",
        content=json.dumps({"redirect_uris": [CALLBACK], "client_name": said}),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert ask(server, document(app, "/misleading.json", client_name=said)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"redirect_uris":' + b"[" * 60_000,
        b'{"redirect_uris": ["https://app.example.com/cb"], "x": ' + b"9" * 50_000 + b"}",
        b'{"redirect_uris": ["https://app.example.com/cb"], "redirect_uris": ["https://evil.example/cb"]}',
        b"\xff\xfe",
        b"",
        b'{"redirect_uris": [' + b",".join([b'"https://app.example.com/cb"'] * 2000) + b"]}",
    ],
)
def test_json_that_is_meant_to_hurt(server: Server, body: bytes) -> None:
    answer = HTTP.post(f"{server.origin}/oauth2/register", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("invalid_")


def test_too_much_json_is_not_read(server: Server) -> None:
    answer = HTTP.post(
        f"{server.origin}/oauth2/register",
        content=b'{"x": "' + b"x" * 100_000 + b'"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413


def test_a_document_and_a_secret_never_go_together(server: Server, app: Elsewhere) -> None:
    url = document(app, "/public.json")
    assert ask(server, url).status_code == 303
    for shown in ({"client_secret": "x"}, {"client_secret": server.client_secret}):
        answer = HTTP.post(
            f"{server.origin}/oauth2/token",
            data={"grant_type": "authorization_code", "code": "x", "client_id": url, **shown},
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.rfc("CIMD", "8.2", "a document that says private_key_jwt is held to it, with the keys that are in it")
def test_a_document_with_keys_is_of_whoever_has_them(server: Server, app: Elsewhere) -> None:
    signer, other = Signer(), Signer()
    url = document(app, "/keys.json", token_endpoint_auth_method="private_key_jwt", jwks=json.loads(signer.jwks()))
    with Person(server) as person:
        location = ask(server, url).headers["location"]
        code = person.authorize(server.user("full"), f"{server.origin}{location}")["code"]

    def exchange(**more: str) -> httpx2.Response:
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return HTTP.post(f"{server.origin}/oauth2/token", data=grant | more)

    def asserted(by: Signer) -> dict[str, str]:
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": by.assertion(url, server.origin, clock())}

    assert exchange(client_id=url).json()["error"] == "invalid_client"
    assert exchange(**asserted(other)).json()["error"] == "invalid_client"
    answer = exchange(**asserted(signer))
    assert answer.status_code == 200, answer.text


@pytest.mark.rfc("CIMD", "8.5", "people see the host of the client_id")
def test_people_are_told_that_nobody_here_answers_for_it(server: Server, app: Elsewhere) -> None:
    url = document(app, "/told.json", client_name="Your Bank", client_uri="https://bank.example/")
    with Person(server) as person:
        person.sign_in(server.user("full"))
        page = person.go(f"{server.origin}{ask(server, url).headers['location']}")
    assert "does not know who makes this application" in page.text
    assert f"localhost:{app.port}" in page.text
    assert "app.example.com" in page.text  # where they would be sent
    assert 'rel="noreferrer nofollow noopener">Its site</a> at <strong>bank.example</strong>' in page.text
    assert "Your Bank" in page.text


def test_nobody_can_have_us_flood_a_host(server: Server, app: Elsewhere) -> None:
    before = len(app.asked)
    for number in range(PER_HOST.amount + 5):
        ask(server, f"https://127.0.0.1:{app.port}/flood-{number}.json")
    assert len(app.asked) - before <= PER_HOST.amount


def test_mass_registration_is_slowed_down(server: Server) -> None:
    """The last test of this server's: from then on this address can't register without a token."""
    answers = [register(server, host=HARBOUR).status_code for _ in range(PER_ADDRESS.amount + 1)]
    assert answers[-1] == 503
    assert answers.count(201) <= PER_ADDRESS.amount
    refused = register(server, host=HARBOUR)
    assert "retry-after" in refused.headers
    assert register(server, initial(server)).status_code == 201  # whoever has a token is counted apart
