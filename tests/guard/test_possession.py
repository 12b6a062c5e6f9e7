"""Bound tokens at somebody's own API: proofs of keys (RFC 9449) and certificates (RFC 8705)."""

import base64
import hashlib
import time
from concurrent.futures import Future
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gatelodge.guard import Access, Guard, Introspection, Possession, Refusal, Request, Verdict
from gatelodge.guard import starlette as guard_starlette
from gatelodge.guard.access import read_access
from gatelodge.guard.possession import ALGORITHMS, MAX_AGE, MAX_AHEAD
from gatelodge.guard.refusal import INVALID
from tests.guard.answering import StillClock
from tests.guard.cloud import Cloud
from tests.guard.test_frameworks import get
from tests.support.client import get_code
from tests.support.http import HTTP
from tests.support.signing import Signer, certificate, unsigned

API = "https://api.example.com"
ISSUER = "https://cloud.example.com"
SIGNER, THIEF = Signer(), Signer()
CERTIFICATE = certificate(now=1_800_000_000)
TOKENS: dict[str, dict[str, object]] = {
    "bound": {"cnf": {"jkt": SIGNER.jkt}},
    "tls": {"cnf": {"x5t#S256": CERTIFICATE.thumbprint}},
    "plain": {},
}


class Known:
    """A verifier that knows three tokens."""

    issuer = ISSUER
    patience = 1.0

    def begin(self, token: str) -> Verdict | Future[Verdict]:
        """The verdict."""
        members = TOKENS.get(token)
        return INVALID if members is None else read_access({"sub": "u1", "scope": "read", **members}, ISSUER)


def guard(clock: StillClock, **more: Any) -> Guard:
    """A guard that knows bound tokens."""
    return Guard(Known(), resource=API, possession=Possession(clock=clock, **more))


def shown(clock: StillClock, signer: Signer = SIGNER, token: str | None = "bound", **more: Any) -> Request:
    """A call with a proof, changed."""
    return Request("GET", "/door", {"dpop": [signer.proof("GET", f"{API}/door", clock.now(), token, **more)]})


def error(outcome: Access | Refusal) -> str:
    """The error of a refusal."""
    assert isinstance(outcome, Refusal), outcome
    return outcome.error


@pytest.mark.rfc("9449", "7.1", "a guarded API takes a bound token with a proof of its key")
@pytest.mark.anyio
async def test_with_a_proof_a_bound_token_is_good(clock: StillClock) -> None:
    one = guard(clock)
    assert isinstance(one.check(["DPoP bound"], "read", request=shown(clock)), Access)
    assert isinstance(await one.check_async(["dpop bound"], request=shown(clock)), Access)
    assert isinstance(one.check(["Bearer plain"], request=shown(clock)), Access)
    assert isinstance(one.check(["Bearer plain"]), Access)
    for alg in ALGORITHMS:
        signer = Signer(alg)
        TOKENS[alg] = {"cnf": {"jkt": signer.jkt}}
        assert isinstance(one.check([f"DPoP {alg}"], request=shown(clock, signer, alg)), Access)


@pytest.mark.rfc("9449", "7.2", "without its key, or as a bearer token, it is refused")
def test_a_stolen_token(clock: StillClock) -> None:
    one = guard(clock)
    assert error(one.check(["Bearer bound"], request=shown(clock))) == "invalid_token"
    assert error(one.check(["Bearer bound"])) == "invalid_token"
    assert error(one.check(["DPoP bound"])) == "invalid_token"
    assert error(one.check(["DPoP plain"], request=shown(clock, token="plain"))) == "invalid_token"
    assert error(one.check(["DPoP bound"], request=shown(clock, THIEF))) == "invalid_dpop_proof"
    foreign = shown(clock, THIEF, header={"jwk": SIGNER.public})
    assert error(one.check(["DPoP bound"], request=foreign)) == "invalid_dpop_proof"
    without = Guard(Known(), resource=API)  # nothing that could judge a proof
    assert error(without.check(["DPoP bound"], request=shown(clock))) == "missing_token"
    assert error(without.check(["Bearer bound"], request=shown(clock))) == "invalid_token"
    assert error(without.check(["Bearer tls"], request=shown(clock))) == "invalid_token"


@pytest.mark.rfc("9449", "4.3", "a proof is good for one method, one address, one token, and some minutes")
@pytest.mark.rfc("9449", "11.1", "and once")
def test_proofs_that_are_none(clock: StillClock) -> None:
    one, now = guard(clock), clock.now()
    good = shown(clock)
    assert isinstance(one.check(["DPoP bound"], request=good), Access)
    private = dict(SIGNER.key.as_dict(private=True))
    told = {"jti": "j", "htm": "GET", "htu": f"{API}/door", "iat": int(now)}
    proofs = (
        good.headers["dpop"][0],
        SIGNER.proof("POST", f"{API}/door", now, "bound"),
        SIGNER.proof("GET", f"{API}/doors", now, "bound"),
        SIGNER.proof("GET", "https://other.example.com/door", now, "bound"),
        SIGNER.proof("GET", f"{API}/door", now, "another"),
        SIGNER.proof("GET", f"{API}/door", now),
        SIGNER.proof("GET", f"{API}/door", now - MAX_AGE - 2, "bound"),
        SIGNER.proof("GET", f"{API}/door", now + MAX_AHEAD + 2, "bound"),
        SIGNER.proof("GET", f"{API}/door", now, "bound", jti="j" * 257),
        SIGNER.proof("GET", f"{API}/door", now, "bound", jti=None),
        SIGNER.proof("GET", f"{API}/door", now, "bound", header={"jwk": private}),
        SIGNER.proof("GET", f"{API}/door", now, "bound", header={"typ": "JWT"}),
        SIGNER.proof("GET", f"{API}/door", now, "bound", header={"crit": ["b64"], "b64": True}),
        unsigned(told, {"typ": "dpop+jwt", "jwk": SIGNER.public}),
        "",
        "a.b.c",
    )
    for text in proofs:
        call = Request("GET", "/door", {"dpop": [text]})
        assert error(one.check(["DPoP bound"], request=call)) == "invalid_dpop_proof", text
    two = Request("GET", "/door", {"dpop": [*shown(clock).headers["dpop"], *shown(clock).headers["dpop"]]})
    assert error(one.check(["DPoP bound"], request=two)) == "invalid_dpop_proof"
    assert error(one.check(["DPoP bound"], request=Request("GET", "/door"))) == "invalid_dpop_proof"


