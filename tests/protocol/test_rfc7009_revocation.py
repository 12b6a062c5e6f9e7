"""Revoking a token (RFC 7009), and the contract's looser form of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.client import ClientProof
from gatelodge.protocol.credentials import Kind, Presented
from gatelodge.protocol.errors import InvalidGrant, InvalidRequest, OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.revocation import REVOCABLE, Owned, clients_credentials, may_revoke, read_revocation
from tests.protocol.examples import GRANT_ID, NATIVE_ID, SHOP_ID, body, presented, query, secret

OF_SHOP = ClientProof(SHOP_ID, None)


@pytest.mark.rfc("7009", "2.1", "the token comes as the parameter token")
@pytest.mark.parametrize("name", ["token", "access_token"])
@pytest.mark.parametrize("kind", REVOCABLE)
def test_a_token_comes_as_token_or_as_the_contract_has_it(name: str, kind: Kind) -> None:
    for parameters in (body((name, secret(kind, 800))), query((name, secret(kind, 800)))):
        assert read_revocation(parameters) == presented(kind, 800)


@pytest.mark.rfc("7009", "2.1", "a hint at the token's kind may be wrong, unknown or missing")
@pytest.mark.parametrize("hint", ["", "access_token", "refresh_token", "urn:unknown", '"'])
def test_a_hint_changes_nothing(hint: str) -> None:
    parameters = body(token=secret(Kind.REFRESH_TOKEN, 800), token_type_hint=hint)
    assert read_revocation(parameters) == presented(Kind.REFRESH_TOKEN, 800)


@pytest.mark.rfc("7009", "2.2", "a token that is invalid is no error")
@pytest.mark.parametrize("token", ["x", "é", "\0", secret(Kind.ACCESS_TOKEN, 800)[:-1], "eyJhbGciOiJub25lIn0.e30."])
def test_what_cannot_be_a_token_of_ours_is_no_error(token: str) -> None:
    assert read_revocation(body(token=token)) is None


@pytest.mark.parametrize("kind", sorted(set(Kind) - set(REVOCABLE)))
def test_no_other_secret_can_be_revoked_here(kind: Kind) -> None:
    assert read_revocation(body(token=secret(kind, 800))) is None


@pytest.mark.rfc("7009", "2.1", "token is required")
@pytest.mark.parametrize(
    "parameters",
    [
        body(),
        body(token=""),
        body(token="", access_token=""),
        body(token_type_hint="access_token"),
        body(token="a", access_token="a"),
        body(token="a", access_token="b"),
        body(("token", "a"), ("token", "b")),
        body(("token", "a"), ("state", "1"), ("state", "2")),
    ],
)
def test_no_token_or_two_of_them_are_refused(parameters: Parameters) -> None:
    assert isinstance(read_revocation(parameters), InvalidRequest)


SHOWN = presented(Kind.ACCESS_TOKEN, 800)
TOKEN = Owned(SHOWN.digest, GRANT_ID, SHOP_ID)
USER_TOKEN = Owned(SHOWN.digest, None, None)


def test_whoever_holds_a_token_may_revoke_it() -> None:
    assert may_revoke(SHOWN, TOKEN, None) is True
    assert may_revoke(SHOWN, USER_TOKEN, None) is True


@pytest.mark.rfc("7009", "2.1", "a client may revoke the tokens that were given to it")
def test_a_client_may_revoke_its_own_token() -> None:
    assert may_revoke(SHOWN, TOKEN, OF_SHOP) is True


@pytest.mark.rfc("7009", "2.1", "a token that was given to another client is not revoked, and the client is told")
@pytest.mark.parametrize("token", [TOKEN, USER_TOKEN])
def test_a_client_may_not_revoke_what_is_anothers(token: Owned) -> None:
    refused = may_revoke(SHOWN, token, ClientProof(NATIVE_ID, None))
    assert isinstance(refused, InvalidGrant)


@pytest.mark.rfc("7009", "2.2", "a token that is unknown is no error")
@pytest.mark.parametrize("proof", [None, OF_SHOP, ClientProof(NATIVE_ID, None)])
def test_an_unknown_token_or_one_with_another_secret_is_not_revoked(proof: ClientProof | None) -> None:
    assert may_revoke(SHOWN, None, proof) is False
    assert may_revoke(presented(Kind.ACCESS_TOKEN, 800, 2), TOKEN, proof) is False


@given(st.text(), st.text())
def test_any_parameters_get_an_answer(token: str, access_token: str) -> None:
    answer = read_revocation(body(token=token, access_token=access_token))
    assert isinstance(answer, Presented | OAuthError | None)
    assert isinstance(answer, InvalidRequest) == (bool(token) == bool(access_token))


@pytest.mark.rfc("7009", "2.1", "the client authenticates with its own credentials; a bearer token is none of them")
@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER", "Bearer "])
def test_a_bearer_token_in_the_header_says_nothing_of_the_client(header: str) -> None:
    assert clients_credentials(header) is None


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Bearerabc", "Digest Bearer", "Basic Bearer"])
def test_every_other_header_is_judged_as_it_came(header: str | None) -> None:
    assert clients_credentials(header) == header
