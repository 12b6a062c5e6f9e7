"""Passing for a client that one is not: what is tried with assertions, keys and certificates, at a running server."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives import serialization

from gatelodge.protocol.client import CLIENT_CREDENTIALS
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import KEY_JWT, SECRET_JWT, SELF_SIGNED_TLS, TLS
from gatelodge.protocol.credentials import public_id
from gatelodge.service.applications import Registered
from gatelodge.service.minting import clock
from gatelodge.service.records import ApplicationForm
from gatelodge.service.services import Services
from tests.support.elsewhere import Page, elsewhere
from tests.support.http import HTTP, NO_TLS, TIMEOUT
from tests.support.server import Server
from tests.support.signing import ASSERTION_TYPE, Certified, Signer, certificate, sign, unsigned, with_secret
from tests.web.served import use

PROXY = "127.0.0.2"  # everything else of this computer is a stranger
SETTINGS = {
    "GATELODGE_TRUSTED_PROXIES": PROXY,
    "GATELODGE_CLIENT_CERTIFICATE_HEADER": "X-Client-Cert",
    "GATELODGE_CLIENT_CERTIFICATE_VERIFIED_HEADER": "X-Client-Verify",
}


@dataclass
class Site:
    """A running server, and applications that act as themselves, each with its own way to prove who it is."""

    server: Server
    key: Signer = field(default_factory=Signer)
    rsa: Signer = field(default_factory=lambda: Signer("RS256"))
    apps: dict[str, str] = field(default_factory=dict)  # client_ids
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def token_endpoint(self) -> str:
        """Where tokens are given."""
        return f"{self.server.origin}/oauth2/token"

    def ask(self, **sent: str) -> httpx2.Response:
        """What the token endpoint says."""
        return HTTP.post(self.token_endpoint, data={"grant_type": CLIENT_CREDENTIALS, **sent})

    def prove(self, assertion: str, **more: str) -> httpx2.Response:
        """What it says to an assertion."""
        return self.ask(client_assertion=assertion, client_assertion_type=ASSERTION_TYPE, **more)

    def with_certificate(
        self, app: str, one: Certified, *, through: str = PROXY, value: str | None = None, verified: str = "SUCCESS"
    ) -> httpx2.Response:
        """What it says to a certificate that comes from this address."""
        headers = [
            (b"X-Client-Cert", (value or one.escaped).encode("latin-1")),
            (b"X-Client-Verify", verified.encode()),
            (b"Host", f"localhost:{self.server.port}".encode()),
        ]
        transport = httpx2.HTTPTransport(verify=NO_TLS, local_address=through)
        with httpx2.Client(transport=transport, timeout=TIMEOUT) as client:
            return client.post(
                f"http://127.0.0.1:{self.server.port}/oauth2/token",
                data={"grant_type": CLIENT_CREDENTIALS, "client_id": self.apps[app]},
                headers=headers,
            )


@pytest.fixture(scope="module")
def owned() -> Certified:
    """A certificate of an application's own."""
    return certificate("CN=robot,O=North", now=clock())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, owned: Certified) -> Iterator[Site]:
    """The server, with everything that is attacked."""
    server = Server(tmp_path_factory.mktemp("server"), SETTINGS)
    made = server.command("provider", "set", "localhost", "--client-certificates")
    assert made.returncode == 0, made.stderr
    one = Site(server)
    bound = {"tls_client_certificate_bound_access_tokens": True}
    inside = {**owned.jwk, "x5c": [certificate(now=clock()).x5c, owned.x5c]}
    kinds: dict[str, dict[str, Any]] = {
        "key": {"token_endpoint_auth_method": KEY_JWT, "jwks": one.key.jwks()},
        "rsa": {
            "token_endpoint_auth_method": KEY_JWT,
            "jwks": one.rsa.jwks(),
            "token_endpoint_auth_signing_alg": "RS256",
        },
        "secret": {"token_endpoint_auth_method": SECRET_JWT},
        "tls": {"token_endpoint_auth_method": TLS, "tls_client_auth_subject_dn": "CN=robot,O=North", **bound},
        "own": {"token_endpoint_auth_method": SELF_SIGNED_TLS, "jwks": json.dumps({"keys": [owned.jwk]}), **bound},
        "chain": {"token_endpoint_auth_method": SELF_SIGNED_TLS, "jwks": json.dumps({"keys": [inside]})},
    }

    async def build(services: Services) -> None:
        for name, settings in kinds.items():
            one.apps[name], one.secrets[name] = await application(services, name, **settings)

    use(server, build)
    with server.running():
        yield one


