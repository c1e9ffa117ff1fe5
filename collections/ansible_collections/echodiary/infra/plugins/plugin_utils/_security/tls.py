# SPDX-License-Identifier: GPL-3.0-or-later
"""What testssl.sh says of the edge, as findings. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from . import severities
from .shapes import Finding, Found

SEVERITY = {"LOW": "low", "MEDIUM": "medium", "WARN": "medium", "HIGH": "high", "CRITICAL": "critical"}
#: that testssl calls LOW, and nobody may offer any more (RFC 8996)
FORBIDDEN = frozenset({"TLS1", "TLS1_1"})
#: of the program itself, or made of what the others say; headers are a check of their own
PASSED = frozenset({"engine_problem", "overall_grade", "security_headers", "scanTime", "banner_server", "banner_application"})
_DERIVED = "grade_cap_reason"
MEND = "haproxy_tls and what follows it in the inventory (docs/tls.md); the certificate, where it is about that"
NONE: Finding = {
    "id": "tls:none",
    "host": "",
    "severity": "medium",
    "text": "users are served without TLS: passwords and sessions can be read on the way",
    "mend": "haproxy_tls (docs/tls.md); where something before the host ends TLS, security_url names that",
}


class Line(TypedDict):
    """Of its flat JSON file."""

    id: str
    severity: str
    finding: str


def findings(said: Iterable[Line], host: str) -> Found:
    lines = list(said)
    broken = [one["finding"] for one in lines if one["severity"] == "FATAL"]
    why = f"testssl: {'; '.join(broken)}" if broken else ""
    if not broken and not any(one["id"] == "TLS1_2" for one in lines):
        why = "testssl ended before it had asked for protocols"
    return Found(_merged(_finding(one, host) for one in lines if _counts(one)), why)


def _counts(one: Line) -> bool:
    return one["severity"] in SEVERITY and one["id"] not in PASSED and not one["id"].startswith(_DERIVED)


def _finding(one: Line, host: str) -> Finding:
    # of several certificates it says which
    name = one["id"].partition(" ")[0]
    severity = severities.worst(SEVERITY[one["severity"]], "medium" if name in FORBIDDEN else "low")
    return {"id": f"tls:{name}", "host": host, "severity": severity, "text": f"{name}: {one['finding']}", "mend": MEND}


def _merged(found: Iterable[Finding]) -> list[Finding]:
    by_name: dict[str, Finding] = {}
    for one in found:
        known = by_name.get(one["id"])
        worse = severities.worst(one["severity"], known["severity"]) if known else one["severity"]
        by_name[one["id"]] = {**(known or one), "severity": worse}
    return list(by_name.values())
