"""When something fails on our side: the answer says so and no more, the log says what, and neither holds a secret."""

import pytest

from tests.support.server import Server
from tests.web.browser import FORM, Browser, authorization_target
from tests.web.raw import Answer, ask
from tests.web.served import change

INSIDE = ("Traceback", "sqlite", "SELECT", "INSERT", "no such table", ".py", "RuntimeError", "made to fail")


def nothing_inside(answer: Answer) -> None:
    """Nothing of the program shows."""
    for word in INSIDE:
        assert word not in answer.text
    assert answer["cache-control"] == "no-store"
    assert "content-security-policy" in answer
    assert "x-request-id" in answer


@pytest.mark.rfc("9110", "10.2.3", "503 says when to try again")
def test_where_the_data_can_not_be_reached_the_answer_is_to_come_back(own_server: Server) -> None:
    browser = Browser(own_server)
    assert browser.sign_in(own_server.user("full")).status == 303
    change(own_server, *(f"ALTER TABLE {table} RENAME TO {table}_kept" for table in ("user_tokens", "applications")))

    body = f"grant_type=refresh_token&refresh_token=x&client_id={own_server.client_id}".encode()
    token = ask(own_server.port, "POST", "/oauth2/token", [FORM], body)
    page = browser.get("/api-access")
    form = browser.post("/api-access/tokens/00000000001/end", {"csrf": browser.csrf()})
    start = browser.get(authorization_target(own_server))
    for answer in (token, page, form, start):
        assert (answer.status, answer["retry-after"]) == (503, "2")
        nothing_inside(answer)
    assert '"error":"temporarily_unavailable"' in token.text
    assert "Back in a moment" in page.text
    log = own_server.log.read_text("utf-8")
    assert "Traceback" not in log  # it is no fault of the program
    assert 'reason="no such table: user_tokens"' in log
    change(
        own_server,
        "ALTER TABLE user_tokens_kept RENAME TO user_tokens",
        "ALTER TABLE applications_kept RENAME TO applications",
    )
    assert browser.get("/api-access").status == 200  # and nothing of it stays


def test_a_fault_of_the_program_shows_nothing_and_is_logged_without_values(own_server: Server) -> None:
    browser = Browser(own_server)
    user = own_server.user("full")
    assert browser.sign_in(user).status == 303
    change(
        own_server,
        # A constraint that no code knows of, and a role that there isn't.
        "CREATE TRIGGER refuse BEFORE INSERT ON authorization_requests BEGIN SELECT RAISE(ABORT, 'made to fail'); END",
        "PRAGMA ignore_check_constraints=ON",
        "UPDATE memberships SET access = 'nonsense'",
    )
    state, challenge = "a-state-for-nobodys-eyes", "c" * 43
    started = browser.get(
        authorization_target(own_server, state=state, code_challenge=challenge, code_challenge_method="S256")
    )
    page = browser.get("/api-access")
    for answer in (started, page):
        assert answer.status == 500
        assert "Something went wrong" in answer.text
        nothing_inside(answer)
    log = own_server.log.read_text("utf-8")
    assert "made to fail" in log
    assert "Traceback" in log
    assert started["x-request-id"] in log  # which ties what the person saw to the line
    for secret in (state, challenge, own_server.client_secret, user.password, *browser.cookies.values()):
        assert secret not in log


def test_a_fault_of_the_program_at_an_address_for_programs(own_server: Server) -> None:
    secret = f"client_id={own_server.client_id}&client_secret={own_server.client_secret}"
    code = Browser(own_server).code(own_server.user("full"))
    change(
        own_server,
        "CREATE TRIGGER refuse BEFORE INSERT ON access_tokens BEGIN SELECT RAISE(ABORT, 'made to fail'); END",
    )
    body = f"grant_type=authorization_code&code={code}&redirect_uri={own_server.redirect_uri}&{secret}".encode()
    answer = ask(own_server.port, "POST", "/oauth2/token", [FORM], body)
    assert answer.status in (500, 503)
    assert '"error":"server_error"' in answer.text or '"error":"temporarily_unavailable"' in answer.text
    nothing_inside(answer)
    log = own_server.log.read_text("utf-8")
    assert code not in log
    assert own_server.client_secret not in log
