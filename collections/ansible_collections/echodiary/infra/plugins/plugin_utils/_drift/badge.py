# SPDX-License-Identifier: GPL-3.0-or-later
"""An SVG badge: the environment on the left, the verdict on the right. No font is measured, so widths are estimates."""

from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

_COLOURS = {"good": "#2e7d32", "change": "#b26a00", "bad": "#c62828", "quiet": "#616161"}
#: pixels of an average character of Verdana at 11 px, with room to spare
_CHARACTER = 6.8
_PADDING = 12


def svg(report: model.Report) -> str:
    left, right = f"drift {report.environment}", f"{report.sync} · {report.health}"
    widths = [round(len(text) * _CHARACTER + _PADDING) for text in (left, right)]
    whole = sum(widths)
    title = outputs.html(f"{left}: {right}, {report.time}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{title}"><title>{title}</title>'
        f'<clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath><g clip-path="url(#r)">'
        f'<rect width="{widths[0]}" height="20" fill="#424242"/>'
        f'<rect x="{widths[0]}" width="{widths[1]}" height="20" fill="{_COLOURS[_tone(report)]}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{widths[0] / 2}" y="14">{outputs.html(left)}</text>'
        f'<text x="{widths[0] + widths[1] / 2}" y="14">{outputs.html(right)}</text></g></svg>\n'
    )


def _tone(report: model.Report) -> str:
    if report.health in ("Degraded", "Missing"):
        return "bad"
    if "Unknown" in (report.sync, report.health):
        return "quiet"
    return "good" if (report.sync, report.health) == ("Synced", "Healthy") else "change"
