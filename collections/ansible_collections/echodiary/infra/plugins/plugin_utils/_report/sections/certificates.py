# SPDX-License-Identifier: GPL-3.0-or-later
"""When certificates end: those that hosts serve, and those that probes saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..._common import timestamps
from .. import commands, model, words
from ..asking import Query

if TYPE_CHECKING:
    from ..asking import Found
    from ..shapes import Plan

KEY, TITLE = "certificates", "Certificates"
#: percent of its life from which on a renewal is late, as the alert has it; s, where nobody knows how long it lives
_LATE, _SOON = 100 / 3, 14 * 86_400


class Figures(NamedTuple):
    """Seconds left; percent of its life, None where that is not known. ``failures`` to renew it, in a row."""

    host: str
    source: str
    left: float
    share: float | None
    failures: float | None

    @property
    def late(self) -> bool:
        return self.left < _SOON if self.share is None else self.share < _LATE


def queries(_plan: Plan) -> dict[str, Query]:
    after, before = (f"edge_certificate_not_{one}_timestamp_seconds" for one in ("after", "before"))
    return {
        "left": Query(f"min by (instance) ({after}) - time()"),
        "share": Query(f"100 * (min by (instance) ({after}) - time()) / (min by (instance) ({after} - {before}) > 0)"),
        "failures": Query("max by (instance) (edge_certificate_failures)"),
        "probed": Query("min by (instance) (probe_ssl_earliest_cert_expiry) - time()"),
    }


def figures(found: Found) -> list[Figures]:
    """What ends first comes first."""
    hosts = [
        Figures(host, "served", left, found.one("share", instance=host), found.one("failures", instance=host))
        for (host,), left in found.by("left", "instance").items()
    ]
    probed = [Figures(host, "probed", left, None, None) for (host,), left in found.by("probed", "instance").items()]
    return sorted([*hosts, *probed], key=lambda one: one.left)


def section(plan: Plan, found: Found) -> model.Section:
    if found.trouble:
        return model.unknown(KEY, TITLE, found.trouble)
    every = figures(found)
    if not every:
        return model.absent(KEY, TITLE, "TLS ends on none of these hosts")
    late = [one for one in every if one.late]
    rows = [_row(plan, one) for one in every]
    return model.Section(
        KEY,
        TITLE,
        "bad" if late else "good",
        f"the first ends in {words.days(every[0].left / 86_400)}",
        tables=[model.Table(("host", "", "ends in", "on", "of its life"), rows, frozenset({2, 4}))],
        todos=[_todo(plan, one) for one in late],
        figures={"certificates": [one._asdict() for one in every]},
    )


def _row(plan: Plan, one: Figures) -> tuple[str, ...]:
    ends = timestamps.to_text(plan["end"] + one.left)[:10]
    return (one.host, one.source, words.days(one.left / 86_400), ends, words.percent(one.share, 0))


def _todo(plan: Plan, one: Figures) -> model.Todo:
    text = f"the certificate of {one.host} ends in {words.days(one.left / 86_400)}, and should have been renewed: see why it was not"
    command = commands.on_host(plan, one.host, "edge-certificate status") if one.source == "served" else ""
    return model.Todo(text, command, urgent=one.left < _SOON)
