# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations of environments as they lie in files: of an inventory, and of those beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .._common import yaml_text
from .._common.errors import SpecError

#: below an inventory: what is declared, and what is offered to be copied there
PLACES = ("group_vars/all/aws.yml", "group_vars/all/aws.yml.example")
VARIABLE = "aws_environment"


class Declared(NamedTuple):
    """``path``: as it was found."""

    environment: str
    given: dict[str, Any]
    path: Path


def of_inventory(directory: Path) -> Declared | None:
    """None where nothing is declared there. The environment is called as its directory."""
    found = next((directory / one for one in PLACES if (directory / one).is_file()), None)
    if found is None:
        return None
    document = yaml_text.load(found.read_bytes())
    given = document.get(VARIABLE) if isinstance(document, Mapping) else None
    if not isinstance(given, Mapping):
        return None
    if "{{" in str(given):
        raise SpecError(f"{found}: {VARIABLE} has templates, which only its own inventory can fill in: ansible-playbook -i {directory}")
    return Declared(directory.name, dict(given), found)


def others(directory: Path) -> list[Declared]:
    """Of the inventories beside it, by name."""
    beside = sorted(one for one in directory.parent.iterdir() if one.is_dir() and one.resolve() != directory.resolve())
    return [found for one in beside if (found := of_inventory(one))]
