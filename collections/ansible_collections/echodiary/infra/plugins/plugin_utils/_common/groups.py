# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host of a group does what is done once: the same answer wherever it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def first_host(groups: Mapping[str, Sequence[str]], *names: str) -> str:
    """The first host by name of the first of these groups that has any; empty where none has."""
    return next((min(groups[name]) for name in names if groups.get(name)), "")
