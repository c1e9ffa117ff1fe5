# SPDX-License-Identifier: GPL-3.0-or-later
"""Owned directories: what lies in them and was not put there by us is a stranger."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .._host import globs
from . import model

if TYPE_CHECKING:
    from . import documents


def strangers(directory: str, declared: set[str], ignore: list[str]) -> list[str]:
    """Paths below ``directory`` that nobody declared, topmost first; a strange directory is named once, not file by file."""
    found: list[str] = []
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    for entry in entries:
        if globs.matches_any(entry.path, ignore):
            continue
        if entry.path in declared:
            if entry.is_dir(follow_symlinks=False):
                found += strangers(entry.path, declared, ignore)
        elif entry.is_dir(follow_symlinks=False) and _holds_declared(entry.path, declared):
            found += strangers(entry.path, declared, ignore)
        else:
            found.append(entry.path)
    return found


def _holds_declared(directory: str, declared: set[str]) -> bool:
    return any(path.startswith(directory + "/") for path in declared)


def plan(owned: dict[str, documents.OwnedSpec], declared: set[str]) -> list[model.Change]:
    changes = []
    for directory, policy in owned.items():
        if os.path.islink(directory):
            why = "a link stands where the owned directory was; what it leads to is not ours and stays"
            changes.append(model.Change(model.Resource("stranger", directory), "report", model.CORRECTIVE, why=why))
            continue
        ignore = [pattern if pattern.startswith("/") else f"{directory}/{pattern}" for pattern in policy.get("ignore", [])]
        for path in strangers(directory, declared, ignore):
            action = "remove" if policy.get("prune") else "report"
            changes.append(model.Change(model.Resource("stranger", path), action, model.CORRECTIVE, why=f"not declared in {directory}"))
    return changes
