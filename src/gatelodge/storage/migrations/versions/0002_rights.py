"""Limits on tokens, people who are asked in or kept out, groups of resources, mail, and what cameras need."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "mails",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_mails_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    op.create_index(op.f("ix_mails_next_try_at"), "mails", ["next_try_at"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("access", sa.String(length=10), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"],
            ["accounts.provider_id", "accounts.id"],
            name=op.f("fk_invitations_provider_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_invitations_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("account_id", "email", name=op.f("uq_invitations_account_id_email")),
    )
    op.create_table(
        "resource_groups",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "account_id"],
            ["accounts.provider_id", "accounts.id"],
            name=op.f("fk_resource_groups_provider_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_resource_groups_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_groups")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_resource_groups_account_id_name")),
        sa.UniqueConstraint("provider_id", "id", name=op.f("uq_resource_groups_provider_id_id")),
    )
    op.create_table(
        "cameras",
        sa.Column("resource_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("driver", sa.String(length=40), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "resource_id"],
            ["resources.provider_id", "resources.id"],
            name=op.f("fk_cameras_provider_id_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_cameras_provider_id")),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_cameras")),
    )
    op.create_table(
        "events",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "resource_id"],
            ["resources.provider_id", "resources.id"],
            name=op.f("fk_events_provider_id_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_events_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("resource_id", "at", "kind", name=op.f("uq_events_resource_id_at_kind")),
    )
    op.create_table(
        "live_views",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("access_token_id", sa.BigInteger(), nullable=True),
        sa.Column("user_token_id", sa.BigInteger(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "resource_id"],
            ["resources.provider_id", "resources.id"],
            name=op.f("fk_live_views_provider_id_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_live_views_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_views")),
    )
    op.create_index(op.f("ix_live_views_resource_id"), "live_views", ["resource_id"], unique=False)
    op.create_index(op.f("ix_live_views_user_id"), "live_views", ["user_id"], unique=False)
    op.create_table(
        "recordings",
        sa.Column("id", ROW_KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id", "resource_id"],
            ["resources.provider_id", "resources.id"],
            name=op.f("fk_recordings_provider_id_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_recordings_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("resource_id", "started_at", name=op.f("uq_recordings_resource_id_started_at")),
    )
    op.create_table(
        "resource_group_members",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "group_id"],
            ["resource_groups.provider_id", "resource_groups.id"],
            name=op.f("fk_resource_group_members_provider_id_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id", "resource_id"],
            ["resources.provider_id", "resources.id"],
            name=op.f("fk_resource_group_members_provider_id_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_resource_group_members_provider_id")),
        sa.PrimaryKeyConstraint("group_id", "resource_id", name=op.f("pk_resource_group_members")),
    )
    op.create_index(
        op.f("ix_resource_group_members_resource_id"), "resource_group_members", ["resource_id"], unique=False
    )
    op.add_column("applications", sa.Column("optional_scope", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("authorization_requests", sa.Column("authorization_details", sa.Text(), nullable=True))
    op.add_column("consents", sa.Column("authorization_details", sa.Text(), nullable=True))
    op.add_column("consents", sa.Column("declined_scope", sa.Text(), server_default="", nullable=False))
    op.add_column("grants", sa.Column("scope", sa.Text(), nullable=True))
    op.add_column("grants", sa.Column("authorization_details", sa.Text(), nullable=True))
    op.add_column("memberships", sa.Column("created_at", sa.BigInteger(), nullable=True))
    op.add_column("memberships", sa.Column("disabled_at", sa.BigInteger(), nullable=True))
    op.add_column("user_tokens", sa.Column("authorization_details", sa.Text(), nullable=True))
