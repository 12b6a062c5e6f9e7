"""The FAPI 2.0 profiles on a real server, as the conformance suite's plans drive it: fapi2-security-profile-final with
private_key_jwt and DPoP, and fapi2-message-signing-final with signed requests and signed answers."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.fapi import CALLBACK, FapiClient, claims_of, register
from tests.support.http import HTTP
from tests.support.jar import Signer
from tests.support.person import Person
from tests.support.server import DemoUser, Server


@pytest.fixture(scope="module")
def fapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose provider has the one switch on, and nothing else."""
    server = Server(tmp_path_factory.mktemp("fapi"))
    assert server.command("provider", "set", "localhost", "--profile", "fapi2").returncode == 0
    with server.running():
        yield server


@pytest.fixture(scope="module")
def user(fapi: Server) -> DemoUser:
    """Who decides."""
    return fapi.user("full")


@pytest.fixture(scope="module")
def bank(fapi: Server) -> FapiClient:
    """An application of the Security Profile."""
    return register(fapi, "Bank", Signer())


@pytest.fixture(scope="module")
def other(fapi: Server) -> FapiClient:
    """Another one."""
    return register(fapi, "Other", Signer("PS256"))


@pytest.fixture(scope="module")
def notary(fapi: Server) -> FapiClient:
    """An application of Message Signing: its requests have to be signed, and so have the answers that it takes."""
    demands = ("require_signed_request_object=yes", "require_signed_authorization_response=yes")
    return register(fapi, "Notary", Signer(), *demands)


def code(client: FapiClient, user: DemoUser, **changes: Any) -> str:
    """A fresh code."""
    return client.answer(user, client.pushed(**client.asked(**changes)))["code"]


# The Security Profile, where everybody behaves.


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "the metadata tells what the profile allows")
def test_discovery(fapi: Server) -> None:
    told = HTTP.get(f"{fapi.origin}/.well-known/openid-configuration").json()
    assert told["issuer"] == fapi.origin
    assert told["require_pushed_authorization_requests"] is True
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["response_types_supported"] == ["code"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert set(told["token_endpoint_auth_methods_supported"]) <= {
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
    }
    for algorithms in ("id_token_signing", "dpop_signing", "token_endpoint_auth_signing", "request_object_signing"):
        assert "RS256" not in told[f"{algorithms}_alg_values_supported"]


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "tokens are bound, and are of no use without their key")
@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.2", "the answer names its issuer")
@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "refresh tokens are not rotated")
def test_happy_flow(bank: FapiClient, user: DemoUser) -> None:
    back = bank.answer(user, bank.pushed(**bank.asked()))
    assert (back["state"], back["iss"]) == ("kept", bank.server.origin)
    answer = bank.token(back["code"])
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert tokens["token_type"] == "DPoP"
    for scheme in ("DPoP", "dpop"):
        assert bank.call(tokens["access_token"], scheme).status_code == 200
    assert bank.call(tokens["access_token"], "Bearer", None).status_code == 401
    assert bank.call(tokens["access_token"], "DPoP", None).status_code == 401
    again = bank.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status_code == 200, again.text
    assert again.json().get("refresh_token", tokens["refresh_token"]) == tokens["refresh_token"]
    assert bank.call(again.json()["access_token"]).status_code == 200


def test_user_rejects(bank: FapiClient, user: DemoUser) -> None:
    back = bank.answer(user, bank.pushed(**bank.asked(prompt="consent")), allow=False)
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "kept", bank.server.origin)


@pytest.mark.parametrize(
    "change", [{"state": None}, {"state": "s" * 1000}, {"scope": "openid read"}, {"scope": "read openid"}]
)
def test_other_good_requests(bank: FapiClient, user: DemoUser, change: dict[str, str | None]) -> None:
    back = bank.answer(user, bank.pushed(**bank.asked(**change)))
    assert "code" in back
    assert back.get("state") == {"state": "kept", **change}["state"]


@pytest.mark.rfc("9449", "10", "a code is bound to the key that dpop_jkt or the proof at PAR names")
def test_codes_are_bound_to_keys(bank: FapiClient, user: DemoUser) -> None:
    proof = bank.proof("/oauth2/par")
    good = bank.push(**bank.asked(), headers={"DPoP": proof})
    assert good.status_code == 201, good.text
    fresh = bank.answer(user, good.json()["request_uri"])["code"]
    thief = FapiClient(bank.server, bank.client_id, bank.signer)  # with a key of its own
    assert thief.token(fresh).status_code == 400
    bound = code(bank, user, dpop_jkt="A" * 43)
    assert bank.token(bound).status_code == 400
    differs = bank.push(**bank.asked(dpop_jkt="A" * 43), headers={"DPoP": bank.proof("/oauth2/par")})
    assert differs.status_code == 400
    replayed = bank.push(**bank.asked(), headers={"DPoP": proof})
    assert replayed.status_code == 400


