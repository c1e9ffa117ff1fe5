"""Add mood and updated_at

Safe while the previous release runs: both columns may be left out of an INSERT, neither rewrites the table (the
default of updated_at is the same for all old rows), and the constraint is checked only for rows written from now on.
The next revision checks the old rows.

Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOOD = "mood IN ('awful', 'bad', 'neutral', 'good', 'great')"


def upgrade() -> None:
    op.add_column("entries", sa.Column("mood", sa.Text(), nullable=True))
    op.add_column(
        "entries",
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_check_constraint(op.f("ck_entries_mood"), "entries", MOOD, postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_entries_mood"), "entries", type_="check")
    op.drop_column("entries", "updated_at")
    op.drop_column("entries", "mood")
