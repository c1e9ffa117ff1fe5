# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of load tests as files, one for each: written whole, and the last one found again."""

from __future__ import annotations

from pathlib import Path

from ...module_utils._ledger import files
from .shapes import Kept

FORMAT = 1


def place(directory: str, environment: str) -> Path:
    """Relative to where the command was typed."""
    return Path(directory).expanduser().absolute() / (environment or "default")


def last(where: Path, component: str) -> tuple[Kept | None, str]:
    """The newest one, and why it cannot be read, which is empty where it can or where there is none."""
    found = sorted(where.glob(f"{component}-*.json"))
    if not found:
        return None, ""
    try:
        document = files.read_json(str(found[-1]))
    except (OSError, files.LedgerError) as error:
        return None, str(error)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return None, f"{found[-1]} is of another version"
    result: Kept = document  # type: ignore[assignment]
    return result, ""


def write(where: Path, result: Kept) -> Path:
    """By the moment it began: the last name is the newest."""
    path = where / f"{result['component']}-{result['began'].replace(':', '')}.json"
    files.make_directories(str(where), 0o700)
    files.write_json(str(path), result, 0o600)
    return path
