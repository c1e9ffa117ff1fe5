# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component is called: one of another collection has a full name, and one that HAProxy, Prometheus and variables know it by."""

from __future__ import annotations

from collections.abc import Iterable

from ansible.parsing.dataloader import DataLoader
from ansible.utils.vars import load_extra_vars


def short(component: str) -> str:
    return component.rpartition(".")[2]


def listed(component: str, names: Iterable[str]) -> str:
    """Which of these is that component, the fullest name first; empty where none is."""
    alike = [name for name in names if short(name) == short(component)]
    return max(sorted(alike), key=len, default="")


def typed() -> str:
    """By ``-e component=…``. A variable of the inventory that is called alike is the user's own, and not meant."""
    return str(load_extra_vars(DataLoader()).get("component") or "")
