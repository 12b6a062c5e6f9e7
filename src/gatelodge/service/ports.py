"""What the use cases need from a store, a few calls each. Every call that reads or changes something of a provider
takes the provider's id and finds nothing of another's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from gatelodge.identity.effective import Holding
from gatelodge.identity.membership import Change, Refusal
from gatelodge.identity.people import Access, Account, Membership, Role, User
from gatelodge.identity.provider import Provider
from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.client import Client
from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.device_grant import DeviceCode
from gatelodge.protocol.grant_management import GrantState
from gatelodge.protocol.introspection import TokenState
from gatelodge.protocol.issuance import GrantContext
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.refresh_grant import RefreshToken
from gatelodge.protocol.revocation import Owned
from gatelodge.protocol.scope import Scope
from gatelodge.service.records import (
    AccountReach,
    Application,
    ApplicationForm,
    AuthorizedApplication,
    BearerRow,
    CameraRow,
    Consent,
    DueMail,
    DueNotice,
    EventRow,
    Fetched,
    FetchFault,
    Granted,
    InitialToken,
    Invitation,
    KnownDocument,
    LiveViewRow,
    Mail,
    Member,
    NewCode,
    NewDeviceCode,
    NewGrant,
    NewInvitation,
    NewToken,
    Period,
    Person,
    Reading,
    RecordingRow,
    ResourceGroup,
    ResourceServer,
    Session,
    SigningKey,
    Stale,
    Swept,
    UserRow,
    UserToken,
    Waiting,
    WaitingDevice,
)


class StoreUnavailable(Exception):
    """The database can't be reached, is full or read-only just now: answer 503 and try again later."""


class AlreadyExists(Exception):
    """What was to be stored is there already: a clash of ids (mint anew) or of a name that must be the only one."""


class NotThere(Exception):
    """What was to be stored belongs to something that is not there: it was just removed, or is another provider's."""


class TokenStore(Protocol):
    """The hot path: at most one read and one write for each request, group-committed."""

    async def find_client(self, provider_id: int, client_id: int, secret_id: int | None) -> Client | None:
        """The application, with the digest of that one of its secrets."""

    async def find_code(
        self, provider_id: int, client_id: int, secret_id: int | None, code_id: int
    ) -> tuple[Client | None, Code | None]:
        """The application and the code, whoever's it is, in one read."""

    async def find_refresh_token(
        self, provider_id: int, client_id: int, secret_id: int | None, token_id: int
    ) -> tuple[Client | None, RefreshToken | None]:
        """The application and the refresh token, whoever's it is, in one read."""

    async def redeem_code(self, code_id: int, access: NewToken, refresh: NewToken | None, *, now: int) -> bool:
        """Use the code of `access`'s provider up and store what it gives, together. True for exactly one caller; every
        other one is a replay (RFC 6749 §4.1.2). Raises AlreadyExists where a token's id is taken."""

    async def rotate(self, token_id: int, access: NewToken, successor: NewToken) -> bool:
        """Put `successor` in the refresh token's place and store `access`, together. True for exactly one caller.
        Raises AlreadyExists where an id is taken."""

    async def find_state(
        self, provider_id: int, client_id: int, secret_id: int | None, presented: Presented | None
    ) -> tuple[Client | None, TokenState | None]:
        """The application that asks and what stands behind the token that it asks about, in one read."""

    async def add_access_token(self, access: NewToken) -> None:
        """Store an access token. Raises AlreadyExists where its id is taken."""

    async def find_bearer(self, provider_id: int, presented: Presented) -> BearerRow | None:
        """What stands behind an access token or a user token."""

    async def find_owned(self, provider_id: int, presented: Presented) -> Owned | None:
        """Whose token this is: access, refresh or user token."""

    async def revoke_grant(self, provider_id: int, grant_id: int, *, now: int) -> None:
        """End a grant and with it every token it gave, at once."""

    async def revoke_user_token(self, provider_id: int, token_id: int, *, now: int) -> None:
        """End a user token."""

    async def revoke_access_token(self, provider_id: int, token_id: int) -> None:
        """End one access token, and nothing else of its grant."""

    def note_use(self, provider_id: int, presented: Presented, holder_id: int, *, now: int) -> None:
        """Note that a token was used, some time soon; nobody waits for it."""


