# SPDX-License-Identifier: GPL-3.0-or-later
"""Which components live in slots, as their ``component.yml`` says by its ``release``."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from .._common import yaml_text
from .._common.errors import SpecError
from . import names as called
from . import source as sources

ROLES = Path(__file__).parents[3] / "roles"


def has_release(name: str, playbook_dir: str) -> bool:
    """Raises SpecError for a name that is no component."""
    return _has_release(sources.find(name, playbook_dir))


@cache
def _has_release(role: str) -> bool:
    with open(os.path.join(role, "component.yml"), "rb") as file:
        return bool((yaml_text.load(file.read()) or {}).get("release"))


def among(names: Iterable[str], playbook_dir: str) -> list[str]:
    """Those of them that have a release, in their order."""
    return [name for name in names if has_release(name, playbook_dir)]


def only(names: Iterable[str], playbook_dir: str) -> str:
    """The one of these components that has a release. Raises SpecError where that is none, or several."""
    found = among(names, playbook_dir)
    if len(found) == 1:
        return found[0]
    if not found:
        raise SpecError("which component? None of those declared here has a release (component.yml: release)")
    raise SpecError(f"which component? {', '.join(found)} have a release here; name one of them: -e component={found[0]}")


def led(components: Mapping[str, Iterable[str]], host: str, playbook_dir: str) -> list[str]:
    """What is done once for all hosts of a component is this one's: it is the first by name. ``components``: of each host.

    A name that is no component is none of them: whoever converges it says so.
    """
    own = [name for name in components.get(host, ()) if _is_released(name, playbook_dir)]
    before = {called.short(name) for other, several in components.items() if other < host for name in several}
    return [name for name in own if called.short(name) not in before]


def _is_released(name: str, playbook_dir: str) -> bool:
    with contextlib.suppress(SpecError):
        return has_release(name, playbook_dir)
    return False


def of_host(components: list[str] | str | None, playbook_dir: str) -> str:
    """``components``: the host's own list; of a host that declares none, this collection is asked."""
    return only(names(components) or known(), playbook_dir)


def typed_or_only(components: list[str] | str | None, playbook_dir: str) -> str:
    """What was typed, as the host lists it; else the only one of the host."""
    typed = called.typed()
    return (called.listed(typed, names(components)) or typed) if typed else of_host(components, playbook_dir)


def names(given: list[str] | str | None) -> list[str]:
    """A line of an INI inventory is text."""
    return [name.strip() for name in given.split(",") if name.strip()] if isinstance(given, str) else list(given or [])


def known() -> list[str]:
    """Every component of this collection."""
    return sorted(path.parent.name for path in ROLES.glob("*/component.yml"))
