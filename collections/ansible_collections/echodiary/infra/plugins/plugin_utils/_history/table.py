# SPDX-License-Identifier: GPL-3.0-or-later
"""The history as a table for people, newest first. Pure; missing fields stay empty, so that entries of older versions show as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...module_utils._history.shapes import Entry, History

_COLUMNS = ("when (UTC)", "kind", "outcome", "release", "migration", "seconds", "who", "why")
#: widths above which a cell is cut
_WIDEST = {"release": 28, "who": 28, "why": 60}


def merge(histories: list[list[Entry]]) -> list[Entry]:
    """What several hosts remember as one history, newest first: a host that is new, or was away, knows less than the others."""
    known = {str(entry.get("id")): entry for history in histories for entry in history}
    return sorted(known.values(), key=lambda entry: str(entry.get("at", "")), reverse=True)


def summary(answer: History) -> dict[str, Any]:
    """``table`` (list of lines) and ``msg`` for the answer of a host."""
    count, damaged = len(answer["entries"]), answer["damaged"]
    note = f"; {damaged} damaged line(s) passed over" if damaged else ""
    good = answer["last_good"]
    running = f"last good: {release(good)}" if good else "no good release yet"
    return {"table": table(answer["entries"], answer["last_good"]), "msg": f"{count} entries{note}; {running}"}


def table(entries: list[Entry], last_good: Entry | None = None) -> list[str]:
    if not entries:
        return ["no releases recorded yet"]
    good = last_good.get("id") if last_good else None
    several = len({entry.get("component") for entry in entries} - {None, ""}) > 1
    rows = [_told(entry, good, several) for entry in entries]
    head = ["", *_COLUMNS[:1], *(["component"] if several else []), *_COLUMNS[1:]]
    widths = [max(len(row[index]) for row in [head, *rows]) for index in range(len(head))]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]]


def _told(entry: Entry, good: str | None, several: bool) -> list[str]:
    """``several``: components are told apart."""
    when, *cells = (_cut(name, text) for name, text in zip(_COLUMNS, _row(entry), strict=True))
    return [_mark(entry, good), when, *([str(entry.get("component", ""))] if several else []), *cells]


def release(entry: Entry) -> str:
    """Name and the digest's first 12 digits, or whichever there is."""
    digest = str(entry.get("digest", "")).rpartition("@")[2].removeprefix("sha256:")[:12]
    name = str(entry.get("release", ""))
    return f"{name} ({digest})" if name and digest and digest not in name else name or digest


def _mark(entry: Entry, good: str | None) -> str:
    return "*" if good is not None and entry.get("id") == good else ""


def _row(entry: Entry) -> list[str]:
    at = str(entry.get("at", ""))
    return [
        f"{at[:10]} {at[11:19]}".strip(),
        str(entry.get("kind", "")),
        str(entry.get("outcome", "")),
        release(entry),
        _migration(entry),
        _seconds(entry),
        str(entry.get("who", "")),
        " ".join(str(entry.get("error") or entry.get("why") or "").split()),
    ]


def _migration(entry: Entry) -> str:
    source, target = entry.get("migration_from"), entry.get("migration_to")
    return f"{source or '-'} -> {target}" if target and source != target else ""


def _seconds(entry: Entry) -> str:
    """The whole when it was measured, else the sum of the phases."""
    seconds = entry.get("seconds") or {}
    numbers = {name: value for name, value in seconds.items() if isinstance(value, (int, float))}
    return f"{numbers.get('total', sum(numbers.values())):.1f}" if numbers else ""


def _cut(column: str, text: str) -> str:
    widest = _WIDEST.get(column, 40)
    return text if len(text) <= widest else text[: widest - 1] + "…"
