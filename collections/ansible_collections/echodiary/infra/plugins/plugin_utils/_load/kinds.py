# SPDX-License-Identifier: GPL-3.0-or-later
"""What went wrong, in few words, whichever generator tells it. Pure."""

from __future__ import annotations

import re

#: the edge's limit of requests per client: what it turns away is no error of the application
LIMITED = "429"
_KNOWN = {
    "connection refused": r"refused",
    "no answer in time": r"deadline exceeded|time[d]? ?out",
    "connection cut": r"reset by peer|broken pipe|unexpected EOF|: EOF|Disconnected|Remote end closed|IncompleteRead|ConnectionClosed",
    "no such name": r"no such host|Name or service not known|getaddrinfo|gaierror",
    "no way there": r"no route to host|network is unreachable",
    "TLS": r"\bx509\b|\btls\b|\bSSL",
}
_STATUS = re.compile(r"\bcode=([1-5]\d\d)\b|\b([1-5]\d\d) (?:Client|Server) Error")
_LENGTH = 60


def of_status(status: int) -> str:
    """Empty for an answer that is one."""
    if 200 <= status < 300 or status == 304:
        return ""
    return LIMITED if status == 429 else f"HTTP {status}"


def of_text(text: str) -> str:
    found = _STATUS.search(text)
    if found:
        return of_status(int(next(filter(None, found.groups())))) or text[:_LENGTH]
    return next((kind for kind, form in _KNOWN.items() if re.search(form, text, re.IGNORECASE)), " ".join(text.split())[:_LENGTH])


def failed(errors: dict[str, int]) -> int:
    """Without what the edge turned away."""
    return sum(count for kind, count in errors.items() if kind != LIMITED)
