"""Validate the constraint on mood

Its own revision, hence its own transaction: reading the whole table does not happen under the lock that adding took.

Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE entries VALIDATE CONSTRAINT ck_entries_mood")


def downgrade() -> None:
    """A valid constraint does no harm to older code."""
