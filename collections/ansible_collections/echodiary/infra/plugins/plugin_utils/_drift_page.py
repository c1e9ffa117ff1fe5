# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: one HTML file that holds the report as data and everything needed to show it. No server, nothing from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils import _drift_model as model

ASSETS = Path(__file__).with_name("_drift_assets")


def html(report: model.Report) -> str:
    template = (ASSETS / "page.html").read_text(encoding="utf-8")
    # Inside <script> only "<" could end the block or open a comment; the page puts texts in as text, never as markup.
    data = json.dumps(report.as_dict(), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return template.replace("/*REPORT*/", data, 1)
