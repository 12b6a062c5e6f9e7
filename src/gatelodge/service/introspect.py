"""The introspection endpoint's use case: tell a resource server what a token is worth (RFC 7662)."""

from dataclasses import replace

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client_settings import PAIRWISE
from gatelodge.protocol.errors import InvalidClient, OAuthError
from gatelodge.protocol.introspection import SIGNED, describe, may_introspect, read_introspection, signed_claims
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import Shown
from gatelodge.service.audiences import Audiences
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.minting import Clock, time_of
from gatelodge.service.ports import TokenStore
from gatelodge.service.signing import Signing
from gatelodge.service.subjects import Subjects


class IntrospectionService:
    """Answers resource servers."""

    def __init__(
        self,
        store: TokenStore,
        clients: ClientAuthentication,
        subjects: Subjects,
        audiences: Audiences,
        signing: Signing,
        clock: Clock,
    ) -> None:
        self._store = store
        self._audiences = audiences
        self._signing = signing
        self._clients = clients
        self._subjects = subjects
        self._clock = clock

    async def introspect(
        self, provider: Provider, parameters: Parameters, shown: Shown, *, signed: bool = False
    ) -> dict[str, object] | str | OAuthError:
        """Answer one request; with `signed`, by a JWT (RFC 9701)."""
        presented = read_introspection(parameters)
        if isinstance(presented, OAuthError):
            return presented
        proof = await self._clients.read(provider, parameters, shown)
        if isinstance(proof, OAuthError):
            return proof
        if proof is None:
            return InvalidClient("a resource server must say who it is")
        found, state = await self._store.find_state(provider.id, proof.client_id, proof.secret_id, presented)
        client = await self._clients.check(provider, found, proof, shown)
        if isinstance(client, InvalidClient):
            return client
        if refusal := may_introspect(client):
            return refusal
        audience = () if state is None else state.binding.audience
        if audience and not await self._audiences.is_for(provider, client, audience):
            state = None  # a token for somebody else's API is none here (RFC 7662 §4)
        if state is not None and state.user_id is not None and state.settings.subject_type == PAIRWISE:
            state = replace(state, subject=self._subjects.of(provider, state.settings, state.user_id))
        issued_at, now = time_of(presented.id) if presented else 0, self._clock()
        answer = describe(presented, state, issuer=provider.origin, issued_at=issued_at, now=now)
        if not signed:
            return answer
        claims = signed_claims(answer, issuer=provider.origin, asker=client.client_id, now=now)
        algorithm = client.settings.introspection_signed_response_alg or None
        return await self._signing.sign(provider, claims, kind=SIGNED, algorithm=algorithm)
