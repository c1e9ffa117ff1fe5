# SPDX-License-Identifier: GPL-3.0-or-later
"""Where somebody's own roles may lie: a playbook of a collection has none of them beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from ansible import constants, context


def roles(playbook_dir: str) -> list[str]:
    """Directories of roles, the nearest first: beside the play, beside what was typed, where it was typed, on roles_path."""
    beside = [os.path.join(place, "roles") for place in (playbook_dir, *_typed(), *_here())]
    return list(dict.fromkeys([*beside, *constants.DEFAULT_ROLES_PATH]))


def _typed() -> Iterator[str]:
    """Directories of the playbooks of the command line. A name in a collection is no file."""
    for name in context.CLIARGS.get("args") or ():
        if os.path.isfile(name):
            yield os.path.dirname(os.path.abspath(name))


def _here() -> Iterator[str]:
    """As for ansible.cfg: what anybody may write to is not trusted with what hosts are made of."""
    if not os.stat(".").st_mode & stat.S_IWOTH:
        yield os.getcwd()