async def application(services: Services, name: str, **settings: Any) -> tuple[str, str]:
    """An application of the demo owner's; its client_id and its secret."""
    providers = await services.providers.all()
    provider = next(each for each in providers if each.host == "localhost")
    owner = await services.people.by_email(provider.id, "owner@example.com")
    assert owner is not None
    form = ApplicationForm(
        name,
        "",
        (),
        grant_types=frozenset({CLIENT_CREDENTIALS}),
        own_scope=frozenset({"read"}),
        settings=ClientSettings(**settings),
    )
    made = await services.applications.register(owner, form)
    assert isinstance(made, Registered), made
    return public_id(made.application.id), made.client_secret or ""


def refused(answer: httpx2.Response) -> bool:
    """Whether nobody was let in."""
    return answer.status_code == 401 and answer.json()["error"] == "invalid_client"


def claims(client_id: str, audience: str, **more: Any) -> dict[str, Any]:
    """A good assertion's."""
    return {"iss": client_id, "sub": client_id, "aud": audience, "exp": clock() + 60, "jti": str(clock()), **more}


def test_it_works_for_those_who_are_who_they_say(site: Site, owned: Certified) -> None:
    """Or the attacks below would prove nothing."""
    for name, signer in (("key", site.key), ("rsa", site.rsa)):
        for audience in (site.server.origin, site.token_endpoint):
            answer = site.prove(signer.assertion(site.apps[name], audience, clock()))
            assert answer.status_code == 200, answer.text
    good = with_secret(site.secrets["secret"], claims(site.apps["secret"], site.server.origin))
    assert site.prove(good).status_code == 200
    for name in ("tls", "own"):
        answer = site.with_certificate(name, owned)
        assert answer.status_code == 200, answer.text
        assert site.with_certificate(name, owned, value=owned.structured).status_code == 200


@pytest.mark.rfc("8725", "2.1", "alg confusion: a public key is no secret, and none is no algorithm")
@pytest.mark.rfc("8725", "3.1", "the algorithm is looked at before the signature")
def test_alg_confusion(site: Site) -> None:
    for name, signer in (("key", site.key), ("rsa", site.rsa)):
        told = claims(site.apps[name], site.server.origin)
        public = signer.pem
        for secret in (public, public.strip(), json.dumps(signer.public), signer.jwks()):
            for alg in ("HS256", "HS512"):
                forged = with_secret(secret, told, alg)
                assert refused(site.prove(forged))
        for header in ({}, {"alg": "None"}, {"alg": "NONE"}, {"kid": signer.kid}):
            assert refused(site.prove(unsigned(told, header)))
        good = signer.assertion(site.apps[name], site.server.origin, clock())
        head, body, _ = good.split(".")
        for text in (f"{head}.{body}.", f"{head}.{body}", f"{head}.{body}.AAAA"):
            assert refused(site.prove(text))


@pytest.mark.rfc("8725", "3.5", "a secret that is empty or known is no secret")
def test_hmac_without_the_secret(site: Site) -> None:
    told = claims(site.apps["secret"], site.server.origin)
    for secret in ("x" * 64, site.apps["secret"] * 4, site.secrets["key"]):
        assert refused(site.prove(with_secret(secret, told)))
    assert refused(site.prove(site.key.assertion(site.apps["secret"], site.server.origin, clock())))
    assert refused(site.prove(unsigned(told)))
    # And the secret itself is not shown by somebody who has to sign with it.
    assert refused(site.ask(client_id=site.apps["secret"], client_secret=site.secrets["secret"]))


