"""An application as the FAPI 2.0 profiles have it: private_key_jwt, pushed requests, PKCE, DPoP, signed requests."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from gatelodge.protocol.pkce import s256
from tests.support.http import HTTP
from tests.support.jar import Signer
from tests.support.person import Person
from tests.support.server import DemoUser, Server

CALLBACK = "https://bank.example/cb"
VERIFIER = "v" * 43
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Members = dict[str, Any]


def without_nothing(members: Members) -> Members:
    """The members that are not None."""
    return {name: member for name, member in members.items() if member is not None}


@dataclass(frozen=True)
class FapiClient:
    """One application, with the key that it is known by and the key that its tokens are bound to."""

    server: Server
    client_id: str
    signer: Signer
    holder: Signer = field(default_factory=Signer)

    def now(self) -> int:
        """Now, in UTC epoch seconds."""
        return int(time.time())

    def assertion(self, signer: Signer | None = None, **changes: Any) -> str:
        """A client assertion (RFC 7523 §3); a change to None leaves that claim out."""
        now, me = self.now(), self.client_id
        claims = {"iss": me, "sub": me, "aud": self.server.origin, "iat": now, "exp": now + 60, "jti": uuid4().hex}
        return (signer or self.signer).sign(without_nothing({**claims, **changes}), typ="JWT")

    def proof(self, path: str, method: str = "POST", token: str | None = None, **changes: Any) -> str:
        """A DPoP proof (RFC 9449 §4.2)."""
        claims = {
            "htm": method,
            "htu": f"{self.server.origin}{path}",
            "iat": self.now(),
            "jti": uuid4().hex,
            "ath": None if token is None else encoded(hashlib.sha256(token.encode()).digest()),
        }
        key = self.holder.key.as_dict(private=False)
        jwk = {name: key[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in key}
        return self.holder.sign(without_nothing({**claims, **changes}), typ="dpop+jwt", jwk=jwk, kid=None)

    def asked(self, **changes: Any) -> Members:
        """A good authorization request, changed."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": "read",
            "state": "kept",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        return without_nothing({**asked, **changes})

    def request_object(self, signer: Signer | None = None, header: Members | None = None, **changes: Any) -> str:
        """A good request object (RFC 9101), changed."""
        now = self.now()
        claims = {
            "iss": self.client_id,
            "aud": self.server.origin,
            "exp": now + 300,
            "nbf": now,
            "jti": uuid4().hex,
            **self.asked(),
            **changes,
        }
        return (signer or self.signer).sign(without_nothing(claims), **(header or {}))

    def push(self, assertion: str | None = "", headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:
        """Push these fields, with a good client assertion or another one, or none."""
        given = self.assertion() if assertion == "" else assertion
        proof = {"client_assertion": given, "client_assertion_type": ASSERTION_TYPE} if given else {}
        data = without_nothing({"client_id": self.client_id, **fields, **proof})
        return HTTP.post(f"{self.server.origin}/oauth2/par", data=data, headers=headers or {})

    def pushed(self, **fields: Any) -> str:
        """The request_uri of a request that is taken."""
        answer = self.push(**fields)
        assert answer.status_code == 201, answer.text
        assert answer.json()["expires_in"] < 600
        uri: str = answer.json()["request_uri"]
        return uri

    def url(self, request_uri: str, **more: str) -> str:
        """Where its user is sent."""
        query = httpx2.QueryParams({"client_id": self.client_id, "request_uri": request_uri, **more})
        return f"{self.server.origin}/oauth2/auth?{query}"

    def answer(self, user: DemoUser, request_uri: str, *, allow: bool = True) -> dict[str, str]:
        """What the application gets back once its user has decided."""
        with Person(self.server) as person:
            return person.authorize(user, self.url(request_uri), allow=allow)

    def token(self, code: str | None = None, assertion: str | None = "", proof: str | None = "", **more: Any) -> Any:
        """The token endpoint's answer to a code, or to whatever `more` says."""
        given = self.assertion() if assertion == "" else assertion
        fields = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": CALLBACK if code else None,
            "code_verifier": VERIFIER if code else None,
            "client_assertion": given,
            "client_assertion_type": ASSERTION_TYPE if given else None,
            **more,
        }
        dpop = self.proof("/oauth2/token") if proof == "" else proof
        headers = {} if dpop is None else {"DPoP": dpop}
        return HTTP.post(f"{self.server.origin}/oauth2/token", data=without_nothing(fields), headers=headers)

    def call(self, token: str, scheme: str = "DPoP", proof: str | None = "") -> httpx2.Response:
        """Ask the Graph API for the cameras."""
        path = "/api/graphql"
        headers = {"Authorization": f"{scheme} {token}"}
        dpop = self.proof(path, token=token) if proof == "" else proof
        if dpop is not None:
            headers["DPoP"] = dpop
        return HTTP.post(f"{self.server.origin}{path}", json={"query": "{cameraList{name}}"}, headers=headers)


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def claims_of(token: str) -> Members:
    """What a JWT says; its signature is somebody else's to look at."""
    payload = token.split(".")[1]
    claims: Members = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def register(server: Server, name: str, signer: Signer, *settings: str) -> FapiClient:
    """Have an application made by command."""
    keys = server.folder / f"{name}.json"
    keys.write_text(signer.jwks, "utf-8")
    words = [word for one in ("token_endpoint_auth_method=private_key_jwt", *settings) for word in ("--set", one)]
    made = server.command(
        *("app", "create", "--owner", "owner@example.com", "--name", name, "--description", "Moves money."),
        *("--redirect-uri", CALLBACK, "--jwks", str(keys), "--json", *words),
    )
    assert made.returncode == 0, made.stderr
    return FapiClient(server, json.loads(made.stdout)["client_id"], signer)