class ClientSecretStore(Protocol):
    """Secrets of applications that have to be known again."""

    async def sealed(self, provider_id: int, application_id: int) -> Sequence[tuple[int, bytes]]:
        """What was sealed of the application's secrets, each with its id."""

    async def seal(self, provider_id: int, secret_id: int, sealed: bytes) -> None:
        """Keep a secret, sealed. It goes with the secret, or when its application proves in another way who it is."""


class ReplayStore(Protocol):
    """One-time identifiers that were seen: of client assertions, proofs and request objects."""

    async def first(self, provider_id: int, digest: bytes, expires_at: int) -> bool:
        """True for exactly one caller with these values, on all nodes together, until the sweeper takes the row away,
        some time after `expires_at` (UTC epoch seconds). That time has to come from what was shown, so that what
        is shown again meets its row."""


class ProviderStore(Protocol):
    """Providers, by the host that requests name."""

    async def by_host(self, host: str) -> Provider | None:
        """The provider that answers at `host`."""

    async def all(self) -> Sequence[Provider]:
        """Every provider of the installation, oldest first."""

    async def create(self, provider: Provider) -> None:
        """Store a provider. Raises AlreadyExists where its host is taken."""

    async def set_policy(self, provider_id: int, policy: Policy, *, query_credentials: bool) -> None:
        """Put a provider's switches as they are from now on."""


class SigningKeyStore(Protocol):
    """The keys that providers sign with."""

    async def of_provider(self, provider_id: int) -> Sequence[SigningKey]:
        """A provider's keys, oldest first."""

    async def add(self, key: SigningKey) -> None:
        """Store a key. Raises AlreadyExists where its number is taken."""

    async def remove(self, provider_id: int, key_ids: Sequence[int]) -> None:
        """Forget keys of a provider's."""


class PeopleStore(Protocol):
    """Accounts, users and memberships."""

    async def by_email(self, provider_id: int, email: str) -> User | None:
        """The user with this e-mail address, spelled normally."""

    async def password_hash(self, provider_id: int, email: str) -> tuple[User, str] | None:
        """The user and the hash to hold a password against."""

    async def person(self, provider_id: int, user_id: int) -> Person | None:
        """A user who is not disabled, with what applications can be told of them."""

    async def memberships(self, provider_id: int, user_id: int) -> Sequence[Membership]:
        """The accounts that a user belongs to, and as what; none in which the user is disabled."""

    async def create_account(self, account: Account, *, now: int) -> None:
        """Store an account. Raises AlreadyExists where the provider has one of that name."""

    async def accounts(self, provider_id: int) -> Sequence[Account]:
        """A provider's accounts by name."""

    async def create_user(
        self, user: User, password_hash: str, account_id: int, role: Role, access: Access, *, now: int
    ) -> None:
        """Store a user as a member of one account. Raises AlreadyExists where the e-mail address is taken."""

    async def users(self, provider_id: int) -> Sequence[UserRow]:
        """A provider's users by e-mail address."""

    async def set_password(self, provider_id: int, user_id: int, password_hash: str, *, now: int) -> None:
        """Replace a password and end every session that the old one began, as `SessionStore.end` does."""

    async def set_disabled(self, provider_id: int, user_id: int, *, disabled: bool, now: int) -> None:
        """Switch a user off (sessions end, tokens stop) or on again."""


class SessionStore(Protocol):
    """Sessions of signed-in browsers."""

    async def create(self, session: Session, digest: bytes) -> None:
        """Store a session."""

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> Session | None:
        """The live session of a user who is not disabled."""

    async def renew(self, session: Session, digest: bytes) -> bool:
        """Have a session go on with another secret, since its user has just signed in again; False where it has
        ended."""

    async def end(self, provider_id: int, session_id: int, *, now: int) -> None:
        """Sign a browser out. In the same transaction the applications that were signed in to by the session and want
        to hear of its end get a notice, and the grants end that were to last as long as it does: those with `openid`
        and without `offline_access`."""


class RequestStore(Protocol):
    """Authorization requests that wait for their users."""

    async def add(
        self,
        provider_id: int,
        request_id: int,
        digest: bytes,
        request: AuthorizationRequest,
        *,
        expires_at: int,
    ) -> None:
        """Keep a request."""

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> Waiting | None:
        """The request, if it still waits."""

    async def bind(self, provider_id: int, request_id: int, browser: bytes) -> bool:
        """Tie the request to a browser; False where it was tied to one before."""

    async def signed_in(self, provider_id: int, request_id: int, session_id: int) -> None:
        """Note that this session was begun for the request."""

    async def take(self, provider_id: int, request_id: int) -> bool:
        """End the wait. True for exactly one caller."""


