"""What every grant does with what it decided: mint, store, answer."""

from dataclasses import replace

from gatelodge.identity.provider import Provider
from gatelodge.protocol.authorization import DETAILS
from gatelodge.protocol.authorization_details import repeats, stored_members
from gatelodge.protocol.binding import bind
from gatelodge.protocol.client import Client, ClientProof
from gatelodge.protocol.credentials import Kind, Presented
from gatelodge.protocol.errors import InvalidAuthorizationDetails, OAuthError
from gatelodge.protocol.issuance import UNBOUND, Binding, Issuance, Refuse, token_type
from gatelodge.protocol.openid import OPENID
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.resource_indicators import narrow
from gatelodge.protocol.scope import format_scope
from gatelodge.protocol.shown import Shown
from gatelodge.protocol.values import value
from gatelodge.service.access_tokens import AccessTokens
from gatelodge.service.audiences import Audiences
from gatelodge.service.id_tokens import IdTokens
from gatelodge.service.minting import Clock, Mint, Minted
from gatelodge.service.ports import TokenStore
from gatelodge.service.records import NewToken


@value
class TokenAnswer:
    """A successful answer (RFC 6749 §5.1). `expires_in` in seconds."""

    access_token: str
    expires_in: int
    scope: str
    refresh_token: str | None
    details: str | None = None  # what the grant is limited to, as it is stored
    token_type: str = "Bearer"
    id_token: str | None = None  # OpenID Connect Core §3.1.3.3
    issued_token_type: str | None = None  # RFC 8693 §2.2.1

    def as_json(self) -> dict[str, object]:
        """The answer's members: the contract's, RFC 6749's and RFC 9396's (§7) beside them."""
        members: dict[str, object] = {
            "access_token": self.access_token,
            "token_type": self.token_type,
            "expires_in": self.expires_in,
            "scope": self.scope,
        }
        if self.refresh_token is not None:
            members["refresh_token"] = self.refresh_token
        if self.details is not None:
            members["authorization_details"] = stored_members(self.details)
        if self.id_token is not None:
            members["id_token"] = self.id_token
        if self.issued_token_type is not None:
            members["issued_token_type"] = self.issued_token_type
        return members


@value
class Ask:
    """One token request: where it came to, what it says, who it says that it comes from."""

    provider: Provider
    parameters: Parameters
    proof: ClientProof
    shown: Shown
    now: int  # UTC epoch seconds
    binding: Binding = UNBOUND  # to what the request proved to hold: a key (RFC 9449 §5) or a certificate (RFC 8705 §3)


