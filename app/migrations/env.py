"""How migrations run: one process at a time, each revision in its own transaction, never queueing for a table for long.

Several hosts may say `alembic upgrade head` at once: the first works, the others wait, find nothing to do and exit 0.
PGOPTIONS, when set, has the last word on the timeouts.
"""

import os

from alembic import context
from sqlalchemy import create_engine, pool

from echodiary import logs
from echodiary.migration_lock import migration_lock
from echodiary.models import Base
from echodiary.settings import get_settings

# A migration that waits for a lock makes every later query wait behind it: better to fail and be run again.
TIMEOUTS = "-c lock_timeout=3s -c statement_timeout=15min -c idle_in_transaction_session_timeout=60s"


def run_offline() -> None:
    """SQL to standard output; needs no database and no settings."""
    context.configure(
        dialect_name="postgresql",
        target_metadata=Base.metadata,
        literal_binds=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    settings = get_settings()
    logs.configure(settings.log_level)
    engine = create_engine(
        settings.sqlalchemy_url,
        poolclass=pool.NullPool,
        connect_args={
            "connect_timeout": settings.db_connect_timeout,
            "application_name": f"echodiary-migrate/{settings.app_version}"[:63],
            "options": f"{TIMEOUTS} {os.environ.get('PGOPTIONS', '')}".strip(),
        },
    )
    with migration_lock(engine), engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