class PushedRequestStore(Protocol):
    """Authorization requests that applications have sent ahead (RFC 9126)."""

    async def add(
        self,
        provider_id: int,
        application_id: int,
        presented: Presented,
        parameters: Mapping[str, str],
        *,
        expires_at: int,
    ) -> None:
        """Keep a request."""

    async def find(
        self, provider_id: int, application_id: int, presented: Presented, *, now: int
    ) -> Mapping[str, str] | None:
        """The request's parameters, if it is this application's, was not used and has not expired."""

    async def take(self, provider_id: int, request_id: int) -> bool:
        """Use the request up. True for exactly one caller, also when it has expired since it was found."""


class ConsentStore(Protocol):
    """What users have allowed applications."""

    async def find(self, provider_id: int, user_id: int, client_id: int) -> Consent | None:
        """What is remembered of what the user decided when the application asked."""

    async def allow(
        self,
        provider_id: int,
        request_id: int,
        user_id: int,
        client_id: int,
        granted: Granted,
        code: NewCode,
        mails: Sequence[Mail] = (),
        *,
        now: int,
    ) -> bool:
        """In one transaction: end the wait of the request, remember the consent, begin the grant `code.grant_id`, store
        the code and the mails that tell of it. False, and nothing stored, where somebody else answered the request
        first."""

    async def of_user(self, provider_id: int, user_id: int) -> Sequence[AuthorizedApplication]:
        """The applications that may act for the user, by name; each with all that it was given and that still holds, or
        that it would be given without asking."""

    async def end(self, provider_id: int, user_id: int, client_id: int, *, now: int) -> bool:
        """Forget the consent and end every grant that the user gave the application. False where there was none."""


class ApplicationStore(Protocol):
    """OAuth2 applications, as the protocol and as their owners see them."""

    async def client(self, provider_id: int, client_id: int) -> tuple[Client, str] | None:
        """The application as the protocol sees it, with its redirect URIs, and the name of the owning account."""

    async def of_accounts(self, provider_id: int, account_ids: Sequence[int]) -> Sequence[Application]:
        """The applications of these accounts, by name."""

    async def all(self, provider_id: int) -> Sequence[Application]:
        """A provider's applications by name."""

    async def find(self, provider_id: int, application_id: int) -> Application | None:
        """One application."""

    async def resource_servers(self, provider_id: int) -> Sequence[ResourceServer]:
        """The provider's resource servers that are not switched off and that are called something, oldest first."""

    async def create(
        self,
        provider_id: int,
        application_id: int,
        account_id: int,
        user_id: int,
        form: ApplicationForm,
        secret: Presented | None,
        own_grant_id: int | None,
        *,
        now: int,
    ) -> None:
        """Store an application, with its first secret where it is confidential, and with the grant `own_grant_id` where
        it may act as itself. `form.grant_types` says all that it may do."""

    async def update(self, provider_id: int, application_id: int, form: ApplicationForm) -> None:
        """Change name, description, redirect URIs, settings and what people may leave out; with `form.grant_types`,
        also what it may do, and whether it is confidential."""

    async def replace_secret(self, provider_id: int, application_id: int, secret: Presented, *, now: int) -> None:
        """Make `secret` the application's only one."""

    async def set_disabled(self, provider_id: int, application_id: int, *, disabled: bool, now: int) -> None:
        """Switch an application off (its tokens stop) or on again."""

    async def delete(self, provider_id: int, application_id: int) -> None:
        """Remove an application with its secrets, consents and grants, and so every token that it holds."""


class UserTokenStore(Protocol):
    """Tokens that users make for themselves."""

    async def create(self, user: User, token: UserToken, digest: bytes, mails: Sequence[Mail] = ()) -> None:
        """Store a token, and the mails that tell of it."""

    async def of_user(self, provider_id: int, user_id: int) -> Sequence[UserToken]:
        """The user's tokens that are not revoked, newest first."""

    async def revoke(self, provider_id: int, user_id: int, token_id: int, *, now: int) -> UserToken | None:
        """End one of the user's tokens; None where the user has no such live token."""