class Granting:
    """Mints and stores what a grant gives, and makes the answer of it. Lifetimes in seconds; `refresh_lifetime` is that
    of a chain of rotated refresh tokens."""

    def __init__(
        self,
        store: TokenStore,
        access_tokens: AccessTokens,
        audiences: Audiences,
        id_tokens: IdTokens,
        mint: Mint,
        clock: Clock,
        *,
        access_lifetime: int,
        refresh_lifetime: int,
    ) -> None:
        self.store = store
        self._access_tokens = access_tokens
        self.audiences = audiences
        self._id_tokens = id_tokens
        self.clock = clock
        self._mint = mint
        self.access_lifetime = access_lifetime
        self.refresh_lifetime = refresh_lifetime

    def ends(self, ask: Ask, issuance: Issuance) -> int:
        """When an access token that is given now expires, in UTC epoch seconds."""
        usual = ask.now + self.access_lifetime
        return usual if issuance.expires_at is None else min(usual, issuance.expires_at)

    async def access(self, ask: Ask, client: Client, issuance: Issuance) -> tuple[Minted, NewToken]:
        """A new access token and its row, which is not stored yet."""
        expires_at = self.ends(ask, issuance)
        minted = await self._access_tokens.mint(ask.provider, client, issuance, now=ask.now, expires_at=expires_at)
        return minted, row_of(ask, issuance, minted.presented, expires_at, issuance.binding)

    def refresh(self, ask: Ask, client: Client, issuance: Issuance) -> tuple[Minted, NewToken]:
        """A new refresh token and its row, which is not stored yet. That of a client which authenticates lasts as long
        as its grant."""
        minted = self._mint.secret(Kind.REFRESH_TOKEN)
        expires_at = None if client.confidential else ask.now + self.refresh_lifetime
        return minted, row_of(ask, issuance, minted.presented, expires_at, issuance.refresh_binding)

    def id(self) -> int:
        """A new row key."""
        return self._mint.id()

    async def give(
        self,
        ask: Ask,
        client: Client,
        issuance: Issuance,
        refresh_token: str | None = None,
        *,
        identify: bool = False,
    ) -> TokenAnswer:
        """Store one access token, and nothing else; answer with it, and with the refresh token that there is."""
        minted, row = await self.access(ask, client, issuance)
        await self.store.add_access_token(row)
        return await self.answer(ask, client, minted, issuance, refresh_token, identify=identify)

    async def settled(self, ask: Ask, client: Client, decision: Issuance | Refuse) -> Issuance | OAuthError:
        """What a grant's decision comes to: what it gives, bound to what the request proved to hold; or what the
        client hears of a refusal."""
        if differs := details_fault(ask.parameters, decision):
            return differs
        if isinstance(decision, Refuse):
            return await self.refused(ask, decision)
        addressed = await self._addressed(ask, decision)
        if isinstance(addressed, OAuthError):
            return addressed
        return bind(addressed, client, ask.provider.policy, ask.binding)

    async def _addressed(self, ask: Ask, issuance: Issuance) -> Issuance | OAuthError:
        """The decision, with its access token for the resources that the request names (RFC 8707 §2.2)."""
        asked = await self.audiences.asked(ask.provider, ask.parameters)
        if isinstance(asked, OAuthError):
            return asked
        granted = issuance.binding.audience or issuance.context.resources
        if not (asked or granted):
            return issuance
        audience = narrow(asked, granted)
        if isinstance(audience, OAuthError):
            return audience
        return replace(issuance, binding=replace(issuance.binding, audience=audience))

    async def refused(self, ask: Ask, refusal: Refuse) -> OAuthError:
        """What the client hears of a refusal; what has to end for it has ended by then."""
        if refusal.revoke_grant is not None:
            await self.store.revoke_grant(ask.provider.id, refusal.revoke_grant, now=ask.now)
        return refusal.error

    async def answer(
        self,
        ask: Ask,
        client: Client,
        access: Minted,
        issuance: Issuance,
        refresh_token: str | None,
        *,
        identify: bool = False,
    ) -> TokenAnswer:
        """The answer with tokens that are stored. `identify`: with an ID token beside them, where `openid` was granted;
        for the grants in which a user has signed in."""
        id_token = None
        if identify and OPENID in issuance.scope:
            id_token = await self._id_tokens.issue(ask.provider, client, issuance, access.text, now=ask.now)
        lifetime = self.ends(ask, issuance) - ask.now
        return TokenAnswer(
            access.text,
            lifetime,
            format_scope(issuance.scope),
            refresh_token,
            issuance.details,
            token_type(issuance.binding),
            id_token,
        )


def row_of(ask: Ask, issuance: Issuance, presented: Presented, expires_at: int | None, binding: Binding) -> NewToken:
    """The row of a token of the decision's grant."""
    return NewToken(
        presented.id, ask.provider.id, presented.digest, issuance.grant_id, issuance.scope, expires_at, binding
    )


def details_fault(parameters: Parameters, decision: Issuance | Refuse) -> InvalidAuthorizationDetails | None:
    """A token request may say once more what it is limited to (RFC 9396 §6), but not change it: a token has the limits
    of its grant, which its user chose."""
    text = parameters.get(DETAILS)
    if text is None or isinstance(decision, Refuse) or repeats(text, decision.details):
        return None
    return InvalidAuthorizationDetails("authorization_details differ from what the user granted")
