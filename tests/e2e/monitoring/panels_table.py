# SPDX-License-Identifier: GPL-3.0-or-later
"""Every expression of every panel and how many series Prometheus returns for it, as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.e2e.monitoring import watched
from tests.lint import dashboards

HEAD = """# Panels

Every expression of every panel as asked of the lab's Prometheus (two application hosts, one monitoring host, after the end-to-end
tests), and how many series came back. Rendered pages are not part of the tests: [monitoring](monitoring.md#dashboards) says why.
What the watcher writes was put there by hand. `$instance` stood for every host, intervals for 5 min.
"""


def write(path: Path, boards: Sequence[Path]) -> None:
    path.write_text(HEAD + "".join(line + "\n" for board in boards for line in _board(board)), encoding="utf-8")


def _board(path: Path) -> Iterator[str]:
    board = json.loads(path.read_text(encoding="utf-8"))
    yield from ("", f"## {board['title']} (`{board['uid']}`)", "", "| panel | unit | expression | series |", "|---|---|---|---|")
    for panel in board["panels"]:
        unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "")
        for target in panel.get("targets", []):
            series = len(watched.query(dashboards.plain(target["expr"], ".*")))
            yield f"| {panel['title']} | {unit} | `{target['expr'].replace('|', chr(92) + '|')}` | {series} |"
