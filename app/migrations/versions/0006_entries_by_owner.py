"""Validate that every entry has an owner, and index entries by owner and age

Both without blocking writers: the constraint is validated on its own, after the transaction that added it, and the index is built
outside of one. If it is interrupted PostgreSQL keeps an invalid index under the name: the next attempt removes it first, and what is
validated already is so at once.

Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX = "ix_entries_owner_id_created_at_id"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # Reads the whole table, and waits for running transactions: that may take longer than any statement of ours should.
        op.execute("SET statement_timeout = 0")
        op.execute("ALTER TABLE entries VALIDATE CONSTRAINT fk_entries_owner_id_accounts")
        op.drop_index(INDEX, "entries", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "entries", ["owner_id", "created_at", "id"], postgresql_concurrently=True)
        op.execute("RESET statement_timeout")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(INDEX, "entries", if_exists=True, postgresql_concurrently=True)
