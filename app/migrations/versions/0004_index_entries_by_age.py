"""Index entries by age, for pages newest first

Built without blocking writers, so outside a transaction. If it is interrupted PostgreSQL keeps an invalid index
under the name: the next attempt removes it first.

Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEX = "ix_entries_created_at_id"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # Waits for running transactions, which may take longer than any statement of ours should.
        op.execute("SET statement_timeout = 0")
        op.drop_index(INDEX, "entries", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "entries", ["created_at", "id"], postgresql_concurrently=True)
        op.execute("RESET statement_timeout")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(INDEX, "entries", if_exists=True, postgresql_concurrently=True)
