"""Token exchange (RFC 8693)."""

import json
from dataclasses import replace

import pytest

from gatelodge.protocol.authorization_details import CameraAccess
from gatelodge.protocol.client import TOKEN_EXCHANGE
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.issuance import UNBOUND, Binding, GrantContext, Issuance
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.policy import DEFAULT
from gatelodge.protocol.token_exchange import (
    ACCESS_TOKEN,
    JWT,
    MOST_PASSES,
    Exchange,
    Held,
    may_exchange,
    pass_on,
    read_exchange,
    wants_jwt,
)
from tests.protocol.examples import NATIVE, RIGHTS, SHOP, body

GRANT_ID = 77
EXCHANGER = replace(SHOP, grant_types=SHOP.grant_types | {TOKEN_EXCHANGE})
OF_A_USER = Held(frozenset({"read", "liveview"}), 1000, "user1", None, user_id=9)
OWN = replace(OF_A_USER, client_id=EXCHANGER.id)
FOREIGN = replace(OF_A_USER, client_id=NATIVE.id)
ITSELF = Held(frozenset({"read"}), 1000, EXCHANGER.client_id, EXCHANGER.id)
PLAIN = Exchange("glut_x", None, ACCESS_TOKEN, None, None)
ASK = {"subject_token": "glut_x", "subject_token_type": ACCESS_TOKEN}


def passed(subject: Held, asked: Exchange = PLAIN, **more: object) -> Issuance:
    """What is given."""
    answer = tried(subject, asked, **more)
    assert isinstance(answer, Issuance), answer
    return answer


def refused(subject: Held, asked: Exchange = PLAIN, **more: object) -> str:
    """The code of the refusal."""
    answer = tried(subject, asked, **more)
    assert isinstance(answer, OAuthError)
    return answer.code


def tried(subject: Held, asked: Exchange = PLAIN, **more: object) -> Issuance | OAuthError:
    """What comes of it."""
    usual = {
        "client": EXCHANGER,
        "actor": None,
        "held": UNBOUND,
        "details": None,
        "for_client": False,
        "expires_at": 900,
    }
    said = {**usual, **more}
    return pass_on(
        asked,
        said["client"],  # type: ignore[arg-type]  # the tests know what they give
        subject,
        said["actor"],  # type: ignore[arg-type]
        said["held"],  # type: ignore[arg-type]
        GRANT_ID,
        said["details"],  # type: ignore[arg-type]
        for_client=bool(said["for_client"]),
        expires_at=900,
    )


@pytest.mark.rfc("8693", "2.1", "subject_token and its type are required, an actor_token and its type go together")
@pytest.mark.rfc("8693", "2.2.2", "a request that is not valid is invalid_request")
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (body(), "invalid_request"),
        (body(subject_token="glut_x"), "invalid_request"),
        (body(**ASK, actor_token="glat_x"), "invalid_request"),
        (body(**ASK, actor_token_type=ACCESS_TOKEN), "invalid_request"),
        (body(subject_token="x", subject_token_type="urn:ietf:params:oauth:token-type:saml2"), "invalid_request"),
        (body(subject_token="glat_x", subject_token_type=JWT), "invalid_request"),
        (body(**ASK, actor_token="x", actor_token_type="urn:ietf:params:oauth:token-type:id_token"), "invalid_request"),
        (body(**ASK, requested_token_type="urn:ietf:params:oauth:token-type:refresh_token"), "invalid_request"),
        (body(**ASK, scope="ä"), "invalid_scope"),
        (body(**ASK, authorization_details="["), "invalid_authorization_details"),
        (
            body(**ASK, scope="read", authorization_details='[{"type":"camera_access","actions":["liveview"]}]'),
            "invalid_authorization_details",
        ),
    ],
)
def test_bad_words(parameters: Parameters, code: str) -> None:
    answer = read_exchange(parameters, RIGHTS)
    assert isinstance(answer, OAuthError)
    assert answer.code == code


@pytest.mark.rfc("8693", "2.1", "requested_token_type, scope and actor_token are the client's to say")
def test_good_words() -> None:
    assert read_exchange(body(**ASK), RIGHTS) == PLAIN
    more = body(
        subject_token="a.b.c",
        subject_token_type=JWT,
        actor_token="glat_y",
        actor_token_type=ACCESS_TOKEN,
        requested_token_type=JWT,
        scope="read,liveview",
    )
    assert read_exchange(more, RIGHTS) == Exchange("a.b.c", "glat_y", JWT, frozenset({"read", "liveview"}), None)
    details = body(**ASK, authorization_details='[{"type":"camera_access","actions":["read"]}]')
    assert read_exchange(details, RIGHTS) == replace(
        PLAIN, scope=frozenset({"read"}), details=(CameraAccess(frozenset({"read"})),)
    )


@pytest.mark.rfc("6749", "5.2", "a client that may not exchange tokens is unauthorized_client")
def test_only_where_it_is_on() -> None:
    assert may_exchange(EXCHANGER, DEFAULT) is None
    for client, policy in ((SHOP, DEFAULT), (EXCHANGER, replace(DEFAULT, token_exchange=False))):
        refusal = may_exchange(client, policy)
        assert refusal is not None
        assert refusal.code == "unauthorized_client"


@pytest.mark.rfc("8693", "2.2.1", "no refresh token, and a scope that is told")
def test_a_users_token_becomes_a_short_one() -> None:
    given = passed(OF_A_USER, replace(PLAIN, scope=frozenset({"read"})))
    assert (given.grant_id, given.scope, given.user_id, given.expires_at) == (GRANT_ID, frozenset({"read"}), 9, 900)
    assert not given.refreshable
    assert given.binding.actor is None


