# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for people: a line for each finding, how many there are, and what to do next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from .._common import outputs
from . import severities
from .document import Whole
from .shapes import Finding, Outcome

_GAP = "  "
#: of what was found, on a line
_WIDEST, _LONGEST = 44, 110
#: that are named on a line
_HOSTS = 3


def lines(whole: Whole, bound: str, report: str) -> list[str]:
    """What counts less than ``bound`` is told once, when it is new."""
    document, new = whole.document, frozenset(whole.document["new"])
    shown = [one for one in document["findings"] if severities.at_least(one["severity"], bound) or _key(one) in new]
    return [
        *_rows(shown, new),
        *(f"gone since the last run: {one['id']} ({one['host']})" for one in whole.gone),
        *_let_be(document["allowed"]),
        *(f"in security_allowed, and about nothing: {one['finding']} ({one['host']}); take it out" for one in document["unmatched"]),
        *_unchecked(document["unchecked"]),
        *([f"what was found, and how to mend it: {report}"] if report else []),
    ]


def _rows(found: Sequence[Finding], new: frozenset[str]) -> Iterator[str]:
    cells = [
        (several[0]["severity"], _short(outputs.name(several[0]["id"]), _WIDEST), _hosts(several), _news(several, new), _text(several[0]))
        for several in _alike(found)
    ]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(4)]
    for row in cells:
        shown = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False) if width]
        yield _GAP.join([*shown, row[-1]])


def _alike(found: Iterable[Finding]) -> list[list[Finding]]:
    """What is the same on several hosts is one line. In their order."""
    several: dict[tuple[str, str], list[Finding]] = {}
    for one in found:
        several.setdefault((one["severity"], one["id"]), []).append(one)
    return list(several.values())


def _hosts(several: Sequence[Finding]) -> str:
    names = [outputs.name(one["host"]) for one in several]
    return ", ".join(names[:_HOSTS]) + (f" +{len(names) - _HOSTS}" if len(names) > _HOSTS else "")


def _news(several: Sequence[Finding], new: frozenset[str]) -> str:
    return "new" if any(_key(one) in new for one in several) else ""


def _key(one: Finding) -> str:
    return f"{one['host']} {one['id']}"


def _text(one: Finding) -> str:
    return _short(outputs.name(one["text"]), _LONGEST)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _let_be(found: Sequence[Finding]) -> Iterator[str]:
    """How many of which check: who wants each has the report."""
    several = Counter(one["id"].partition(":")[0] for one in found)
    if several:
        yield f"let be: {', '.join(f'{check} {number}' for check, number in several.items())}"


def _unchecked(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Hosts for which the same holds are one line."""
    hosts: dict[tuple[str, str], list[str]] = {}
    for one in outcomes:
        hosts.setdefault((one["check"], one["why"]), []).append(one["host"])
    yield from (f"not checked: {check} ({', '.join(names)}): {outputs.name(why)}" for (check, why), names in hosts.items())


def counted(whole: Whole, bound: str) -> list[Finding]:
    """Those that fail a run."""
    return [one for one in whole.document["findings"] if severities.at_least(one["severity"], bound)]


def verdict(whole: Whole, bound: str) -> str:
    """How many of what there are."""
    document, found = whole.document, counted(whole, bound)
    rest = len(document["findings"]) - len(found)
    parts = [f"{len(found)} findings" if len(found) != 1 else "1 finding"]
    parts += [f"{rest} below {bound}"] if rest else []
    parts += [f"{len(document['allowed'])} let be"] if document["allowed"] else []
    parts += [f"{len(document['unchecked'])} not checked"] if document["unchecked"] else []
    parts += [] if whole.first else [f"{len(document['new'])} new and {len(whole.gone)} gone since the last run"]
    return ", ".join(parts)


def next_step(whole: Whole, bound: str) -> str:
    """The worst first, and what was not looked at before all is well."""
    for one in counted(whole, bound)[:1]:
        return f"{one['id']} ({one['host']}): {one['mend']}"
    for missing in whole.document["unchecked"][:1]:
        return f"{missing['check']} ({missing['host']}) was not checked: {missing['why']}"
    return "nothing to do"
