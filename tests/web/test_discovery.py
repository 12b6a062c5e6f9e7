"""The well-known documents and the keys, as a client that knows nothing but the issuer reads them."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from gatelodge.protocol.metadata import ENDPOINTS
from gatelodge.web.routes import oauth_endpoints
from tests.support.server import Server
from tests.web.raw import Answer, ask

METADATA = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
DOCUMENTS = (*METADATA, "/oauth2/jwks", "/oauth2/jwks/")
# Under addresses that are named (a client is told its own), and what no metadata has a name for.
UNNAMED = {"/oauth2/register/*", "/oauth2/grants", "/oauth2/grants/*"}


def read(server: Server, path: str) -> dict[str, Any]:
    """A document."""
    answer = ask(server.port, "GET", path)
    assert answer.status == 200
    members: dict[str, Any] = json.loads(answer.body)
    return members


@pytest.mark.rfc("8414", "3", "the metadata is at the well-known address of the issuer")
@pytest.mark.rfc("8414", "3.3", "the issuer in the metadata is the one that it was asked for by")
@pytest.mark.rfc("OpenID Connect Discovery", "4.3", "the issuer is exactly the address before /.well-known")
def test_both_addresses_give_one_document(server: Server) -> None:
    one, other = (read(server, path) for path in METADATA)
    assert one == other
    assert one["issuer"] == server.origin


@pytest.mark.rfc("8414", "3.2", "the metadata is JSON with status 200")
@pytest.mark.rfc("7517", "8.5.2", "keys come as application/jwk-set+json")
@pytest.mark.parametrize("path", DOCUMENTS)
def test_anybody_may_read_and_keep_it_for_a_while(server: Server, path: str) -> None:
    get = ask(server.port, "GET", path, [("Origin", "https://app.example")])
    expected = "application/jwk-set+json" if "jwks" in path else "application/json"
    assert (get.status, get["content-type"]) == (200, expected)
    assert get["cache-control"] == "public, max-age=300"
    assert get["access-control-allow-origin"] == "*"
    head = ask(server.port, "HEAD", path)
    assert (head.status, head.body, head["content-type"]) == (200, b"", expected)
    preflight = ask(server.port, "OPTIONS", path, [("Access-Control-Request-Method", "GET")])
    assert (preflight.status, preflight["access-control-allow-methods"]) == (204, "GET, HEAD")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_it_can_only_be_read(server: Server, path: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = ask(server.port, method, path)
        assert (answer.status, answer["allow"], answer["cache-control"]) == (405, "GET, HEAD", "no-store")
        assert json.loads(answer.body)["error"] == "invalid_request"
    assert ask(server.port, "GET", path, [("Content-Length", "70000")]).status == 413


def named(server: Server) -> dict[str, str]:
    """The addresses that the metadata names, by member."""
    members = read(server, METADATA[0])
    return {name: urlsplit(members[name]).path for name in ENDPOINTS.values() if name in members}


@pytest.mark.rfc("8414", "2", "every address in the metadata is one that answers")
def test_what_is_named_is_there(server: Server) -> None:
    def answers(path: str) -> list[Answer]:
        return [ask(server.port, method, path) for method in ("GET", "POST")]

    for member, path in named(server).items():
        assert 404 not in {answer.status for answer in answers(path)}, member
        assert read(server, METADATA[0])[member].startswith(f"{server.origin}/"), member


def test_what_is_there_is_named() -> None:
    there = {path for path in oauth_endpoints() if not path.endswith("/")}
    assert there - UNNAMED <= set(ENDPOINTS)


def test_what_is_served_for_machines_is_named_where_it_is_switched_on(server: Server) -> None:
    told = set(named(server).values())
    for path in ENDPOINTS:
        served = ask(server.port, "GET", path).status != 404
        if served and path not in ("/oauth2/register", "/oauth2/device_authorization"):  # switches of the provider
            assert path in told, path


RESOURCE = "/.well-known/oauth-protected-resource"


@pytest.mark.rfc("9728", "2", "resource, the authorization servers, and how a token is shown are told")
@pytest.mark.rfc("9728", "3.1", "the metadata is at the well-known address put before the resource's path")
@pytest.mark.rfc("9728", "3.2", "it is JSON with status 200; members without a value are left out")
@pytest.mark.rfc("9728", "3.3", "the resource is the one that the address of its metadata names")
@pytest.mark.parametrize("path", ["", "/api/graphql", "/api/graphql.php", "/oauth2/userinfo"])
def test_our_own_apis_have_metadata(server: Server, path: str) -> None:
    members = read(server, RESOURCE + path)
    assert members["resource"] == server.origin + path
    assert members["authorization_servers"] == [server.origin]
    assert members["bearer_methods_supported"] == ["header"]
    assert {"read", "write"} <= set(members["scopes_supported"])
    assert None not in members.values()
    assert ask(server.port, "GET", f"{RESOURCE}/elsewhere").status == 404


@pytest.mark.rfc("9728", "5.1", "a refusal says where the resource's metadata is")
@pytest.mark.rfc("9728", "3.3", "the metadata that a refusal names is about the address that was called")
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/graphql"), ("POST", "/api/graphql/"), ("POST", "/api/graphql.php"), ("GET", "/oauth2/userinfo")],
)
def test_a_refusal_leads_to_the_metadata(server: Server, method: str, path: str) -> None:
    answer = ask(server.port, method, path, [("Authorization", "Bearer made-up")])
    assert answer.status == 401
    for challenge in answer.all("www-authenticate"):
        named = re.search(r'resource_metadata="([^"]+)"', challenge)
        assert named
        assert read(server, urlsplit(named[1]).path)["resource"] == server.origin + path.removesuffix("/")


def test_a_pictures_refusal_leads_to_that_of_the_whole(server: Server) -> None:
    answer = ask(server.port, "GET", "/api/cameras/00000000001/snapshot.jpg")
    assert answer.status == 401
    assert f'resource_metadata="{server.origin}{RESOURCE}"' in answer.all("www-authenticate")[0]


@pytest.mark.rfc("9728", "4", "the authorization server names the resources that it protects")
def test_the_provider_names_its_own_api(server: Server) -> None:
    assert read(server, METADATA[0])["protected_resources"] == [read(server, RESOURCE)["resource"]]


@pytest.mark.rfc("7517", "4.3", "each key says what it is used for, and with which algorithm")
@pytest.mark.rfc("7517", "4.5", "keys in a set have different kids")
@pytest.mark.rfc("7517", "5", "the set has a member keys, a list")
@pytest.mark.rfc("7517", "9.2", "no private part of a key is ever shown")
def test_the_keys_are_public_ones(server: Server) -> None:
    keys = read(server, "/oauth2/jwks")["keys"]
    assert {key["alg"] for key in keys} == set(read(server, METADATA[0])["id_token_signing_alg_values_supported"])
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert set(key) <= {"kty", "use", "alg", "kid", "crv", "x", "y", "n", "e"}


def test_nobody_elses_host_has_keys(server: Server) -> None:
    assert ask(server.port, "GET", "/oauth2/jwks", host="elsewhere.example").status == 421
