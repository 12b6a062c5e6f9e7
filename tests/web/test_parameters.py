"""The OAuth endpoints and what clients get wrong: each is told so in words of ours, in the form that an RFC gives."""

import json
import re
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.support.server import Server
from tests.web.browser import FORM, authorization_target, destination
from tests.web.raw import Answer, ask

# RFC 6749 §5.2: what an error_description may be made of.
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")
MARK = "zqx"  # a word of no meaning that is sent and must not come back


def post(server: Server, path: str, body: str | bytes, *headers: tuple[str, str]) -> Answer:
    """POST a form."""
    data = body if isinstance(body, bytes) else body.encode()
    return ask(server.port, "POST", path, [FORM, *headers], data)


def refused(answer: Answer, code: str, status: int = 400) -> str:
    """The description of an error as RFC 6749 §5.2 has it, which must be this one."""
    assert (answer.status, answer["content-type"]) == (status, "application/json"), answer
    assert answer["cache-control"] == "no-store"
    members = json.loads(answer.text)
    assert members.keys() == {"error", "error_description"}
    assert members["error"] == code, members
    description: str = members["error_description"]
    assert DESCRIPTION.fullmatch(description)
    assert MARK not in description
    return description


def client(server: Server) -> str:
    """The client's part of a token request's body."""
    return f"client_id={server.client_id}&client_secret={server.client_secret}"


VALUES = {
    "not UTF-8": "%FF",
    "half a character": "%C3",
    "a lone surrogate": "%ED%A0%80",
    "an overlong encoding": "%C0%AF",
    "too long": MARK * 2000,
}
ODD_VALUES = {
    "NUL": f"{MARK}%00",
    "a line end": f"{MARK}%0D%0Aa%3Ab",
    "control characters": f"{MARK}%1B%5B31m%7F%08",
    "quotes": f"{MARK}%22%27%5C%3C%3E",
    "a direction override": f"{MARK}%E2%80%AE",
    "percent signs": f"{MARK}%25%zz%",
    "another alphabet": "%E2%82%AC%F0%9F%94%91",
    "blanks": "++++",
    "a long word": "a" * 4000,
}
TOKEN_PARAMETERS = (
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
)


@pytest.mark.rfc("6749", "3.2", "a parameter that is sent twice is refused")
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke"])
@pytest.mark.parametrize("name", [*TOKEN_PARAMETERS, "token", "access_token", "token_type_hint", MARK])
def test_a_parameter_sent_twice_is_refused(server: Server, path: str, name: str) -> None:
    twice = post(server, path, f"{name}=1&{name}=1")
    apart = post(server, f"{path}?{name}=1", f"{name}=1")
    disguised = post(server, path, f"{name}=1&%{ord(name[0]):02x}{name[1:]}=2")
    for answer in (twice, apart, disguised):
        description = refused(answer, "invalid_request")
        assert "more than once" in description
        assert (name in description) == (name != MARK)


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke"])
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_a_value_that_can_not_be_read_is_refused(server: Server, path: str, value: str) -> None:
    for name in (*TOKEN_PARAMETERS, "token_type_hint", MARK):  # a token may be a JWT, and as long as those get
        description = refused(post(server, path, f"{name}={value}"), "invalid_request")
        assert "too long or not UTF-8" in description
    if "%" in value:  # nor can a name be like that
        refused(post(server, path, f"{value}=1&grant_type=x&token=x"), "invalid_request")


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_an_odd_value_is_one_that_is_not_known(server: Server, value: str) -> None:
    base = {"grant_type": "authorization_code", "client_id": server.client_id, "client_secret": server.client_secret}
    expected = {
        "grant_type": ("unsupported_grant_type", 400),
        "client_id": ("invalid_client", 401),
        "client_secret": ("invalid_client", 401),
        "code": ("invalid_grant", 400),
    }
    for name, (code, status) in expected.items():
        fields = {**base, "code": "x", name: value}
        refused(post(server, "/oauth2/token", "&".join(f"{n}={v}" for n, v in fields.items())), code, status)
    fields = {**base, "grant_type": "refresh_token", "refresh_token": value}
    refused(post(server, "/oauth2/token", "&".join(f"{n}={v}" for n, v in fields.items())), "invalid_grant")
    assert post(server, "/oauth2/revoke", f"token={value}").status == 200  # RFC 7009 §2.2


