"""What goes into the stores and comes out of them: rows as values. All times are UTC epoch seconds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gatelodge.identity.effective import Holding, Limit
from gatelodge.identity.limits import Extent, afterwards
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.identity.provider import Provider
from gatelodge.protocol.authentication import PASSWORD_AMR
from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.authorization_details import Details
from gatelodge.protocol.client_settings import DEFAULT, ClientSettings
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.issuance import PLAIN, UNBOUND, Binding, GrantContext
from gatelodge.protocol.openid import IDENTITY_SCOPES
from gatelodge.protocol.scope import Scope
from gatelodge.protocol.values import value
from gatelodge.service.limits import details_of, limit_of, stored_limit


@value
class NewToken:
    """An access or refresh token to be stored; `expires_at` None for one that lasts as long as its grant."""

    id: int
    provider_id: int
    digest: bytes
    grant_id: int
    scope: Scope
    expires_at: int | None
    binding: Binding = UNBOUND


@dataclass(frozen=True, slots=True)
class NewCode:
    """An authorization code to be stored."""

    id: int
    digest: bytes
    grant_id: int
    redirect_uri: str
    redirect_uri_sent: bool
    challenge: str | None
    expires_at: int
    context: GrantContext = PLAIN  # of its grant


@value
class CallingApplication:
    """The application that a token was given to."""

    id: int
    name: str
    account_id: int  # the account that owns it


@value
class BearerRow:
    """What stands behind an access or user token: whose it is, what for, and whether it still holds."""

    digest: bytes
    user: User | None  # None: the application acts as itself
    scope: Scope
    expires_at: int | None
    ended: bool  # revoked, or the user or the application is switched off
    application: CallingApplication | None  # None: the user's own token
    holder_id: int  # the grant, or the user token: what "last used" is noted on
    last_used_at: int | None
    details: str | None = None  # what the scope is limited to, as it is stored; None: to nothing
    binding: Binding = UNBOUND
    context: GrantContext = PLAIN  # of an application's grant

    @property
    def limit(self) -> Limit | None:
        """What the scope is limited to."""
        return None if self.details is None else stored_limit(self.details)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody is signed in on."""

    id: int
    user: User
    created_at: int
    expires_at: int
    amr: tuple[str, ...] = PASSWORD_AMR  # how its user has signed in (RFC 8176)


@dataclass(frozen=True, slots=True)
class Person:
    """A user, with what applications can be told of them."""

    user: User
    email_verified: bool  # mail to the address has reached them


@dataclass(frozen=True, slots=True)
class Waiting:
    """An authorization request that waits for its user, in one browser."""

    id: int
    request: AuthorizationRequest
    browser: bytes | None  # digest of the browser's cookie; None until the person's browser first shows up
    session_id: int | None  # the session that was begun for this request
    expires_at: int


@dataclass(frozen=True, slots=True)
class Consent:
    """What a user decided when an application asked: what may be given again without asking. It speaks for the newest
    decision on each right; what was given before goes on in the grants that gave it."""

    scope: Scope
    since: int
    details: Details | None = None  # what the scope is limited to
    declined: Scope = frozenset()  # what could be left out and was


@dataclass(frozen=True, slots=True)
class Granted:
    """What a user lets an application have, of what it asked for."""

    scope: Scope
    asked: Scope
    details: Details | None = None  # what the scope is limited to
    asked_details: Details | None = None
    again: bool = False  # it was decided before, and nobody was asked

    def remembered(self, before: Consent | None, *, now: int) -> Consent:
        """What counts as decided from now on, where `before` counted."""
        declined = self.asked - self.scope
        if before is None:
            return Consent(self.scope, now, self.details, declined)
        if self.again:
            return before
        extent = afterwards(
            _extent(before.scope, before.details),
            _extent(self.asked, self.asked_details),
            _extent(self.scope, self.details),
        )
        scope = extent.rights | (before.scope | self.scope) & IDENTITY_SCOPES
        return Consent(scope, before.since, details_of(extent.limit), (before.declined - self.asked) | declined)


def _extent(scope: Scope, details: Details | None) -> Extent:
    """What limits are about: the rights on resources. What is told of the user has none."""
    return Extent(scope - IDENTITY_SCOPES, limit_of(details))


