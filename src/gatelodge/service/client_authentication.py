"""Whether a request comes from the client that it names: the one place that every endpoint asks."""

import hashlib
from dataclasses import replace

import structlog

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import NOT_PROVED, UNKNOWN, Client, ClientProof, authenticate, read_proof
from gatelodge.protocol.client_assertion import Assertion, algorithms, judge_assertion
from gatelodge.protocol.client_settings_rules import KEY_JWT, SECRET_JWT, SELF_SIGNED_TLS, TLS
from gatelodge.protocol.errors import InvalidClient, OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import Shown
from gatelodge.service.client_ids import ClientIds
from gatelodge.service.client_keys import ClientKeys
from gatelodge.service.known_secrets import KnownSecrets
from gatelodge.service.minting import Clock
from gatelodge.service.ports import ReplayStore
from gatelodge.service.sealing import Unsealable

BY_CERTIFICATE = frozenset({TLS, SELF_SIGNED_TLS})
TOKEN_ENDPOINT = "/oauth2/token"

_log = structlog.get_logger("gatelodge.clients")


class ClientAuthentication:
    """Authenticates clients (RFC 6749 §2.3): by their secrets, by assertions (RFC 7523), by certificates (RFC 8705)."""

    def __init__(
        self, client_ids: ClientIds, keys: ClientKeys, secrets: KnownSecrets, replays: ReplayStore, clock: Clock
    ) -> None:
        self.client_ids = client_ids
        self._keys = keys
        self._secrets = secrets
        self._replays = replays
        self._clock = clock

    async def read(self, provider: Provider, parameters: Parameters, shown: Shown) -> ClientProof | OAuthError | None:
        """Who a request says that it comes from, and how it means to prove it; None where it says nothing of itself."""
        assertion = None
        if (text := parameters.get("client_assertion")) is not None:
            from gatelodge.service import signatures

            jwt = signatures.read_jwt(text)
            if jwt is None:
                return InvalidClient("the client assertion is no signed JWT")
            assertion = Assertion(jwt)
        proof = read_proof(
            parameters, shown.authorization, query_allowed=provider.takes_query_credentials, assertion=assertion
        )
        if not isinstance(proof, ClientProof) or proof.document_url is None:
            return proof
        found = await self.client_ids.find(provider, proof.document_url)
        return InvalidClient(UNKNOWN, log=found) if isinstance(found, str) else replace(proof, client_id=found)

    async def check(
        self, provider: Provider, client: Client | None, proof: ClientProof, shown: Shown
    ) -> Client | InvalidClient:
        """The client, if `proof` shows that the request comes from it."""
        if client is None or client.disabled:
            fault = authenticate(client, proof)
        elif proof.assertion is not None:
            fault = await self._assertion_fault(provider, client, proof.assertion, shown)
        elif client.settings.token_endpoint_auth_method in BY_CERTIFICATE:
            fault = await self._certificate_fault(provider, client, proof, shown)
        elif provider.policy.fapi2:
            fault = InvalidClient(NOT_PROVED, log="FAPI 2.0 takes no secrets, and no public clients")
        else:
            fault = authenticate(client, proof)
        return fault or client or InvalidClient(NOT_PROVED)

    async def _assertion_fault(
        self, provider: Provider, client: Client, assertion: Assertion, shown: Shown
    ) -> InvalidClient | None:
        jwt, settings, policy = assertion.jwt, client.settings, provider.policy
        method = settings.token_endpoint_auth_method
        if method not in (SECRET_JWT, KEY_JWT) or (policy.fapi2 and method != KEY_JWT):
            return InvalidClient(NOT_PROVED, log="an assertion is not how this client is to prove who it is")
        if assertion.accepted:
            return None
        good = judge_assertion(
            jwt,
            client.client_id,
            issuer=provider.origin,
            addresses={f"{provider.origin}{TOKEN_ENDPOINT}", f"{provider.origin}{shown.path}"},
            allowed=algorithms(settings, policy),
            policy=policy,
            now=self._clock(),
        )
        if isinstance(good, InvalidClient):
            return good
        if not await (
            self._made_with_secret(provider, client, assertion)
            if method == SECRET_JWT
            else self._keys.have_made(jwt, settings)
        ):
            return InvalidClient(NOT_PROVED, log="the assertion's signature is not the client's")
        seen = hashlib.sha256(f"client assertion {client.id} {good.jti}".encode("utf-8", "surrogatepass")).digest()
        if not await self._replays.first(provider.id, seen, good.expires_at):
            return InvalidClient("the client assertion was used before")
        assertion.accepted = True
        return None

    async def _made_with_secret(self, provider: Provider, client: Client, assertion: Assertion) -> bool:
        from gatelodge.service import signatures

        try:
            secrets = await self._secrets.of(provider.id, client.id)
        except Unsealable as error:
            _log.error("a client's secret can't be opened", client_id=client.client_id, reason=str(error))
            return False
        return any(signatures.made_with(assertion.jwt, secret) for secret in secrets)

    async def _certificate_fault(
        self, provider: Provider, client: Client, proof: ClientProof, shown: Shown
    ) -> InvalidClient | None:
        """RFC 8705 §2: the connection was made with the client's certificate. The proxy has seen that whoever made it
        has its key."""
        settings = client.settings
        if proof.secret is not None:
            return InvalidClient(NOT_PROVED, log="a secret is not how this client is to prove who it is")
        if shown.certificate is None:
            return InvalidClient(NOT_PROVED, log="no client certificate came along, or none that is believed")
        from gatelodge.service import certificates

        certificate = certificates.read(shown.certificate)
        if certificate is None:
            return InvalidClient(NOT_PROVED, log="the client certificate can't be read")
        if not certificate.holds(self._clock()):
            return InvalidClient(NOT_PROVED, log="the client certificate has expired, or is not good yet")
        if settings.token_endpoint_auth_method == TLS:
            if not shown.certificate_verified:
                return InvalidClient(NOT_PROVED, log="the proxy does not say that it verified the certificate's chain")
            good = certificate.is_for(settings)
        else:
            # RFC 8705 §2.2: the very certificate that its keys name, or, for a key without one, any of that key.
            good = any(
                key.certificate == certificate.der if key.certificate is not None else key.jkt == certificate.jkt
                for key in await self._keys.of(settings)
            )
        return None if good else InvalidClient(NOT_PROVED, log="the certificate is not one of this client's")
