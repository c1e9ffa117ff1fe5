# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a line is asked for: what a query of LogsQL asks the store, said of one line. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .shapes import Asked, Line

#: whose lines in the journal tell who did what: log_shipper_audit_programs as role log_shipper has it
AUDIT = frozenset(
    ["sudo", "su", "sshd", "sshd-session", "login", "useradd", "usermod", "userdel", "groupadd", "groupdel", "passwd", "chpasswd"],
)
_TOLD = re.compile(r'(?i)\b(?:level|lvl|severity)="?(debug|info|notice|warn|warning|error|critical|fatal|panic)\b')
_SAID = re.compile(r"\b(DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|FATAL|PANIC)\b *:")
_NAMES = {"WARN": "WARNING", "ERR": "ERROR", "NOTICE": "INFO"}
_NAMES.update(dict.fromkeys(("FATAL", "PANIC", "CRIT", "ALERT", "EMERG"), "CRITICAL"))


def fits(line: Line, asked: Asked) -> bool:
    return (
        _in_store(line, asked["store"])
        and (not asked["components"] or line.get("component") in asked["components"])
        and (not asked["levels"] or line.get("level") in asked["levels"])
        and (not asked["request"] or _of_request(line, asked["request"]))
        and asked["text"] in line["_msg"]
    )


def _in_store(line: Line, store: str) -> bool:
    if store == "errors":
        return line.get("level") in ("ERROR", "CRITICAL")
    if store == "audit":
        journal = line.get("source") == "journal" and line.get("component") in AUDIT
        return journal or line.get("source") == "history" or line.get("logger") == "audit"
    return True


def _of_request(line: Line, request: str) -> bool:
    """The field, or the words of what was said, as the store takes them."""
    return line.get("request_id") == request or re.search(rf"(?<!\w){re.escape(request)}(?!\w)", line["_msg"]) is not None


def level(said: str) -> str:
    """One of five, or whatever somebody else calls it."""
    return _NAMES.get(said.upper(), said.upper())


def level_of_text(text: str) -> str:
    found = _TOLD.search(text) or _SAID.search(text)
    return level(found[1]) if found else ""