@pytest.mark.rfc("6749", "5.2", "a request without a parameter that it needs is invalid_request")
def test_what_is_missing_or_empty_is_named(server: Server) -> None:
    for body, code, status, word in [
        ("", "invalid_request", 400, "grant_type"),
        ("grant_type=", "invalid_request", 400, "grant_type"),
        ("grant_type=authorization_code", "invalid_client", 401, "client_id"),
        ("grant_type=authorization_code&client_id=", "invalid_client", 401, "client_id"),
        (f"grant_type=authorization_code&client_secret={server.client_secret}", "invalid_request", 400, "client_id"),
        (f"grant_type=authorization_code&{client(server)}", "invalid_request", 400, "code"),
        (f"grant_type=authorization_code&code=&{client(server)}", "invalid_request", 400, "code"),
        (f"grant_type=refresh_token&{client(server)}", "invalid_request", 400, "refresh_token"),
    ]:
        assert word in refused(post(server, "/oauth2/token", body), code, status)
    for body in ("", "token=", "access_token=", "token=a&access_token=b"):
        assert "token" in refused(post(server, "/oauth2/revoke", body), "invalid_request")


@pytest.mark.parametrize("grant", ["password", "implicit", "PASSWORD", "authorization_code ", "x"])
def test_another_grant_is_unsupported(server: Server, grant: str) -> None:
    refused(post(server, "/oauth2/token", f"grant_type={quote(grant)}&{client(server)}"), "unsupported_grant_type")


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke"])
def test_too_many_parameters_are_refused(server: Server, path: str) -> None:
    many = "&".join(f"p{number}=1" for number in range(65))
    assert "too many" in refused(post(server, path, many), "invalid_request")
    assert "too many" in refused(post(server, f"{path}?{many}", ""), "invalid_request")


@pytest.mark.rfc("6749", "3.2", "parameters come as application/x-www-form-urlencoded")
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke"])
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
        "application/x-www-form-urlencodedx",
        "x/application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded, text/plain",
    ],
)
def test_another_kind_of_body_is_refused(server: Server, path: str, content_type: str) -> None:
    body = json.dumps({"grant_type": "authorization_code", "token": MARK}).encode()
    answer = ask(server.port, "POST", path, [("Content-Type", content_type)], body)
    assert "application/x-www-form-urlencoded" in refused(answer, "invalid_request")
    refused(ask(server.port, "POST", path, [], body), "invalid_request")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded; charset=utf-8",
        "Application/X-WWW-Form-URLEncoded",
        " application/x-www-form-urlencoded ;",
    ],
)
def test_the_spelling_of_the_content_type_plays_no_part(server: Server, content_type: str) -> None:
    answer = ask(server.port, "POST", "/oauth2/token", [("Content-Type", content_type)], b"grant_type=x")
    refused(answer, "unsupported_grant_type")


BASIC = ("Authorization", "Basic eDp5")


@pytest.mark.rfc("6749", "2.3", "a client authenticates in one way only")
def test_two_ways_to_authenticate_are_refused(server: Server) -> None:
    body = "grant_type=authorization_code&code=x"
    for path in ("/oauth2/token", "/oauth2/revoke"):
        for second in (BASIC, ("authorization", "Bearer x"), ("Authorization", "")):
            description = refused(post(server, path, body, BASIC, second), "invalid_request")
            assert "more than one Authorization header" in description
    assert "two ways" in refused(post(server, "/oauth2/token", f"{body}&{client(server)}", BASIC), "invalid_request")
    differs = post(server, "/oauth2/token", f"{body}&client_id={server.client_id}", BASIC)
    assert "differs" in refused(differs, "invalid_request")


@pytest.mark.rfc("6749", "5.2", "a client that tried the Authorization header gets 401 and WWW-Authenticate")
@pytest.mark.parametrize(
    "value",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic eDp5=",
        "Basic eA==",
        "Basic /w==",
        "Basic OnkK",
        "Bearer x",
        "",
        "x",
        "Digest a=b",
        "Basic eDp5 eDp5",
        "Basic\teDp5",
        "basic eDp5",
        "Basic \xff",
    ],
)
def test_an_authorization_that_proves_nothing_is_invalid_client(server: Server, value: str) -> None:
    body = "grant_type=authorization_code&code=x&token=x"
    for path in ("/oauth2/token", "/oauth2/revoke"):
        if path == "/oauth2/revoke" and value == "Bearer x":
            continue  # says nothing of the client: whoever holds the token may send it along as well
        answer = post(server, path, body, ("Authorization", value))
        refused(answer, "invalid_client", 401)
        assert answer["www-authenticate"].startswith("Basic ")


# /oauth2/auth


def page(answer: Answer) -> str:
    """The text of the page on which the person is told; nothing is sent anywhere."""
    assert (answer.status, answer["content-type"]) == (400, "text/html; charset=utf-8")
    assert "location" not in answer
    assert "This link does not work" in answer.text
    assert MARK not in answer.text
    return answer.text


def sent_back(server: Server, answer: Answer) -> dict[str, str]:
    """The parameters of an error that goes back to the application."""
    assert answer.status == 303
    assert answer["location"].startswith(f"{server.redirect_uri}?error=")
    parameters = dict(parse_qsl(urlsplit(answer["location"]).query, strict_parsing=True))
    assert DESCRIPTION.fullmatch(parameters["error_description"])
    assert MARK not in parameters["error_description"]
    return parameters


