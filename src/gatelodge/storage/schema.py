"""Every table. Migrations bring a database here; a test holds the two against each other.

Every row says which provider it belongs to, and a composite foreign key refuses a row that ties two providers
together. Keys are time-ordered 63-bit ids made by us, never by the database, so that nodes share no sequence.
Times are UTC epoch seconds.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# On SQLite only a column declared INTEGER is the table's own key; any other one costs a second tree.
_ROW_KEY = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", _ROW_KEY, primary_key=True, autoincrement=False)


def _provider() -> Column[int]:
    return Column("provider_id", BigInteger, ForeignKey("providers.id"), nullable=False)


def _key(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=primary_key, autoincrement=False, nullable=False)


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _digest(name: str = "digest", *, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary(32), nullable=nullable)


def _authorization_details() -> Column[str]:
    """What the scope is limited to, as JSON (RFC 9396); none: to nothing, all resources, those of the future too."""
    return Column("authorization_details", Text, nullable=True)


def _members(name: str) -> Column[str]:
    """A value of ours as JSON (protocol/members.py); none: it says nothing but the default."""
    return Column(name, Text, nullable=True)


def _within_provider(column: str, table: str) -> ForeignKeyConstraint:
    """A reference that can only be to a row of the same provider; it goes when that row goes."""
    return ForeignKeyConstraint(["provider_id", column], [f"{table}.provider_id", f"{table}.id"], ondelete="CASCADE")


def _reachable() -> UniqueConstraint:
    """What lets other tables refer to a row together with its provider."""
    return UniqueConstraint("provider_id", "id")


providers = Table(
    "providers",
    metadata,
    _id(),
    Column("host", String(253), nullable=False, unique=True),
    Column("origin", String(300), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("accent", String(7), nullable=False),
    Column("query_credentials", Boolean, nullable=False, server_default=true()),
    _members("policy"),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    _provider(),
    Column("name", String(80), nullable=False),
    _time("created_at"),
    _reachable(),
    UniqueConstraint("provider_id", "name"),
)

users = Table(
    "users",
    metadata,
    _id(),
    _provider(),
    Column("email", String(254), nullable=False),
    Column("name", String(80), nullable=False),
    Column("password_hash", Text, nullable=False),
    _time("created_at"),
    _time("email_verified_at", nullable=True),  # when it was last seen that mail to the address reaches this user
    _time("disabled_at", nullable=True),
    _reachable(),
    UniqueConstraint("provider_id", "email"),
)

memberships = Table(
    "memberships",
    metadata,
    _key("account_id", primary_key=True),
    _key("user_id", primary_key=True),
    _provider(),
    Column("role", String(10), nullable=False),
    Column("access", String(10), nullable=False),
    _time("created_at", nullable=True),  # none: before this was noted
    _time("disabled_at", nullable=True),  # the user reaches nothing of this account; in others nothing changes
    _within_provider("account_id", "accounts"),
    _within_provider("user_id", "users"),
    Index(None, "user_id"),
)

# A guest who was asked in and has not come yet. Whoever holds the link is let in.
invitations = Table(
    "invitations",
    metadata,
    _id(),
    _provider(),
    _key("account_id"),
    _digest(),
    Column("email", String(254), nullable=False),
    Column("access", String(10), nullable=False),
    Column("rights", Text, nullable=False),  # JSON: what is granted on each resource, by its id
    Column("invited_by", BigInteger, nullable=False),
    _time("mailed_at", nullable=True),  # none: whoever sent it was shown its link, and may have used it themselves
    _time("created_at"),
    _time("expires_at"),
    _within_provider("account_id", "accounts"),
    UniqueConstraint("account_id", "email"),
)

resources = Table(
    "resources",
    metadata,
    _id(),
    _provider(),
    _key("account_id"),
    Column("name", String(80), nullable=False),
    _reachable(),
    _within_provider("account_id", "accounts"),
    Index(None, "account_id"),
)

resource_rights = Table(
    "resource_rights",
    metadata,
    _key("user_id", primary_key=True),
    _key("resource_id", primary_key=True),
    _provider(),
    Column("rights", Text, nullable=False),
    _within_provider("user_id", "users"),
    _within_provider("resource_id", "resources"),
    Index(None, "resource_id"),
)

# What people pick resources by; a group grants nothing by itself.
resource_groups = Table(
    "resource_groups",
    metadata,
    _id(),
    _provider(),
    _key("account_id"),
    Column("name", String(80), nullable=False),
    _reachable(),
    _within_provider("account_id", "accounts"),
    UniqueConstraint("account_id", "name"),
)

resource_group_members = Table(
    "resource_group_members",
    metadata,
    _key("group_id", primary_key=True),
    _key("resource_id", primary_key=True),
    _provider(),
    _within_provider("group_id", "resource_groups"),
    _within_provider("resource_id", "resources"),
    Index(None, "resource_id"),
)

applications = Table(
    "applications",
    metadata,
    _id(),
    _provider(),
    _key("account_id"),
    Column("created_by", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),
    Column("description", Text, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("resource_server", Boolean, nullable=False),
    Column("grant_types", Text, nullable=False),
    Column("own_scope", Text, nullable=False),
    Column("optional_scope", Text, nullable=False, server_default=text("''")),  # what people may leave out when it asks
    Column("own_grant_id", BigInteger, nullable=True),
    _members("settings"),
    Column("document_url", Text, nullable=True),  # the client_id of one that the document at this URL describes
    _time("created_at"),
    _time("disabled_at", nullable=True),
    _reachable(),
    _within_provider("account_id", "accounts"),
    Index(None, "account_id"),
    Index(None, "provider_id", "document_url", unique=True),
)

# How long what was read of a document is good for.
client_documents = Table(
    "client_documents",
    metadata,
    _key("application_id", primary_key=True),
    _provider(),
    Column("etag", Text, nullable=True),
    _time("fetched_at"),
    _time("fresh_until"),
    _within_provider("application_id", "applications"),
)

# Whoever holds one may register applications of its account (RFC 7591 §3).
initial_access_tokens = Table(
    "initial_access_tokens",
    metadata,
    _id(),
    _provider(),
    _key("account_id"),
    Column("created_by", BigInteger, nullable=False),
    _digest(),
    Column("name", String(80), nullable=False),
    _time("created_at"),
    _time("expires_at"),
    _time("last_used_at", nullable=True),
    _within_provider("account_id", "accounts"),
    Index(None, "account_id"),
)

redirect_uris = Table(
    "redirect_uris",
    metadata,
    _key("application_id", primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    _provider(),
    Column("uri", Text, nullable=False),
    _within_provider("application_id", "applications"),
)

client_secrets = Table(
    "client_secrets",
    metadata,
    _id(),
    _provider(),
    _key("application_id"),
    _digest(),
    Column("sealed", LargeBinary, nullable=True),  # the secret itself, where it has to be known (client_secret_jwt)
    _time("created_at"),
    _within_provider("application_id", "applications"),
    Index(None, "application_id"),
)

# The keys that a provider signs with. Those of one algorithm follow each other by number; each is used until the next.
signing_keys = Table(
    "signing_keys",
    metadata,
    _id(),
    _provider(),
    Column("algorithm", String(10), nullable=False),
    Column("number", Integer, nullable=False),
    Column("public_key", Text, nullable=False),  # a JWK
    Column("private_key", LargeBinary, nullable=False),  # sealed with the installation's key
    _time("created_at"),
    _time("used_from"),
    UniqueConstraint("provider_id", "algorithm", "number"),
)

# One-time identifiers that were seen: of proofs, assertions and request objects. The time comes from what was shown, so
# that a repetition meets its row, and rows are appended nearly in order.
replays = Table(
    "replays",
    metadata,
    Column("expires_at", BigInteger, primary_key=True, autoincrement=False, nullable=False),
    _key("provider_id", primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _provider(),
    _key("user_id"),
    _digest(),
    Column("amr", String(80), nullable=True),  # how its user signed in (RFC 8176 §2); none: with a password
    _time("created_at"),
    _time("expires_at"),
    _within_provider("user_id", "users"),
    Index(None, "user_id"),
    Index(None, "provider_id", "id", unique=True),  # what lets session_applications refer to it
)

# Where a session's user has signed in by it, and what is therefore to hear of its end (OpenID Connect Back-Channel
# Logout §2.3). A grant may be gone by then, when the tokens that came of it have had their time.
session_applications = Table(
    "session_applications",
    metadata,
    _key("session_id", primary_key=True),
    _key("application_id", primary_key=True),
    _provider(),
    _within_provider("session_id", "sessions"),
    _within_provider("application_id", "applications"),
    Index(None, "application_id"),
)

# What an application has sent ahead, and how it is called until it is used (RFC 9126).
pushed_requests = Table(
    "pushed_requests",
    metadata,
    _id(),
    _provider(),
    _key("application_id"),
    _digest(),
    Column("parameters", Text, nullable=False),  # JSON
    _time("expires_at"),
    _within_provider("application_id", "applications"),
    Index(None, "application_id"),
)

# A device that waits for somebody to let it in from another one (RFC 8628).
device_codes = Table(
    "device_codes",
    metadata,
    _id(),
    _provider(),
    _key("application_id"),
    _digest(),
    _digest("user_code_digest"),
    Column("scope", Text, nullable=False),
    _authorization_details(),
    _members("context"),
    Column("address", String(45), nullable=False),  # where the device asked from
    _time("created_at"),
    _time("expires_at"),
    Column("interval", Integer, nullable=False),
    _time("polled_at", nullable=True),
    Column("user_id", BigInteger, nullable=True),  # who answered
    Column("grant_id", BigInteger, nullable=True),  # none, with an answer: no
    _time("answered_at", nullable=True),
    _time("used_at", nullable=True),
    Column("refresh_token_id", BigInteger, nullable=True),  # that came of it; whose grant therefore goes on
    _within_provider("application_id", "applications"),
    Index(None, "application_id"),
    Index(None, "provider_id", "user_code_digest", unique=True),
)

# Applications that have yet to hear that somebody has signed out (OpenID Connect Back-Channel Logout).
logout_notices = Table(
    "logout_notices",
    metadata,
    _key("session_id", primary_key=True),
    _key("application_id", primary_key=True),
    _provider(),
    _key("user_id"),
    Column("tries", Integer, nullable=False, server_default="0"),
    _time("next_try_at"),
    _within_provider("application_id", "applications"),
    Index(None, "application_id"),
    Index(None, "next_try_at"),
)

authorization_requests = Table(
    "authorization_requests",
    metadata,
    _id(),
    _provider(),
    _key("application_id"),
    _digest(),
    _digest("browser_digest", nullable=True),
    Column("session_id", BigInteger, nullable=True),
    Column("redirect_uri", Text, nullable=False),
    Column("redirect_uri_sent", Boolean, nullable=False),
    Column("scope", Text, nullable=False),
    Column("state", Text, nullable=True),
    Column("code_challenge", String(43), nullable=True),
    Column("prompt", Text, nullable=False),
    _authorization_details(),
    _members("context"),
    _time("expires_at"),
    _within_provider("application_id", "applications"),
    Index(None, "application_id"),
)

consents = Table(
    "consents",
    metadata,
    _key("user_id", primary_key=True),
    _key("application_id", primary_key=True),
    _provider(),
    Column("scope", Text, nullable=False),
    Column("declined_scope", Text, nullable=False, server_default=text("''")),  # what could be left out and was
    _authorization_details(),
    _time("created_at"),
    _time("last_used_at", nullable=True),  # of the grants that the sweeper has taken away
    _within_provider("user_id", "users"),
    _within_provider("application_id", "applications"),
    Index(None, "application_id"),
)

# A grant is one authorization: a code and every token that comes of it. Ending it is one update of its row, and
# every look-up of a code or token joins it.
grants = Table(
    "grants",
    metadata,
    _id(),
    _provider(),
    Column("user_id", BigInteger, nullable=True),  # none: the application acts as itself
    _key("application_id"),
    Column("scope", Text, nullable=True),  # none: as its consent has it; or the application's own
    _authorization_details(),
    _members("context"),
    Column("session_id", BigInteger, nullable=True),  # in which its user agreed
    Column("way", String(10), nullable=True),  # how it came about; none: by a code, or it is an application's own
    # Of what it was exchanged for (RFC 8693), which it never outlives: another grant's token, or a user's own.
    Column("subject_grant_id", BigInteger, nullable=True),
    Column("subject_token_id", BigInteger, nullable=True),
    _time("created_at"),
    _time("revoked_at", nullable=True),
    _time("last_used_at", nullable=True),
    _within_provider("user_id", "users"),
    _within_provider("application_id", "applications"),
    Index(None, "session_id"),
    Index(None, "user_id", "application_id"),
    Index(None, "application_id"),
)

# Codes and tokens have no foreign keys: they are written on the hot path, mean nothing without their grant, and leave
# when they expire.
codes = Table(
    "codes",
    metadata,
    _id(),
    _key("provider_id"),
    _digest(),
    _key("grant_id"),
    Column("scope", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("redirect_uri_sent", Boolean, nullable=False),
    Column("code_challenge", String(43), nullable=True),
    _time("expires_at"),
    _time("used_at", nullable=True),
    Column("refresh_token_id", BigInteger, nullable=True),  # that came of it; whose grant therefore goes on
)

access_tokens = Table(
    "access_tokens",
    metadata,
    _id(),
    _key("provider_id"),
    _digest(),
    _key("grant_id"),
    Column("scope", Text, nullable=False),
    _members("binding"),
    Column("alone", Boolean, nullable=True),  # its grant gave this one token, and goes with it
    _time("expires_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    _id(),
    _key("provider_id"),
    _digest(),
    _key("grant_id"),
    Column("scope", Text, nullable=False),
    _time("expires_at", nullable=True),  # none: as long as its grant
    Column("successor_id", BigInteger, nullable=True),
    _members("binding"),
)

user_tokens = Table(
    "user_tokens",
    metadata,
    _id(),
    _provider(),
    _digest(),
    _key("user_id"),
    Column("name", String(80), nullable=False),
    Column("scope", Text, nullable=False),
    _authorization_details(),
    _time("created_at"),
    _time("expires_at", nullable=True),
    _time("last_used_at", nullable=True),
    _time("revoked_at", nullable=True),
    _within_provider("user_id", "users"),
    Index(None, "user_id"),
)

# Mail that has yet to leave; a row goes when the mail server has taken it. Nothing secret is in one.
mails = Table(
    "mails",
    metadata,
    _id(),
    _provider(),
    Column("recipient", String(254), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    _time("next_try_at"),
    Index(None, "next_try_at"),
)

# What graph/ knows of resources: they are cameras. A resource without a row here is a camera as it comes.
cameras = Table(
    "cameras",
    metadata,
    _key("resource_id", primary_key=True),
    _provider(),
    Column("driver", String(40), nullable=False),
    Column("settings", Text, nullable=False),  # JSON: what people set
    Column("state", Text, nullable=False),  # JSON: what the driver needs to know again, on whichever node it runs
    _within_provider("resource_id", "resources"),
)

recordings = Table(
    "recordings",
    metadata,
    _id(),
    _provider(),
    _key("resource_id"),
    _time("started_at"),
    _time("ended_at"),
    Column("details", Text, nullable=False),  # JSON: the driver's
    _time("deleted_at", nullable=True),  # the row stays until its time is over, or the driver would tell of it again
    _within_provider("resource_id", "resources"),
    UniqueConstraint("resource_id", "started_at"),
)

events = Table(
    "events",
    metadata,
    _id(),
    _provider(),
    _key("resource_id"),
    Column("kind", String(40), nullable=False),
    _time("at"),
    Column("details", Text, nullable=False),  # JSON: the driver's
    _within_provider("resource_id", "resources"),
    UniqueConstraint("resource_id", "at", "kind"),
)

# Somebody watches live: an address with a secret in it, which lasts no longer than the right does.
live_views = Table(
    "live_views",
    metadata,
    _id(),
    _provider(),
    _key("resource_id"),
    _digest(),
    Column("user_id", BigInteger, nullable=True),
    Column("access_token_id", BigInteger, nullable=True),  # the application's, or
    Column("user_token_id", BigInteger, nullable=True),  # the user's own token, or neither: the user in the portal
    Column("scope", Text, nullable=False),
    _time("created_at"),
    _time("expires_at"),
    _within_provider("resource_id", "resources"),
    Index(None, "resource_id"),
    Index(None, "user_id"),
)
