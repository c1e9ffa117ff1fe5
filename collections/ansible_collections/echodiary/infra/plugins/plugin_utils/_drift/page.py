# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: one HTML file that holds the report as data and everything needed to show it. No server, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

ASSETS = Path(__file__).with_name("assets")


def html(report: model.Report) -> str:
    template = (ASSETS / "page.html").read_text(encoding="utf-8")
    # The page puts texts in as text, never as markup.
    return template.replace("/*REPORT*/", outputs.script(report.as_dict()), 1)
