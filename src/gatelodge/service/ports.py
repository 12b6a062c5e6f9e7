"""What the use cases need from a store, a few calls each. Every call that reads or changes something of a provider
takes the provider's id and finds nothing of another's."""

from collections.abc import Sequence
from typing import Protocol

from gatelodge.identity.effective import Holding
from gatelodge.identity.people import Access, Account, Membership, Role, User
from gatelodge.identity.provider import Provider
from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.client import Client
from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.introspection import TokenState
from gatelodge.protocol.refresh_grant import RefreshToken
from gatelodge.protocol.revocation import Owned
from gatelodge.protocol.scope import Scope
from gatelodge.service.records import (
    Application,
    ApplicationForm,
    AuthorizedApplication,
    BearerRow,
    Consent,
    Granted,
    NewCode,
    NewToken,
    Session,
    Stale,
    Swept,
    UserRow,
    UserToken,
    Waiting,
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


class ProviderStore(Protocol):
    """Providers, by the host that requests name."""

    async def by_host(self, host: str) -> Provider | None:
        """The provider that answers at `host`."""

    async def all(self) -> Sequence[Provider]:
        """Every provider of the installation, oldest first."""

    async def create(self, provider: Provider) -> None:
        """Store a provider. Raises AlreadyExists where its host is taken."""


class PeopleStore(Protocol):
    """Accounts, users and memberships."""

    async def by_email(self, provider_id: int, email: str) -> User | None:
        """The user with this e-mail address, spelled normally."""

    async def password_hash(self, provider_id: int, email: str) -> tuple[User, str] | None:
        """The user and the hash to hold a password against."""

    async def memberships(self, provider_id: int, user_id: int) -> Sequence[Membership]:
        """The accounts that a user belongs to, and as what."""

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

    async def set_password(self, provider_id: int, user_id: int, password_hash: str) -> None:
        """Replace a password and end every session that the old one began."""

    async def set_disabled(self, provider_id: int, user_id: int, *, disabled: bool, now: int) -> None:
        """Switch a user off (sessions end, tokens stop) or on again."""


class SessionStore(Protocol):
    """Sessions of signed-in browsers."""

    async def create(self, session: Session, digest: bytes) -> None:
        """Store a session."""

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> Session | None:
        """The live session of a user who is not disabled."""

    async def end(self, provider_id: int, session_id: int) -> None:
        """Sign a browser out."""


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
        *,
        now: int,
    ) -> bool:
        """In one transaction: end the wait of the request, remember the consent, begin the grant `code.grant_id` and
        store the code. False, and nothing stored, where somebody else answered the request first."""

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
        """Change name, description, redirect URIs and what people may leave out."""

    async def replace_secret(self, provider_id: int, application_id: int, secret: Presented, *, now: int) -> None:
        """Make `secret` the application's only one."""

    async def set_disabled(self, provider_id: int, application_id: int, *, disabled: bool, now: int) -> None:
        """Switch an application off (its tokens stop) or on again."""

    async def delete(self, provider_id: int, application_id: int) -> None:
        """Remove an application with its secrets, consents and grants, and so every token that it holds."""


class UserTokenStore(Protocol):
    """Tokens that users make for themselves."""

    async def create(self, user: User, token: UserToken, digest: bytes) -> None:
        """Store a token."""

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


class ResourceStore(Protocol):
    """The things that rights are about."""

    async def add(self, provider_id: int, resource_id: int, account_id: int, name: str) -> None:
        """Add a resource to an account."""

    async def grant(self, provider_id: int, resource_id: int, user_id: int, rights: Scope) -> None:
        """Let a partial-access user have exactly `rights` on a resource, whatever it was before."""


class SweepStore(Protocol):
    """The tables that rows leave by themselves when they have had their time. This one call knows no providers."""

    async def sweep(self, stale: Stale, after: int, most: int) -> Swept:
        """Look at the next `most` rows whose ids are greater than `after`, and take those away that are stale. A row
        that another node is working on is left to it, and to the next time."""
