# SPDX-License-Identifier: GPL-3.0-or-later
"""Which distribution a host has, by its os-release(5): one file is read and nothing started."""

from __future__ import annotations

from typing import TypedDict

#: the second is the vendor's, for a host whose administrator has no word of his own
FILES = ("/etc/os-release", "/usr/lib/os-release")


class Distribution(TypedDict):
    """``name`` is what components list, as in ``debian 13``; ``title`` is for people."""

    name: str
    title: str


def read(files: tuple[str, ...] = FILES) -> Distribution:
    for file in files:
        try:
            with open(file, encoding="utf-8", errors="replace") as handle:
                return parse(handle.read())
        except OSError:
            continue
    return parse("")


def parse(text: str) -> Distribution:
    """Pure. A rolling release has no version, and what says nothing has no name."""
    rows = (line.strip().partition("=") for line in text.splitlines())
    found = {key: value.strip("\"'") for key, _, value in rows}
    name = f"{found.get('ID', '')} {found.get('VERSION_ID', '')}".strip()
    return {"name": name, "title": found.get("PRETTY_NAME") or name or "a system without /etc/os-release"}
