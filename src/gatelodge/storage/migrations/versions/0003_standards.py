"""What OpenID Connect and the extensions of OAuth 2 need: keys to sign with, requests that are sent ahead, devices,
bindings of tokens, switches of providers and applications."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ROW_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "replays",
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("expires_at", "provider_id", "digest", name=op.f("pk_replays")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_from", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_signing_keys_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        sa.UniqueConstraint(
            "provider_id", "algorithm", "number", name=op.f("uq_signing_keys_provider_id_algorithm_number")
        ),
    )
    op.create_table(
        "initial_access_tokens",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"],
            ["accounts.provider_id", "accounts.id"],
            name=op.f("fk_initial_access_tokens_provider_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_initial_access_tokens_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initial_access_tokens")),
    )
    op.create_index(op.f("ix_initial_access_tokens_account_id"), "initial_access_tokens", ["account_id"], unique=False)
    op.create_table(
        "client_documents",
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("fresh_until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "application_id"],
            ["applications.provider_id", "applications.id"],
            name=op.f("fk_client_documents_provider_id_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_client_documents_provider_id")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_client_documents")),
    )
    op.create_table(
        "device_codes",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("authorization_details", sa.Text(), nullable=True),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("polled_at", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("grant_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("refresh_token_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id", "application_id"],
            ["applications.provider_id", "applications.id"],
            name=op.f("fk_device_codes_provider_id_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_device_codes_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_codes")),
    )
    op.create_index(op.f("ix_device_codes_application_id"), "device_codes", ["application_id"], unique=False)
    op.create_index(
        op.f("ix_device_codes_provider_id_user_code_digest"),
        "device_codes",
        ["provider_id", "user_code_digest"],
        unique=True,
    )
    op.create_table(
        "logout_notices",
        sa.Column("session_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "application_id"],
            ["applications.provider_id", "applications.id"],
            name=op.f("fk_logout_notices_provider_id_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_logout_notices_provider_id")),
        sa.PrimaryKeyConstraint("session_id", "application_id", name=op.f("pk_logout_notices")),
    )
    op.create_index(op.f("ix_logout_notices_application_id"), "logout_notices", ["application_id"], unique=False)
    op.create_index(op.f("ix_logout_notices_next_try_at"), "logout_notices", ["next_try_at"], unique=False)
    op.create_table(
        "pushed_requests",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "application_id"],
            ["applications.provider_id", "applications.id"],
            name=op.f("fk_pushed_requests_provider_id_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_pushed_requests_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushed_requests")),
    )
    op.create_index(op.f("ix_pushed_requests_application_id"), "pushed_requests", ["application_id"], unique=False)
    op.add_column("access_tokens", sa.Column("binding", sa.Text(), nullable=True))
    op.add_column("access_tokens", sa.Column("alone", sa.Boolean(), nullable=True))
    op.add_column("applications", sa.Column("settings", sa.Text(), nullable=True))
    op.add_column("applications", sa.Column("document_url", sa.Text(), nullable=True))
    op.create_index(
        op.f("ix_applications_provider_id_document_url"), "applications", ["provider_id", "document_url"], unique=True
    )
    op.add_column("authorization_requests", sa.Column("context", sa.Text(), nullable=True))
    op.add_column("client_secrets", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("grants", sa.Column("context", sa.Text(), nullable=True))
    op.add_column("grants", sa.Column("session_id", sa.BigInteger(), nullable=True))
    op.add_column("grants", sa.Column("way", sa.String(length=10), nullable=True))
    op.add_column("grants", sa.Column("subject_grant_id", sa.BigInteger(), nullable=True))
    op.add_column("grants", sa.Column("subject_token_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_grants_session_id"), "grants", ["session_id"], unique=False)
    op.add_column("providers", sa.Column("policy", sa.Text(), nullable=True))
    op.add_column("refresh_tokens", sa.Column("binding", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("amr", sa.String(length=80), nullable=True))
    op.create_index(op.f("ix_sessions_provider_id_id"), "sessions", ["provider_id", "id"], unique=True)
    op.create_table(
        "session_applications",
        sa.Column("session_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "application_id"],
            ["applications.provider_id", "applications.id"],
            name=op.f("fk_session_applications_provider_id_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "session_id"],
            ["sessions.provider_id", "sessions.id"],
            name=op.f("fk_session_applications_provider_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_session_applications_provider_id")),
        sa.PrimaryKeyConstraint("session_id", "application_id", name=op.f("pk_session_applications")),
    )
    op.create_index(
        op.f("ix_session_applications_application_id"), "session_applications", ["application_id"], unique=False
    )
    op.add_column("invitations", sa.Column("mailed_at", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("email_verified_at", sa.BigInteger(), nullable=True))
