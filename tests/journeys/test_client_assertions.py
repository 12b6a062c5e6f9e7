"""Authlib's own ways to prove who a client is, and two nodes that remember together what was shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT

from gatelodge.protocol.client import CLIENT_CREDENTIALS
from gatelodge.protocol.client_settings_rules import KEY_JWT, SECRET_JWT
from gatelodge.service.minting import clock
from gatelodge.service.services import Services
from tests.attacks.test_client_authentication import application
from tests.support.elsewhere import Elsewhere, Page, elsewhere
from tests.support.http import HTTP
from tests.support.nodes import Node
from tests.support.server import Server
from tests.support.signing import ASSERTION_TYPE, Signer
from tests.web.served import use

pytestmark = pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning")


@dataclass
class Site:
    """A running server, and a real one elsewhere where applications have their keys."""

    server: Server
    there: Elsewhere

    def application(self, **settings: Any) -> tuple[str, str]:
        """An application that acts as itself."""

        async def build(services: Services) -> tuple[str, str]:
            return await application(services, "Robot", **settings)

        return use(self.server, build)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Both of them."""
    with (
        elsewhere(tmp_path_factory.mktemp("elsewhere")) as there,
        Server(tmp_path_factory.mktemp("server"), there.settings).running() as server,
    ):
        yield Site(server, there)


def tokens(site: Site, method: Any, client_id: str, key: object) -> dict[str, Any]:
    """What Authlib is given."""
    with OAuth2Session(client_id, key, token_endpoint_auth_method=method) as session:
        found: dict[str, Any] = session.fetch_token(f"{site.server.origin}/oauth2/token", grant_type=CLIENT_CREDENTIALS)
        return found


@pytest.mark.rfc("OpenID Connect Core", "9", "client_secret_jwt, by a library that others wrote")
def test_authlib_signs_with_a_secret(site: Site) -> None:
    client_id, secret = site.application(token_endpoint_auth_method=SECRET_JWT)
    endpoint = f"{site.server.origin}/oauth2/token"
    assert tokens(site, ClientSecretJWT(endpoint), client_id, secret)["scope"] == "read"


@pytest.mark.rfc("OpenID Connect Core", "9", "private_key_jwt, by a library that others wrote, its keys at an address")
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_authlib_signs_with_a_key(alg: str, site: Site) -> None:
    signer = Signer(alg)
    site.there.pages[f"/{alg}"] = Page(signer.jwks().encode())
    client_id, _ = site.application(
        token_endpoint_auth_method=KEY_JWT,
        jwks_uri=site.there.url(f"/{alg}"),
        token_endpoint_auth_signing_alg=alg,
    )
    method = PrivateKeyJWT(f"{site.server.origin}/oauth2/token", headers={"kid": signer.kid}, alg=alg)
    for _ in range(3):
        assert tokens(site, method, client_id, signer.key)["scope"] == "read"
    assert [asked.target for asked in site.there.asked].count(f"/{alg}") == 1  # and were kept


@pytest.mark.rfc("7523", "3", "an assertion that one node has seen is known to the others")
@pytest.mark.rfc("9449", "11.1", "so is a proof")
def test_two_nodes_remember_together(site: Site, tmp_path: Path) -> None:
    signer = Signer()
    client_id, _ = site.application(token_endpoint_auth_method=KEY_JWT, jwks=signer.jwks())
    with Node(site.server).running() as other:

        def ask(node: Server, assertion: str, proof: str) -> tuple[int, str | None]:
            answer = HTTP.post(
                f"{node.origin}/oauth2/token",
                data={
                    "grant_type": CLIENT_CREDENTIALS,
                    "client_assertion": assertion,
                    "client_assertion_type": ASSERTION_TYPE,
                },
                headers={"Host": f"localhost:{site.server.port}", "DPoP": proof},
            )
            return answer.status_code, answer.json().get("error")

        def assertion() -> str:
            return signer.assertion(client_id, site.server.origin, clock())

        def proof() -> str:
            return signer.proof("POST", f"{site.server.origin}/oauth2/token", clock())

        first, shown = assertion(), proof()
        assert ask(site.server, first, shown) == (200, None)
        assert ask(other, first, proof()) == (401, "invalid_client")
        assert ask(other, assertion(), shown) == (400, "invalid_dpop_proof")
        assert ask(other, assertion(), proof()) == (200, None)