@pytest.mark.rfc("8725", "3.10", "what the header says of keys is not believed")
def test_a_key_that_the_assertion_brings_along(site: Site) -> None:
    thief = Signer()
    for header in (
        {"jwk": thief.public},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": [certificate(now=clock()).x5c]},
        {"kid": "../../../dev/null"},
        {"kid": "k-1' OR '1'='1"},
        {"kid": ""},
        {"kid": ["k-1"]},
        {"crit": ["jwk"], "jwk": thief.public},
    ):
        text = sign(thief.key, {"alg": "ES256", "kid": "k-1", **header}, claims(site.apps["key"], site.server.origin))
        assert refused(site.prove(text)), header


def test_an_assertion_for_somebody_else(site: Site) -> None:
    harbour = f"http://harbour.localhost:{site.server.port}"
    for audience in (harbour, f"{harbour}/oauth2/token", "https://other.example", [site.server.origin, harbour], "", 1):
        assert refused(site.prove(site.key.assertion(site.apps["key"], audience, clock())))
    # A good one of this provider's is none at the other one: there is no such client there.
    good = site.key.assertion(site.apps["key"], harbour, clock())
    answer = HTTP.post(
        f"http://127.0.0.1:{site.server.port}/oauth2/token",
        data={"grant_type": CLIENT_CREDENTIALS, "client_assertion": good, "client_assertion_type": ASSERTION_TYPE},
        headers={"Host": f"harbour.localhost:{site.server.port}"},
    )
    assert refused(answer)


def test_an_assertion_of_another_client(site: Site) -> None:
    other = site.rsa.assertion(site.apps["rsa"], site.server.origin, clock())
    assert refused(site.prove(other, client_id=site.apps["key"]))
    forged = site.rsa.assertion(site.apps["key"], site.server.origin, clock())
    assert refused(site.prove(forged))
    mixed = site.key.assertion(site.apps["key"], site.server.origin, clock(), iss=site.apps["rsa"])
    assert refused(site.prove(mixed))


@pytest.mark.rfc("7523", "3", "an assertion that is shown again is refused")
def test_an_assertion_that_was_overheard(site: Site) -> None:
    text = site.key.assertion(site.apps["key"], site.server.origin, clock())
    assert site.prove(text).status_code == 200
    assert refused(site.prove(text))
    assert refused(site.prove(text, client_id=site.apps["key"]))
    # Nor is it good at another endpoint, or with a signature that is written in another way.
    again = HTTP.post(
        f"{site.server.origin}/oauth2/revoke",
        data={"token": "x", "client_assertion": text, "client_assertion_type": ASSERTION_TYPE},
    )
    assert refused(again)
    assert refused(site.prove(f"{text}="))
    over = site.key.assertion(site.apps["key"], site.server.origin, clock() - 3600)
    assert refused(site.prove(over))


