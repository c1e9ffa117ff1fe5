# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the generators are on this machine, and how one gets those that are not."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .._common.errors import SpecError
from . import bounds, locust


def beside() -> str:
    """An environment of Locust's own: what it needs is nothing that Ansible should have to agree with. Beside the one that runs Ansible."""
    if sys.prefix != sys.base_prefix:
        return f"{sys.prefix}-load"
    return str(Path("~/.local/share/echodiary-load").expanduser())


def hey(given: str) -> str:
    found = shutil.which(given)
    if not found:
        raise SpecError(f"{given} is not on this machine: sudo apt-get install hey; or without it: -e load_parts={bounds.JOURNEY}")
    return found


def find_locust(given: str) -> str:
    """``given``: empty for the one of its own environment, or whatever this shell finds."""
    own = beside()
    found = shutil.which(given or f"{own}/bin/locust") or (shutil.which("locust") if not given else None)
    if not found:
        made = f"python3 -m venv {own} && {own}/bin/pip install locust=={locust.VERSION}"
        raise SpecError(f"{given or 'Locust'} is not on this machine: {made}; or without it: -e load_parts={bounds.RATE}")
    return found
