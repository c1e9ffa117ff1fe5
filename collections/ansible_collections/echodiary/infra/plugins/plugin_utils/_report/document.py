# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JSON, for programs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common import outputs

if TYPE_CHECKING:
    from .model import Report

FORMAT = 1


def document(report: Report) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "environment": report.environment,
        "begin": report.begin,
        "end": report.end,
        "headline": report.headline,
        "todos": [todo._asdict() for todo in report.todos],
        "notes": report.notes,
        "sections": {one.key: {"state": one.state, "said": one.said, "figures": dict(one.figures)} for one in report.sections},
    }


def text(report: Report) -> str:
    return outputs.json_text(document(report), indent=1) + "\n"
