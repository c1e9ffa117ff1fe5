# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock as an item of a DynamoDB table: what is read of it, what is written, and on which condition. Pure.

The record is the text that a host's file would hold. Beside it are the last lines of the journal, the last fencing token once more, in
case that the record is damaged by hand, and a mark that every write makes anew: an item is replaced only where its mark is still the one
that was read. A number that counts up would do as well until somebody removes the item and it begins at 1 again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ...module_utils._lease import store
from ...module_utils._ledger import records
from .clocks import BOOT

if TYPE_CHECKING:
    from ...module_utils._lease.shapes import Event, Record

#: as DynamoDB has it: attribute -> type -> value
Item = dict[str, dict[str, Any]]

#: lines of the journal that are kept with a lock
KEPT = 50
#: the key of the table
KEY = "name"


class Found(NamedTuple):
    """``record``: None where there is none to believe, and ``fault`` says why; empty where there never was one. ``token``: the last that is
    known to have been given out."""

    record: Record | None
    token: int = 0
    journal: tuple[Event, ...] = ()
    fault: str = ""


def read(item: Item | None) -> Found:
    """NewerError for what a newer version of this program wrote."""
    if item is None:
        return Found(None)
    journal, token = _journal(item), _token(item)
    try:
        parsed = json.loads(_text(item, "record"))
    except (ValueError, RecursionError):
        return Found(None, token, journal, "is damaged (its record is no JSON)")
    if isinstance(parsed, dict) and type(parsed.get("version")) is int and parsed["version"] > store.VERSION:
        raise records.NewerError(
            f"was written by a newer version of echodiary.infra (format {parsed['version']}, this one knows {store.VERSION}): nothing was "
            "touched; use that version"
        )
    fault = store.SHAPE(parsed) or _foreign(parsed)
    if fault:
        return Found(None, token, journal, f"is damaged (it{fault})")
    record: Record = parsed
    return Found({**record, "token": max(record["token"], token)}, max(record["token"], token), journal)


def made(key: str, record: Record, journal: tuple[Event, ...], mark: str, damaged: Item | None = None) -> Item:
    """``damaged``: the item that could not be believed; its record is kept for people to look at."""
    item: Item = {
        KEY: {"S": key},
        "mark": {"S": mark},
        "token": {"N": str(record["token"])},
        "record": {"S": json.dumps(record, sort_keys=True)},
        "journal": {"S": json.dumps(list(journal[-KEPT:]))},
    }
    if damaged:
        item["damaged"] = damaged.get("record", {"NULL": True})
    return item


def condition(seen: Item | None) -> dict[str, Any]:
    """Of a write: that nobody else has written since ``seen`` was read."""
    if seen is None:
        return {"ConditionExpression": "attribute_not_exists(#key)", "ExpressionAttributeNames": {"#key": KEY}}
    if "mark" not in seen:
        return {"ConditionExpression": "attribute_not_exists(#mark)", "ExpressionAttributeNames": {"#mark": "mark"}}
    return {
        "ConditionExpression": "#mark = :seen",
        "ExpressionAttributeNames": {"#mark": "mark"},
        "ExpressionAttributeValues": {":seen": seen["mark"]},
    }


def is_of(item: Item | None, mark: str) -> bool:
    return item is not None and item.get("mark") == {"S": mark}


def _text(item: Item, name: str) -> str:
    found = item.get(name, {}).get("S")
    return found if isinstance(found, str) else ""


def _token(item: Item) -> int:
    """Of two places, because no token may be given out twice."""
    kept = str(item.get("token", {}).get("N", ""))
    tokens = [event.get("token") for event in _journal(item)]
    return max([int(kept) if kept.isdecimal() else 0, *(token for token in tokens if isinstance(token, int))])


def _journal(item: Item) -> tuple[Event, ...]:
    """Lines of it are shown to people; what is no line is passed over."""
    try:
        found = json.loads(_text(item, "journal"))
    except (ValueError, RecursionError):
        return ()
    lines: list[Any] = [line for line in found if isinstance(line, dict)] if isinstance(found, list) else []
    return tuple(lines)


def _foreign(record: Record) -> str:
    """An age is told by one clock, and a stamp of another's would look as old as the world."""
    lease, freeze = record["lease"], record["freeze"]
    stamps = [*([lease["acquired"], lease["renewed"]] if lease else []), *([freeze["since"]] if freeze else [])]
    return "" if all(stamp["boot"] == BOOT for stamp in stamps) else " has times of another clock"
