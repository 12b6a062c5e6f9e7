"""What a thief tries with a token that is bound to a key (RFC 9449), at a running server."""

from typing import Any

import httpx2
import pytest

from gatelodge.service.minting import clock
from tests.attacks.world import House
from tests.support.client import get_code
from tests.support.http import HTTP
from tests.support.server import Server
from tests.support.signing import Signer, unsigned, with_secret
from tests.web.served import change

GRAPH = "/api/graphql"


def ask_for_tokens(server: Server, house: House, *proofs: str, **more: str) -> httpx2.Response:
    """What the token endpoint says to a fresh code with these proofs."""
    sent = {
        "grant_type": "authorization_code",
        "code": get_code(server, house.owner),
        "redirect_uri": server.redirect_uri,
        "client_id": server.client_id,
        "client_secret": server.client_secret,
        **more,
    }
    return HTTP.post(f"{server.origin}/oauth2/token", data=sent, headers=[("DPoP", one) for one in proofs])


def bound(server: Server, house: House, signer: Signer) -> str:
    """A token that is bound to the key."""
    answer = ask_for_tokens(server, house, signer.proof("POST", f"{server.origin}/oauth2/token", clock()))
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "DPoP"
    text: str = answer.json()["access_token"]
    return text


def call(server: Server, authorization: str, *proofs: str, path: str = GRAPH, method: str = "POST") -> httpx2.Response:
    """What a protected resource says."""
    headers = [("Authorization", authorization), *(("DPoP", one) for one in proofs)]
    body = {"query": "{cameraList{name}}"} if method == "POST" else None
    return HTTP.request(method, f"{server.origin}{path}", json=body, headers=headers)


def proof(server: Server, signer: Signer, token: str | None, **more: Any) -> str:
    """A good proof for the Graph API, changed."""
    return signer.proof("POST", f"{server.origin}{GRAPH}", clock(), token, **more)


@pytest.mark.rfc("9449", "7.1", "a stolen token is of no use without its key")
@pytest.mark.rfc("9449", "7.2", "as a bearer token it is refused")
def test_a_stolen_token(server: Server, house: House) -> None:
    signer, thief = Signer(), Signer()
    token = bound(server, house, signer)
    assert call(server, f"DPoP {token}", proof(server, signer, token)).status_code == 200
    other = bound(server, house, thief)
    for refused in (
        call(server, f"Bearer {token}"),
        call(server, f"Bearer {token}", proof(server, thief, token)),
        call(server, f"DPoP {token}"),
        call(server, f"DPoP {token}", proof(server, thief, token)),
        call(server, f"DPoP {token}", proof(server, thief, other)),
        call(server, f"DPoP {token}", proof(server, thief, token, header={"jwk": signer.public})),
        call(server, f"DPoP {token}", proof(server, signer, None)),
    ):
        assert refused.status_code == 401, refused.text
        lines = refused.headers.get_list("www-authenticate")
        assert [line.partition(" ")[0] for line in lines] in (["DPoP", "Bearer"], ["Bearer", "DPoP"])
        assert 'error="inval' in lines[0]


@pytest.mark.rfc("9449", "11.1", "a proof that was overheard is of no use a second time")
def test_a_replayed_proof(server: Server, house: House) -> None:
    signer = Signer()
    token = bound(server, house, signer)
    overheard = proof(server, signer, token)
    assert call(server, f"DPoP {token}", overheard).status_code == 200
    again = call(server, f"DPoP {token}", overheard)
    assert (again.status_code, again.json()["errors"][0]["extensions"]["code"]) == (401, "INVALID_DPOP_PROOF")
    at_token = signer.proof("POST", f"{server.origin}/oauth2/token", clock())
    assert ask_for_tokens(server, house, at_token).status_code == 200
    again = ask_for_tokens(server, house, at_token)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.rfc("9449", "4.3", "a proof is for one method and one address")
def test_a_proof_for_something_else(server: Server, house: House) -> None:
    signer = Signer()
    token, now = bound(server, house, signer), clock()
    harbour = f"http://harbour.localhost:{server.port}"
    for one in (
        signer.proof("GET", f"{server.origin}{GRAPH}", now, token),
        signer.proof("POST", f"{server.origin}/oauth2/token", now, token),
        signer.proof("POST", f"{harbour}{GRAPH}", now, token),
        signer.proof("POST", f"https://localhost:{server.port}{GRAPH}", now, token),
        signer.proof("POST", f"{server.origin}{GRAPH}/", now, token),
        signer.proof("POST", f"{server.origin}{GRAPH}", now - 3600, token),
        signer.proof("POST", f"{server.origin}{GRAPH}", now + 3600, token),
    ):
        assert call(server, f"DPoP {token}", one).status_code == 401
    assert call(server, f"DPoP {token}", signer.proof("POST", f"{server.origin}{GRAPH}?a=b", now, token)).is_success


