"""How a client says who it is and proves it (RFC 6749 §2.3, §3.2.1)."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelodge.protocol.client import UNKNOWN, Client, ClientProof, authenticate, read_proof
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import BASIC, KEY_JWT, NONE, POST, SECRET_JWT, SELF_SIGNED_TLS, TLS
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.errors import InvalidClient, InvalidRequest, OAuthError
from gatelodge.protocol.parameters import Parameters
from tests.protocol.examples import NATIVE, NATIVE_ID, SHOP, SHOP_ID, SHOP_PUBLIC_ID, body, presented, query, secret

SECRET_ID = 501
SECRET = secret(Kind.CLIENT_SECRET, SECRET_ID)
PROOF = ClientProof(SHOP_ID, presented(Kind.CLIENT_SECRET, SECRET_ID), POST)
BY_BASIC = replace(PROOF, method=BASIC)
AS_STORED = replace(SHOP, secret_digest=presented(Kind.CLIENT_SECRET, SECRET_ID).digest)


def read(parameters: Parameters, authorization: str | None = None) -> ClientProof | OAuthError | None:
    """What the parameters and the header prove, where the query may hold a secret."""
    return read_proof(parameters, authorization, query_allowed=True)


def basic(user: str | bytes, password: str = "", *, scheme: str = "Basic") -> str:
    """An Authorization header for a name and a password, or for raw bytes."""
    raw = user if isinstance(user, bytes) else f"{user}:{password}".encode()
    return f"{scheme} {base64.b64encode(raw).decode('ascii')}"


@pytest.mark.rfc("6749", "2.3.1", "a client may show its password by HTTP Basic; the server has to take that")
@pytest.mark.parametrize(
    "header",
    [
        basic(SHOP_PUBLIC_ID, SECRET),
        basic(SHOP_PUBLIC_ID, SECRET, scheme="basic"),
        basic(SHOP_PUBLIC_ID, SECRET, scheme="BASIC"),
        basic(SHOP_PUBLIC_ID, SECRET, scheme="Basic  "),
    ],
)
def test_a_client_authenticates_by_http_basic(header: str) -> None:
    assert read(Parameters(), header) == BY_BASIC


@pytest.mark.rfc("6749", "2.3.1", "name and password are form-encoded before they go into HTTP Basic")
def test_encoded_characters_in_http_basic_are_decoded() -> None:
    encoded = "".join(f"%{ord(character):02x}" for character in SECRET)
    assert read(Parameters(), basic(SHOP_PUBLIC_ID, encoded)) == BY_BASIC
    assert read(Parameters(), basic(SHOP_PUBLIC_ID, SECRET.replace("_", "%5F"))) == BY_BASIC


@pytest.mark.rfc("6749", "2.3.1", "the password may come as client_secret in the body instead")
def test_a_client_authenticates_by_parameters() -> None:
    assert read(body(client_id=SHOP_PUBLIC_ID, client_secret=SECRET)) == PROOF


@pytest.mark.rfc("6749", "2.3.1", "a password in the query is for a provider to forbid")
def test_a_secret_in_the_query_is_taken_only_where_the_provider_allows_it() -> None:
    parameters = query(client_id=SHOP_PUBLIC_ID, client_secret=SECRET)
    assert read_proof(parameters, None, query_allowed=True) == PROOF
    refused = read_proof(parameters, None, query_allowed=False)
    assert isinstance(refused, InvalidRequest)
    assert "query" in refused.description
    in_body = body(client_id=SHOP_PUBLIC_ID, client_secret=SECRET)
    assert read_proof(in_body, None, query_allowed=False) == PROOF
    name_alone = query(client_id=SHOP_PUBLIC_ID)
    assert read_proof(name_alone, None, query_allowed=False) == ClientProof(SHOP_ID, None)


@pytest.mark.rfc("6749", "3.2.1", "a public client names itself by client_id")
def test_a_client_may_name_itself_without_a_secret() -> None:
    assert read(body(client_id=SHOP_PUBLIC_ID)) == ClientProof(SHOP_ID, None)
    assert read(body(client_id=SHOP_PUBLIC_ID, client_secret="")) == ClientProof(SHOP_ID, None)
    assert read(Parameters(), basic(SHOP_PUBLIC_ID, "")) == ClientProof(SHOP_ID, None)


def test_a_request_may_say_nothing_of_its_client() -> None:
    assert read(Parameters()) is None
    assert read(body(code="x")) is None


def test_a_secret_without_a_name_is_refused() -> None:
    assert isinstance(read(body(client_secret=SECRET)), InvalidRequest)


@pytest.mark.rfc("6749", "2.3", "a client authenticates in one way in each request")
def test_two_ways_at_once_are_refused() -> None:
    header = basic(SHOP_PUBLIC_ID, SECRET)
    for parameters in (
        body(client_id=SHOP_PUBLIC_ID, client_secret=SECRET),
        body(client_secret=SECRET),
        query(client_secret=SECRET),
        body(client_secret="another"),
    ):
        assert isinstance(read(parameters, header), InvalidRequest)


def test_client_id_may_stand_beside_http_basic_if_it_is_the_same() -> None:
    header = basic(SHOP_PUBLIC_ID, SECRET)
    assert read(body(client_id=SHOP_PUBLIC_ID), header) == BY_BASIC
    assert isinstance(read(body(client_id="00000000001"), header), InvalidRequest)
    assert isinstance(read(query(client_id="00000000001"), header), InvalidRequest)


@pytest.mark.rfc(
    "6749", "5.2", "authentication in the Authorization header that fails is invalid_client with status 401"
)
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YTpi=",
        "Basic YTp",
        "Basic YT pi",
        "Basic YTpi, Basic YTpi",
        "Basic é",
        "Basic \ud800",
        basic(b"no colon"),
        basic(b"\xff\xfe:\xff"),
        basic(b":"),
        basic("", SECRET),
        basic(SHOP_PUBLIC_ID, "wrong"),
        basic(SHOP_PUBLIC_ID, f"{SECRET}:"),
        basic(SHOP_PUBLIC_ID, f"{SECRET}\n"),
        basic(SHOP_PUBLIC_ID, f"{SECRET}%00"),
        basic(SHOP_PUBLIC_ID, SECRET[:-1]),
        basic(SHOP_PUBLIC_ID, secret(Kind.USER_TOKEN, SECRET_ID)),
        basic(f" {SHOP_PUBLIC_ID}", SECRET),
        basic(f"{SHOP_PUBLIC_ID}%FF", SECRET),
        basic("jana@example.cz", "her password"),
        basic("zzzzzzzzzzz", SECRET),
        f"Bearer {SECRET}",
        f"Digest username={SHOP_PUBLIC_ID}",
        f"Basic:{SHOP_PUBLIC_ID}",
    ],
)
def test_a_header_that_proves_nothing_is_refused(header: str) -> None:
    refused = read(Parameters(), header)
    assert isinstance(refused, InvalidClient)
    assert (refused.code, refused.status) == ("invalid_client", 401)


@pytest.mark.parametrize(
    "client_id", ["x", "7000001", SHOP_PUBLIC_ID[1:], f"{SHOP_PUBLIC_ID} ", "²²²²²²²²²²²", "zzzzzzzzzzz"]
)
def test_a_client_id_of_the_wrong_form_is_an_unknown_client(client_id: str) -> None:
    refused = read(body(client_id=client_id, client_secret=SECRET))
    assert isinstance(refused, InvalidClient)
    assert refused.description == UNKNOWN


@given(st.text() | st.binary().map(basic) | st.builds(basic, st.text("0aZ_%:é", max_size=12), st.text("0aZ_%:é+")))
def test_any_header_gets_an_answer(header: str) -> None:
    assert isinstance(read(Parameters(), header), ClientProof | InvalidClient)
    assert isinstance(read(body(client_secret=SECRET), header), OAuthError)


@given(st.text(), st.text())
def test_any_parameters_get_an_answer(client_id: str, client_secret: str) -> None:
    assert isinstance(read(body(client_id=client_id, client_secret=client_secret)), ClientProof | OAuthError | None)


def test_a_proof_says_which_secret_it_claims_to_be() -> None:
    assert PROOF.secret_id == SECRET_ID
    assert ClientProof(SHOP_ID, None).secret_id is None


@pytest.mark.rfc("6749", "3.2.1", "a confidential client proves who it is")
def test_the_right_secret_is_accepted() -> None:
    assert authenticate(AS_STORED, PROOF) is None


@pytest.mark.rfc("6749", "2.1", "a public client has no secret, and its name suffices")
def test_a_public_client_needs_no_secret() -> None:
    assert authenticate(NATIVE, ClientProof(NATIVE_ID, None)) is None


@pytest.mark.rfc("7591", "2", "a client that is registered with a method uses that one, and no other")
@pytest.mark.parametrize(("method", "good", "bad"), [(BASIC, BY_BASIC, PROOF), (POST, PROOF, BY_BASIC)])
def test_a_client_is_held_to_its_method(method: str, good: ClientProof, bad: ClientProof) -> None:
    strict = replace(AS_STORED, settings=ClientSettings(token_endpoint_auth_method=method))
    assert authenticate(strict, good) is None
    for one in (bad, ClientProof(SHOP_ID, None), replace(good, method=NONE)):
        assert isinstance(authenticate(strict, one), InvalidClient)


@pytest.mark.parametrize("method", [NONE, SECRET_JWT, KEY_JWT, TLS, SELF_SIGNED_TLS])
def test_with_any_other_method_a_secret_proves_nothing(method: str) -> None:
    strict = replace(AS_STORED, settings=ClientSettings(token_endpoint_auth_method=method))
    for one in (PROOF, BY_BASIC, ClientProof(SHOP_ID, None)):
        assert isinstance(authenticate(strict, one), InvalidClient)


ANOTHER = presented(Kind.CLIENT_SECRET, SECRET_ID, 2)


@pytest.mark.rfc("6749", "5.2", "an unknown client, no proof and a wrong proof are all invalid_client")
@pytest.mark.rfc("6749", "10.2", "who lacks the secret can't pass for the client")
@pytest.mark.parametrize(
    ("client", "proof"),
    [
        (None, PROOF),
        (None, ClientProof(SHOP_ID, None)),
        (replace(AS_STORED, disabled=True), PROOF),
        (AS_STORED, ClientProof(SHOP_ID, None)),
        (AS_STORED, ClientProof(SHOP_ID, ANOTHER)),
        (SHOP, PROOF),
        (replace(AS_STORED, secret_digest=b""), PROOF),
        (NATIVE, ClientProof(NATIVE_ID, PROOF.secret)),
        (replace(NATIVE, secret_digest=AS_STORED.secret_digest), ClientProof(NATIVE_ID, PROOF.secret)),
        (replace(NATIVE, disabled=True), ClientProof(NATIVE_ID, None)),
    ],
)
def test_every_failure_reads_the_same_to_the_client(client: Client | None, proof: ClientProof) -> None:
    refused = authenticate(client, proof)
    assert isinstance(refused, InvalidClient)
    assert (refused.description, refused.status) == (UNKNOWN, 401)
    assert refused.log
