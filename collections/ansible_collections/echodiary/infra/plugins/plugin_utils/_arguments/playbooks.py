# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file a playbook is that was named, and which playbooks one consists of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.utils.collection_loader._collection_finder import _get_collection_playbook_path

from .._common import yaml_text

_IMPORTS = ("ansible.builtin.import_playbook", "import_playbook")


def path_of(name: str, beside: Path = Path()) -> Path:
    """``name``: ``namespace.collection.playbook``, or a path."""
    found = _get_collection_playbook_path(name)
    return Path(found[1]) if found else beside / name


def imported(playbook: Path) -> list[Path]:
    """Those that it imports when it does nothing else; none of one that cannot be read."""
    names = list(_names(playbook))
    return [] if None in names else [path_of(str(name), playbook.parent) for name in names]


def _names(playbook: Path) -> Iterator[str | None]:
    try:
        text = playbook.read_text(encoding="utf-8")
        entries = yaml_text.load(text) if "import_playbook" in text else []
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return  # Ansible says what is wrong with it
    for entry in entries if isinstance(entries, list) else []:
        yield _name(entry) if isinstance(entry, dict) else None


def _name(entry: Mapping[str, Any]) -> str | None:
    return next((str(entry[key]) for key in _IMPORTS if key in entry), None)
