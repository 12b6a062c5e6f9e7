"""What an application may ask to be told of its user (OpenID Connect Core §5.4, §5.5, §11)."""

import json
from dataclasses import replace

import pytest

from gatelodge.identity.rights import ABOUT_YOU, ALL_RIGHTS
from gatelodge.protocol.authorization import AuthorizationRequest, RefusedRequest, read_request
from gatelodge.protocol.client import Client
from gatelodge.protocol.openid import IDENTITY_SCOPES
from tests.protocol.examples import NATIVE, RIGHTS, SHOP, SHOP_PUBLIC_ID, SHOP_URI, query


def ask(scope: str, client: Client = SHOP, **more: str) -> AuthorizationRequest | RefusedRequest:
    """What becomes of a request of the shop's for this scope."""
    usual = {"response_type": "code", "client_id": SHOP_PUBLIC_ID, "redirect_uri": SHOP_URI, "scope": scope}
    answer = read_request(query(**{**usual, **more}), client, RIGHTS)
    assert isinstance(answer, AuthorizationRequest | RefusedRequest)
    return answer


def scope_of(scope: str, client: Client = SHOP, **more: str) -> set[str]:
    """The scope that its user is asked for."""
    answer = ask(scope, client, **more)
    assert isinstance(answer, AuthorizationRequest), answer
    return set(answer.scope)


def test_every_scope_about_the_user_can_be_put_in_words_and_is_no_right() -> None:
    assert {one.name for one in ABOUT_YOU} == IDENTITY_SCOPES
    assert IDENTITY_SCOPES.isdisjoint(ALL_RIGHTS)


@pytest.mark.rfc("OpenID Connect Core", "5.4", "profile and email are asked for as scopes, beside openid")
@pytest.mark.parametrize("scope", ["openid", "openid profile", "openid email read", "openid profile email"])
def test_scopes_about_the_user_are_known(scope: str) -> None:
    assert scope_of(scope) == set(scope.split())


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "scope values that are not understood are passed over")
@pytest.mark.parametrize("scope", ["openid address phone", "openid nonsense"])
def test_what_is_not_understood_beside_openid_is_passed_over(scope: str) -> None:
    assert scope_of(scope) == {"openid"}


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "a request without openid is none of OpenID Connect's")
@pytest.mark.parametrize("scope", ["nonsense", "read nonsense", "profile", "read email", "address"])
def test_without_openid_it_is_plain_oauth(scope: str) -> None:
    answer = ask(scope)
    assert isinstance(answer, RefusedRequest)
    assert answer.error.code == "invalid_scope"


@pytest.mark.rfc(
    "OpenID Connect Core", "11", "offline_access is passed over where the application could not make use of it"
)
def test_offline_access_is_for_applications_that_can_refresh() -> None:
    assert scope_of("openid offline_access") == {"openid", "offline_access"}
    once = replace(SHOP, grant_types=NATIVE.grant_types)
    assert scope_of("openid offline_access", once) == {"openid"}
    assert scope_of("read offline_access") == {"read", "offline_access"}


@pytest.mark.rfc("OpenID Connect Core", "5.5", "claims asked for one by one are asked of the user as well")
@pytest.mark.parametrize(
    ("claims", "scope"),
    [
        ({"userinfo": {"name": None}}, {"openid", "profile"}),
        ({"id_token": {"email": {"essential": True}}}, {"openid", "email"}),
        ({"id_token": {"auth_time": {"essential": True}}, "more": 1}, {"openid"}),
        ({"userinfo": {"nickname": None, "x#cs": {"value": "y"}}}, {"openid"}),
        ({}, {"openid"}),
    ],
)
def test_a_claim_is_asked_for_as_the_scope_that_has_it(claims: object, scope: set[str]) -> None:
    assert scope_of("openid", claims=json.dumps(claims)) == scope
    assert scope_of("read", claims=json.dumps(claims)) == {"read"}


