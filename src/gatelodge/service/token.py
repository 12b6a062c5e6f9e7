"""The token endpoint's use case: find the grant that is asked for, and have it answer."""

from collections.abc import Mapping
from typing import Protocol

from gatelodge.identity.provider import Provider
from gatelodge.protocol.errors import InvalidClient, InvalidRequest, OAuthError, UnsupportedGrantType
from gatelodge.protocol.issuance import UNBOUND
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import Shown
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.granting import Ask, TokenAnswer
from gatelodge.service.minting import Clock
from gatelodge.service.ports import AlreadyExists
from gatelodge.service.possession import Possession

MAX_TRIES = 3


class Grant(Protocol):
    """One way to an access token."""

    async def answer(self, ask: Ask) -> TokenAnswer | OAuthError:
        """Answer one request."""


class TokenService:
    """Answers token requests; `grants` by the grant type that they serve (RFC 6749 §4.5)."""

    def __init__(
        self, grants: Mapping[str, Grant], clients: ClientAuthentication, possession: Possession, clock: Clock
    ) -> None:
        self.grants = grants
        self._clients = clients
        self._possession = possession
        self._clock = clock

    async def exchange(self, provider: Provider, parameters: Parameters, shown: Shown) -> TokenAnswer | OAuthError:
        """Answer one token request (RFC 6749 §3.2)."""
        if fault := parameters.fault():
            return fault
        grant_type = parameters.get("grant_type")
        if grant_type is None:
            return InvalidRequest("grant_type is missing")
        grant = self.grants.get(grant_type)
        if grant is None:
            return UnsupportedGrantType(f"grant_type must be one of {', '.join(self.grants)}")
        proof = await self._clients.read(provider, parameters, shown)
        if isinstance(proof, OAuthError):
            return proof
        if proof is None:
            return InvalidClient("client_id is missing")
        held = UNBOUND
        if shown.dpop or shown.certificate is not None:
            proved = await self._possession.of(provider, shown)
            if isinstance(proved, OAuthError):
                return proved
            held = proved
        ask = Ask(provider, parameters, proof, shown, self._clock(), held)
        for _ in range(MAX_TRIES):
            try:
                return await grant.answer(ask)
            except AlreadyExists:  # another node minted the same id: the next one is free
                continue
        raise AlreadyExists("no free token id after several tries")
