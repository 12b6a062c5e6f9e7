"""The token endpoint's use case: turn a code, a refresh token or the client's own name into an access token."""

from collections.abc import Awaitable, Callable

from gatelodge.identity.provider import Provider
from gatelodge.protocol.authorization import DETAILS
from gatelodge.protocol.authorization_details import repeats, stored_members
from gatelodge.protocol.client import ClientProof, authenticate, read_proof
from gatelodge.protocol.client_credentials import act_as_itself
from gatelodge.protocol.code_grant import Exchange, exchange_code, replayed
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.errors import (
    InvalidAuthorizationDetails,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    OAuthError,
    UnsupportedGrantType,
)
from gatelodge.protocol.issuance import Issuance, Refuse
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.refresh_grant import RefreshToken, refresh
from gatelodge.protocol.scope import format_scope
from gatelodge.protocol.values import value
from gatelodge.service.minting import Clock, Mint, Minted
from gatelodge.service.ports import AlreadyExists, TokenStore
from gatelodge.service.records import NewToken
from gatelodge.service.rotation import Rotation

MAX_TRIES = 3

Answer = Awaitable["TokenAnswer | OAuthError"]


@value
class TokenAnswer:
    """A successful answer (RFC 6749 §5.1). `expires_in` in seconds."""

    access_token: str
    expires_in: int
    scope: str
    refresh_token: str | None
    details: str | None = None  # what the grant is limited to, as it is stored

    def as_json(self) -> dict[str, object]:
        """The answer's members: the contract's, RFC 6749's and RFC 9396's (§7) beside them."""
        members: dict[str, object] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": self.scope,
        }
        if self.refresh_token is not None:
            members["refresh_token"] = self.refresh_token
        if self.details is not None:
            members["authorization_details"] = stored_members(self.details)
        return members


