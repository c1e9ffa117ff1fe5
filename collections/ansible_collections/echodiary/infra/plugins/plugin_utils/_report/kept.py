# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as files: a directory for each environment, in it one for each day on which a week ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...module_utils._ledger import files
from . import document, markdown, page

if TYPE_CHECKING:
    from .model import Report

PAGE, MARKDOWN, DOCUMENT = "index.html", "report.md", "report.json"


def texts(report: Report) -> dict[str, str]:
    return {PAGE: page.html(report), MARKDOWN: markdown.text(report), DOCUMENT: document.text(report)}


def place(directory: str, report: Report) -> Path:
    """Relative to where the command was typed."""
    return Path(directory).expanduser().absolute() / (report.environment or "default") / report.end[:10]


def write(where: Path, report: Report) -> None:
    """Reports name hosts and what is wrong with them: they are for their owner to publish."""
    files.make_directories(str(where), 0o700)
    for name, text in texts(report).items():
        files.write(str(where / name), text, 0o600)
