# SPDX-License-Identifier: GPL-3.0-or-later
"""The warnings of lynis. Its suggestions are a matter of taste, and are not told. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from .shapes import Finding, Found


def findings(report: str, host: str) -> Found:
    """``report``: its report.dat."""
    lines = report.splitlines()
    done = any(line.startswith("finish=true") for line in lines)
    return Found(list(_warnings(lines, host)), "" if done else "lynis ended before it was done; sudo lynis audit system says why")


def _warnings(lines: list[str], host: str) -> Iterator[Finding]:
    for line in lines:
        key, _, value = line.partition("=")
        if key == "warning[]":
            name, text, *rest = [*value.split("|"), "", ""]
            mend = next((one for one in rest if one not in ("", "-")), f"https://cisofy.com/lynis/controls/{name}/")
            yield {"id": f"host:{name}", "host": host, "severity": "medium", "text": text, "mend": mend.removeprefix("text:")}