class TokenService:
    """Answers token requests. Lifetimes in seconds; `refresh_lifetime` is that of a chain of rotated refresh tokens."""

    def __init__(
        self,
        store: TokenStore,
        rotation: Rotation,
        mint: Mint,
        clock: Clock,
        *,
        access_lifetime: int,
        refresh_lifetime: int,
    ) -> None:
        self._store = store
        self._rotation = rotation
        self._mint = mint
        self._clock = clock
        self.access_lifetime = access_lifetime
        self.refresh_lifetime = refresh_lifetime
        self._grants: dict[str, Callable[[Provider, Parameters, ClientProof], Answer]] = {
            "authorization_code": self._from_code,
            "refresh_token": self._from_refresh_token,
            "client_credentials": self._as_itself,
        }

    async def exchange(
        self, provider: Provider, parameters: Parameters, authorization: str | None
    ) -> TokenAnswer | OAuthError:
        """Answer one token request (RFC 6749 §3.2). `authorization` is the header's value, if one came."""
        if fault := parameters.fault():
            return fault
        grant_type = parameters.get("grant_type")
        if grant_type is None:
            return InvalidRequest("grant_type is missing")
        grant = self._grants.get(grant_type)
        if grant is None:
            return UnsupportedGrantType(f"grant_type must be one of {', '.join(self._grants)}")
        proof = read_proof(parameters, authorization, query_allowed=provider.query_credentials)
        if isinstance(proof, OAuthError):
            return proof
        if proof is None:
            return InvalidClient("client_id is missing")
        for _ in range(MAX_TRIES):
            try:
                return await grant(provider, parameters, proof)
            except AlreadyExists:  # another node minted the same id: the next one is free
                continue
        raise AlreadyExists("no free token id after several tries")

    async def _from_code(
        self, provider: Provider, parameters: Parameters, proof: ClientProof
    ) -> TokenAnswer | OAuthError:
        text = parameters.get("code")
        if text is None:
            return InvalidRequest("code is missing")
        presented = parse(text, Kind.CODE)
        client, code = await self._store.find_code(
            provider.id, proof.client_id, proof.secret_id, presented.id if presented else 0
        )
        if fault := authenticate(client, proof):
            return fault
        if client is None or presented is None or code is None:
            return InvalidGrant("unknown code")
        now = self._clock()
        ask = Exchange(presented, parameters.get("redirect_uri", "redirect_url"), parameters.get("code_verifier"))
        decision = exchange_code(ask, client, code, now=now)
        if differs := _details_fault(parameters, decision):
            return differs
        if isinstance(decision, Issuance):
            access = self._mint.secret(Kind.ACCESS_TOKEN)
            successor = self._mint.secret(Kind.REFRESH_TOKEN) if decision.refreshable else None
            chain_end = None if client.confidential else now + self.refresh_lifetime
            won = await self._store.redeem_code(
                code.id,
                self._row(provider, decision, access.presented, now + self.access_lifetime),
                self._row(provider, decision, successor.presented, chain_end) if successor else None,
                now=now,
            )
            if won:
                return self._answer(access, decision, successor.text if successor else None)
            decision = replayed(code)
        return await self._refused(provider, decision, now)

    async def _from_refresh_token(
        self, provider: Provider, parameters: Parameters, proof: ClientProof
    ) -> TokenAnswer | OAuthError:
        text = parameters.get("refresh_token")
        if text is None:
            return InvalidRequest("refresh_token is missing")
        presented = parse(text, Kind.REFRESH_TOKEN)
        client, token = await self._store.find_refresh_token(
            provider.id, proof.client_id, proof.secret_id, presented.id if presented else 0
        )
        if fault := authenticate(client, proof):
            return fault
        if client is None or presented is None or token is None:
            return InvalidGrant("unknown refresh token")
        now = self._clock()
        decision = refresh(presented, parameters.get("scope"), client, token, now=now)
        if differs := _details_fault(parameters, decision):
            return differs
        if isinstance(decision, Refuse):
            return await self._refused(provider, decision, now)
        if decision.refreshable:
            return await self._rotate(provider, decision, text, token, now)
        access = await self._give(provider, decision, now)
        return self._answer(access, decision, text)

    async def _rotate(
        self, provider: Provider, issuance: Issuance, text: str, token: RefreshToken, now: int
    ) -> TokenAnswer | OAuthError:
        """Answer with the refresh token's one successor, whether this request or an earlier one brought it about."""
        if token.successor is not None:
            successor = self._rotation.again(text, token.successor)
            if successor is None:
                return InvalidGrant(
                    "the refresh token was replaced", log="its successor was made with a key that is gone"
                )
            access = await self._give(provider, issuance, now)
            return self._answer(access, issuance, successor.text)
        successor = self._rotation.begin(text, self._mint.id())
        access = self._mint.secret(Kind.ACCESS_TOKEN)
        row = self._row(provider, issuance, access.presented, now + self.access_lifetime)
        presented = successor.presented
        heir = NewToken(presented.id, provider.id, presented.digest, token.grant_id, token.scope, token.expires_at)
        if not await self._store.rotate(token.id, row, heir):
            raise AlreadyExists("another request has just rotated this token: look again")
        return self._answer(access, issuance, successor.text)

    async def _as_itself(
        self, provider: Provider, parameters: Parameters, proof: ClientProof
    ) -> TokenAnswer | OAuthError:
        client = await self._store.find_client(provider.id, proof.client_id, proof.secret_id)
        if fault := authenticate(client, proof):
            return fault
        if client is None:
            return InvalidClient("unknown client")
        now = self._clock()
        decision = act_as_itself(client, parameters.get("scope"))
        if differs := _details_fault(parameters, decision):
            return differs
        if isinstance(decision, Refuse):
            return await self._refused(provider, decision, now)
        return self._answer(await self._give(provider, decision, now), decision, None)

    async def _give(self, provider: Provider, issuance: Issuance, now: int) -> Minted:
        """Store one access token, and nothing else."""
        access = self._mint.secret(Kind.ACCESS_TOKEN)
        await self._store.add_access_token(self._row(provider, issuance, access.presented, now + self.access_lifetime))
        return access

    async def _refused(self, provider: Provider, refusal: Refuse, now: int) -> OAuthError:
        if refusal.revoke_grant is not None:
            await self._store.revoke_grant(provider.id, refusal.revoke_grant, now=now)
        return refusal.error

    def _row(self, provider: Provider, issuance: Issuance, presented: Presented, expires_at: int | None) -> NewToken:
        return NewToken(presented.id, provider.id, presented.digest, issuance.grant_id, issuance.scope, expires_at)

    def _answer(self, access: Minted, issuance: Issuance, refresh_token: str | None) -> TokenAnswer:
        scope = format_scope(issuance.scope)
        return TokenAnswer(access.text, self.access_lifetime, scope, refresh_token, issuance.details)


def _details_fault(parameters: Parameters, decision: Issuance | Refuse) -> InvalidAuthorizationDetails | None:
    """A token request may say once more what it is limited to (RFC 9396 §6), but not change it: a token has the limits
    of its grant, which its user chose."""
    text = parameters.get(DETAILS)
    if text is None or isinstance(decision, Refuse) or repeats(text, decision.details):
        return None
    return InvalidAuthorizationDetails("authorization_details differ from what the user granted")
