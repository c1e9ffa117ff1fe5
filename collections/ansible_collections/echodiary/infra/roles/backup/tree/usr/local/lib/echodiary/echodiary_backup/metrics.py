# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus is told, through the directory that node_exporter reads.

A backup without its metric is a backup: nothing fails in here.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from .config import Config

PREFIX = "echodiary_backup_"
_HOURS = "How old the newest backup of a job may be."


class Metric(NamedTuple):
    """``name`` without its prefix."""

    name: str
    help: str
    value: float


def saved(config: Config, name: str, when: datetime, size: int, seconds: float, snapshots: int) -> None:
    _write(
        config,
        f"backup_job_{name}",
        _labels(config, name),
        [
            Metric("last_success_timestamp_seconds", "When the newest good backup was taken.", when.timestamp()),
            Metric("bytes", "Of the data that was saved.", size),
            Metric("seconds", "That saving it took.", seconds),
            Metric("snapshots", "Of the job in the repository.", snapshots),
        ],
    )


def verified(config: Config, part: int, when: datetime, good: bool) -> None:
    _write(
        config,
        "backup_verify",
        {"environment": config["environment"]},
        [
            Metric("read_last_timestamp_seconds", "When a part of the repository was last read back.", when.timestamp()),
            Metric("read_ok", "Whether that part was as it was written.", float(good)),
            Metric("read_part", "Which of the seven it was.", part),
        ],
    )


def pruned(config: Config, when: datetime, good: bool) -> None:
    _write(
        config,
        "backup_prune",
        {"environment": config["environment"]},
        [
            Metric("prune_last_timestamp_seconds", "When old snapshots were last to be removed.", when.timestamp()),
            Metric("prune_ok", "Whether what had to go went, and nothing else.", float(good)),
        ],
    )


def declared(config: Config) -> None:
    """How old each job's newest may be. Told before any has run: one that never did is found out by that."""
    lines = [text(_labels(config, name), [Metric("job_hours", _HOURS, config["jobs"][name]["hours"])]) for name in sorted(config["jobs"])]
    once = dict.fromkeys(line for one in lines for line in one.splitlines())
    _put(config, "backup_declared", "".join(f"{line}\n" for line in once))
    _forget(config)


def _labels(config: Config, name: str) -> dict[str, str]:
    return {"environment": config["environment"], "component": config["jobs"][name].get("component", ""), "backup_job": name}


def _forget(config: Config) -> None:
    """Of jobs that are no more: they would grow too old."""
    directory = config["textfiles"]
    for name in os.listdir(directory) if directory and os.path.isdir(directory) else []:
        if name.startswith("backup_job_") and name[len("backup_job_") : -len(".prom")] not in config["jobs"]:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(directory, name))


def text(labels: Mapping[str, str], found: list[Metric]) -> str:
    """Pure: Prometheus' text format."""
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items() if value)
    lines = []
    for metric in found:
        name = PREFIX + metric.name
        lines += [f"# HELP {name} {metric.help}", f"# TYPE {name} gauge", f"{name}{{{inside}}} {metric.value:.15g}"]
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _write(config: Config, name: str, labels: Mapping[str, str], found: list[Metric]) -> None:
    _put(config, name, text(labels, found))


def _put(config: Config, name: str, content: str) -> None:
    """Beside it and renamed, so that no half file is read."""
    directory = config["textfiles"]
    if not directory or not os.path.isdir(directory):
        return
    place = os.path.join(directory, f"{name}.prom")
    fresh = f"{place}.{os.getpid()}.new"
    try:
        with open(fresh, "w", encoding="utf-8") as handle:
            os.fchmod(handle.fileno(), 0o644)
            handle.write(content)
        os.replace(fresh, place)
    except OSError as error:
        print(f"{place}: {error.strerror}; only the metric is missing", file=sys.stderr)
        with contextlib.suppress(OSError):
            os.unlink(fresh)
