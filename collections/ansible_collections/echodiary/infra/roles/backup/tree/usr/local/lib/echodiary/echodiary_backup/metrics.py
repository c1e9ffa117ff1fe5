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

from .config import Config, Job

PREFIX, TESTS, AMCHECKS = "echodiary_backup_", "echodiary_restore_test_", "echodiary_amcheck_"
#: files of one job each begin so
_OF_JOBS = ("backup_job_", "restore_test_success_", "restore_test_", "amcheck_success_", "amcheck_")
_HOURS = "How old the newest backup of a job may be."


class Metric(NamedTuple):
    """``name`` without its prefix; ``labels`` beside those of all."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = {}


class Tested(NamedTuple):
    """How a restore went. ``phases``: seconds of each; ``age`` of the snapshot (s); ``checks``: whether each was passed."""

    good: bool
    phases: Mapping[str, float]
    age: float
    rows: int
    checks: Mapping[str, bool]


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


def restore_tested(config: Config, name: str, when: datetime, test: Tested) -> None:
    labels = _labels(config, name)
    seconds = [Metric("seconds", "That each phase of the last test took.", value, {"phase": one}) for one, value in test.phases.items()]
    checks = [Metric("ok", "Whether the last test passed each check.", float(good), {"check": one}) for one, good in test.checks.items()]
    age = Metric("backup_age_seconds", "Of the snapshot that was restored.", test.age)
    found = [*seconds, *checks, age, Metric("rows", "That came back.", test.rows)]
    _put(config, f"restore_test_{name}", text(labels, found, TESTS))
    if test.good:
        success = Metric("last_success_timestamp_seconds", "When a restore was last tried and all was well.", when.timestamp())
        _put(config, f"restore_test_success_{name}", text(labels, [success], TESTS))


def amchecked(config: Config, name: str, when: datetime, seconds: float, good: bool) -> None:
    labels = _labels(config, name)
    found = [
        Metric("ok", "Whether the live database was found to be whole.", float(good)),
        Metric("seconds", "That looking through it took.", seconds),
    ]
    _put(config, f"amcheck_{name}", text(labels, found, AMCHECKS))
    if good:
        success = Metric("last_success_timestamp_seconds", "When all of the live database was last found to be whole.", when.timestamp())
        _put(config, f"amcheck_success_{name}", text(labels, [success], AMCHECKS))


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
    lines = [text(_labels(config, name), _declared(config["jobs"][name])) for name in sorted(config["jobs"])]
    once = dict.fromkeys(line for one in lines for line in one.splitlines())
    _put(config, "backup_declared", "".join(f"{line}\n" for line in once))
    _forget(config)


def _declared(job: Job) -> list[Metric]:
    found = [Metric("job_hours", _HOURS, job["hours"])]
    if job.get("restore_test", {}).get("schedule"):
        found.append(Metric("job_restore_tested", "Of jobs whose restore is tried by the clock.", 1))
    if job.get("amcheck", {}).get("schedule"):
        found.append(Metric("job_amchecked", "Of jobs whose live database is looked through by the clock.", 1))
    return found


def _labels(config: Config, name: str) -> dict[str, str]:
    return {"environment": config["environment"], "component": config["jobs"][name].get("component", ""), "backup_job": name}


def _forget(config: Config) -> None:
    """Of jobs that are no more: they would grow too old."""
    directory = config["textfiles"]
    for name in os.listdir(directory) if directory and os.path.isdir(directory) else []:
        of = next((name[len(start) : -len(".prom")] for start in _OF_JOBS if name.startswith(start)), None)
        if of is not None and of not in config["jobs"]:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(directory, name))


def text(labels: Mapping[str, str], found: list[Metric], prefix: str = PREFIX) -> str:
    """Pure: Prometheus' text format. Metrics of one name stand together."""
    lines: dict[str, None] = {}
    for metric in found:
        name = prefix + metric.name
        inside = ",".join(f'{key}="{_escaped(value)}"' for key, value in {**labels, **metric.labels}.items() if value)
        lines |= dict.fromkeys([f"# HELP {name} {metric.help}", f"# TYPE {name} gauge", f"{name}{{{inside}}} {metric.value:.15g}"])
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