@pytest.mark.rfc("6749", "4.1.2.1", "without a sure client and redirect URI the person is told, and nothing is sent")
@pytest.mark.parametrize(
    "tail",
    [
        "",
        f"client_id={MARK}",
        "client_id=",
        "client_id=%FF",
        "client_id=%00",
        "client_id=00000000001",
        "client_id=ID&client_id=ID",
        "client_id=ID",
        "client_id=ID&redirect_uri=",
        "client_id=ID&redirect_uri=%FF",
        f"client_id=ID&redirect_uri=https://{MARK}.example/",
        f"client_id=ID&redirect_uri={MARK * 2000}",
        "client_id=ID&redirect_uri=URI&redirect_uri=URI",
        "client_id=ID&redirect_uri=URI&redirect_url=URI",
        "client_id=ID&redirect_uri=URI&client_id=" + MARK,
        "client_id=ID&redirect_uri=javascript:alert(1)",
        f"client_id=ID&redirect_uri=URI%0d%0aX-{MARK}:1",
    ],
)
def test_without_a_sure_destination_the_person_is_told(server: Server, tail: str) -> None:
    query = tail.replace("ID", server.client_id).replace("URI", quote(server.redirect_uri, safe=""))
    page(ask(server.port, "GET", f"/oauth2/auth?response_type=code&scope=read&{query}"))
    page(post(server, "/oauth2/auth", f"response_type=code&scope=read&{query}"))


@pytest.mark.rfc("6749", "4.1.2.1", "every other fault goes back to the application")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": MARK}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": " , "}, "invalid_scope"),
        ({"scope": MARK}, "invalid_scope"),
        ({"scope": "read\0"}, "invalid_scope"),
        ({"scope": 'read"'}, "invalid_scope"),
        ({"scope": "read," * 1000}, "invalid_request"),
        ({"prompt": MARK}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"code_challenge": MARK}, "invalid_request"),
        ({"code_challenge": "a" * 43}, "invalid_request"),
        ({"code_challenge": "a" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "a" * 42, "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"state": "a" * 4097}, "invalid_request"),
    ],
)
def test_every_other_fault_goes_to_the_application(server: Server, changes: dict[str, str | None], code: str) -> None:
    answer = ask(server.port, "GET", authorization_target(server, **changes))
    if answer.status == 303 and answer["location"].startswith("/authorize/"):
        answer = ask(server.port, "GET", answer["location"])
    parameters = sent_back(server, answer)
    assert parameters["error"] == code
    assert parameters["iss"] == server.origin
    assert parameters.get("state") == (None if "state" in changes else "st-1")


def test_a_doubled_or_unreadable_parameter_goes_to_the_application(server: Server) -> None:
    target = authorization_target(server)
    for tail in ("&scope=read", "&state=other", "&response_type=code", f"&{MARK}=1&{MARK}=2", "&x=%FF", "&%FF=1"):
        assert sent_back(server, ask(server.port, "GET", target + tail))["error"] == "invalid_request"
    assert "state" not in sent_back(server, ask(server.port, "GET", f"{target}&state=other"))


@pytest.mark.rfc("6749", "4.1.2", "state comes back exactly as it was sent")
@pytest.mark.parametrize(
    "state",
    ["a b+c", "%", "a&b=c#d?e", "\r\nSet-Cookie: a=b", "\0", "é€🔑", "\u202e", '"><script>', "a" * 4096, "iss=x"],
)
def test_state_comes_back_unchanged(server: Server, state: str) -> None:
    answer = ask(server.port, "GET", authorization_target(server, state=state, scope=MARK))
    assert sent_back(server, answer)["state"] == state
    assert answer["location"].isascii()
    assert answer["location"].isprintable()
    assert destination(answer) == "http://127.0.0.1:9000"
    assert "set-cookie" not in answer


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_another_kind_of_body_is_told_to_the_person(server: Server, content_type: str) -> None:
    target = authorization_target(server)
    page(ask(server.port, "POST", target, [("Content-Type", content_type)], b'{"a":"b"}'))


# What programs are told where there is nothing


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/oauth2/token", 405),
        ("GET", "/oauth2/revoke/", 405),
        ("GET", "/oauth2/tokens", 404),
        ("GET", f"/api/{MARK}", 404),
        ("POST", "/api/", 404),
        ("POST", "/oauth2/token/x", 404),
        ("POST", "/oauth2/revoke/x", 404),
        ("POST", "/api/graphql/x", 404),
    ],
)
def test_programs_are_told_in_json(server: Server, method: str, path: str, status: int) -> None:
    refused(ask(server.port, method, path), "invalid_request", status)
