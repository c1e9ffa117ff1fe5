# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus is told, through the directory that node_exporter reads. A certificate is served without it: nothing fails in here."""

from __future__ import annotations

import contextlib
import os
import sys

from .config import Config
from .serving import Served

PREFIX = "edge_certificate_"
NAME = "certificate.prom"
_HELP = {
    "not_before_timestamp_seconds": "Since when the certificate is valid that HAProxy serves.",
    "not_after_timestamp_seconds": "Until when it is.",
    "failures": "How often in a row this host has failed to bring and serve what it should.",
}


def text(served: Served | None, failures: int) -> str:
    """Pure: Prometheus' text format."""
    values = {"failures": float(failures)}
    if served:
        values |= {"not_before_timestamp_seconds": served.begin, "not_after_timestamp_seconds": served.end}
    return "".join(_metric(PREFIX + name, _HELP[name], values[name]) for name in sorted(values))


def _metric(name: str, explained: str, value: float) -> str:
    return f"# HELP {name} {explained}\n# TYPE {name} gauge\n{name} {value:.15g}\n"


def tell(config: Config, served: Served | None, failures: int) -> None:
    """Beside it and renamed, so that no half file is read."""
    directory = config["textfiles"]
    if not directory or not os.path.isdir(directory):
        return
    place = os.path.join(directory, NAME)
    fresh = f"{place}.{os.getpid()}.new"
    try:
        with open(fresh, "w", encoding="utf-8") as handle:
            os.fchmod(handle.fileno(), 0o644)
            handle.write(text(served, failures))
        os.replace(fresh, place)
    except OSError as error:
        print(f"{place}: {error.strerror}; only the metric is missing", file=sys.stderr)
        with contextlib.suppress(OSError):
            os.unlink(fresh)
