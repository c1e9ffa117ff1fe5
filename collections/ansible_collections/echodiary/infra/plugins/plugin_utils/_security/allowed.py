# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found and let be, with a reason and a last day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from .._common import timestamps
from .._common.errors import SpecError
from .shapes import Allowed, Finding

OPTIONS = {
    "finding": {"type": "str", "required": True},
    "host": {"type": "str", "default": "*"},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str", "required": True},
}
_DAY = 86400.0


class Judged(NamedTuple):
    """``unmatched``: entries that are about nothing any more."""

    counted: list[Finding]
    allowed: list[Finding]
    unmatched: list[Allowed]


def check(entries: Iterable[Allowed]) -> None:
    """SpecError for what would let be more, or for longer, than anybody meant."""
    wrong = [f"security_allowed: {one['finding']}: {why}" for one in entries for why in _wrong(one)]
    if wrong:
        raise SpecError(f"nothing was looked at: {'; '.join(wrong)}; correct it in the inventory")


def _wrong(one: Allowed) -> Iterator[str]:
    if not one["reason"].strip():
        yield "it has no reason"
    if not one["finding"].partition(":")[2] or one["finding"].startswith("*"):
        yield "finding has to begin with the name of a check, as in tls:cert_chain_of_trust or ports:open:*"
    try:
        timestamps.to_wall(one["until"])
        if len(one["until"]) != len("2027-03-01"):
            yield f"until {one['until']} is no day; write it as 2027-03-01"
    except ValueError:
        yield f"until '{one['until']}' is no day; write it as 2027-03-01"


def judge(found: Sequence[Finding], entries: Sequence[Allowed], looked: frozenset[tuple[str, str]], now: str) -> Judged:
    """``looked``: check and host of what this run looked at: of the rest nobody knows whether an entry is about anything."""
    live = [one for one in entries if not _is_over(one, now)]
    allowed = [one for one in found if any(_is_about(entry, one) for entry in live)]
    over = [_expired(one) for one in entries if _is_over(one, now)]
    unmatched = [one for one in live if _was_looked_for(one, looked) and not any(_is_about(one, finding) for finding in found)]
    return Judged([*(one for one in found if one not in allowed), *over], allowed, unmatched)


def _is_over(one: Allowed, now: str) -> bool:
    """The last day counts."""
    return timestamps.to_wall(now) >= timestamps.to_wall(one["until"]) + _DAY


def _is_about(entry: Allowed, finding: Finding) -> bool:
    return fnmatchcase(finding["id"], entry["finding"]) and fnmatchcase(finding["host"], entry["host"])


def _was_looked_for(entry: Allowed, looked: frozenset[tuple[str, str]]) -> bool:
    name = entry["finding"].partition(":")[0]
    return any(check == name and fnmatchcase(host, entry["host"]) for check, host in looked)


def _expired(one: Allowed) -> Finding:
    return {
        "id": f"allowed:{one['finding']}",
        "host": one["host"],
        "severity": "medium",
        "text": f"let be until {one['until']}, which is over: {one['reason']}",
        "mend": "mend what it is about, or give it a new last day; then take it out of security_allowed",
    }
