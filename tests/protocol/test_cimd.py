"""Client ID Metadata Documents (draft-ietf-oauth-client-id-metadata-document-02)."""

import json
from typing import Any

import pytest

from gatelodge.protocol.client_metadata import Described
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.protocol.metadata import Offer, describe_server
from gatelodge.protocol.metadata_document import LONGEST, SHORTEST, USUAL, fresh_for, is_document_url, read_document
from gatelodge.protocol.policy import Policy

URL = "https://app.example.com/client.json"
KEYS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}


def read(media_type: str = "application/json", url: str = URL, **members: Any) -> Described | str:
    """What is read of a document that is good, but for these members; None leaves one out."""
    document = {"client_id": URL, "client_name": "Notes", "redirect_uris": ["https://app.example.com/cb"], **members}
    body = json.dumps({name: value for name, value in document.items() if value is not None}).encode()
    return read_document(url, body, media_type, policy=Policy(), scopes={"read"})


@pytest.mark.rfc(
    "CIMD", "3", "a Client Identifier URL is https, with a path, without user name, fragment and dot segments"
)
@pytest.mark.parametrize(
    ("url", "can_be"),
    [
        (URL, True),
        ("https://app.example.com:8443/c", True),
        ("https://app.example.com/", True),
        ("https://app.example.com/c?v=1", True),
        ("https://app.example.com/a..b/.well-known", True),
        ("https://app.example.com", False),
        ("https://app.example.com?x", False),
        ("http://app.example.com/c", False),
        ("HTTPS://app.example.com/c", False),
        ("https:/app.example.com/c", False),
        ("https://user@app.example.com/c", False),
        ("https://user:pw@app.example.com/c", False),
        ("https://app.example.com/c#x", False),
        ("https://app.example.com/a/../c", False),
        ("https://app.example.com/./c", False),
        ("https://app.example.com/a/..", False),
        ("https://app.example.com/%2e%2E/c", False),
        ("https://app.example.com/a%2f..%2fc", False),
        ("https://app.example.com\\c", False),
        ("https://app.example.com/c d", False),
        ("https://app.example.com/\r\nx", False),
        ("https://[::1/c", False),
        ("https:///c", False),
        ("https://app.example.com/" + "c" * 2000, False),
        ("", False),
    ],
)
def test_a_client_identifier_url(url: str, can_be: bool) -> None:
    assert is_document_url(url) is can_be


@pytest.mark.rfc("CIMD", "4", "the client_id in the document is the URL, character by character")
@pytest.mark.parametrize(
    "inside", [None, "https://app.example.com/client.json/", "https://APP.example.com/client.json", 7, [URL]]
)
def test_another_client_id_inside(inside: Any) -> None:
    assert isinstance(read(client_id=inside), str)
    assert isinstance(read(url="https://app.example.com:443/client.json"), str)


@pytest.mark.rfc("CIMD", "4.1", "no secret is shared: methods by secret, client_secret and its expiry are refused")
@pytest.mark.parametrize(
    "members",
    [
        {"token_endpoint_auth_method": "client_secret_basic"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"token_endpoint_auth_method": "client_secret_jwt"},
        {"token_endpoint_auth_method": "tls_client_auth"},
        {"client_secret": "x"},
        {"client_secret_expires_at": 0},
    ],
)
def test_no_shared_secret(members: dict[str, Any]) -> None:
    assert isinstance(read(**members), str)


@pytest.mark.rfc("CIMD", "4.1", "private keys are not in the document")
def test_keys_are_public() -> None:
    good = read(token_endpoint_auth_method="private_key_jwt", jwks=KEYS)
    assert isinstance(good, Described)
    assert (good.confidential, good.needs_secret) == (True, False)
    private = {"keys": [KEYS["keys"][0] | {"d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}]}
    assert isinstance(read(token_endpoint_auth_method="private_key_jwt", jwks=private), str)
    assert isinstance(read(token_endpoint_auth_method="private_key_jwt"), str)


def test_a_document_that_does_not_say_is_of_a_public_application() -> None:
    read_as = read()
    assert isinstance(read_as, Described)
    assert (read_as.confidential, read_as.settings.token_endpoint_auth_method) == (False, "none")


@pytest.mark.rfc("CIMD", "4.2", "redirect URIs are those in the document, and must be there")
@pytest.mark.parametrize("uris", [None, [], ["javascript:alert(1)"], ["http://app.example.com/cb"]])
def test_redirect_uris_are_needed(uris: Any) -> None:
    assert isinstance(read(redirect_uris=uris), str)


@pytest.mark.rfc("CIMD", "4", "the document is JSON")
@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "", "application/jsonx", "application/xml+json2"])
def test_other_media_types_are_refused(media_type: str) -> None:
    assert isinstance(read(media_type), str)


@pytest.mark.rfc("CIMD", "4", "a more specific JSON type is taken")
@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "application/client-metadata+json"])
def test_json_media_types_are_taken(media_type: str) -> None:
    assert isinstance(read(media_type), Described)


@pytest.mark.rfc("CIMD", "5.2", "what is kept is kept as the cache headers say, within bounds")
@pytest.mark.parametrize(
    ("headers", "expires_in", "seconds"),
    [
        ({}, None, USUAL),
        ({"cache-control": "max-age=600"}, None, 600),
        ({"cache-control": "public, MAX-AGE=600, s-maxage=900"}, None, 900),
        ({"cache-control": "max-age=600", "age": "100"}, None, 500),
        ({"cache-control": "max-age=5"}, None, SHORTEST),
        ({"cache-control": "max-age=9999999"}, None, LONGEST),
        ({"cache-control": "no-store"}, None, SHORTEST),
        ({"cache-control": "no-cache, max-age=9000"}, None, SHORTEST),
        ({"cache-control": "private"}, 1200, 1200),
        ({"cache-control": "max-age=600"}, 1200, 600),
        ({}, -5, SHORTEST),
        ({"cache-control": "max-age=x", "age": "-7"}, None, USUAL),
    ],
)
def test_how_long_a_document_is_good(headers: dict[str, str], expires_in: int | None, seconds: int) -> None:
    assert fresh_for(headers, expires_in) == seconds


@pytest.mark.rfc("CIMD", "6", "the metadata says that documents are taken, where they are")
@pytest.mark.parametrize("switched_on", [True, False])
def test_the_metadata_says_whether_documents_are_taken(switched_on: bool) -> None:
    policy = Policy(metadata_documents=switched_on)
    offer = Offer("https://cloud.example.com", policy, frozenset(), frozenset(), ())
    assert describe_server(offer).get("client_id_metadata_document_supported", False) is switched_on


@pytest.mark.rfc("CIMD", "7.1", "a client_id that is made here can't be taken for an address")
def test_our_own_client_ids_are_no_addresses() -> None:
    for row_id in (0, 1, 2**63 - 1):
        assert not is_document_url(public_id(row_id))
    assert parse_public_id(URL) is None
    assert parse_public_id("https://abc") is None  # as long as one of ours
