"""Refreshing an access token (RFC 6749 §6)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.errors import InvalidGrant, InvalidScope
from gatelodge.protocol.issuance import Issuance, Refuse
from gatelodge.protocol.refresh_grant import RefreshToken, refresh
from tests.protocol.examples import GRANT_ID, NATIVE, SHOP, SHOP_ID, presented

SHOWN = presented(Kind.REFRESH_TOKEN, 700)
SCOPE = frozenset({"read", "liveview"})
TOKEN = RefreshToken(700, SHOWN.digest, SHOP_ID, GRANT_ID, SCOPE, expires_at=None, grant_ended=False)


@pytest.mark.rfc("6749", "6", "without a scope, the access is what was granted")
def test_without_a_scope_the_whole_grant_is_given() -> None:
    assert refresh(SHOWN, None, SHOP, TOKEN, now=130) == Issuance(GRANT_ID, TOKEN.scope, refreshable=False)


@pytest.mark.rfc("6749", "6", "a part of the scope can be asked for")
@pytest.mark.parametrize("scope", ["read", "read read", " read ", "read,"])
def test_the_scope_may_shrink(scope: str) -> None:
    assert refresh(SHOWN, scope, SHOP, TOKEN, now=130) == Issuance(GRANT_ID, frozenset({"read"}), refreshable=False)


@pytest.mark.rfc("6749", "6", "the scope never holds what was not granted")
@pytest.mark.parametrize(
    "scope", ["write", "read write", "read,liveview,write", "READ", "read\n", 'read "', "", " ", ","]
)
def test_the_scope_never_grows(scope: str) -> None:
    answer = refresh(SHOWN, scope, SHOP, TOKEN, now=130)
    assert isinstance(answer, Refuse)
    assert isinstance(answer.error, InvalidScope)
    assert answer.revoke_grant is None


@pytest.mark.rfc("6749", "6", "a refresh token is bound to the client that it was given to")
def test_another_clients_refresh_token_is_refused_and_reads_as_unknown() -> None:
    answer = refresh(SHOWN, None, NATIVE, TOKEN, now=130)
    assert isinstance(answer, Refuse)
    assert isinstance(answer.error, InvalidGrant)
    assert answer.error.description == "unknown refresh token"
    assert answer.revoke_grant is None


@pytest.mark.rfc("6749", "5.2", "a refresh token that is unknown or revoked is invalid_grant")
@pytest.mark.parametrize("token", [None, replace(TOKEN, digest=b""), replace(TOKEN, grant_ended=True)])
def test_an_unknown_or_ended_refresh_token_is_refused(token: RefreshToken | None) -> None:
    answer = refresh(SHOWN, None, SHOP, token, now=130)
    assert isinstance(answer, Refuse)
    assert (answer.error.code, answer.error.status) == ("invalid_grant", 400)


@pytest.mark.rfc("6749", "10.4", "a refresh token can't be guessed from its row")
def test_a_refresh_token_with_another_secret_is_refused() -> None:
    answer = refresh(presented(Kind.REFRESH_TOKEN, 700, 2), None, SHOP, TOKEN, now=130)
    assert isinstance(answer, Refuse)
    assert answer.error.description == "unknown refresh token"


SCOPES = st.frozensets(st.sampled_from(["read", "write", "liveview", "events"]))


@given(SCOPES, st.none() | SCOPES.map(" ".join) | st.text("readwt ,\n", max_size=12))
def test_whatever_is_asked_for_no_more_is_given_than_was_granted(granted: frozenset[str], asked: str | None) -> None:
    answer = refresh(SHOWN, asked, SHOP, replace(TOKEN, scope=granted), now=130)
    if isinstance(answer, Issuance):
        assert answer.scope
        assert answer.scope <= granted
        assert asked is None or set(asked.replace(",", " ").split(" ")) - {""} == answer.scope