@dataclass(frozen=True, slots=True)
class AuthorizedApplication:
    """An application that may act for a user, as that user sees it."""

    application_id: int
    name: str
    description: str
    owner: str  # the account's name
    scope: Scope
    since: int
    last_used_at: int | None
    pieces: tuple[tuple[Scope, Details | None], ...] = ()  # of what the scope is made: each with its own limits
    on_device: bool = False  # some of it was given to a device
    initiate_login_uri: str = ""  # where it begins a sign-in by itself (OpenID Connect Core §4)


@dataclass(frozen=True, slots=True)
class ApplicationForm:
    """What a person says of an application when making or editing it."""

    name: str
    description: str
    redirect_uris: tuple[str, ...]
    confidential: bool = True
    grant_types: frozenset[str] | None = None  # None: what its kind gives by default
    own_scope: Scope = frozenset()  # what it may do as itself
    resource_server: bool = False
    optional_scope: Scope = frozenset()  # what people may leave out when it asks
    settings: ClientSettings = DEFAULT


@dataclass(frozen=True, slots=True)
class Application:
    """An OAuth2 application as its owner sees it."""

    id: int
    provider_id: int
    account_id: int
    account_name: str
    name: str
    description: str
    redirect_uris: tuple[str, ...]
    confidential: bool
    grant_types: frozenset[str]
    own_scope: Scope
    resource_server: bool
    created_at: int
    created_by: str  # the user's name
    secret_created_at: int | None
    users: int  # how many users have authorized it
    disabled: bool
    optional_scope: Scope = frozenset()
    settings: ClientSettings = DEFAULT
    document_url: str | None = None  # the client_id of an application that a document describes


@dataclass(frozen=True, slots=True)
class UserToken:
    """A user's own token as its list shows it."""

    id: int
    name: str
    scope: Scope
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    revoked_at: int | None
    details: Details | None = None  # what the scope is limited to


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as the operator's list shows it."""

    user: User
    provider_host: str
    memberships: tuple[tuple[str, str, str], ...]  # account name, role, access
    created_at: int


@dataclass(frozen=True, slots=True)
class Stale:
    """Which rows of a table have had their time, and where in the table they can be."""

    table: str
    before: int  # they all have ids less than this one
    expired: int  # they expired at this time or earlier
    ended: int  # or they, or their grant, were ended at this time or earlier


@dataclass(frozen=True, slots=True)
class Swept:
    """What became of one stretch of a table."""

    reached: int | None  # the last id of the stretch; None: nothing comes after it that could be stale
    removed: Mapping[str, int]  # how many rows have left, by table


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to an account, as those with full access see it."""

    user: User
    role: Role
    access: Access
    since: int | None  # None: before this was noted
    disabled_at: int | None  # in this account
    granted: int  # on how many resources something was granted


@dataclass(frozen=True, slots=True)
class ResourceGroup:
    """Resources of one account under a name, for picking them together. It grants nothing by itself."""

    id: int
    name: str
    resource_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody asked to come into an account as a guest."""

    id: int
    account: Account
    email: str
    access: Access
    rights: Mapping[int, Scope]  # on each resource, by its id; nothing where access is full
    invited_by: str  # the user's name
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation to be stored."""

    id: int
    digest: bytes
    email: str
    access: Access
    rights: Mapping[int, Scope]
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be sent. Nothing in it but an invitation's link is secret, and that one is never stored."""

    id: int
    recipient: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail that waits, claimed by whoever was handed it."""

    mail: Mail
    provider_id: int
    provider_name: str
    tries: int  # this one included


@dataclass(frozen=True, slots=True)
class Reaching:
    """A user's token, or an application that a user authorized, or one that acts as itself: what can reach resources.
    Which of them, and with which rights, the holdings say."""

    id: int  # of the token or the application
    name: str
    user: User | None  # None: an application of this account, acting as itself
    made_by: str  # the application's account; "" for a user's own token
    pieces: tuple[tuple[Scope, Details | None], ...]  # each scope with its limits; what any allows is allowed
    since: int
    last_used_at: int | None
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class AccountReach:
    """What could reach an account: who holds what of it, their tokens, and the applications that act for them."""

    members: Mapping[int, Role]  # by user id; nobody who is disabled
    holdings: Mapping[int, Sequence[Holding]]  # what each of them holds of this account
    everything: Sequence[Holding]  # as an application that acts as itself holds it
    tokens: Sequence[Reaching]
    applications: Sequence[Reaching]
    elsewhere: frozenset[int]  # the members who belong to other accounts as well


@dataclass(frozen=True, slots=True)
class CameraRow:
    """What is stored of a camera, or how it comes where nothing was."""

    provider_id: int
    resource_id: int
    name: str
    driver: str
    settings: Mapping[str, Any]
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording."""

    id: int
    provider_id: int
    resource_id: int
    started_at: int
    ended_at: int
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened at a camera."""

    id: int
    provider_id: int
    resource_id: int
    kind: str
    at: int
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time and where in it a page begins, the newest first."""

    since: int | None = None  # from then on
    until: int | None = None  # before then
    before: tuple[int, int] | None = None  # after the row of this time and id, as the page goes


