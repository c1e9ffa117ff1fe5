# SPDX-License-Identifier: GPL-3.0-or-later
"""Which components live in slots, as their ``component.yml`` says by its ``release``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .._common.errors import SpecError
from .._component import source as sources

ROLES = Path(__file__).parents[3] / "roles"
#: libyaml's parser takes a tenth of the time of Python's
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def has_release(name: str, playbook_dir: str) -> bool:
    """Raises SpecError for a name that is no component."""
    return _has_release(sources.find(name, playbook_dir))


@cache
def _has_release(role: str) -> bool:
    with open(os.path.join(role, "component.yml"), "rb") as file:
        return bool((yaml.load(file, Loader=_LOADER) or {}).get("release"))  # noqa: S506 (the C implementation of SafeLoader)


def only_released(names: Iterable[str], playbook_dir: str) -> str:
    """The one of these components that has a release. Raises SpecError where that is none, or several."""
    found = [name for name in names if has_release(name, playbook_dir)]
    if len(found) != 1:
        said = ", ".join(found) or "none"
        raise SpecError(f"which component is deployed? Of those declared here, these have a release: {said}; set deploy_component")
    return found[0]


def known() -> list[str]:
    """Every component of this collection."""
    return sorted(path.parent.name for path in ROLES.glob("*/component.yml"))
