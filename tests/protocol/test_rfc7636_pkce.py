"""Proof Key for Code Exchange (RFC 7636), S256 alone (RFC 9700 §2.1.1)."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.authorization import AuthorizationRequest, RefusedRequest, read_request
from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.pkce import challenge_fault, s256, verifier_fault
from tests.protocol.examples import CHALLENGE, NATIVE, RIGHTS, SHOP, VERIFIER, query

UNRESERVED = string.ascii_letters + string.digits + "-._~"
VERIFIERS = st.text(UNRESERVED, min_size=43, max_size=128)


def ask(client: Client, **more: str) -> AuthorizationRequest | RefusedRequest:
    """What becomes of a client's request with these PKCE parameters."""
    uri = client.redirect_uris[0]
    parameters = query(response_type="code", client_id=public_id(client.id), redirect_uri=uri, scope="read", **more)
    answer = read_request(parameters, client, RIGHTS)
    assert isinstance(answer, AuthorizationRequest | RefusedRequest)
    return answer


@pytest.mark.rfc("7636", "4.2", "the challenge is the base64url of the verifier's SHA-256, without padding")
def test_the_rfcs_own_example() -> None:
    assert s256(VERIFIER) == CHALLENGE


@given(VERIFIERS)
def test_every_challenge_that_we_would_make_is_one_that_we_accept(verifier: str) -> None:
    assert challenge_fault(s256(verifier), "S256", required=True) is None
    assert verifier_fault(s256(verifier), verifier) is None


@pytest.mark.rfc("7636", "4.4.1", "where PKCE is demanded, a request without a challenge is invalid_request")
@pytest.mark.rfc("9700", "2.1.1", "a public client has to use PKCE")
@pytest.mark.rfc("8252", "6", "a native application has to use PKCE")
def test_a_public_client_needs_a_challenge() -> None:
    answer = ask(NATIVE)
    assert isinstance(answer, RefusedRequest)
    assert (answer.error.code, "code_challenge" in answer.error.description) == ("invalid_request", True)
    assert isinstance(ask(NATIVE, code_challenge="", code_challenge_method=""), RefusedRequest)
    assert isinstance(ask(NATIVE, code_challenge=CHALLENGE, code_challenge_method="S256"), AuthorizationRequest)