class HoldingStore(Protocol):
    """What callers hold: the one read of each call of a protected resource."""

    async def of_user(self, provider_id: int, user_id: int) -> Sequence[Holding]:
        """Every resource of every account that the user belongs to and has anything to do with, by name."""

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[Holding]:
        """Every resource of one account, by name, as somebody with full access holds it."""

    async def one_of_user(self, provider_id: int, user_id: int, resource_id: int) -> Holding | None:
        """One of those that `of_user` gives."""

    async def one_of_account(self, provider_id: int, account_id: int, resource_id: int) -> Holding | None:
        """One of those that `of_account` gives."""


class ResourceStore(Protocol):
    """The things that rights are about."""

    async def add(self, provider_id: int, resource_id: int, account_id: int, name: str) -> None:
        """Add a resource to an account."""

    async def grant(self, provider_id: int, resource_id: int, user_id: int, rights: Scope) -> None:
        """Let a partial-access user have exactly `rights` on a resource, whatever it was before."""

    async def rename(self, provider_id: int, resource_id: int, name: str) -> None:
        """Give a resource another name."""


class SweepStore(Protocol):
    """The tables that rows leave by themselves when they have had their time. This one call knows no providers."""

    async def sweep(self, stale: Stale, after: int, most: int) -> Swept:
        """Look at the next `most` rows whose ids are greater than `after`, and take those away that are stale. A row
        that another node is working on is left to it, and to the next time."""


class MemberStore(Protocol):
    """Who belongs to an account. What changes it takes who asks for it (`actor_id`, None: the operator), and decides in
    one transaction by identity.membership.refusal, so that of people who act on each other at the same moment one comes
    first."""

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[Member]:
        """Everybody who belongs to the account: owners first, then by name."""

    async def rights(self, provider_id: int, account_id: int, user_id: int) -> Mapping[int, Scope]:
        """What a user was granted on the account's resources, by their ids."""

    async def add(
        self, provider_id: int, account_id: int, user_id: int, role: Role, access: Access, *, now: int
    ) -> None:
        """Let a user belong to the account. Raises AlreadyExists where they do, NotThere."""

    async def set_access(
        self,
        provider_id: int,
        account_id: int,
        actor_id: int | None,
        user_id: int,
        access: Access,
        rights: Mapping[int, Scope],
    ) -> Refusal | None:
        """Give a person this access and exactly these rights, whatever they had in the account before."""

    async def change(
        self, provider_id: int, account_id: int, actor_id: int | None, user_id: int, change: Change, *, now: int
    ) -> Refusal | None:
        """Disable, enable or remove a person, in this account alone. Who loses their say there has their invitations
        withdrawn with it."""


class GroupStore(Protocol):
    """Groups of an account's resources. What changes one takes who asks for it, and does nothing where they have no
    full access at that moment."""

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[ResourceGroup]:
        """The account's groups by name."""

    async def put(self, provider_id: int, account_id: int, actor_id: int, group: ResourceGroup) -> bool:
        """Store a group, or change the one with its id. Raises AlreadyExists where another one has its name."""

    async def delete(self, provider_id: int, account_id: int, actor_id: int, group_id: int) -> bool:
        """Remove a group; what was granted stays."""


class InvitationStore(Protocol):
    """Invitations that wait for somebody to come."""

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[Invitation]:
        """The account's invitations, newest first; expired ones for as long as they are kept."""

    async def create(
        self, provider_id: int, account_id: int, actor_id: int, new: NewInvitation, *, most: int
    ) -> Refusal | None:
        """Store an invitation in place of any other to the same address; not more than `most` in the account."""

    async def mailed(self, provider_id: int, invitation_id: int, *, now: int) -> None:
        """Note that the mail server took the mail with the link, which nobody else was shown. Whoever then accepts has
        shown that mail to the address reaches them."""

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> Invitation | None:
        """The invitation whose link this is, while it holds: neither used, withdrawn nor expired, and whoever sent it
        still has full access."""

    async def accept(self, provider_id: int, presented: Presented, user_id: int, *, now: int) -> bool:
        """Use the invitation up and let the user in. True for exactly one caller. Who belongs to the account already
        stays what they are."""

    async def accept_as_new(
        self, provider_id: int, presented: Presented, user: User, password_hash: str, *, now: int
    ) -> bool:
        """The same for somebody who becomes a user by it. Raises AlreadyExists where the address has one."""

    async def withdraw(self, provider_id: int, account_id: int, actor_id: int, invitation_id: int) -> bool:
        """Take an invitation back; False where there is none, or whoever asks has no full access."""


