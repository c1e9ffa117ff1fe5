# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of deploy or rollback left behind: a record for the job's artefact, a page for people, and the image for later jobs."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ROWS = ("outcome", "who", "why", "digest", "commit", "migration_from", "migration_to", "rollback_of", "error")


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    path = Path(options.kept) / "record.json"
    record = own(read(path), options.since)
    if record is None:
        # The hosts' newest record is somebody else's: this run did not come as far as having one.
        record = {"kind": options.kind, "outcome": "refused", "error": last_words(Path(options.log))}
    path.write_text(json.dumps(record, indent=1), encoding="utf-8")
    page = markdown(options.kind, options.environment, record)
    (path.with_name("record.md")).write_text(page, encoding="utf-8")
    _append("GITHUB_STEP_SUMMARY", page)
    if options.code == 0:
        _append("GITHUB_OUTPUT", f"image={one_line(str(record.get('digest', '')))}\n")
    elif os.environ.get("GITHUB_ACTIONS"):
        sys.stdout.write(annotation(f"{options.kind} in {options.environment}", str(record.get("error") or last_words(Path(options.log)))))
    return 0


def read(path: Path) -> dict[str, Any] | None:
    """The newest entry of the hosts' history; None where it could not be had."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return entries[0] if entries else None


def own(record: dict[str, Any] | None, since: str) -> dict[str, Any] | None:
    """The entry, if it was written by the run that began then. Times are ISO in UTC, so that text compares as time."""
    return record if record is not None and str(record.get("at", "")) >= since else None


def last_words(log: Path) -> str:
    """The line of the log that says why: the last error, else the last line."""
    lines = [line.strip() for line in _COLOUR.sub("", log.read_text(encoding="utf-8", errors="replace")).splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"\[ERROR\]|refused|taken back|failed", line)]
    return (errors or lines or ["nothing was said"])[-1][:500]


def markdown(kind: str, environment: str, record: dict[str, Any]) -> str:
    lines = [f"### {kind} in {environment}: {record.get('outcome', 'unknown')}", "", "| | |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {cell(record[name])} |" for name in ROWS if record.get(name)]
    seconds = record.get("seconds") or {}
    lines += [f"| seconds | {cell(', '.join(f'{name} {value}' for name, value in seconds.items()))} |"] if seconds else []
    return "\n".join([*lines, "", ""])


def cell(value: object) -> str:
    """Text that stays text in a table: what people wrote is no markup."""
    return one_line(str(value)).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "'")[:600]


def annotation(title: str, message: str) -> str:
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::error title={title}::{escaped}\n"


def one_line(text: str) -> str:
    return " ".join(text.split())


def _append(variable: str, text: str) -> None:
    if os.environ.get(variable):
        with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
            file.write(text)
    elif variable == "GITHUB_OUTPUT":
        sys.stdout.write(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kept", help="directory of the record")
    parser.add_argument("--kind", required=True)
    parser.add_argument("--environment", required=True)
    parser.add_argument("--since", required=True, help="when the run began")
    parser.add_argument("--log", required=True)
    parser.add_argument("--code", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