@pytest.mark.rfc("8693", "2.2.1", "what is given expires no later than what was shown")
def test_no_longer_life() -> None:
    assert passed(replace(OF_A_USER, expires_at=600)).expires_at == 600
    assert passed(replace(OF_A_USER, expires_at=None)).expires_at == 900


@pytest.mark.rfc("8693", "2.1", "the scope is never more than the subject_token's")
def test_no_wider_scope() -> None:
    assert passed(OF_A_USER).scope == OF_A_USER.scope
    for scope in ({"read", "write"}, {"events"}):
        assert refused(OF_A_USER, replace(PLAIN, scope=frozenset(scope))) == "invalid_scope"
    lasting = replace(OWN, scope=OWN.scope | {"openid", "offline_access"})
    assert passed(lasting).scope == OWN.scope | {"openid"}  # there is nothing offline about it
    assert refused(replace(OWN, scope=frozenset())) == "invalid_scope"


def test_the_limits_stay_or_are_those_that_were_asked_for() -> None:
    limited = replace(OF_A_USER, details="[1]")
    assert passed(limited).details == "[1]"
    assert passed(limited, details="[2]").details == "[2]"


@pytest.mark.rfc(
    "9449", "6", "a token that is bound to a key is exchanged by whoever proves to hold it, and nobody else"
)
@pytest.mark.parametrize("bound", [Binding(jkt="k"), Binding(x5t="c")])
def test_a_bound_token(bound: Binding) -> None:
    subject = replace(OWN, binding=bound)
    for held in (UNBOUND, Binding(jkt="other"), Binding(x5t="other")):
        assert refused(subject, held=held) == "invalid_request"
        assert refused(OWN, actor=replace(ITSELF, binding=bound), held=held) == "invalid_request"
    passed(subject, held=bound)


@pytest.mark.rfc("8693", "1.1", "an application does not become another one: who acts is told")
@pytest.mark.rfc("8693", "2.2.2", "a token that is unacceptable is invalid_request")
def test_another_applications_token_needs_an_actor() -> None:
    assert refused(FOREIGN) == "invalid_request"
    assert json.loads(passed(FOREIGN, actor=ITSELF).binding.actor or "") == {"sub": EXCHANGER.client_id}


@pytest.mark.rfc("8693", "4.1", "the act claim tells who acts, and within it who did before")
def test_the_chain_of_actors_is_kept() -> None:
    before = replace(FOREIGN, binding=Binding(actor='{"sub":"first"}'))
    assert json.loads(passed(before, actor=ITSELF).binding.actor or "") == {
        "sub": EXCHANGER.client_id,
        "act": {"sub": "first"},
    }
    # Whoever only narrows what they were given themselves is nobody new.
    assert passed(replace(before, client_id=EXCHANGER.id)).binding.actor == '{"sub":"first"}'


@pytest.mark.rfc("8693", "2.1", "actor_token represents who acts: one of somebody else's is refused")
def test_nobody_acts_in_anothers_name() -> None:
    assert refused(FOREIGN, actor=replace(ITSELF, client_id=NATIVE.id)) == "invalid_request"
    assert refused(FOREIGN, actor=replace(ITSELF, client_id=None)) == "invalid_request"
    assert refused(FOREIGN, actor=replace(ITSELF, binding=Binding(actor='{"sub":"x"}'))) == "invalid_request"


def test_a_public_client_exchanges_its_own_and_users_tokens() -> None:
    public = replace(NATIVE, grant_types=frozenset({TOKEN_EXCHANGE}))
    passed(OF_A_USER, client=public)
    passed(replace(OWN, client_id=public.id), client=public)
    assert refused(OWN, client=public, actor=replace(ITSELF, client_id=public.id)) == "invalid_request"


@pytest.mark.rfc("8693", "2.2.2", "a token for another audience is exchanged by those that it is for, and its client")
def test_a_token_for_an_api() -> None:
    addressed = replace(FOREIGN, binding=Binding(audience=("https://api.example",)))
    assert refused(addressed, actor=ITSELF) == "invalid_request"
    given = passed(addressed, for_client=True)
    assert given.binding.audience == ()  # the API says for which other one
    assert json.loads(given.binding.actor or "") == {"sub": public_id(EXCHANGER.id)}
    own = replace(OWN, binding=Binding(audience=("https://api.example",)))
    assert passed(own).binding.audience == ("https://api.example",)


def test_a_token_is_not_passed_on_for_ever() -> None:
    assert passed(OWN).context.passed == 1
    often = replace(OWN, context=GrantContext(passed=MOST_PASSES))
    assert refused(often) == "invalid_request"


@pytest.mark.rfc("9470", "6.2", "how and when the user signed in stays known")
def test_the_sign_in_is_told_on() -> None:
    context = GrantContext(nonce="n", auth_time=5, acr="a", amr=("pwd",), session_id=3, dpop_jkt="k")
    assert passed(replace(OWN, context=context)).context == GrantContext(auth_time=5, acr="a", amr=("pwd",), passed=1)


@pytest.mark.rfc("8693", "3", "a token of the type jwt is a JWT")
def test_who_asks_for_a_jwt_gets_one() -> None:
    assert wants_jwt(PLAIN, EXCHANGER) is EXCHANGER
    assert wants_jwt(replace(PLAIN, wanted=JWT), EXCHANGER).settings.access_token_format == "jwt"
