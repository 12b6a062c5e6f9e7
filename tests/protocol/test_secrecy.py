"""What is secret does not get into a log by way of a value that holds it."""

from gatelodge.protocol.client import read_proof
from gatelodge.protocol.code_grant import Exchange
from gatelodge.protocol.credentials import Kind
from tests.protocol.examples import SHOP_ID, SHOP_PUBLIC_ID, VERIFIER, body, presented, query, secret


def test_parameters_keep_their_values_to_themselves() -> None:
    text = secret(Kind.CLIENT_SECRET, 5)
    for parameters in (body(client_secret=text, code="c0de"), query(client_secret=text, code="c0de")):
        assert text not in repr(parameters)
        assert "c0de" not in repr(parameters)


def test_what_a_client_showed_keeps_its_secret_to_itself() -> None:
    text = secret(Kind.CLIENT_SECRET, 5)
    proof = read_proof(body(client_id=SHOP_PUBLIC_ID, client_secret=text), None, query_allowed=True)
    assert str(SHOP_ID) in repr(proof)
    assert text.split("_")[2] not in repr(proof)


def test_an_exchange_keeps_its_verifier_to_itself() -> None:
    assert VERIFIER not in repr(Exchange(presented(Kind.CODE, 6), None, VERIFIER))