@pytest.mark.rfc("OpenID Connect Core", "5.5", "claims is a JSON object of objects")
@pytest.mark.parametrize(
    "claims",
    [
        "x",
        "[]",
        "1",
        '{"userinfo":1}',
        '{"id_token":[]}',
        '{"id_token":{"name":1}}',
        '{"id_token":{"name":{"essential":1}}}',
        '{"id_token":{"name":{"values":"x"}}}',
        "[" * 3000,
    ],
)
def test_claims_that_are_not_as_specified_are_refused(claims: str) -> None:
    answer = ask("openid", claims=claims)
    assert isinstance(answer, RefusedRequest)
    assert answer.error.code == "invalid_request"
    assert isinstance(ask("read", claims=claims), AuthorizationRequest)


@pytest.mark.rfc("OpenID Connect Core", "5.5.1.1", "an essential acr that can't be reached is a failed sign-in")
def test_an_acr_that_nobody_can_reach_is_refused_at_once() -> None:
    claims = {"id_token": {"acr": {"essential": True, "values": ["urn:example:gold"]}}}
    answer = ask("openid", claims=json.dumps(claims))
    assert isinstance(answer, RefusedRequest)
    assert answer.error.code == "unmet_authentication_requirements"
    claims["id_token"]["acr"]["values"] = ["urn:example:gold", "urn:gatelodge:acr:password"]
    assert isinstance(ask("openid", claims=json.dumps(claims)), AuthorizationRequest)
    wish = {"id_token": {"acr": {"values": ["urn:example:gold"]}}}
    assert isinstance(ask("openid", claims=json.dumps(wish)), AuthorizationRequest)


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "nonce, max_age, acr_values and login_hint are taken up")
def test_what_is_asked_of_the_sign_in_is_kept() -> None:
    answer = ask("openid", nonce="n-1", max_age="60", acr_values="a b", login_hint="ann@example.com")
    assert isinstance(answer, AuthorizationRequest)
    context = answer.context
    assert (context.nonce, context.max_age, context.acr_values) == ("n-1", 60, ("a", "b"))
    assert context.login_hint == "ann@example.com"


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "what the application registered holds where the request is silent")
def test_what_the_application_registered_is_the_default() -> None:
    settings = replace(SHOP.settings, default_max_age=600, default_acr_values=("a",))
    client = replace(SHOP, settings=settings)
    silent, outspoken = ask("openid", client), ask("openid", client, max_age="0", acr_values="b")
    assert isinstance(silent, AuthorizationRequest)
    assert isinstance(outspoken, AuthorizationRequest)
    assert (silent.context.max_age, silent.context.acr_values) == (600, ("a",))
    assert (outspoken.context.max_age, outspoken.context.acr_values) == (0, ("b",))


@pytest.mark.parametrize("max_age", ["-1", "1.5", "x", "٣", " 1", "+1", "1e3"])
def test_a_max_age_that_is_no_number_of_seconds_is_refused(max_age: str) -> None:
    answer = ask("openid", max_age=max_age)
    assert isinstance(answer, RefusedRequest)
    assert answer.error.code == "invalid_request"


def test_a_max_age_without_measure_is_cut() -> None:
    answer = ask("openid", max_age="9" * 4000)
    assert isinstance(answer, AuthorizationRequest)
    assert answer.context.max_age == 10**9


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({"id_token": {"sub": {"value": "a"}}}, True),
        ({"id_token": {"sub": {"value": "a"}}, "userinfo": {"sub": {"values": ["a"]}}}, True),
        ({"id_token": {"sub": None}}, True),
        ({"id_token": {"sub": {"value": "a"}}, "userinfo": {"sub": {"value": "b"}}}, False),
        ({"id_token": {"sub": {"values": ["a", "b"]}}}, False),
        ({"id_token": {"sub": {"value": {"a": 1}}}}, False),
    ],
)
def test_one_subject_can_be_insisted_on(claims: object, good: bool) -> None:
    answer = ask("openid", claims=json.dumps(claims))
    assert isinstance(answer, AuthorizationRequest) is good
