# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel parameters: the running value and the persisted line both count. The controller changes them."""

from __future__ import annotations

import os

from . import model

FILE = "/etc/sysctl.d/90-echodiary.conf"
ROOT = "/proc/sys"


def normal(value: str) -> str:
    """``4096\t87380`` and ``4096 87380`` are the same value."""
    return " ".join(str(value).split())


def observe(keys: list[str], root: str = ROOT, file: str = FILE) -> dict[str, dict[str, str | None]]:
    persisted = _persisted(file) if keys else {}
    return {key: {"running": _running(key, root), "persisted": persisted.get(key)} for key in keys}


def _running(key: str, root: str) -> str | None:
    try:
        with open(os.path.join(root, *key.split(".")), encoding="utf-8") as handle:
            return normal(handle.read())
    except OSError:
        return None


def _persisted(file: str) -> dict[str, str]:
    try:
        with open(file, encoding="utf-8") as handle:
            lines = [line.partition("=") for line in handle if "=" in line and not line.lstrip().startswith(("#", ";"))]
    except FileNotFoundError:
        return {}
    return {key.strip(): normal(value) for key, _, value in lines}


def plan(desired: dict[str, str], live: dict[str, dict[str, str | None]], last: dict[str, str]) -> list[model.Change]:
    changes = []
    for key, value in desired.items():
        want, have = normal(value), live[key]
        if have["running"] is None:
            raise model.ConvergeError(f"sysctl {key}: this kernel has no such parameter; correct the name or drop it")
        fields = {side: [have[side], want] for side in ("running", "persisted") if have[side] != want}
        if fields:
            moved = have["running"] if "running" in fields else have["persisted"]
            changes.append(model.Change(f"sysctl:{key}", "update", model.origin(want, last.get(f"sysctl:{key}"), moved), fields))
    return changes
