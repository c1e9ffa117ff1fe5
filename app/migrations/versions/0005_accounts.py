"""Make accounts, and give every entry an owner

Safe while the release before runs, which knows no accounts: its entries, and all that are there, belong to the first account by the
default of the column. The default is one constant, so no row is rewritten and none is ever without an owner. The foreign key is
checked only for rows written from now on; the next revision checks the others. The first account can be signed in to only once a
command gave it an address (`python -m echodiary.accounts first`).

Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LANGUAGE = "language IN ('en', 'ko')"
PURPOSE = "purpose IN ('verify', 'reset')"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("oidc_subject", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default=sa.text("'en'"), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        _created_at(),
        sa.CheckConstraint(LANGUAGE, name=op.f("ck_accounts_language")),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("email", name="uq_accounts_email"),
        sa.UniqueConstraint("oidc_subject", name="uq_accounts_oidc_subject"),
    )
    # The table is new, so its first number is 1, and the default below says the same.
    op.execute("INSERT INTO accounts (language) VALUES ('en')")
    op.create_table(
        "sessions",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        _account_id("sessions"),
        _created_at(),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sessions"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        _account_id("tokens"),
        sa.Column("name", sa.Text(), nullable=False),
        _created_at(),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("key", name="uq_tokens_key"),
    )
    op.create_table(
        "mail_links",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        _account_id("mail_links"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(PURPOSE, name=op.f("ck_mail_links_purpose")),
        sa.PrimaryKeyConstraint("key", name="pk_mail_links"),
    )
    for table in ("sessions", "tokens", "mail_links"):
        op.create_index(f"ix_{table}_account_id", table, ["account_id"])
    for table in ("sessions", "mail_links"):
        op.create_index(f"ix_{table}_expires_at", table, ["expires_at"])
    op.add_column("entries", sa.Column("owner_id", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.create_foreign_key(
        "fk_entries_owner_id_accounts", "entries", "accounts", ["owner_id"], ["id"], ondelete="CASCADE", postgresql_not_valid=True
    )


def _created_at() -> sa.Column[object]:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def _account_id(table: str) -> sa.Column[int]:
    account = sa.ForeignKey("accounts.id", name=f"fk_{table}_account_id_accounts", ondelete="CASCADE")
    return sa.Column("account_id", sa.BigInteger(), account, nullable=False)


def downgrade() -> None:
    """Entries stay, and are everybody's again, as the release before had them."""
    op.drop_constraint("fk_entries_owner_id_accounts", "entries", type_="foreignkey")
    op.drop_column("entries", "owner_id")
    for table in ("mail_links", "tokens", "sessions", "accounts"):
        op.drop_table(table)
