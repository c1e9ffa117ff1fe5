# SPDX-License-Identifier: GPL-3.0-or-later
"""What the edge says beside the page: headers that browsers heed, and what it had better not say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from . import severities
from .asks import Reply
from .shapes import Finding

#: s; what lists of browsers ask for is a year, and half of it is the least that any guide names
HSTS = 15_552_000
_UNSAFE = {"unsafe-url", "no-referrer-when-downgrade"}
_TALKS = ("server", "x-powered-by", "x-aspnet-version", "x-generator", "via")
_AT_HAPROXY = "the edge's own headers (role haproxy), or those of the application"


class Rule(NamedTuple):
    """``wrong``: what is said instead of what should be, or nothing."""

    name: str
    severity: str
    wrong: str


def findings(replies: Iterable[tuple[str, Reply]], host: str, *, tls: bool) -> list[Finding]:
    """``replies``: with what was asked; every one has to be right, the edge's own among them."""
    seen: dict[str, tuple[Rule, list[str]]] = {}
    for asked, reply in replies:
        for rule in _rules(reply, tls=tls):
            known = seen.setdefault(rule.name, (rule, []))
            seen[rule.name] = (
                rule if severities.rank(rule.severity) > severities.rank(known[0].severity) else known[0],
                [*known[1], asked],
            )
    return [_finding(rule, asked, host) for rule, asked in seen.values()]


def _finding(rule: Rule, asked: list[str], host: str) -> Finding:
    text = f"{rule.wrong} ({', '.join(dict.fromkeys(asked))})"
    return {"id": f"headers:{rule.name}", "host": host, "severity": rule.severity, "text": text, "mend": _AT_HAPROXY}


def _rules(reply: Reply, *, tls: bool) -> Iterator[Rule]:
    if tls:
        yield from _hsts(reply)
    if reply.header("x-content-type-options").lower() != "nosniff":
        yield Rule("x-content-type-options", "medium", "no X-Content-Type-Options: nosniff, so a browser may run what was uploaded as text")
    yield from _referrer(reply)
    yield from _frames(reply)
    yield from _talk(reply)
    for cookie in reply.headers_of("set-cookie"):
        yield from _cookie(cookie, tls=tls)


def _hsts(reply: Reply) -> Iterator[Rule]:
    said = reply.header("strict-transport-security")
    age = re.search(r"max-age\s*=\s*\"?(\d+)", said, re.IGNORECASE)
    if not age:
        yield Rule("strict-transport-security", "medium", "no Strict-Transport-Security, so a browser comes again without TLS")
    elif int(age[1]) < HSTS:
        yield Rule("strict-transport-security", "low", f"Strict-Transport-Security lasts {int(age[1])} s, less than half a year")


def _referrer(reply: Reply) -> Iterator[Rule]:
    said = [one.strip().lower() for one in reply.header("referrer-policy").split(",") if one.strip()]
    # of several a browser takes the last that it knows
    if not said or said[-1] in _UNSAFE:
        yield Rule("referrer-policy", "low", f"{said[-1] if said else 'no'} Referrer-Policy, so other sites may be told whole addresses")


def _frames(reply: Reply) -> Iterator[Rule]:
    policy = reply.header("content-security-policy").lower()
    if reply.header("x-frame-options").strip().upper() not in ("DENY", "SAMEORIGIN") and "frame-ancestors" not in policy:
        yield Rule("frame", "medium", "neither X-Frame-Options nor frame-ancestors, so other sites may show it in a frame")


def _talk(reply: Reply) -> Iterator[Rule]:
    for name in _TALKS:
        said = reply.header(name)
        if said:
            severity = "medium" if re.search(r"\d", said) else "low"
            yield Rule(name, severity, f"it says what it is made of: {name}: {said[:60]}")


def _cookie(cookie: str, *, tls: bool) -> Iterator[Rule]:
    name = cookie.partition("=")[0].strip()
    marks = {part.partition("=")[0].strip().lower() for part in cookie.split(";")[1:]}
    missing = [mark for mark in ("secure", "httponly") if mark not in marks and (tls or mark != "secure")]
    if missing:
        yield Rule(f"cookie:{name}", "medium", f"cookie {name} is not {' and '.join(missing)}")
