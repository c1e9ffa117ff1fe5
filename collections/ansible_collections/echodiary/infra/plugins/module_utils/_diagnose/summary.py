# SPDX-License-Identifier: GPL-3.0-or-later
"""The half page that people read of a host before they open its bundle. Pure, from the bundle's own files."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

_BAD = re.compile(r"\b(error|fatal|panic|critical|traceback|oom-kill|out of memory|killed process)\b", re.IGNORECASE)
LONGEST = 160


def lines(files: dict[str, str]) -> list[str]:
    found = [_load(files), _memory(files), *_disks(files), *_units(files), *_containers(files), *_edge(files), *_logs(files)]
    return [line[:LONGEST] for line in found if line]


def _load(files: dict[str, str]) -> str:
    return " ".join(files.get("system/uptime.txt", "").split())


def _memory(files: dict[str, str]) -> str:
    row = next((line.split() for line in files.get("system/memory.txt", "").splitlines() if line.startswith("Mem:")), [])
    return f"memory: {row[2]} of {row[1]} MiB used, {row[-1]} available" if len(row) >= 7 else ""


def _disks(files: dict[str, str]) -> list[str]:
    rows = [line.split() for line in files.get("disk/space.txt", "").splitlines()[1:]]
    full = [row for row in rows if len(row) >= 7 and row[5].rstrip("%").isdigit() and int(row[5][:-1]) >= 80]
    return [f"disk: {row[6]} is {row[5]} full ({row[4]} left)" for row in full]


def _units(files: dict[str, str]) -> list[str]:
    rows = [line.split() for line in files.get("units/failed.txt", "").splitlines()]
    return [f"unit {row[0]} has failed" for row in rows if len(row) > 3 and "failed" in row[2:4]]


def _containers(files: dict[str, str]) -> list[str]:
    """Slots that rest are stopped on purpose, so those that run are told, and those that are not well."""
    found: list[str] = []
    for name in sorted(files):
        match = re.fullmatch(r"containers/(.+)\.json", name)
        if match:
            found += [f"container {match[1]}: {word}" for word in _state(files[name])]
    return found


def _state(text: str) -> list[str]:
    state: dict[str, Any] = json.loads(text)["State"]
    health = (state.get("Health") or {}).get("Status", "")
    words = [state["Status"]] if state["Status"] not in ("running", "exited") else []
    words += [health] if health not in ("", "healthy") and state["Status"] == "running" else []
    words += ["killed for want of memory"] if state.get("OOMKilled") else []
    words += [f"ended with {state['ExitCode']}"] if state["Status"] == "exited" and state.get("ExitCode") not in (0, 143, 137) else []
    return words


def _edge(files: dict[str, str]) -> list[str]:
    text = files.get("haproxy/statistics.csv", "").lstrip("# ")
    rows = [row for row in csv.DictReader(text.splitlines()) if row.get("svname") not in (None, "FRONTEND", "BACKEND")]
    return [f"HAProxy {row['pxname']}/{row['svname']}: {row['status']}, {row['scur']} requests now" for row in rows]


def _logs(files: dict[str, str]) -> list[str]:
    counts = {name: sum(bool(_BAD.search(line)) for line in text.splitlines()) for name, text in files.items() if name.startswith("logs/")}
    worst = sorted(((count, name) for name, count in counts.items() if count), reverse=True)[:5]
    return [f"{name}: {count} lines of errors" for count, name in worst]
