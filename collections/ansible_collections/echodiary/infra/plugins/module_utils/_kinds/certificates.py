# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that HAProxy serves: what it says of them, against the files that they come from; and handing it another without a reload.

Told at its socket (management guide, "set ssl cert"), a certificate is for new connections, and none of those that are open ends.
"""

from __future__ import annotations

import binascii
import contextlib
import datetime
import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._host import haproxy, timestamps
from .._ledger import files
from . import model

if TYPE_CHECKING:
    from .._host.haproxy import EdgeSpec
    from . import documents, remembered

FIELD = "certificate "
#: of the file in which a host keeps what it was issued, beside the one that HAProxy reads
ISSUED = ".issued"
#: beside it, held by whoever renews it; and how long a check waits for that (s)
RENEWING, PATIENCE = "state.json.lock", 10.0
#: of a leaf, as HAProxy tells it: SHA-1 of its DER form, in capitals
FINGERPRINT = "[0-9A-F]{40}"
_FIRST = re.compile("-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Served(NamedTuple):
    """``fingerprint`` and ``end`` (s since 1970) of what is served; fingerprints of what its ``file`` holds, and of what was ``issued`` for
    it, empty for none."""

    fingerprint: str
    end: float
    file: str
    issued: str = ""


def observe(edge: EdgeSpec, path: str) -> Served:
    """Who renews one writes its file first and has it served then: what differs is looked at again when that is over."""
    one = _observe(edge, path)
    if one.fingerprint == one.file == (one.issued or one.file):
        return one
    with contextlib.suppress(OSError), open(os.path.join(os.path.dirname(path), RENEWING), "rb") as lock:
        files.flock(lock.fileno(), PATIENCE)
    return _observe(edge, path)


def _observe(edge: EdgeSpec, path: str) -> Served:
    told = parse(haproxy.ask(edge, f"show ssl cert {path}"))
    return Served(told.get("SHA1 FingerPrint", ""), moment(told.get("notAfter", "")), of_file(path), of_file(path + ISSUED))


def parse(said: str) -> dict[str, str]:
    """Pure."""
    return dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)


def moment(text: str) -> float:
    """Seconds since 1970 of ``Dec  9 18:57:28 2026 GMT``; never, where there is none. Pure."""
    words = text.split()
    if len(words) != 5 or words[0] not in _MONTHS:
        return float("inf")
    hour, minute, second = map(int, words[2].split(":"))
    day = int(words[3]), _MONTHS.index(words[0]) + 1, int(words[1])
    return datetime.datetime(*day, hour, minute, second, tzinfo=datetime.timezone.utc).timestamp()


def of_file(path: str) -> str:
    """Of the first certificate in it; empty where there is none."""
    try:
        with open(path, encoding="ascii", errors="replace") as handle:
            return fingerprint(handle.read())
    except OSError:
        return ""


def fingerprint(text: str) -> str:
    """Pure. Empty for what holds no certificate."""
    from hashlib import sha1  # a host without certificates does not load it

    first = _FIRST.search(text)
    try:
        return sha1(binascii.a2b_base64(first[1]), usedforsecurity=False).hexdigest().upper() if first else ""
    except binascii.Error:
        return ""


def check(name: str, given: Mapping[str, str]) -> None:
    for path, wanted in given.items():
        if not path.startswith("/") or not re.fullmatch(f"|{FINGERPRINT}", wanted):
            raise model.ConvergeError(f"haproxy: {name}: certificates: {path}: has to be a whole path, with a fingerprint or nothing")


def told(declared: Mapping[str, str], seen: Mapping[str, Served]) -> Iterator[tuple[str, list[model.Json]]]:
    """What it serves and its file has not, or will not have once it is as git says. Pure."""
    for path, one in _loaded(declared, seen):
        wanted = declared[path] or one.file
        if not _is_spoilt(declared[path], one) and one.fingerprint != wanted:
            yield f"{FIELD}{path}", [one.fingerprint, wanted]


def anew(declared: Mapping[str, str], seen: Mapping[str, Served]) -> Iterator[tuple[str, list[model.Json]]]:
    """A file that its host makes, and somebody else did: it is made anew before the next worker reads it. Pure."""
    for path, one in _loaded(declared, seen):
        if _is_spoilt(declared[path], one):
            yield f"{FIELD}{path}", [one.file or "no file", one.issued or "made by this host"]


def word(declared: Mapping[str, str]) -> str:
    """What git says of them, to be recorded. Pure."""
    return " ".join(f"{path}={wanted}" for path, wanted in sorted(declared.items()))


def are_anothers(told: model.Fields, spec: documents.HaproxySpec, last: remembered.Loaded | None) -> bool:
    """Nothing else is to be told, and git does not say what it said when it was last applied. Pure."""
    return len(of(told)) == len(told) and (last.get("definition", "") if last else "") != word(spec.get("certificates", {}))


def _loaded(declared: Mapping[str, str], seen: Mapping[str, Served]) -> Iterator[tuple[str, Served]]:
    return ((path, seen[path]) for path in declared if path in seen)


def _is_spoilt(wanted: str, one: Served) -> bool:
    """Where git says what is in it, that is told as of any other file."""
    return not wanted and (not one.file or bool(one.issued and one.issued != one.file))


def of(fields: model.Fields) -> dict[str, str]:
    """Field to path, of those that are certificates. Pure."""
    return {field: field[len(FIELD) :] for field in fields if field.startswith(FIELD)}


def serve(edge: EdgeSpec, path: str) -> None:
    """What the file holds now. Nobody is cut off; what HAProxy refuses it does not serve."""
    with open(path, encoding="ascii") as handle:
        text = "".join(f"{line}\n" for line in handle.read().splitlines() if line)
    for command in (f"set ssl cert {path} <<\n{text}", f"commit ssl cert {path}"):
        said = haproxy.ask(edge, command)
        if "Transaction created" not in said and "Transaction updated" not in said and "Success" not in said:
            haproxy.ask(edge, f"abort ssl cert {path}")
            raise model.ConvergeError(f"HAProxy does not take the certificate of {path}: {' '.join(said.split())[:300]}")


def ended(path: str, one: Served, now: float) -> str:
    """Pure."""
    return (
        f"the certificate of {path} ended at {timestamps.to_text(one.end)}, {(now - one.end) / 3600:.0f} h ago; see edge-certificate status"
    )