@value
class HeldToken:
    """The token in a caller's hand: what has to go on for anything that the caller began to go on."""

    kind: Kind
    id: int
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class LiveViewRow:
    """Somebody watches a camera live."""

    id: int
    provider_id: int
    resource_id: int
    digest: bytes
    user_id: int | None
    access_token_id: int | None  # with which it was begun, or
    user_token_id: int | None  # the user's own, or neither: in the portal
    scope: Scope
    created_at: int
    expires_at: int


@value
class ResourceServer:
    """An application that guards an API, and the URIs that the API is called by (RFC 8707)."""

    id: int
    uris: tuple[str, ...]
    access_token_format: str


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair that a provider signs with. Times are UTC epoch seconds."""

    id: int
    provider_id: int
    algorithm: str
    number: int  # among those of its algorithm, from 1 on
    public_key: str  # a JWK, as JSON
    private_key: bytes = field(repr=False)  # sealed
    created_at: int
    used_from: int

    @property
    def jwk(self) -> Mapping[str, object]:
        """The public key as a member of a JWK Set (RFC 7517 §5)."""
        members: Mapping[str, object] = json.loads(self.public_key)
        return members


# How a grant came about, where it was not by a code.
BY_DEVICE, BY_EXCHANGE, BY_ASSERTION = "device", "exchange", "assertion"


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to be stored that gives one token, and what it may not outlive: the grant of another token, or a user's
    own token, if either."""

    id: int
    user_id: int | None
    application_id: int
    scope: Scope
    details: str | None  # what the scope is limited to, as it is stored
    context: GrantContext
    way: str
    subject_grant_id: int | None = None
    subject_token_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewDeviceCode:
    """A device authorization to be stored. `interval` in seconds."""

    id: int
    digest: bytes
    user_code_digest: bytes
    request: AuthorizationRequest
    address: str  # where the device asked from
    created_at: int
    expires_at: int
    interval: int


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device that waits for somebody to let it in."""

    id: int
    request: AuthorizationRequest
    address: str
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class InitialToken:
    """What lets whoever holds it register applications of an account (RFC 7591 §3)."""

    id: int
    provider_id: int
    account_id: int
    created_by: int  # the user
    name: str
    created_at: int
    expires_at: int
    last_used_at: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """When a document was read, and until when what was read is good without asking again."""

    fetched_at: int
    fresh_until: int
    etag: str | None = None  # by which its server knows what was read (RFC 9110 §8.8.3)


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """The application that a document describes, as it was read last."""

    application_id: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Fetched:
    """What another server answered, whatever its status: a redirect is one as well, and is not followed."""

    status: int
    headers: Mapping[str, str]  # their names in lower case
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FetchFault:
    """Why another server was not asked, or gave no answer. The reason is for the operator and for whoever owns the
    address: told to just anybody, it would let them explore the operator's network."""

    reason: str  # our words; nothing of the address
    for_good: bool = False  # asking again will not help, before somebody changes something


@dataclass(frozen=True, slots=True)
class DueNotice:
    """An application that has yet to hear that somebody has signed out, claimed by whoever was handed it."""

    application_id: int
    provider: Provider
    client_id: str  # of the application, on the wire
    settings: ClientSettings
    user_id: int
    session_id: int
    tries: int  # this one included
