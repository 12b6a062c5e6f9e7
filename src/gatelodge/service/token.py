"""The token endpoint's use case: turn a code or a refresh token into an access token."""

from dataclasses import dataclass

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import ClientProof, authenticate, read_proof
from gatelodge.protocol.code_grant import Exchange, exchange_code, replayed
from gatelodge.protocol.credentials import Kind, parse
from gatelodge.protocol.errors import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    OAuthError,
    UnsupportedGrantType,
)
from gatelodge.protocol.issuance import Issuance, Refuse
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.refresh_grant import refresh
from gatelodge.protocol.scope import format_scope
from gatelodge.service.minting import Clock, Mint, Minted
from gatelodge.service.ports import AlreadyExists, TokenStore
from gatelodge.service.records import NewToken

MAX_MINTINGS = 3


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A successful answer (RFC 6749 §5.1). `expires_in` in seconds."""

    access_token: str
    expires_in: int
    scope: str
    refresh_token: str | None

    def as_json(self) -> dict[str, str | int]:
        """The answer's members: the contract's, and RFC 6749's beside them."""
        members: dict[str, str | int] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": self.scope,
        }
        if self.refresh_token is not None:
            members["refresh_token"] = self.refresh_token
        return members


class TokenService:
    """Answers token requests. `access_lifetime` is how long an access token lives, in seconds."""

    def __init__(self, store: TokenStore, mint: Mint, clock: Clock, *, access_lifetime: int) -> None:
        self._store = store
        self._mint = mint
        self._clock = clock
        self.access_lifetime = access_lifetime

    async def exchange(
        self, provider: Provider, parameters: Parameters, authorization: str | None
    ) -> TokenAnswer | OAuthError:
        """Answer one token request (RFC 6749 §3.2). `authorization` is the header's value, if one came."""
        if fault := parameters.fault():
            return fault
        grant_type = parameters.get("grant_type")
        if grant_type is None:
            return InvalidRequest("grant_type is missing")
        grant = {"authorization_code": self._from_code, "refresh_token": self._from_refresh_token}.get(grant_type)
        if grant is None:
            return UnsupportedGrantType("grant_type must be authorization_code or refresh_token")
        proof = read_proof(parameters, authorization, query_allowed=provider.query_credentials)
        if isinstance(proof, OAuthError):
            return proof
        if proof is None:
            return InvalidClient("client_id is missing")
        return await grant(provider, parameters, proof)

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
        if isinstance(decision, Issuance):
            for _ in range(MAX_MINTINGS):
                access, refresh_token = self._mint_for(decision)
                try:
                    won = await self._store.redeem_code(
                        code.id,
                        self._row(provider, decision, access, now + self.access_lifetime),
                        self._row(provider, decision, refresh_token, None) if refresh_token else None,
                        now=now,
                    )
                except AlreadyExists:
                    continue
                if won:
                    return self._answer(decision, access, refresh_token.text if refresh_token else None)
                decision = replayed(code)
                break
            else:
                raise AlreadyExists("no free token id after several mintings")
        if decision.revoke_grant is not None:
            await self._store.revoke_grant(provider.id, decision.revoke_grant, now=now)
        return decision.error

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
        if client is None or presented is None:
            return InvalidGrant("unknown refresh token")
        decision = refresh(presented, parameters.get("scope"), client, token)
        if isinstance(decision, Refuse):
            return decision.error
        now = self._clock()
        for _ in range(MAX_MINTINGS):
            access, _none = self._mint_for(decision)
            try:
                await self._store.add_access_token(self._row(provider, decision, access, now + self.access_lifetime))
            except AlreadyExists:
                continue
            return self._answer(decision, access, text)
        raise AlreadyExists("no free token id after several mintings")

    def _mint_for(self, issuance: Issuance) -> tuple[Minted, Minted | None]:
        refresh_token = self._mint.secret(Kind.REFRESH_TOKEN) if issuance.refreshable else None
        return self._mint.secret(Kind.ACCESS_TOKEN), refresh_token

    def _row(self, provider: Provider, issuance: Issuance, minted: Minted, expires_at: int | None) -> NewToken:
        presented = minted.presented
        return NewToken(presented.id, provider.id, presented.digest, issuance.grant_id, issuance.scope, expires_at)

    def _answer(self, issuance: Issuance, access: Minted, refresh_token: str | None) -> TokenAnswer:
        return TokenAnswer(access.text, self.access_lifetime, format_scope(issuance.scope), refresh_token)
