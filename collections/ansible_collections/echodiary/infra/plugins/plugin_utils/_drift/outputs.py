# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form of a report that is a file, by its name."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.echodiary.infra.plugins.module_utils._host.exposition import Sample
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import badge, markdown, metrics, model, page

REPORT, PAGE, MARKDOWN, BADGE, METRICS = "report.json", "index.html", "report.md", "badge.svg", "drift.prom"


def files(report: model.Report, more: Sequence[Sample] = ()) -> dict[str, str]:
    return {
        REPORT: json_text(report),
        PAGE: page.html(report),
        MARKDOWN: markdown.text(report),
        BADGE: badge.svg(report),
        METRICS: metrics.text(report, more),
    }


def json_text(report: model.Report) -> str:
    return outputs.json_text(report.as_dict(), indent=1) + "\n"
