# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the findings of the last run. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .shapes import Document, Finding

Key = tuple[str, str]


class Changes(NamedTuple):
    """``new``: keys of findings; ``carried``: of the last run, about which this one cannot say anything."""

    new: frozenset[Key]
    gone: list[Finding]
    carried: list[Finding]


def key(one: Finding) -> Key:
    return one["id"], one["host"]


def of(found: Iterable[Finding], let_be: Iterable[Finding], last: Document | None, looked: frozenset[Key]) -> Changes:
    """``looked``: check and host. What is let be now is there as before.

    Without a last run nothing is new: there is nothing to compare with."""
    now = {key(one) for one in found}
    if last is None:
        return Changes(frozenset(), [], [])
    before = {key(one): one for one in [*last["findings"], *last["carried"]]}
    there = now | {key(one) for one in let_be}
    missing = [one for known, one in sorted(before.items()) if known not in there]
    gone = [one for one in missing if _was_looked_at(one, looked)]
    return Changes(frozenset(now - before.keys()), gone, [one for one in missing if one not in gone])


def _was_looked_at(one: Finding, looked: frozenset[Key]) -> bool:
    """What became of an entry of the list is known in every run."""
    name = one["id"].partition(":")[0]
    return name == "allowed" or (name, one["host"]) in looked
