"""Redirect URIs over HTTP: only what is registered, character by character, and nothing of an answer is split."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.attacks.world import House
from tests.support.server import Server
from tests.web.browser import Browser, authorization_target, exchange

REGISTERED = "https://app.example.com/callback"


@pytest.mark.rfc("9700", "2.1", "redirect URIs are compared as strings, exactly")
@pytest.mark.rfc("9700", "4.11", "the authorization server is no open redirector")
@pytest.mark.parametrize(
    "uri",
    [
        f"{REGISTERED}/",
        f"{REGISTERED}?",
        f"{REGISTERED}?a=b",
        f"{REGISTERED}#",
        f"{REGISTERED}#x",
        f"{REGISTERED}/../evil",
        f"{REGISTERED}%2f",
        f"{REGISTERED} ",
        f" {REGISTERED}",
        f"{REGISTERED}\0",
        f"{REGISTERED}\r\n",
        f"{REGISTERED}\t",
        f"{REGISTERED}.evil",
        "https://app.example.com",
        "https://app.example.com/",
        "https://app.example.com/Callback",
        "HTTPS://app.example.com/callback",
        "https://APP.example.com/callback",
        "https://app.example.com:443/callback",
        "https://app.example.com./callback",
        "http://app.example.com/callback",
        "//app.example.com/callback",
        "https:/app.example.com/callback",
        "https:app.example.com/callback",
        "https://app.example.com@evil.example/callback",
        "https://evil.example@app.example.com/callback",
        "https://app.example.com\\@evil.example/callback",
        "https://app.example.com%2eevil.example/callback",
        "https://app.example.com\\.evil.example/callback",
        "https://app.example.com.evil.example/callback",
        "https://evil.example/https://app.example.com/callback",
        "https://evil.example?https://app.example.com/callback",
        "https://evil.example#https://app.example.com/callback",
        "https://app.example.com/%63allback",
        "https://app.example.com//callback",
        "https://app.example.com/callback;x",
        "https://xn--app-.example.com/callback",
        "https://\u0430pp.example.com/callback",
        "http://127.0.0.1:9000/callback/",
        "http://127.0.0.1:9000/Callback",
        "http://127.0.0.1/other",
        "http://127.0.0.1:x/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:9000@evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.1:9000:80/callback",
        "http://127.1/callback",
        "http://127.0.0.2/callback",
        "http://2130706433/callback",
        "http://[::1]:9000/callback",
        "http://localhost:9001/callback",
        "http://localhost/callback",
        "https://127.0.0.1:9000/callback",
        "http://0.0.0.0:9000/callback",
        "javascript:alert(1)//https://app.example.com/callback",
        "data:text/html,x",
        "about:blank",
        "*",
        "",
        "null",
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_registered(server: Server, owner: Browser, uri: str) -> None:
    for changes in ({}, {"scope": "nonsense"}, {"response_type": "token"}, {"prompt": "none"}):
        answer = owner.get(authorization_target(server, redirect_uri=uri, **changes))
        assert answer.status == 400
        assert "location" not in answer
        assert "evil" not in answer.text
    alias = owner.get(authorization_target(server, redirect_uri=None, redirect_url=uri))
    assert alias.status == 400


@pytest.mark.rfc("8252", "7.3", "the port of a loopback address may vary")
@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:1/callback", "http://127.0.0.1/callback", "http://127.0.0.1:65535/callback"]
)
def test_a_program_on_the_computer_may_take_any_port(server: Server, house: House, owner: Browser, uri: str) -> None:
    code = owner.code(house.owner, redirect_uri=uri)
    assert "invalid_grant" in exchange(server, code, redirect_uri="http://127.0.0.1:2/callback").text
    assert exchange(server, code, redirect_uri=uri).status == 200


@pytest.mark.rfc("6749", "4.1.3", "the redirect_uri of the exchange is that of the request")
def test_a_code_is_exchanged_with_its_own_address(server: Server, house: House, owner: Browser) -> None:
    code = owner.code(house.owner)
    for uri in (None, "", REGISTERED, f"{server.redirect_uri}/", "https://evil.example/"):
        answer = exchange(server, code, redirect_uri=uri)
        assert (answer.status, json.loads(answer.text)["error"]) == (400, "invalid_grant")
    assert exchange(server, code).status == 200


def test_a_redirect_keeps_the_method_away_from_the_application(server: Server, owner: Browser) -> None:
    """RFC 9700 §4.12: 303, so that a browser never sends the password on."""
    page = owner.ask_for(prompt="consent")
    answer = owner.answer(page)
    assert answer.status == 303
    assert answer["cache-control"] == "no-store"


@pytest.mark.rfc("9207", "2", "every answer names its issuer")
@pytest.mark.parametrize(
    "state", ["&code=stolen", "&iss=https://evil.example", "#", "\r\nLocation: https://evil.example", "a=b&a=c"]
)
def test_state_adds_nothing_to_the_answer(server: Server, owner: Browser, state: str) -> None:
    for answer in (
        owner.answer(owner.ask_for(prompt="consent", state=state)),
        owner.answer(owner.ask_for(prompt="consent", state=state), "deny"),
        owner.ask_for(state=state, scope="nonsense"),
    ):
        parts = urlsplit(answer["location"])
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == server.redirect_uri
        assert parts.fragment == ""
        parameters = parse_qs(parts.query, strict_parsing=True)
        assert parameters["state"] == [state]
        assert parameters["iss"] == [server.origin]
        assert len(parameters.get("code", [""])) == 1
        assert all(len(values) == 1 for values in parameters.values())


@pytest.mark.parametrize(
    "target",
    ["/authorize/%0d%0aX-Evil:%201", "/authorize/%0aa", "/api-access/applications/%0d%0aX-Evil:1", "/%0d%0aX-Evil:1"],
)
def test_an_address_splits_no_answer(server: Server, owner: Browser, target: str) -> None:
    for browser in (owner, Browser(server)):
        for method in ("GET", "POST"):
            answer = browser.send(method, target)
            assert "x-evil" not in answer
