# SPDX-License-Identifier: GPL-3.0-or-later
"""A repository where there is none. What is there is never made anew.

By the clock of converges one host makes it: two that did at once would each write a key of its own, and neither could read the other's.
"""

from __future__ import annotations

from . import failures, metrics
from .config import Config
from .errors import BackupError
from .restic import Restic

_MADE = (
    "{repository}: the repository was made. Nobody reads a backup without its password, and nobody can give it back: "
    "print what belongs into a drawer with: sudo echodiary-backup sheet"
)


def init(config: Config, typed: bool = True) -> str:
    """``typed``: somebody asks for it here, which is reason enough."""
    metrics.declared(config)
    restic = Restic(config, "sudo echodiary-backup init")
    looked = restic.run("cat", "config", quiet=True)
    if looked.code == 0:
        return f"{restic.repository}: the repository is there, and the password opens it"
    if looked.code != failures.NO_REPOSITORY:
        raise BackupError(restic.sentence(looked))
    if not typed and not config.get("makes_repository", True):
        return f"{restic.repository}: there is no repository yet; another host makes it (backup_makes_repository)"
    restic.ask("init")
    return _MADE.format(repository=restic.repository)