class MailStore(Protocol):
    """Mails that have yet to leave. They are stored with what they tell of, by the stores of that."""

    async def claim(self, *, lease: int, now: int) -> DueMail | None:
        """The mail, of any provider, that is due the longest: nobody else is handed it in the next `lease` seconds."""

    async def sent(self, provider_id: int, mail_id: int) -> None:
        """Forget a mail: the mail server has it, or nobody will ever take it."""

    async def put_off(self, provider_id: int, mail_id: int, *, until: int) -> None:
        """Try again at that time."""


class ReachStore(Protocol):
    """What can reach an account."""

    async def of_account(self, provider_id: int, account_id: int, *, now: int) -> AccountReach:
        """Everything that could reach the account's resources, in a fixed number of queries."""


class MailRefused(Exception):
    """The mail server will never take this mail; the text says what it answered, and nothing of the mail."""


class MailUnavailable(Exception):
    """The mail server can't be reached, or takes no mail just now; the text says what happened."""


class Postman(Protocol):
    """Hands mails to the mail server."""

    async def send(self, provider_name: str, mail: Mail) -> None:
        """Hand one over. Raises MailRefused, MailUnavailable."""


class CameraStore(Protocol):
    """What is stored of cameras. Every resource is one; of most of them nothing was ever stored."""

    async def of(self, provider_id: int, resource_ids: Sequence[int]) -> Mapping[int, CameraRow]:
        """These cameras, by id."""

    async def change(self, provider_id: int, resource_id: int, change: Callable[[CameraRow], CameraRow]) -> CameraRow:
        """Put what `change` makes of the camera's settings and state in their place, in one transaction, and return
        it. Raises NotThere where the provider has no such camera."""

    async def after(self, resource_id: int, most: int) -> Sequence[CameraRow]:
        """The next `most` cameras by id, whatever provider they belong to."""


class EventStore(Protocol):
    """What happened at cameras."""

    async def add(self, events: Sequence[EventRow]) -> None:
        """Store events; one whose camera, kind and second are there already is passed over, and so is one whose camera
        is not there. `id` is taken as it is."""

    async def latest(
        self, provider_id: int, resource_ids: Sequence[int], kinds: Sequence[str] | None, period: Period, most: int
    ) -> Sequence[EventRow]:
        """The newest events of these cameras, of any kind or of these kinds."""

    async def latest_each(
        self, provider_id: int, resource_ids: Sequence[int], most: int
    ) -> Mapping[int, Sequence[EventRow]]:
        """The newest few events of each of these cameras."""


class RecordingStore(Protocol):
    """What cameras recorded."""

    async def add(self, recordings: Sequence[RecordingRow]) -> None:
        """Store recordings; one whose camera and beginning are there already is passed over, and so is one whose
        camera is not there."""

    async def latest(self, provider_id: int, resource_id: int, period: Period, most: int) -> Sequence[RecordingRow]:
        """The newest recordings of a camera, by when they began."""

    async def find(self, provider_id: int, recording_id: int) -> RecordingRow | None:
        """One recording."""

    async def delete(self, provider_id: int, recording_id: int, *, now: int) -> bool:
        """Delete it. True for exactly one caller."""


class LiveViewStore(Protocol):
    """Who watches live."""

    async def add(self, view: LiveViewRow, most: int) -> bool:
        """Store a live view; False, and nothing stored, where its user or token has `most` that have not expired."""

    async def find(self, provider_id: int, view_id: int, *, now: int) -> LiveViewRow | None:
        """A live view that has not expired, of a user who is not switched off."""

    async def end(self, provider_id: int, view_id: int) -> bool:
        """End it. True for exactly one caller."""


class LoneGrantStore(Protocol):
    """Grants that give one token, and go with it."""

    async def add(self, provider_id: int, grant: NewGrant, access: NewToken, *, now: int) -> bool:
        """Begin the grant and store its token, together. False, and nothing stored, where it came of an assertion and
        the consent that it rests on is there no more. Raises AlreadyExists where an id is taken, NotThere where the
        user or the application is not there."""


class InitialTokenStore(Protocol):
    """Initial access tokens."""

    async def create(self, token: InitialToken, digest: bytes) -> None:
        """Store one. Raises AlreadyExists where its id is taken, NotThere where its account is none of the
        provider's."""

    async def of_accounts(self, provider_id: int, account_ids: Sequence[int]) -> Sequence[InitialToken]:
        """Those of these accounts, the newest first."""

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> InitialToken | None:
        """The one that was shown, if it is still good, and whoever made it still has full access to its account."""

    async def used(self, provider_id: int, token_id: int, *, now: int) -> None:
        """Note that it was used."""

    async def revoke(self, provider_id: int, account_ids: Sequence[int], token_id: int) -> InitialToken | None:
        """End one of these accounts'; what was registered with it stays. None where they have no such one."""


