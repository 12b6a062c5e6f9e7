"""ID tokens on a real database, signed with real keys: what they say, and whose hints they are afterwards."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gatelodge.protocol.authorization import Step
from gatelodge.protocol.client_settings import PAIRWISE, ClientSettings
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.id_token import LIFETIME, at_hash
from gatelodge.protocol.jwt import Jwt
from gatelodge.service import jose, signatures
from gatelodge.service.answering import SendBack
from gatelodge.service.applications import form_of
from gatelodge.service.authorize import Ask
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.keys import KeyRing
from tests.support.world import START, House, World, answer_of, sure


async def claims_of(world: World, house: House, token: str | None) -> dict[str, Any]:
    """What an ID token says, once its signature was found good with the keys that the provider tells of."""
    read = sure(signatures.read_jwt(token or ""), Jwt)
    told = [json.loads(key.public_key) for key in await world.signing.told(house.provider)]
    keys = sure(signatures.read_keys(json.dumps({"keys": told})), list)
    assert signatures.made_by(read, keys) is not None
    assert read.alg in jose.ASYMMETRIC
    assert read.header["typ"] == "JWT"
    return dict(read.claims)


async def registered(world: World, house: House, **settings: Any) -> House:
    """The house, with an application in hand that has these settings, whatever stands elsewhere."""
    made = await world.register(house)
    form = replace(form_of(made.application), settings=ClientSettings(**settings))
    await world.stores.applications.update(house.provider.id, made.application.id, form)
    return made


@pytest.mark.rfc("OpenID Connect Core", "2", "the ID token has iss, sub, aud, exp, iat, and auth_time, acr, amr, azp")
@pytest.mark.rfc("OpenID Connect Core", "3.1.3.3", "the token answer has the ID token beside the access token")
@pytest.mark.rfc("OpenID Connect Core", "3.1.3.6", "at_hash ties the access token to the ID token")
@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "nonce comes back unchanged in the ID token")
async def test_the_id_token_says_who_signed_in_and_when_and_how(world: World, home: House) -> None:
    session = await world.session(home.owner)
    world.now += 100
    handle = await world.ask(home, scope="openid read", nonce="n-0S6_WzA2Mj")
    code = await world.authorize.decide(home.provider, handle, world.browser(), session, allow=True)
    answer = sure(await world.exchange(home, answer_of(code)["code"]), TokenAnswer)
    assert answer.as_json()["id_token"] == answer.id_token
    claims = await claims_of(world, home, answer.id_token)
    assert claims == {
        "iss": home.provider.origin,
        "sub": public_id(home.owner.id),
        "aud": home.client_id,
        "azp": home.client_id,
        "exp": START + 100 + LIFETIME,
        "iat": START + 100,
        "auth_time": START,
        "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:gatelodge:acr:password",
        "amr": ["pwd"],
        "at_hash": at_hash(answer.access_token, "ES256"),
        "sid": public_id(session.id),
    }


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "without openid there is no ID token")
async def test_plain_oauth_gets_no_id_token(world: World, home: House) -> None:
    answer = await world.tokens(home, nonce="n", claims='{"id_token":{"email":null}}')
    assert answer.id_token is None
    assert "id_token" not in answer.as_json()


@pytest.mark.rfc(
    "OpenID Connect Core", "12.2", "a refresh's ID token: iss, sub, aud and auth_time as they were, a new iat, no nonce"
)
async def test_a_refresh_brings_a_new_id_token_of_the_same_sign_in(world: World, home: House) -> None:
    answer = await world.tokens(home, scope="openid read", nonce="n")
    before = await claims_of(world, home, answer.id_token)
    world.now += 50
    again = sure(await world.refresh(home, answer.refresh_token), TokenAnswer)
    after = await claims_of(world, home, again.id_token)
    same = ("iss", "sub", "aud", "azp", "auth_time", "acr", "amr", "sid")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert after["iat"] == before["iat"] + 50
    assert "nonce" not in after
    assert after["at_hash"] == at_hash(again.access_token, "ES256")
    narrowed = sure(await world.refresh(home, answer.refresh_token, scope="read"), TokenAnswer)
    assert narrowed.id_token is None


@pytest.mark.rfc("OpenID Connect Core", "5.5", "claims for the ID token are in it; those of scopes are at userinfo")
async def test_claims_are_in_the_id_token_only_where_it_was_asked_for_them(world: World, home: House) -> None:
    by_scope = await world.tokens(home, scope="openid profile email")
    claims = await claims_of(world, home, by_scope.id_token)
    assert not {"name", "email", "email_verified"} & claims.keys()
    asked = json.dumps({"id_token": {"email": {"essential": True}, "nickname": None, "iss": {"value": "thief"}}})
    by_claim = await world.tokens(home, scope="openid", claims=asked)
    claims = await claims_of(world, home, by_claim.id_token)
    assert claims["email"] == home.owner.email
    assert claims["iss"] == home.provider.origin
    assert not {"name", "nickname"} & claims.keys()


@pytest.mark.rfc("OpenID Connect Core", "5.5.1", "a claim asked for with a value comes with that value or not at all")
async def test_a_claim_of_another_value_than_was_asked_for_is_left_out(world: World, home: House) -> None:
    for value, there in ((home.owner.name, True), ("Somebody else", False)):
        answer = await world.tokens(home, scope="openid", claims=json.dumps({"id_token": {"name": {"value": value}}}))
        assert ("name" in await claims_of(world, home, answer.id_token)) is there


@pytest.mark.rfc("OpenID Connect Core", "3.1.3.7", "the ID token is signed by the algorithm that was registered")
@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS256", "EdDSA"])
async def test_the_algorithm_is_the_applications_choice(world: World, home: House, algorithm: str) -> None:
    house = await registered(world, home, id_token_signed_response_alg=algorithm)
    answer = await world.tokens(house, scope="openid")
    claims = await claims_of(world, house, answer.id_token)
    assert sure(signatures.read_jwt(answer.id_token or ""), Jwt).header["alg"] == algorithm
    assert claims["at_hash"] == at_hash(answer.access_token, algorithm)


@pytest.mark.rfc("OpenID Connect Core", "8.1", "a pairwise subject is the same for one sector, and another for others")
async def test_pairwise_subjects_are_the_sectors_own(world: World, home: House, keys: KeyRing) -> None:
    def pairwise(sector: str) -> dict[str, str]:
        return {"subject_type": PAIRWISE, "sector_identifier_uri": f"https://{sector}/list.json"}

    async def subject(settings: dict[str, str]) -> str:
        house = await registered(world, home, **settings)
        answer = await world.tokens(house, scope="openid")
        return str((await claims_of(world, house, answer.id_token))["sub"])

    here, there = await subject(pairwise("a.example")), await subject(pairwise("b.example"))
    assert len({here, there, public_id(home.owner.id)}) == 3
    keys.rotate()
    assert await subject(pairwise("a.example")) == here
    other = replace(home, owner=home.guest)
    house = await registered(world, home, **pairwise("a.example"))
    answer = await world.tokens(house, other.owner, scope="openid")
    assert (await claims_of(world, house, answer.id_token))["sub"] != here


async def begin(world: World, house: House, **more: str) -> str | dict[str, str]:
    """A waiting request for `openid`; or the answer that there is at once."""
    return await world.ask(house, scope="openid", **more)


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "id_token_hint: login_required unless its user is signed in")
async def test_a_hint_is_about_the_user_whom_the_id_token_was_about(world: World, home: House) -> None:
    hint = (await world.tokens(home, scope="openid")).id_token or ""
    world.now += 100 * LIFETIME  # however long ago
    for prompt, user, expected in (
        ("none", home.owner, "code"),
        ("none", home.guest, "login_required"),
        ("login", home.owner, Step.SIGN_IN),
        ("", home.guest, Step.SIGN_IN),
    ):
        handle = await world.ask(home, scope="openid", id_token_hint=hint, prompt=prompt or None)
        step = await world.authorize.look(home.provider, handle, world.browser(), await world.session(user))
        if isinstance(expected, Step):
            assert sure(step, Ask).step is expected
        else:
            answer = answer_of(step)
            assert expected in (answer.get("error"), *answer)


async def test_whoever_signs_in_instead_of_the_hinted_user_gets_nothing(world: World, home: House) -> None:
    hint = (await world.tokens(home, scope="openid")).id_token or ""
    handle, browser = await world.ask(home, scope="openid", id_token_hint=hint), world.browser()
    session = await world.session(home.guest)
    await world.authorize.signed_in(home.provider, handle, browser, session)
    step = await world.authorize.decide(home.provider, handle, browser, session, allow=True)
    assert answer_of(step)["error"] == "login_required"


async def test_a_sub_in_claims_counts_as_a_hint(world: World, home: House) -> None:
    claims = json.dumps({"id_token": {"sub": {"value": public_id(home.owner.id)}}})
    for user, expected in ((home.owner, Step.CONSENT), (home.guest, Step.SIGN_IN)):
        handle = await world.ask(home, scope="openid", claims=claims)
        step = await world.authorize.look(home.provider, handle, world.browser(), await world.session(user))
        assert sure(step, Ask).step is expected


async def test_a_hint_that_is_no_id_token_of_the_applications_is_refused(world: World, home: House) -> None:
    other = await world.register(home)
    foreign = (await world.tokens(other, scope="openid")).id_token or ""
    own = await world.tokens(home, scope="openid")
    header, payload, signature = (own.id_token or "").split(".")
    userinfo = await world.signing.sign(
        home.provider, {"iss": home.provider.origin, "aud": home.client_id, "sub": "x"}, kind="JWT"
    )
    for hint in (
        foreign,
        own.access_token,
        "x",
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature[::-1]}",
        userinfo,
    ):
        answer = await world.authorize.begin(home.provider, _request(home, hint))
        assert answer_of(answer)["error"] == "invalid_request"
    good = await world.authorize.begin(home.provider, _request(home, own.id_token or ""))
    assert not isinstance(good, SendBack)


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "max_age: whoever signed in longer ago signs in again")
@pytest.mark.parametrize(("max_age", "expected"), [("60", Step.CONSENT), ("59", Step.SIGN_IN), ("0", Step.SIGN_IN)])
async def test_an_old_sign_in_is_not_enough(world: World, home: House, max_age: str, expected: Step) -> None:
    session = await world.session(home.owner)
    world.now += 60
    handle, browser = await world.ask(home, scope="openid", max_age=max_age), world.browser()
    assert sure(await world.authorize.look(home.provider, handle, browser, session), Ask).step is expected
    silent = await world.ask(home, scope="openid", max_age=max_age, prompt="none")
    answer = answer_of(await world.authorize.look(home.provider, silent, world.browser(), session))
    assert answer["error"] == ("consent_required" if expected is Step.CONSENT else "login_required")
    fresh = await world.session(home.owner)
    await world.authorize.signed_in(home.provider, handle, browser, fresh)
    code = answer_of(await world.authorize.decide(home.provider, handle, browser, fresh, allow=True))["code"]
    answered = sure(await world.exchange(home, code), TokenAnswer)
    assert (await claims_of(world, home, answered.id_token))["auth_time"] == START + 60


def _request(house: House, hint: str) -> Any:
    from tests.support.world import request_of

    return request_of(house, scope="openid", id_token_hint=hint)
