# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form of a report that is a file, by its name."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.echodiary.infra.plugins.plugin_utils import (
    _drift_badge,
    _drift_markdown,
    _drift_metrics,
    _drift_model,
    _drift_page,
)
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs

REPORT, PAGE, MARKDOWN, BADGE, METRICS = "report.json", "index.html", "report.md", "badge.svg", "drift.prom"


def files(report: _drift_model.Report, more: Sequence[_drift_metrics.Sample] = ()) -> dict[str, str]:
    return {
        REPORT: json_text(report),
        PAGE: _drift_page.html(report),
        MARKDOWN: _drift_markdown.text(report),
        BADGE: _drift_badge.svg(report),
        METRICS: _drift_metrics.text(report, more),
    }


def json_text(report: _drift_model.Report) -> str:
    return outputs.json_text(report.as_dict(), indent=1) + "\n"
