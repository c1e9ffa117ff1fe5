"""Which schema revision this code was written for."""

from functools import lru_cache
from pathlib import Path

from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


@lru_cache
def head() -> str:
    """Raises CommandError when the migrations have more than one head, which no release may have."""
    found = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if found is None:
        raise RuntimeError(f"{MIGRATIONS}: no migrations found; the image must contain them")
    return found


@lru_cache
def known() -> frozenset[str]:
    """Every revision this code contains. One that is not among them was made by a newer release."""
    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
