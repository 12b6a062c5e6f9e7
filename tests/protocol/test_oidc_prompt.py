"""What a request waits for: sign-in, consent, nothing (OpenID Connect Core §3.1.2.1, RFC 8252 §8.6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.authorization import (
    PROMPTS,
    AuthorizationRequest,
    RefusedRequest,
    Step,
    next_step,
    read_request,
)
from gatelodge.protocol.client import Client
from gatelodge.protocol.errors import ConsentRequired, LoginRequired, OAuthError
from tests.protocol.examples import (
    LOOPBACK_URI,
    NATIVE,
    PRIVATE_URI,
    RIGHTS,
    SHOP,
    SHOP_ID,
    SHOP_PUBLIC_ID,
    SHOP_URI,
    query,
)

ALL = frozenset({"read", "write"})
ONE = frozenset({"read"})
WEB_APP = Client(SHOP_ID, "Web app", confidential=False, redirect_uris=(SHOP_URI,))


def step(
    prompt: str = "",
    *,
    client: Client = SHOP,
    uri: str = SHOP_URI,
    signed_in: bool = True,
    fresh: bool = False,
    consented: frozenset[str] | None = None,
) -> Step | OAuthError:
    """The next step of a request for `read`."""
    request = AuthorizationRequest(client.id, uri, True, ONE, prompt=frozenset(prompt.split()))
    return next_step(request, client, signed_in=signed_in, fresh=fresh, consented=consented)


def asked(prompt: str) -> AuthorizationRequest | RefusedRequest:
    """What becomes of a request with this prompt."""
    sent = query(response_type="code", client_id=SHOP_PUBLIC_ID, redirect_uri=SHOP_URI, scope="read", prompt=prompt)
    answer = read_request(sent, SHOP, RIGHTS)
    assert isinstance(answer, AuthorizationRequest | RefusedRequest)
    return answer


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "prompt is a list of none, login, consent and select_account")
@pytest.mark.parametrize(
    "prompt", ["", *sorted(PROMPTS), "login consent", "consent  login", "login select_account consent"]
)
def test_a_prompt_that_is_known_is_kept(prompt: str) -> None:
    answer = asked(prompt)
    assert isinstance(answer, AuthorizationRequest)
    assert answer.prompt == set(prompt.split())


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "none goes with no other value; an unknown value is an error")
@pytest.mark.parametrize(
    "prompt", ["none login", "consent none", "none select_account", "None", "LOGIN", "create", "login,consent", '"']
)
def test_a_prompt_that_means_nothing_is_refused(prompt: str) -> None:
    answer = asked(prompt)
    assert isinstance(answer, RefusedRequest)
    assert answer.error.code == "invalid_request"


@pytest.mark.rfc("6749", "3.1", "the server finds out first who the user is")
@pytest.mark.parametrize("prompt", ["", "login", "consent", "select_account", "login consent"])
@pytest.mark.parametrize("consented", [None, ALL])
def test_whoever_is_not_signed_in_signs_in_first(prompt: str, consented: frozenset[str] | None) -> None:
    assert step(prompt, signed_in=False, consented=consented) is Step.SIGN_IN


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "with login, the user signs in anew")
@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "with select_account, the user chooses whom to be")
@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent", "login select_account"])
def test_a_session_from_before_does_not_do_where_a_new_one_is_asked_for(prompt: str) -> None:
    assert step(prompt, fresh=False, consented=ALL) is Step.SIGN_IN
    assert step(prompt, fresh=True, consented=None) is Step.CONSENT


def test_after_a_new_sign_in_a_remembered_consent_serves() -> None:
    assert step("login", fresh=True, consented=ALL) is Step.GRANT
    assert step("select_account", fresh=True, consented=ALL) is Step.GRANT


@pytest.mark.rfc("6749", "4.1.1", "the user decides")
def test_whoever_has_not_agreed_is_asked() -> None:
    assert step(consented=None) is Step.CONSENT
    assert step(consented=frozenset()) is Step.CONSENT


def test_a_consent_is_remembered_for_the_same_scope_or_less() -> None:
    assert step(consented=ONE) is Step.GRANT
    assert step(consented=ALL) is Step.GRANT


@pytest.mark.rfc("6749", "3.3", "more scope than the user agreed to is asked for")
@pytest.mark.parametrize("consented", [{"write"}, {"READ"}, {"write", "liveview"}])
def test_a_consent_is_not_remembered_for_more(consented: set[str]) -> None:
    assert step(consented=frozenset(consented)) is Step.CONSENT


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "with consent, the user is asked again")
@pytest.mark.parametrize("prompt", ["consent", "consent login", "consent select_account"])
def test_prompt_consent_asks_although_the_user_has_agreed(prompt: str) -> None:
    assert step(prompt, fresh=True, consented=ALL) is Step.CONSENT


@pytest.mark.rfc("8252", "8.6", "a client that can't prove who it is is asked for each time")
@pytest.mark.rfc("6749", "10.2", "an access is not given again unasked to a client that can't prove who it is")
@pytest.mark.parametrize(
    "uri", [LOOPBACK_URI, PRIVATE_URI, "http://localhost:3000/cb", "https://localhost/cb", "https://127.0.0.1/cb"]
)
def test_a_public_client_on_a_device_is_asked_for_each_time(uri: str) -> None:
    assert step(client=NATIVE, uri=uri, consented=ALL) is Step.CONSENT
    silent = step("none", client=NATIVE, uri=uri, consented=ALL)
    assert isinstance(silent, ConsentRequired)


@pytest.mark.rfc("8252", "8.6", "a claimed https address proves whose the client is")
def test_a_consent_is_remembered_for_a_public_client_with_a_claimed_address() -> None:
    assert step(client=WEB_APP, consented=ALL) is Step.GRANT
    assert step("none", client=WEB_APP, consented=ALL) is Step.GRANT
    assert step(client=WEB_APP, consented=None) is Step.CONSENT


def test_a_consent_is_remembered_for_a_confidential_client_wherever_it_is() -> None:
    for uri in (LOOPBACK_URI, PRIVATE_URI):
        assert step(uri=uri, consented=ALL) is Step.GRANT


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.6", "with none, where nobody is signed in, the answer is login_required")
def test_prompt_none_shows_no_sign_in() -> None:
    for consented in (None, ALL):
        answer = step("none", signed_in=False, consented=consented)
        assert isinstance(answer, LoginRequired)
        assert answer.code == "login_required"


@pytest.mark.rfc(
    "OpenID Connect Core", "3.1.2.6", "with none, where the user would be asked, the answer is consent_required"
)
def test_prompt_none_shows_no_question() -> None:
    for consented in (None, frozenset({"write"})):
        answer = step("none", consented=consented)
        assert isinstance(answer, ConsentRequired)
        assert answer.code == "consent_required"


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "with none, the answer comes at once where nothing is to be asked")
def test_prompt_none_answers_where_the_user_has_agreed() -> None:
    assert step("none", consented=ALL) is Step.GRANT


SCOPES = st.frozensets(st.sampled_from(["read", "write", "liveview"]))


@given(
    st.sampled_from([frozenset({"none"})]) | st.frozensets(st.sampled_from(["login", "consent", "select_account"])),
    st.sampled_from([(SHOP, SHOP_URI), (SHOP, LOOPBACK_URI), (WEB_APP, SHOP_URI), (NATIVE, LOOPBACK_URI)]),
    SCOPES,
    st.none() | SCOPES,
    st.booleans(),
    st.booleans(),
)
def test_an_access_is_given_unasked_only_where_everything_holds(
    prompt: frozenset[str],
    at: tuple[Client, str],
    scope: frozenset[str],
    consented: frozenset[str] | None,
    signed_in: bool,
    fresh: bool,
) -> None:
    client, uri = at
    request = AuthorizationRequest(client.id, uri, True, scope, prompt=prompt)
    answer = next_step(request, client, signed_in=signed_in, fresh=signed_in and fresh, consented=consented)
    assert isinstance(answer, OAuthError) <= ("none" in prompt)
    assert (answer in (Step.SIGN_IN, Step.CONSENT)) <= ("none" not in prompt)
    if answer is Step.GRANT:
        assert signed_in
        assert consented is not None
        assert scope <= consented
        assert "consent" not in prompt
        assert fresh or not prompt & {"login", "select_account"}
        assert client is not NATIVE
