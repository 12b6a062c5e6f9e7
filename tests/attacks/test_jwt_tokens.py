"""Attacks on access tokens that are JWTs. Each forgery is tried wherever a token is believed: at the Graph API, by
introspection, and by an API that verifies tokens by the published keys."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwk, jws

from gatelodge.guard import Access, Guard, Jwt
from tests.support.server import Server
from tests.web.browser import FORM
from tests.web.raw import ask

HARBOUR = "harbour.localhost"
Members = dict[str, Any]


@dataclass(frozen=True)
class Party:
    """An application with JWT access tokens that acts as itself, and a resource server, of one provider."""

    server: Server
    host: str
    machine: dict[str, str]
    asker: dict[str, str]

    @property
    def origin(self) -> str:
        """The provider's."""
        return f"http://{self.host}:{self.server.port}"

    def post(self, path: str, fields: dict[str, str]) -> Members:
        """What an endpoint answers."""
        answer = ask(self.server.port, "POST", path, [FORM], urlencode(fields).encode(), host=self.host)
        assert answer.status == 200, answer.text
        members: Members = json.loads(answer.body)
        return members

    def token(self) -> str:
        """A new access token."""
        text: str = self.post("/oauth2/token", {"grant_type": "client_credentials", **self.machine})["access_token"]
        assert text.startswith("eyJ")
        return text

    def published(self) -> list[Members]:
        """The published keys."""
        answer = ask(self.server.port, "GET", "/oauth2/jwks", host=self.host)
        keys: list[Members] = json.loads(answer.body)["keys"]
        return keys

    def key_of(self, token: str) -> Members:
        """The published key that a token names."""
        return next(key for key in self.published() if key["kid"] == header(token)["kid"])

    def believed_by(self, token: str) -> set[str]:
        """Who believes the token."""
        headers = [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
        graph = ask(self.server.port, "POST", "/api/graphql", headers, b'{"query":"{__typename}"}', host=self.host)
        assert graph.status in (200, 401)
        told = self.post("/oauth2/introspect", {"token": token, **self.asker})
        guard = Guard(
            Jwt(self.origin, f"{self.origin}/api/graphql", f"{self.origin}/oauth2/jwks", plain_http=True),
            resource="https://api.example.com",
        )
        checked = guard.check([f"Bearer {token}"], "read")
        return {
            who
            for who, believes in (
                ("graph", graph.status == 200),
                ("introspection", told["active"]),
                ("guard", isinstance(checked, Access)),
            )
            if believes
        }


EVERYBODY = {"graph", "introspection", "guard"}


def party(server: Server, host: str, owner: str) -> Party:
    """The provider's, made by command."""

    def made(*words: str) -> dict[str, str]:
        common = ("--owner", owner, "--provider", host, "--description", "Test.", "--json")
        done = server.command("app", "create", *common, *words)
        assert done.returncode == 0, done.stderr
        members: dict[str, str] = json.loads(done.stdout)
        return {name: members[name] for name in ("client_id", "client_secret")}

    jwt = ("--set", "access_token_format=jwt")
    machine = made("--name", "Signed", "--grant", "client_credentials", "--scope", "read", *jwt)
    return Party(server, host, machine, made("--name", "Asker", "--resource-server"))


@pytest.fixture(scope="module")
def home(server: Server) -> Party:
    """The provider that is attacked."""
    return party(server, "localhost", "owner@example.com")


@pytest.fixture(scope="module")
def harbour(server: Server) -> Party:
    """Another provider of the installation."""
    return party(server, HARBOUR, "harbour@example.com")


def header(token: str) -> Members:
    """What a token's header says."""
    return decoded(token.split(".")[0])


def payload(token: str) -> Members:
    """What a token claims."""
    return decoded(token.split(".")[1])


def decoded(part: str) -> Members:
    """A part of a JWT."""
    members: Members = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return members


def encoded(part: object) -> str:
    """The same, the other way."""
    written = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(written).rstrip(b"=").decode()


def test_a_token_as_it_was_given_is_believed_by_everybody(home: Party) -> None:
    assert home.believed_by(home.token()) == EVERYBODY


@pytest.mark.rfc("8725", "3.1", "a token without a signature is none, however none is written")
@pytest.mark.rfc("9068", "4", "alg none is refused")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
def test_alg_none(home: Party, alg: str) -> None:
    token = home.token()
    head, claims = encoded({**header(token), "alg": alg}), token.split(".")[1]
    for forged in (f"{head}.{claims}.", f"{head}.{claims}.{token.split('.')[2]}"):
        assert home.believed_by(forged) == set()


@pytest.mark.rfc("8725", "2.1", "a public key is no secret to check an HMAC with")
def test_hs256_with_the_public_key(home: Party) -> None:
    token = home.token()
    public = home.key_of(token)
    key = jwk.import_key({name: public[name] for name in ("kty", "crv", "x", "y")})
    assert isinstance(key, jwk.ECKey)
    for secret in (key.as_pem(private=False), json.dumps(public).encode(), urlsafe_b64decode(public["x"] + "==")):
        said = f"{encoded({**header(token), 'alg': 'HS256'})}.{token.split('.')[1]}"
        assert home.believed_by(f"{said}.{encoded(hmac.digest(secret, said.encode(), 'sha256'))}") == set()


@pytest.mark.parametrize("kid", ["same", "unknown", "missing", "../../etc/passwd", "' OR 1=1 --"])
def test_a_token_that_somebody_else_signed(home: Party, kid: str) -> None:
    token, key = home.token(), jwk.ECKey.generate_key("P-256")
    head = header(token)
    if kid == "missing":
        del head["kid"]
    elif kid != "same":
        head["kid"] = kid
    forged = jws.serialize_compact(head, json.dumps(payload(token)), key, algorithms=["ES256"])
    assert home.believed_by(forged) == set()
    brought = {**head, "jwk": key.as_dict(private=False), "jku": "https://evil.example/keys"}
    first = encoded(brought)
    assert home.believed_by(f"{first}.{encoded(payload(token))}.{forged.split('.')[2]}") == set()


@pytest.mark.parametrize(
    "change", [{"scope": "read write"}, {"sub": "00000000001"}, {"exp": 4_000_000_000}, {"client_id": "other"}]
)
def test_changed_claims_with_the_jti_of_a_good_token(home: Party, change: Members) -> None:
    token = home.token()
    head, _, signature = token.split(".")
    assert home.believed_by(f"{head}.{encoded({**payload(token), **change})}.{signature}") == set()
    assert home.believed_by(token) == EVERYBODY


def test_the_jti_of_another_row(home: Party) -> None:
    token, other = home.token(), home.token()
    head, _, signature = token.split(".")
    assert home.believed_by(f"{head}.{encoded({**payload(token), 'jti': payload(other)['jti']})}.{signature}") == set()
    opaque = home.server.command(
        "token", "create", "--user", "owner@example.com", "--name", "T", "--scope", "read", "--json"
    )
    row = json.loads(opaque.stdout)["token"].split("_")[1]  # an id that is somebody's
    assert home.believed_by(f"{head}.{encoded({**payload(token), 'jti': row})}.{signature}") == set()


def test_the_same_token_written_otherwise_is_another_one(home: Party) -> None:
    token = home.token()
    for changed in (f"{token}=", f"{token}.", token.replace(".", "..", 1)):
        assert "graph" not in home.believed_by(changed)
        assert "introspection" not in home.believed_by(changed)


@pytest.mark.rfc("9068", "4", "a token of another issuer is refused")
def test_a_token_of_another_provider(home: Party, harbour: Party) -> None:
    assert harbour.believed_by(harbour.token()) >= {"graph", "introspection"}  # a guard would need its name in the DNS
    assert home.believed_by(harbour.token()) == set()
    assert harbour.believed_by(home.token()) == set()


def test_no_provider_tells_of_anothers_keys(home: Party, harbour: Party) -> None:
    home.token(), harbour.token()
    ours, theirs = ({key["kid"] for key in one.published()} for one in (home, harbour))
    assert ours
    assert theirs
    assert not ours & theirs


@pytest.mark.rfc("8725", "3.11", "a JWT of another kind passes for no access token")
def test_a_signed_answer_passes_for_no_token(home: Party) -> None:
    fields = urlencode({"token": home.token(), **home.asker}).encode()
    accept = ("Accept", "application/token-introspection+jwt")
    answer = ask(home.server.port, "POST", "/oauth2/introspect", [FORM, accept], fields, host=home.host)
    assert answer["content-type"] == "application/token-introspection+jwt"
    assert header(answer.text)["typ"] == "token-introspection+jwt"
    assert home.believed_by(answer.text) == set()


def test_a_token_that_was_revoked_is_believed_by_nobody_who_asks(home: Party) -> None:
    token = home.token()
    home.post("/oauth2/revoke", {"token": token})
    assert home.believed_by(token) == {"guard"}  # which asks nobody: such tokens live for minutes