@pytest.mark.rfc("9449", "4.3", "a proof with a private key, or with none, is no proof")
@pytest.mark.rfc("9449", "11.6", "nor is one that is signed with an HMAC")
def test_proofs_that_are_none(server: Server, house: House) -> None:
    signer, now, url = Signer(), clock(), f"{server.origin}/oauth2/token"
    private = dict(signer.key.as_dict(private=True))
    told = {"jti": "j", "htm": "POST", "htu": url, "iat": now}
    public = signer.pem
    symmetric = {"typ": "dpop+jwt", "jwk": {"kty": "oct", "k": "AAAA"}}
    for one in (
        signer.proof("POST", url, now, header={"jwk": private}),
        signer.proof("POST", url, now, header={"typ": "JWT"}),
        signer.proof("POST", url, now, header={"crit": ["b64"], "b64": True}),
        signer.proof("POST", url, now, header={"jwk": None}),
        signer.proof("POST", url, now, header={"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}),
        unsigned(told, {"typ": "dpop+jwt", "jwk": signer.public}),
        unsigned(told, symmetric),
        with_secret(public, told),
        signer.proof("POST", url, now).rpartition(".")[0] + ".",
        "",
        "x",
        "a.b.c",
        "e30.e30.e30",
        "x" * 20_000,
    ):
        answer = ask_for_tokens(server, house, one)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof"), one
    good = [signer.proof("POST", url, now) for _ in range(2)]
    assert ask_for_tokens(server, house, *good).json()["error"] == "invalid_dpop_proof"


@pytest.mark.rfc("9449", "7.1", "pictures are behind the same door")
def test_a_stolen_token_at_the_pictures(server: Server, house: House) -> None:
    signer = Signer()
    token, path = bound(server, house, signer), f"/api/cameras/{server.demo['cameras'][0]['id']}/snapshot.jpg"
    refused = call(server, f"Bearer {token}", path=path, method="GET")
    assert refused.status_code == 401
    assert any(line.startswith("DPoP ") for line in refused.headers.get_list("www-authenticate"))
    good = signer.proof("GET", f"{server.origin}{path}", clock(), token)
    answer = call(server, f"DPoP {token}", good, path=path, method="GET")
    assert answer.status_code != 401, answer.text  # whether it may see pictures is another question


@pytest.mark.rfc("9449", "10", "a code that was asked for with a key is of no use to whoever has not that key")
def test_a_stolen_code(server: Server, house: House) -> None:
    signer, thief = Signer(), Signer()
    url = f"{server.origin}/oauth2/token"

    def redeem(code: str, *proofs: str) -> httpx2.Response:
        return ask_for_tokens(server, house, *proofs, code=code)

    code = get_code(server, house.owner, dpop_jkt=signer.jkt)
    for refused in (redeem(code), redeem(code, thief.proof("POST", url, clock()))):
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert redeem(code, signer.proof("POST", url, clock())).status_code == 200


@pytest.mark.rfc("9449", "8", "the token endpoint answers a proof without a nonce with one, and 400")
@pytest.mark.rfc("9449", "9", "a protected resource answers it with one, and 401")
@pytest.mark.rfc("9449", "8.2", "a good answer brings the nonce for the next proof")
def test_nonces(own_server: Server, house: House) -> None:
    change(own_server, """UPDATE providers SET policy = '{"require_dpop_nonce":true}'""")
    own_server.stop()
    own_server.start()
    signer, url = Signer(), f"{own_server.origin}/oauth2/token"
    asked = ask_for_tokens(own_server, house, signer.proof("POST", url, clock()))
    assert (asked.status_code, asked.json()["error"]) == (400, "use_dpop_nonce")
    nonce = asked.headers["dpop-nonce"]
    answer = ask_for_tokens(own_server, house, signer.proof("POST", url, clock(), nonce=nonce))
    assert answer.status_code == 200
    assert answer.headers["dpop-nonce"]
    token = answer.json()["access_token"]
    asked = call(own_server, f"DPoP {token}", proof(own_server, signer, token))
    assert asked.status_code == 401
    assert 'error="use_dpop_nonce"' in asked.headers.get_list("www-authenticate")[0]
    again = proof(own_server, signer, token, nonce=asked.headers["dpop-nonce"])
    assert call(own_server, f"DPoP {token}", again).status_code == 200
    made_up = proof(own_server, signer, token, nonce="aaaaaa.bbbbbbbb.cccccccc")
    assert call(own_server, f"DPoP {token}", made_up).status_code == 401