@pytest.mark.rfc("9700", "2.1.1", "PKCE is served to confidential clients too")
def test_a_confidential_client_may_use_a_challenge() -> None:
    plain, with_pkce = ask(SHOP), ask(SHOP, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert isinstance(plain, AuthorizationRequest)
    assert isinstance(with_pkce, AuthorizationRequest)
    assert (plain.code_challenge, with_pkce.code_challenge) == (None, CHALLENGE)


@pytest.mark.rfc("7636", "4.3", "a challenge without a method would mean plain, which is not served")
@pytest.mark.rfc("9700", "2.1.1", "a method that shows the verifier to whoever sees the request is refused")
@pytest.mark.parametrize("method", [None, "", "plain", "Plain", "s256", "S256 ", "S256 plain", "S512", "none", '"'])
@pytest.mark.parametrize("client", [SHOP, NATIVE], ids=lambda client: client.name)
def test_no_method_but_s256_is_served(client: Client, method: str | None) -> None:
    for challenge in (CHALLENGE, VERIFIER):
        more = {} if method is None else {"code_challenge_method": method}
        answer = ask(client, code_challenge=challenge, **more)
        assert isinstance(answer, RefusedRequest)
        assert answer.error.code == "invalid_request"


def test_a_method_without_a_challenge_is_refused() -> None:
    for method in ("S256", "plain"):
        answer = ask(SHOP, code_challenge_method=method)
        assert isinstance(answer, RefusedRequest)
        assert answer.error.code == "invalid_request"


@pytest.mark.rfc("7636", "4.2", "an S256 challenge has 43 base64url characters")
@pytest.mark.parametrize(
    "challenge",
    [
        "x",
        CHALLENGE[:-1],
        f"{CHALLENGE}A",
        f"{CHALLENGE}=",
        f"{CHALLENGE}\n",
        f" {CHALLENGE}",
        CHALLENGE.replace("-", "+"),
        CHALLENGE.replace("-", "/"),
        CHALLENGE.replace("-", "."),
        CHALLENGE.replace("-", "é"),
        CHALLENGE.replace("-", "٣"),
        "0" * 64,
    ],
)
def test_what_is_no_s256_challenge_is_refused(challenge: str) -> None:
    fault = challenge_fault(challenge, "S256", required=False)
    assert fault is not None
    assert fault.code == "invalid_request"


@pytest.mark.rfc("7636", "4.6", "the verifier is hashed and compared with the challenge")
def test_the_right_verifier_is_accepted() -> None:
    assert verifier_fault(CHALLENGE, VERIFIER) is None


@pytest.mark.rfc("7636", "4.6", "a verifier that does not belong to the challenge is invalid_grant")
@pytest.mark.parametrize(
    "verifier",
    [None, "", "x" * 43, CHALLENGE, VERIFIER[:-1], f"{VERIFIER}a", VERIFIER.lower(), f"{VERIFIER}\n", f" {VERIFIER}"],
)
def test_a_wrong_verifier_is_refused(verifier: str | None) -> None:
    fault = verifier_fault(CHALLENGE, verifier)
    assert fault is not None
    assert (fault.code, fault.status) == ("invalid_grant", 400)


@pytest.mark.rfc("7636", "4.1", "a verifier has 43 to 128 unreserved characters")
@pytest.mark.parametrize("verifier", ["x" * 42, "x" * 129, "x" * 42 + "+", "x" * 42 + " ", "x" * 42 + "\n", ""])
def test_a_verifier_of_the_wrong_form_is_refused_although_its_hash_would_match(verifier: str) -> None:
    assert verifier_fault(s256(verifier), verifier) is not None


@pytest.mark.parametrize("verifier", ["é" * 43, "٣" * 43, "x" * 42 + "\ud800"])
def test_a_verifier_beyond_ascii_is_refused(verifier: str) -> None:
    assert verifier_fault(CHALLENGE, verifier) is not None


@pytest.mark.parametrize("length", [43, 128])
def test_the_shortest_and_the_longest_verifier_are_accepted(length: int) -> None:
    assert verifier_fault(s256("~" * length), "~" * length) is None


@pytest.mark.rfc("9700", "4.8.2", "a challenge that was taken out of the request is noticed by the verifier")
def test_a_verifier_without_a_challenge_is_refused() -> None:
    for verifier in (VERIFIER, "x", ""):
        fault = verifier_fault(None, verifier)
        assert fault is not None
        assert fault.code == "invalid_grant"
    assert verifier_fault(None, None) is None


@pytest.mark.rfc("9700", "2.1.1", "where there was a challenge, an exchange without a verifier is refused")
def test_a_verifier_cannot_be_left_out() -> None:
    fault = verifier_fault(CHALLENGE, None)
    assert fault is not None
    assert fault.description == "code_verifier is missing"


@given(VERIFIERS, VERIFIERS | st.text())
def test_only_the_verifier_itself_opens_its_challenge(verifier: str, other: str) -> None:
    assert (verifier_fault(s256(verifier), other) is None) == (verifier == other)


@given(
    st.none() | st.text() | st.from_regex(r"[\w+/=.~-]{42,44}", fullmatch=True),
    st.sampled_from([None, "S256", "plain"]),
)
def test_any_challenge_gets_an_answer(challenge: str | None, method: str | None) -> None:
    if challenge_fault(challenge, method, required=True) is None:
        assert method == "S256"
        assert challenge is not None
        assert re.fullmatch("[A-Za-z0-9_-]{43}", challenge, re.ASCII)
        assert verifier_fault(challenge, VERIFIER) is not None or challenge == CHALLENGE
