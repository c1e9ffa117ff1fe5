# SPDX-License-Identifier: GPL-3.0-or-later
"""The first lab's files under the name that a further lab's have: whoever goes by LAB_NAME finds every lab in .lab/<name>/."""

from __future__ import annotations

import os
from pathlib import Path

from lab.settings import Settings

FILES = ("known_hosts", "ssh", "secrets.json")


def place(lab: Settings) -> Path:
    return lab.root / ".lab" / lab.name


def link(lab: Settings) -> None:
    """Links to files, not to the directory that they are in: nobody who walks it walks in circles."""
    if not lab.is_default:
        return
    place(lab).mkdir(parents=True, exist_ok=True)
    for name, target in [*((name, lab.state / name) for name in FILES), ("inventory", lab.inventory)]:
        _point(place(lab) / name, os.path.relpath(target, place(lab)))


def _point(path: Path, target: str) -> None:
    if not path.is_symlink():
        path.symlink_to(target)