def test_both_at_once(site: Site) -> None:
    text = site.key.assertion(site.apps["key"], site.server.origin, clock())
    answer = site.prove(text, client_id=site.apps["key"], client_secret=site.secrets["key"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.rfc("8705", "6.5", "a header that anybody can send is believed of the proxy alone")
def test_a_forged_certificate_header_of_a_stranger(site: Site, owned: Certified) -> None:
    for app in ("tls", "own"):
        for value in (None, owned.structured):
            assert refused(site.with_certificate(app, owned, through="127.0.0.1", value=value))
            assert refused(site.with_certificate(app, owned, through="127.0.0.3", value=value))
    # To claim to come from the proxy is not to come from it.
    answer = HTTP.post(
        site.token_endpoint,
        data={"grant_type": CLIENT_CREDENTIALS, "client_id": site.apps["own"]},
        headers={"X-Client-Cert": owned.escaped, "X-Client-Verify": "SUCCESS", "X-Forwarded-For": PROXY},
    )
    assert refused(answer)


@pytest.mark.rfc("8705", "6.5", "two headers, one of them the client's own, are none")
def test_a_certificate_header_beside_the_proxys(site: Site, owned: Certified) -> None:
    transport = httpx2.HTTPTransport(verify=NO_TLS, local_address=PROXY)
    lines = [("X-Client-Cert", owned.escaped), ("x-client-cert", certificate(now=clock()).escaped)]
    with httpx2.Client(transport=transport, timeout=TIMEOUT) as client:
        for pair in (lines, lines[::-1]):
            answer = client.post(
                f"http://127.0.0.1:{site.server.port}/oauth2/token",
                data={"grant_type": CLIENT_CREDENTIALS, "client_id": site.apps["own"]},
                headers=[*pair, ("Host", f"localhost:{site.server.port}")],
            )
            assert refused(answer)


@pytest.mark.rfc("8705", "2.1", "a subject counts only where the chain was verified")
def test_a_certificate_that_somebody_made_for_themselves(site: Site) -> None:
    same_name = certificate("CN=robot,O=North", now=clock())
    for verified in ("NONE", "FAILED:self-signed certificate", "", "success", "SUCCESS, FAILED"):
        assert refused(site.with_certificate("tls", same_name, verified=verified))
    assert refused(site.with_certificate("own", same_name))


@pytest.mark.rfc("8705", "2.2", "of a list of certificates the first one is the client's")
def test_x5c_tricks(site: Site, owned: Certified) -> None:
    assert refused(site.with_certificate("chain", owned))  # the second of the list, and of the very key


@pytest.mark.parametrize(
    "value", ["%", "::", ":AAAA:", "-----BEGIN CERTIFICATE-----", "%2D%2D", "é", "A" * 20_000, ":" * 50, "%00"]
)
def test_what_is_no_certificate_breaks_nothing(value: str, site: Site, owned: Certified) -> None:
    assert refused(site.with_certificate("own", owned, value=value))
    twice = base64.b64encode(owned.der + owned.der).decode()
    assert refused(site.with_certificate("own", owned, value=f":{twice}:"))


@pytest.mark.rfc("8705", "3", "a token that is bound to a certificate is of no use to whoever has stolen it")
def test_a_stolen_token_of_a_certificate(site: Site, owned: Certified) -> None:
    text = site.with_certificate("own", owned).json()["access_token"]

    def call(through: str, headers: dict[str, str]) -> int:
        transport = httpx2.HTTPTransport(verify=NO_TLS, local_address=through)
        with httpx2.Client(transport=transport, timeout=TIMEOUT) as client:
            answer = client.post(
                f"http://127.0.0.1:{site.server.port}/api/graphql",
                json={"query": "{cameraList{name}}"},
                headers={"Host": f"localhost:{site.server.port}", "Authorization": f"Bearer {text}", **headers},
            )
            return answer.status_code

    assert call(PROXY, {"X-Client-Cert": owned.escaped}) == 200
    assert call(PROXY, {}) == 401
    assert call(PROXY, {"X-Client-Cert": certificate(now=clock()).escaped}) == 401
    assert call("127.0.0.1", {"X-Client-Cert": owned.escaped}) == 401


def test_jwks_uri_does_not_reach_what_is_beside_us(site: Site, tmp_path: Path) -> None:
    with elsewhere(tmp_path) as there:
        there.pages["/keys"] = Page(site.key.jwks().encode())
        addresses = (
            there.url("/keys"),
            f"https://127.0.0.1:{there.port}/keys",
            f"https://[::1]:{there.port}/keys",
            "https://169.254.169.254/latest/meta-data",
            "https://0x7f000001/keys",
            "https://localhost/keys",
        )

        async def build(services: Services) -> list[str]:
            settings = {"token_endpoint_auth_method": KEY_JWT}
            return [(await application(services, "SSRF", jwks_uri=uri, **settings))[0] for uri in addresses]

        for client_id in use(site.server, build):
            answer = site.prove(site.key.assertion(client_id, site.server.origin, clock()))
            assert refused(answer)
            assert "127.0.0.1" not in answer.text
        assert there.connections == 0


def test_a_public_key_in_place_of_a_certificate(site: Site, owned: Certified) -> None:
    public = owned.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert refused(site.with_certificate("own", owned, value=public.decode().replace("\n", "%0A")))