# The Security Profile, where somebody does not.


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.2", "what PAR refuses")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"redirect_uri": f"{CALLBACK}/other"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "v" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ],
)
def test_what_can_not_be_pushed(bank: FapiClient, change: dict[str, str | None], error: str) -> None:
    answer = bank.push(**bank.asked(**change))
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.rfc("9126", "2.3", "another method is answered with 405, and too long a body with 413")
def test_par_takes_post_alone(fapi: Server) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert HTTP.request(method, f"{fapi.origin}/oauth2/par").status_code == 405
    assert HTTP.post(f"{fapi.origin}/oauth2/par", data={"x": "x" * 70_000}).status_code == 413


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.2", "a request that was not pushed is refused")
def test_a_request_that_was_not_pushed(bank: FapiClient, user: DemoUser) -> None:
    url = bank.url("x").partition("?")[0]
    with Person(bank.server) as person:
        for fields in (bank.asked(), {"client_id": bank.client_id, "request": bank.request_object()}):
            answer = person.http.get(url, params=fields)
            assert answer.status_code == 400 or "error=invalid_request" in answer.headers["location"]


@pytest.mark.rfc(
    "FAPI 2.0 Security Profile",
    "5.3.2.2",
    "a request_uri is of the client's own, used once, and can be loaded again before",
)
def test_request_uris(bank: FapiClient, other: FapiClient, user: DemoUser) -> None:
    uri = bank.pushed(**bank.asked())
    with Person(bank.server) as person:
        assert person.answer(person.go(other.url(uri)))["error"] == "invalid_request_uri"
        assert person.go(bank.url(uri)).status_code == 200
        assert person.go(bank.url(uri)).status_code == 200
        assert "code" in person.authorize(user, bank.url(uri))
        assert person.answer(person.go(bank.url(uri)))["error"] == "invalid_request_uri"


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "the aud of a client assertion is the issuer, as a string")
@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://other.example"},
        {"aud": "ISSUER/oauth2/par"},
        {"aud": "ISSUER/oauth2/token"},
        {"aud": ["ISSUER", "ISSUER/oauth2/par"]},
        {"aud": ["ISSUER"]},
        {"aud": None},
        {"sub": None},
        {"iss": None},
        {"exp": None},
        {"exp": -300},
        {"iat": 3600, "nbf": 3600},
        {"signer": "RS256"},
        {"signer": "ES256"},
    ],
)
def test_client_assertions_that_are_no_good(bank: FapiClient, change: dict[str, Any]) -> None:
    bad: dict[str, Any] = {}
    for name, claim in change.items():
        if name == "signer":
            bad[name] = Signer(claim)
        elif isinstance(claim, int):
            bad[name] = bank.now() + claim
        elif isinstance(claim, list):
            bad[name] = [one.replace("ISSUER", bank.server.origin) for one in claim]
        else:
            bad[name] = claim and claim.replace("ISSUER", bank.server.origin)
    for answer in (
        bank.push(bank.assertion(**bad), **bank.asked()),
        bank.token("glac_x", assertion=bank.assertion(**bad)),
    ):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "no client that does not authenticate, or does with a secret")
def test_other_ways_to_authenticate(fapi: Server, bank: FapiClient) -> None:
    assert bank.push(None, **bank.asked()).status_code == 401
    body = {"client_id": fapi.client_id, "client_secret": fapi.client_secret, **bank.asked(client_id=None)}
    answer = HTTP.post(f"{fapi.origin}/oauth2/par", data=body)
    assert answer.json()["error"] == "invalid_client"
    itself = {"client_id": fapi.client_id, "client_secret": fapi.client_secret, "grant_type": "client_credentials"}
    assert HTTP.post(f"{fapi.origin}/oauth2/token", data=itself).json()["error"] == "invalid_client"


