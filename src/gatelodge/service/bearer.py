"""Bearer authentication for our own protected resources: from a header to whoever is calling."""

from dataclasses import field

from gatelodge.identity.effective import Limit
from gatelodge.identity.people import User
from gatelodge.identity.provider import Provider
from gatelodge.identity.rights import HIGH_RISK
from gatelodge.protocol.bearer import DPOP, read_token
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.errors import InsufficientScope, InsufficientUserAuthentication, InvalidToken, OAuthError
from gatelodge.protocol.issuance import PLAIN, UNBOUND, GrantContext
from gatelodge.protocol.resource_indicators import is_own
from gatelodge.protocol.scope import Scope
from gatelodge.protocol.shown import NOTHING, Shown
from gatelodge.protocol.step_up import unmet
from gatelodge.protocol.values import value
from gatelodge.service.minting import Clock
from gatelodge.service.ports import TokenStore
from gatelodge.service.possession import Possession
from gatelodge.service.records import CallingApplication, HeldToken

INVALID = "the token is malformed, expired or revoked"
NOTE_USE_EVERY = 60  # seconds: how exact "last used" is


@value
class Caller:
    """Who calls, and what the token in their hand is for: a user through an application, a user with a token of their
    own (no application), or an application as itself (no user)."""

    provider: Provider
    user: User | None
    scope: Scope
    application: CallingApplication | None
    limit: Limit | None = None  # None: to nothing but the scope
    # With which they call; None: the user themselves, in the portal. Whoever calls with another is the same caller.
    token: HeldToken | None = field(default=None, compare=False)
    context: GrantContext = field(default=PLAIN, compare=False)  # of the grant: how its user had signed in


class BearerService:
    """Tells who calls with a token."""

    def __init__(self, store: TokenStore, possession: Possession, clock: Clock) -> None:
        self._store = store
        self._possession = possession
        self._clock = clock

    async def still(self, provider: Provider, held: HeldToken) -> Caller | None:
        """Who calls with a token that authenticated before, as of now; None once it has ended."""
        row = await self._store.find_bearer(provider.id, Presented(held.kind, held.id, b""))
        if row is None or row.ended or (row.expires_at is not None and self._clock() >= row.expires_at):
            return None
        return Caller(provider, row.user, row.scope, row.application, row.limit, held, row.context)

    async def authenticate(
        self, provider: Provider, authorization: list[str], *, scope: str, shown: Shown = NOTHING
    ) -> Caller | OAuthError | None:
        """The caller, whose token covers `scope`; None where no token came at all (RFC 6750 §3)."""
        read = read_token(authorization)
        if read is None or isinstance(read, OAuthError):
            return read
        scheme, text = read
        presented = parse(text, Kind.ACCESS_TOKEN, Kind.USER_TOKEN)
        row = await self._store.find_bearer(provider.id, presented) if presented else None
        if presented is None or row is None or not presented.matches(row.digest):
            return InvalidToken(INVALID)
        now = self._clock()
        if row.ended or (row.expires_at is not None and now >= row.expires_at):
            return InvalidToken(INVALID)
        if scheme == DPOP or row.binding is not UNBOUND:
            fault = await self._possession.fault(provider, shown, scheme, text, row.binding)
            if fault is not None:
                return fault
            if not is_own(row.binding.audience, provider.origin):
                return InvalidToken("the token is for another API")
        if row.last_used_at is None or now - row.last_used_at >= NOTE_USE_EVERY:
            self._store.note_use(provider.id, presented, row.holder_id, now=now)
        if scope not in row.scope:
            return InsufficientScope(f"the token lacks the scope {scope}", scope=scope)
        held = HeldToken(presented.kind, presented.id, row.expires_at)
        return Caller(provider, row.user, row.scope, row.application, row.limit, held, row.context)

    def stepped_up(self, caller: Caller, rights: Scope) -> InsufficientUserAuthentication | None:
        """Whether the caller's user signed in lately enough for these rights, where the provider asks for that
        (RFC 9470). It is asked of applications, which can send their user to sign in again; a user's own token is made
        in the portal and has nobody to send."""
        max_age = caller.provider.policy.step_up_max_age
        if not max_age or caller.user is None or caller.application is None or not rights & HIGH_RISK:
            return None
        return unmet(caller.context, max_age=max_age, now=self._clock())