class DocumentStore(Protocol):
    """Applications that documents describe."""

    async def find(self, provider_id: int, url: str) -> KnownDocument | None:
        """The application that the document at `url` describes."""

    async def put(
        self, provider_id: int, application_id: int, account_id: int, url: str, form: ApplicationForm, reading: Reading
    ) -> int:
        """Make the application be as the document says, and remember when it was read: one that is known is changed,
        else it is made, with the id `application_id`. Its id. Raises AlreadyExists where somebody else made it at the
        same time, NotThere where the account isn't."""

    async def read_again(self, provider_id: int, application_id: int, reading: Reading) -> None:
        """Remember that the document was found as it was."""


class DeviceCodeStore(Protocol):
    """Devices that wait for somebody to let them in."""

    async def add(self, provider_id: int, new: NewDeviceCode) -> None:
        """Store one. Raises AlreadyExists where its id or its user code is taken."""

    async def waiting(self, provider_id: int, user_codes: Sequence[bytes], *, now: int) -> WaitingDevice | None:
        """The device that shows the user code of one of these digests, if nobody has answered it yet."""

    async def find(self, provider_id: int, device_code_id: int) -> DeviceCode | None:
        """The device code, whoever's it is, with what became of it."""

    async def polled(self, provider_id: int, device_code_id: int, interval: int, *, now: int) -> None:
        """Note that the device asked, and how long it is to wait from then on."""

    async def allow(
        self,
        provider_id: int,
        device_code_id: int,
        user_id: int,
        client_id: int,
        granted: Granted,
        grant_id: int,
        context: GrantContext,
        mails: Sequence[Mail] = (),
        *,
        now: int,
    ) -> bool:
        """In one transaction: answer the device with yes, remember the consent, begin the grant and store the mails
        that tell of it. False, and nothing stored, where it was answered before or has expired."""

    async def deny(self, provider_id: int, device_code_id: int, user_id: int, *, now: int) -> bool:
        """Answer the device with no. True for exactly one caller."""

    async def redeem(self, device_code_id: int, access: NewToken, refresh: NewToken | None, *, now: int) -> bool:
        """Use the device code of `access`'s provider up and store what it gives, together. True for exactly one caller.
        Raises AlreadyExists where a token's id is taken."""


class Outbound(Protocol):
    """Asks other servers, at addresses that anybody may have named: https at public addresses, besides what the
    operator allowed. No redirect is followed, nothing is kept between two questions, and each takes seconds at most."""

    async def get(self, url: str, *, accept: str, most_bytes: int, etag: str | None = None) -> Fetched | FetchFault:
        """What stands there; `accept` names the media types that are wanted. A longer answer is a fault. With the
        `etag` of what is known, the answer may be a 304 without a body (RFC 9110 §13.1.2)."""

    async def post_form(self, url: str, fields: Mapping[str, str]) -> Fetched | FetchFault:
        """Send a form there. Of the answer nothing but status and headers is read; its body is empty."""


class LogoutNoticeStore(Protocol):
    """Applications that have yet to hear that somebody has signed out. The notices are stored with what they tell of,
    by whatever ends sessions."""

    async def claim(self, *, session_id: int | None, most: int, lease: int, now: int) -> Sequence[DueNotice]:
        """Up to `most` notices that are due, of any provider, the longest first; with a `session_id` only of that one's
        end. Nobody else is handed them in the next `lease` seconds."""

    async def told(self, provider_id: int, session_id: int, application_id: int) -> None:
        """Forget a notice: the application has heard it, or never will."""

    async def put_off(self, provider_id: int, session_id: int, application_id: int, *, until: int) -> None:
        """Try again at that time."""


class GrantStore(Protocol):
    """What users have given applications, grant by grant."""

    async def of_user(self, provider_id: int, user_id: int, application_id: int | None) -> Sequence[GrantState]:
        """The user's grants that hold, newest first; with an application, only those that it was given."""

    async def end(self, provider_id: int, user_id: int, application_id: int | None, grant_id: int, *, now: int) -> bool:
        """End one of those; False where there is none. With an application's last one goes what is remembered of the
        user's consent, so that it has to ask again."""
