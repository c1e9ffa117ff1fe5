# SPDX-License-Identifier: GPL-3.0-or-later
"""What containers said: Docker's own files (json-file), which are there whether its daemon runs or not."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from typing import Any

from .._host import timestamps
from . import wanted
from .shapes import Line

CONTAINERS = "/var/lib/docker/containers"
#: of a file, its end
MOST = 64_000_000
#: of a line in several parts
LONGEST = 262_144
#: names that are something else of a line already
_TAKEN = ("time", "ts", "msg", "severity", "lvl")


def lines(since: float, until: float, end: float) -> Iterator[tuple[float, Line]]:
    """``end``: as of time.monotonic; what is not read by then is not told."""
    with contextlib.suppress(FileNotFoundError):
        for entry in sorted(os.scandir(CONTAINERS), key=lambda one: one.name):
            known = about(entry.path)
            for path in _files(entry.path, entry.name, since) if known else []:
                yield from _of_file(path, known, since, until, end)


def about(directory: str) -> Line:
    """Whose it is. Nothing where it is being made, or taken away."""
    try:
        with open(f"{directory}/config.v2.json", encoding="utf-8") as file:
            config = json.load(file)
        labels: dict[str, str] = config["Config"].get("Labels") or {}
        name, image = config["Name"].lstrip("/"), config["Config"]["Image"]
    except (OSError, ValueError, KeyError, AttributeError):
        return {}
    component, slot = place(labels, name)
    release = labels.get("org.opencontainers.image.version") or image.rpartition("/")[2]
    return {"source": "container", "container": name, "component": component, "slot": slot, "release": release}


def place(labels: dict[str, str], name: str) -> tuple[str, str]:
    """Component and slot, as the directory of its Compose project says: the same as the shipper's log-containers."""
    project, directory = labels.get("com.docker.compose.project"), labels.get("com.docker.compose.project.working_dir", "")
    if not project:
        return name, ""
    above, last = os.path.split(directory)
    if project.endswith(f"-{last}") and project != last:
        return os.path.basename(above), last
    return (last if last.replace("_", "-") == project else project), ""


def _files(directory: str, identity: str, since: float) -> list[str]:
    """Oldest first; those that were written to for the last time before are not read."""
    newest = f"{directory}/{identity}-json.log"
    found: list[str] = []
    with contextlib.suppress(OSError):
        while os.stat(path := f"{newest}.{len(found)}" if found else newest).st_mtime >= since:
            found.append(path)
    return found[::-1]


def _of_file(path: str, known: Line, since: float, until: float, end: float) -> Iterator[tuple[float, Line]]:
    parts: list[str] = []
    with contextlib.suppress(OSError), open(path, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - MOST))
        for raw in file:
            if time.monotonic() > end:
                return
            record = _record(raw)
            if record is None:
                continue
            parts.append(record["log"])
            if not record["log"].endswith("\n") and sum(map(len, parts)) < LONGEST:
                continue  # Docker cuts what is longer than 16 KiB
            text, parts = "".join(parts).rstrip("\n"), []
            moment = timestamps.of_docker(record["time"])
            if since <= moment < until:
                yield moment, {"_time": record["time"], **line(text), **known, "stream": record.get("stream", "")}


def _record(raw: bytes) -> Any:
    """None for what was cut off in its middle."""
    try:
        record = json.loads(raw)
        return record if isinstance(record["log"], str) and isinstance(record["time"], str) else None
    except (ValueError, KeyError, TypeError):
        return None


def line(text: str) -> Line:
    """What was said, as the shipper takes it: JSON's fields are fields."""
    said = _json(text) if text.startswith("{") else None
    if said is None:
        return _without_empty({"_msg": text, "level": wanted.level_of_text(text)})
    message = str(said.pop("message", None) or said.pop("msg", None) or text)
    level = str(said.pop("level", None) or said.pop("severity", None) or said.pop("lvl", None) or "")
    rest = {name: _text(value) for name, value in said.items() if name not in _TAKEN and value is not None}
    return _without_empty({**rest, "_msg": message, "level": wanted.level(level)})


def _json(text: str) -> Any:
    with contextlib.suppress(ValueError):
        found = json.loads(text)
        return found if isinstance(found, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _without_empty(given: Line) -> Line:
    return {name: value for name, value in given.items() if value or name == "_msg"}