def test_the_memory_has_an_end(clock: StillClock) -> None:
    possession = Possession(size=3, clock=clock)
    one = Guard(Known(), resource=API, possession=possession)
    for _ in range(9):
        assert isinstance(one.check(["DPoP bound"], request=shown(clock)), Access)
    assert len(possession._seen) == 3
    with pytest.raises(ValueError, match="size"):
        Possession(size=0)


@pytest.mark.rfc("8705", "3", "a token that is bound to a certificate is good with that certificate alone")
def test_a_token_of_a_certificate(clock: StillClock) -> None:
    def certificate_of(request: Request) -> bytes | None:
        value = request.headers.get("x-client-cert")
        return base64.b64decode(value[0]) if value else None

    one = guard(clock, certificate_of=certificate_of)
    held = Request("GET", "/door", {"x-client-cert": [CERTIFICATE.x5c]})
    assert isinstance(one.check(["Bearer tls"], request=held), Access)
    other = Request("GET", "/door", {"x-client-cert": [certificate(now=1_800_000_000).x5c]})
    for refused in (other, Request("GET", "/door"), None):
        assert error(one.check(["Bearer tls"], request=refused)) == "invalid_token"
    assert error(guard(clock).check(["Bearer tls"], request=held)) == "invalid_token"
    digest = base64.urlsafe_b64encode(hashlib.sha256(CERTIFICATE.der).digest()).rstrip(b"=").decode()
    assert digest == CERTIFICATE.thumbprint


@pytest.mark.rfc("7800", "3", "what a token is bound to in a way that is not known is no token")
@pytest.mark.parametrize("cnf", [{}, {"kid": "a"}, {"jkt": "a", "x5t#S256": "b"}, {"jkt": 1}, "a", None, []])
def test_a_binding_that_is_not_known(cnf: object) -> None:
    with pytest.raises(ValueError, match=r"cnf|jkt"):
        read_access({"sub": "u1", "cnf": cnf}, ISSUER)


@pytest.mark.rfc("9449", "7.1", "challenges ask for both kinds of tokens, and name the error by the scheme that came")
def test_the_challenges(clock: StillClock) -> None:
    one = guard(clock)
    for headers, first, second in ((["DPoP bad"], "DPoP ", ", Bearer "), (["Bearer bad"], "Bearer ", ", DPoP ")):
        outcome = one.check(headers)
        assert isinstance(outcome, Refusal)
        told = dict(outcome.headers)["WWW-Authenticate"]
        assert told.startswith(first)
        assert second in told
        assert 'error="invalid_token"' in told.partition(second)[0]
        assert "error=" not in told.partition(second)[2]
        assert 'algs="ES256 ' in told
    assert b'"dpop_signing_alg_values_supported"' in one.metadata


@pytest.mark.anyio
async def test_through_a_framework(clock: StillClock) -> None:
    one = guard(clock)

    @guard_starlette.require(one, "read")
    async def door(request: StarletteRequest) -> Response:
        return PlainTextResponse("open")

    app = Starlette(routes=[Route("/door", door)])
    proof = shown(clock).headers["dpop"][0]
    headers = {"Authorization": "DPoP bound", "DPoP": proof}
    assert (await get(app, "/door?a=b", headers)).text == "open"
    assert (await get(app, "/door", headers)).status_code == 401


@pytest.mark.rfc("9449", "6.2", "what introspection tells of a bound token is what a guarded API checks")
def test_a_bound_token_of_a_running_gatelodge(cloud: Cloud) -> None:
    server, now = cloud.server, time.time()
    sent = {
        "grant_type": "authorization_code",
        "code": get_code(server, server.user("full")),
        "redirect_uri": server.redirect_uri,
        "client_id": server.client_id,
        "client_secret": server.client_secret,
    }
    endpoint = f"{server.origin}/oauth2/token"
    answer = HTTP.post(endpoint, data=sent, headers={"DPoP": SIGNER.proof("POST", endpoint, now)})
    token = answer.json()["access_token"]
    verifier = Introspection(cloud.origin, cloud.client_id, cloud.client_secret)
    one = Guard(verifier, resource=API, possession=Possession())

    def call(signer: Signer) -> Request:
        return Request("GET", "/door", {"dpop": [signer.proof("GET", f"{API}/door", now, token)]})

    access = one.check([f"DPoP {token}"], "read", request=call(SIGNER))
    assert isinstance(access, Access)
    assert access.jkt == SIGNER.jkt
    assert error(one.check([f"DPoP {token}"], request=call(THIEF))) == "invalid_dpop_proof"
    assert error(one.check([f"Bearer {token}"], request=call(SIGNER))) == "invalid_token"
    assert error(Guard(verifier, resource=API).check([f"Bearer {token}"])) == "invalid_token"