def test_an_assertion_is_good_once(bank: FapiClient) -> None:
    assertion = bank.assertion()
    assert bank.push(assertion, **bank.asked()).status_code == 201
    assert bank.push(assertion, **bank.asked()).status_code == 401
    assert bank.push(bank.assertion(iat=bank.now() + 8, nbf=bank.now() + 8), **bank.asked()).status_code == 201


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "what the token endpoint refuses")
def test_codes_in_the_wrong_hands(bank: FapiClient, other: FapiClient, user: DemoUser) -> None:
    fresh = code(bank, user)
    assert other.token(fresh).json()["error"] == "invalid_grant"
    assert bank.token(fresh, code_verifier=None).json()["error"] == "invalid_grant"
    assert bank.token(fresh, code_verifier="w" * 43).json()["error"] == "invalid_grant"
    assert bank.token(fresh, proof=None).status_code == 400
    assert bank.token(fresh, assertion=None).json()["error"] == "invalid_client"
    tokens = bank.token(fresh)
    assert tokens.status_code == 200, tokens.text
    assert bank.token(fresh).json()["error"] == "invalid_grant"
    assert bank.call(tokens.json()["access_token"]).status_code == 401  # a code's second use ends what the first gave


@pytest.mark.rfc("9449", "4.3", "proofs that are no good")
@pytest.mark.parametrize(
    "change", [{"htm": "GET"}, {"htu": "https://other.example/oauth2/token"}, {"iat": 1}, {"jti": None}, {"iat": None}]
)
def test_proofs_that_are_no_good(bank: FapiClient, user: DemoUser, change: dict[str, Any]) -> None:
    fresh = code(bank, user)
    answer = bank.token(fresh, proof=bank.proof("/oauth2/token", **change))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


# Message Signing.


@pytest.mark.rfc("FAPI 2.0 Message Signing", "5.3.1", "signed requests are taken")
@pytest.mark.rfc("FAPI 2.0 Message Signing", "5.4.1", "answers come signed, by an algorithm of the profile")
def test_signed_request_and_signed_answer(notary: FapiClient, user: DemoUser) -> None:
    for aud in (notary.server.origin, [notary.server.origin, "https://other.example"]):
        uri = notary.pushed(request=notary.request_object(aud=aud, response_mode="jwt"))
        back = notary.answer(user, uri)
        assert set(back) == {"response"}
        claims = claims_of(back["response"])
        assert (claims["iss"], claims["aud"], claims["state"]) == (notary.server.origin, notary.client_id, "kept")
        assert notary.token(claims["code"]).status_code == 200
    refused = notary.answer(user, notary.pushed(request=notary.request_object(prompt="consent")), allow=False)
    assert claims_of(refused["response"])["error"] == "access_denied"


@pytest.mark.rfc("FAPI 2.0 Message Signing", "5.3.1", "request objects that are no good, and requests that have none")
@pytest.mark.parametrize(
    "change",
    [
        {"exp": None},
        {"nbf": None},
        {"exp": -60},
        {"exp": 3700},
        {"nbf": -3700},
        {"nbf": 60},
        {"aud": "https://other.example"},
        {"aud": None},
        {"iss": None},
        {"redirect_uri": None},
        {"request_uri": "urn:x"},
        {"signer": "RS256"},
        {"signer": "ES256"},
        {"header": {"alg": "none"}},
        {"unsigned": True},
    ],
)
def test_request_objects_that_are_no_good(notary: FapiClient, change: dict[str, Any]) -> None:
    if "unsigned" in change:
        answer = notary.push(**notary.asked())
    elif "header" in change:
        head = "eyJhbGciOiJub25lIn0"
        answer = notary.push(request=f"{head}.{notary.request_object().split('.')[1]}.")
    else:
        bad: dict[str, Any] = {
            name: Signer(claim) if name == "signer" else notary.now() + claim if isinstance(claim, int) else claim
            for name, claim in change.items()
        }
        answer = notary.push(request=notary.request_object(**bad))
    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_request", "invalid_request_object")


@pytest.mark.rfc("9101", "6.3", "state and nonce outside the request object are not used")
def test_what_stands_outside_is_not_used(notary: FapiClient, user: DemoUser) -> None:
    uri = notary.pushed(request=notary.request_object(state="inside"), state="outside")
    assert claims_of(notary.answer(user, uri)["response"])["state"] == "inside"
    uri = notary.pushed(request=notary.request_object(state=None), state="outside")
    assert "state" not in claims_of(notary.answer(user, uri)["response"])
    soon = notary.request_object(nbf=notary.now() + 8)
    assert notary.push(request=soon).status_code == 201


@pytest.mark.rfc("FAPI 2.0 Message Signing", "5.4.1", "nobody on the way can ask for a plain answer")
def test_no_plain_answer(notary: FapiClient) -> None:
    answer = notary.push(request=notary.request_object(response_mode="query"))
    assert answer.json()["error"] == "invalid_request"
