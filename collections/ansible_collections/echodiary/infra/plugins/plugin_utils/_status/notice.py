# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``status_notice`` takes, judged before any host is called. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from .._common import timestamps
from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._status.shapes import Asked, Notice, Words

LONGEST = 500
#: s: what nobody means by a maintenance
_MOST = 30 * 86_400
ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "over", "withdrawn", "read"], "default": "present"},
    "kind": {"type": "str", "choices": ["maintenance", "incident"], "default": "maintenance"},
    "id": {"type": "str", "default": ""},
    "start": {"type": "str", "default": ""},
    "end": {"type": "str", "default": ""},
    "minutes": {"type": "int", "default": 0},
    "en": {"type": "str", "default": ""},
    "ko": {"type": "str", "default": ""},
    "source": {"type": "str", "default": ""},
}


class Options(TypedDict):
    """A task's values of ARGUMENTS."""

    state: str
    kind: str
    id: str
    start: str
    end: str
    minutes: int
    en: str
    ko: str
    source: str


def asked(given: Options, now: float, who: str, check: bool) -> Asked:
    """SpecError for what nobody could announce."""
    if given["state"] in ("over", "withdrawn") and not (given["id"] or given["source"]):
        raise SpecError("id: which notice is meant? state=read tells them all")
    notice = _notice(given, now, who) if given["state"] == "present" else None
    return {"check": check, "state": given["state"], "now": now, "id": given["id"], "source": given["source"], "notice": notice, "path": ""}


def _notice(given: Options, now: float, who: str) -> Notice:
    start = _moment("start", given["start"]) if given["start"] else float(int(now))
    end = _end(given, start)
    if end is None and given["kind"] == "maintenance":
        raise SpecError("end: a maintenance needs its end: a time with its offset, such as 2026-12-05T04:00:00+09:00")
    if end is not None and end <= start:
        raise SpecError(f"end: {timestamps.to_text(end)} is not after the start, {timestamps.to_text(start)}; correct one of them")
    # an incident may be told afterwards
    if end is not None and end <= now and given["kind"] == "maintenance":
        raise SpecError(f"end: {timestamps.to_text(end)} is over already; nothing was announced")
    if end is not None and end - start > _MOST:
        raise SpecError(f"end: {timestamps.span(end - start)} is longer than 30 days; is the year right?")
    name = given["id"] or f"{given['kind']}-{start:.0f}"
    words = _words(given)
    return {"id": name, "kind": given["kind"], "start": start, "end": end, "words": words, "source": given["source"], "who": who}


def _end(given: Options, start: float) -> float | None:
    if given["end"] and given["minutes"]:
        raise SpecError("end, minutes: both say when it is over; keep one of them")
    if given["minutes"] < 0:
        raise SpecError("minutes: how many it takes, 1 at least")
    return _moment("end", given["end"]) if given["end"] else start + 60 * given["minutes"] if given["minutes"] else None


def _moment(name: str, text: str) -> float:
    try:
        return timestamps.to_wall(text)
    except ValueError:
        raise SpecError(f"{name}: {text!r} is neither a date (2026-12-05) nor a time with its offset (2026-12-05T02:00:00+09:00)") from None


def _words(given: Options) -> Words:
    return {"en": _text("en", given["en"]), "ko": _text("ko", given["ko"])}


def _text(language: str, text: str) -> str:
    if not text.strip():
        raise SpecError(f"{language}: what readers of that language are told is missing; both languages are needed")
    if len(text) > LONGEST:
        raise SpecError(f"{language}: {len(text)} characters are too many, at most {LONGEST}")
    return " ".join(text.split())


def told(one: Notice) -> str:
    """On a line, for who asked."""
    end = "" if one["end"] is None else f" to {timestamps.to_text(one['end'])}"
    return f"{one['id']}: {one['kind']} from {timestamps.to_text(one['start'])}{end}: {one['words']['en']} / {one['words']['ko']}"
