# SPDX-License-Identifier: GPL-3.0-or-later
"""A repository where there is none. What is there is never made anew."""

from __future__ import annotations

from . import failures, metrics
from .config import Config
from .errors import BackupError
from .restic import Restic

_MADE = (
    "{repository}: the repository was made. Nobody reads a backup without its password, and nobody can give it back: "
    "print what belongs into a drawer with: sudo echodiary-backup sheet"
)


def init(config: Config) -> str:
    metrics.declared(config)
    restic = Restic(config, "sudo echodiary-backup init")
    looked = restic.run("cat", "config", quiet=True)
    if looked.code == 0:
        return f"{restic.repository}: the repository is there, and the password opens it"
    if looked.code != failures.NO_REPOSITORY:
        raise BackupError(restic.sentence(looked))
    restic.ask("init")
    return _MADE.format(repository=restic.repository)
