"""The exchange of a code for tokens (RFC 6749 §4.1.3, §4.1.2)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.client import Client
from gatelodge.protocol.code_grant import Code, Exchange, exchange_code, replayed
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.issuance import Issuance, Refuse
from tests.protocol.examples import CHALLENGE, GRANT_ID, NATIVE, NATIVE_ID, SHOP, SHOP_ID, SHOP_URI, VERIFIER, presented

SHOWN = presented(Kind.CODE, 600)
CODE = Code(
    id=600,
    digest=SHOWN.digest,
    client_id=SHOP_ID,
    grant_id=GRANT_ID,
    scope=frozenset({"read"}),
    redirect_uri=SHOP_URI,
    redirect_uri_sent=True,
    challenge=None,
    expires_at=160,
    used_at=None,
    grant_ended=False,
)
WITH_PKCE = replace(CODE, challenge=CHALLENGE)
ASK = Exchange(SHOWN, SHOP_URI, None)
ASK_WITH_PKCE = replace(ASK, verifier=VERIFIER)
OF_NATIVE = replace(WITH_PKCE, client_id=NATIVE_ID)


def refused(answer: Issuance | Refuse) -> Refuse:
    """The refusal, which every fault of a code is: invalid_grant with status 400."""
    assert isinstance(answer, Refuse)
    assert (answer.error.code, answer.error.status) == ("invalid_grant", 400)
    return answer


@pytest.mark.rfc("6749", "4.1.3", "a client gets tokens for its own code, redirect_uri and all")
def test_a_good_code_gives_the_access_that_was_granted() -> None:
    assert exchange_code(ASK, SHOP, CODE, now=130) == Issuance(GRANT_ID, frozenset({"read"}), refreshable=True)
    assert exchange_code(ASK_WITH_PKCE, SHOP, WITH_PKCE, now=130) == Issuance(
        GRANT_ID, frozenset({"read"}), refreshable=True
    )


@pytest.mark.rfc("9700", "2.2.2", "a refresh token is only for clients that authenticate, or it is rotated")
def test_a_public_client_gets_no_refresh_token() -> None:
    answer = exchange_code(ASK_WITH_PKCE, NATIVE, OF_NATIVE, now=130)
    assert answer == Issuance(GRANT_ID, frozenset({"read"}), refreshable=False)


@pytest.mark.rfc("6749", "5.2", "a code that does not exist is invalid_grant")
def test_an_unknown_code_is_refused() -> None:
    assert refused(exchange_code(ASK, SHOP, None, now=130)).revoke_grant is None


@pytest.mark.rfc("6749", "10.10", "to know a code's row is not to know the code")
def test_a_code_with_another_secret_is_refused() -> None:
    ask = replace(ASK, code=presented(Kind.CODE, 600, 2))
    for code in (CODE, replace(CODE, used_at=100)):
        answer = refused(exchange_code(ask, SHOP, code, now=130))
        assert answer.revoke_grant is None
        assert answer.error.description == "unknown code"


@pytest.mark.rfc("6749", "4.1.3", "a code is good only for the client that it was given to")
@pytest.mark.rfc("9700", "4.5", "a stolen code can't be used through another client")
def test_the_code_of_another_client_is_refused_and_reads_as_unknown() -> None:
    for used_at in (None, 100):
        answer = refused(exchange_code(ASK_WITH_PKCE, SHOP, replace(OF_NATIVE, used_at=used_at), now=130))
        assert answer.error.description == "unknown code"
        assert answer.revoke_grant is None
    assert "another application" in refused(exchange_code(ASK_WITH_PKCE, SHOP, OF_NATIVE, now=130)).error.log


@pytest.mark.rfc("6749", "4.1.3", "the redirect_uri is the very one of the authorization request")
@pytest.mark.parametrize(
    "uri",
    [
        None,
        f"{SHOP_URI}/",
        f"{SHOP_URI}?",
        "https://shop.example:443/callback",
        "https://SHOP.example/callback",
        "https://evil.example/",
    ],
)
def test_another_redirect_uri_is_refused(uri: str | None) -> None:
    for used_at in (None, 100):
        answer = refused(exchange_code(replace(ASK, redirect_uri=uri), SHOP, replace(CODE, used_at=used_at), now=130))
        assert "redirect_uri" in answer.error.description
        assert answer.revoke_grant is None


@pytest.mark.rfc("6749", "4.1.3", "redirect_uri is needed where the authorization request held it")
def test_redirect_uri_may_be_left_out_where_the_request_left_it_out() -> None:
    left_out = replace(CODE, redirect_uri_sent=False)
    assert isinstance(exchange_code(replace(ASK, redirect_uri=None), SHOP, left_out, now=130), Issuance)
    assert isinstance(exchange_code(ASK, SHOP, left_out, now=130), Issuance)
    refused(exchange_code(replace(ASK, redirect_uri="https://evil.example/"), SHOP, left_out, now=130))


def test_redirect_uri_may_be_left_out_where_pkce_ties_the_code_to_its_client() -> None:
    assert isinstance(exchange_code(replace(ASK_WITH_PKCE, redirect_uri=None), SHOP, WITH_PKCE, now=130), Issuance)
    refused(exchange_code(replace(ASK_WITH_PKCE, redirect_uri="https://evil.example/"), SHOP, WITH_PKCE, now=130))
    refused(exchange_code(replace(ASK, redirect_uri=None), SHOP, WITH_PKCE, now=130))


@pytest.mark.rfc("7636", "4.6", "a code is good only with the verifier of its challenge")
@pytest.mark.parametrize("verifier", [None, "x" * 43, CHALLENGE, VERIFIER[:-1], f"{VERIFIER}a"])
def test_a_code_without_its_verifier_is_refused(verifier: str | None) -> None:
    for used_at in (None, 100):
        code = replace(WITH_PKCE, used_at=used_at)
        answer = refused(exchange_code(replace(ASK, verifier=verifier), SHOP, code, now=130))
        assert "code_verifier" in answer.error.description
        assert answer.revoke_grant is None


@pytest.mark.rfc("9700", "4.8.2", "a verifier for a request without a challenge shows that the challenge was taken out")
def test_a_verifier_for_a_code_without_a_challenge_is_refused() -> None:
    refused(exchange_code(ASK_WITH_PKCE, SHOP, CODE, now=130))


@pytest.mark.rfc("6749", "4.1.2", "a code is good for one exchange only")
@pytest.mark.rfc("6749", "4.1.2", "a second use of a code ends what the first one gave")
def test_second_use_is_refused_and_revokes_the_grant() -> None:
    answer = refused(exchange_code(ASK, SHOP, replace(CODE, used_at=100), now=130))
    assert answer.revoke_grant == GRANT_ID
    assert replayed(CODE).revoke_grant == GRANT_ID
    assert refused(replayed(CODE)).error.description == answer.error.description


@pytest.mark.rfc("6749", "4.1.2", "a second use counts also after the code's time")
def test_second_use_revokes_also_when_the_code_has_expired_or_the_grant_has_ended() -> None:
    for code in (replace(CODE, used_at=100), replace(CODE, used_at=100, grant_ended=True)):
        assert refused(exchange_code(ASK, SHOP, code, now=10_000)).revoke_grant == GRANT_ID


@pytest.mark.rfc("6749", "4.1.2", "a code is short-lived")
def test_a_code_ends_with_the_second_that_it_expires_in() -> None:
    assert isinstance(exchange_code(ASK, SHOP, CODE, now=159), Issuance)
    for now in (160, 161):
        answer = refused(exchange_code(ASK, SHOP, CODE, now=now))
        assert "expired" in answer.error.description
        assert answer.revoke_grant is None


@pytest.mark.rfc("6749", "5.2", "a code whose grant was revoked is invalid_grant")
def test_a_code_whose_access_the_user_has_ended_is_refused() -> None:
    answer = refused(exchange_code(ASK, SHOP, replace(CODE, grant_ended=True), now=130))
    assert answer.revoke_grant is None


CODES = st.builds(
    replace,
    st.just(CODE),
    client_id=st.sampled_from([SHOP_ID, NATIVE_ID]),
    redirect_uri_sent=st.booleans(),
    challenge=st.sampled_from([None, CHALLENGE]),
    used_at=st.sampled_from([None, 100]),
    grant_ended=st.booleans(),
)
EXCHANGES = st.builds(
    Exchange,
    st.sampled_from([SHOWN, presented(Kind.CODE, 600, 2)]),
    st.sampled_from([None, SHOP_URI, "https://evil.example/"]),
    st.sampled_from([None, VERIFIER, "x" * 43]),
)


@pytest.mark.rfc("6749", "4.1.2", "a grant is ended only by somebody who could have had the tokens")
@given(EXCHANGES, st.sampled_from([SHOP, NATIVE]), CODES, st.sampled_from([130, 160]))
def test_only_who_possesses_the_code_can_revoke_what_it_gave(
    ask: Exchange, client: Client, code: Code, now: int
) -> None:
    answer = exchange_code(ask, client, code, now=now)
    unused = exchange_code(ask, client, replace(code, used_at=None, grant_ended=False), now=130)
    revokes = isinstance(answer, Refuse) and answer.revoke_grant is not None
    assert revokes == (code.used_at is not None and isinstance(unused, Issuance))
    if isinstance(answer, Issuance):
        assert (code.used_at, code.grant_ended, code.client_id, now) == (None, False, client.id, 130)
        assert ask.code == SHOWN
