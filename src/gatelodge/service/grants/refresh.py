"""The refresh token grant (RFC 6749 §6)."""

from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import Kind, parse
from gatelodge.protocol.errors import InvalidClient, InvalidGrant, InvalidRequest, OAuthError
from gatelodge.protocol.issuance import Issuance
from gatelodge.protocol.refresh_grant import RefreshToken, refresh
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.granting import Ask, Granting, TokenAnswer
from gatelodge.service.ports import AlreadyExists
from gatelodge.service.records import NewToken
from gatelodge.service.rotation import Rotation


class RefreshGrant:
    """Turns a refresh token into an access token, and, of a client that can't authenticate, into its successor."""

    def __init__(self, granting: Granting, clients: ClientAuthentication, rotation: Rotation) -> None:
        self._granting = granting
        self._clients = clients
        self._rotation = rotation

    async def answer(self, ask: Ask) -> TokenAnswer | OAuthError:
        """Answer one request."""
        text = ask.parameters.get("refresh_token")
        if text is None:
            return InvalidRequest("refresh_token is missing")
        presented, proof = parse(text, Kind.REFRESH_TOKEN), ask.proof
        found, token = await self._granting.store.find_refresh_token(
            ask.provider.id, proof.client_id, proof.secret_id, presented.id if presented else 0
        )
        client = await self._clients.check(ask.provider, found, proof, ask.shown)
        if isinstance(client, InvalidClient):
            return client
        if presented is None or token is None:
            return InvalidGrant("unknown refresh token")
        scope = ask.parameters.get("scope")
        decided = refresh(presented, scope, client, token, now=ask.now, held=ask.binding)
        decision = await self._granting.settled(ask, client, decided)
        if isinstance(decision, OAuthError):
            return decision
        if decision.refreshable:
            return await self._rotate(ask, client, decision, text, token)
        return await self._granting.give(ask, client, decision, text, identify=True)

    async def _rotate(
        self, ask: Ask, client: Client, issuance: Issuance, text: str, token: RefreshToken
    ) -> TokenAnswer | OAuthError:
        """Answer with the refresh token's one successor, whether this request or an earlier one brought it about."""
        if token.successor is not None:
            successor = self._rotation.again(text, token.successor)
            if successor is None:
                return InvalidGrant(
                    "the refresh token was replaced", log="its successor was made with a key that is gone"
                )
            return await self._granting.give(ask, client, issuance, successor.text, identify=True)
        successor = self._rotation.begin(text, self._granting.id())
        access, row = await self._granting.access(ask, client, issuance)
        presented = successor.presented
        heir = NewToken(
            presented.id,
            ask.provider.id,
            presented.digest,
            token.grant_id,
            token.scope,
            token.expires_at,
            issuance.refresh_binding,
        )
        if not await self._granting.store.rotate(token.id, row, heir):
            raise AlreadyExists("another request has just rotated this token: look again")
        return await self._granting.answer(ask, client, access, issuance, successor.text, identify=True)
