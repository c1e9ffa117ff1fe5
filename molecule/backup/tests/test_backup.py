# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot that the clock made, on a host that nothing was on before; and what is refused before anything is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from testinfra.host import Host

NIGHT = "*-*-* 02:30:00"


def snapshots(host: Host, job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(host.check_output(f"sudo echodiary-backup list {job} --json"))
    return found


def test_nobody_but_root_reads_what_opens_the_repository(host: Host) -> None:
    assert host.run("cat /etc/echodiary/backup/jobs.json").rc != 0
    with host.sudo():
        assert host.file("/etc/echodiary/backup/jobs.json").mode == 0o600
        assert host.service("echodiary-backup-init.service").is_running


def test_a_timer_and_nobody_else_saves(host: Host, converge: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    before = len(snapshots(host, "files"))
    soon = {"files": {"kind": "path", "paths": ["/etc/hostname"], "schedule": "*-*-* *:*:00/5", "random_delay": 0}}
    with host.sudo():
        host.check_output("mkdir -p /var/lib/node_exporter/textfile")
    assert not converge(backup_jobs=soon)["failed"]
    eventually(lambda: len(snapshots(host, "files")) > before, seconds=60)
    metric = 'echodiary_backup_last_success_timestamp_seconds{environment="local",backup_job="files"}'
    eventually(lambda: metric in host.run("cat /var/lib/node_exporter/textfile/backup_job_files.prom").stdout)


def test_redis_is_saved_and_read_back(host: Host) -> None:
    with host.sudo():
        host.check_output("echodiary-backup run queue")
        host.check_output("echodiary-backup fetch queue --to /root/queue.rdb")
        assert host.check_output("head -c 5 /root/queue.rdb") == "REDIS"
        host.check_output("echodiary-backup verify")
        host.check_output("echodiary-backup prune")


def test_what_is_no_job_is_refused_and_nothing_is_touched(host: Host, converge: Callable[..., Any]) -> None:
    with host.sudo():
        was = host.file("/etc/echodiary/backup/jobs.json").sha256sum
    for job, word in (
        ({"kind": "mysql", "schedule": NIGHT}, "mysql"),
        ({"kind": "postgres", "component": "nobody", "schedule": NIGHT}, "no host of the inventory has component nobody"),
        ({"kind": "path", "paths": ["/etc"], "schedule": "whenever"}, "whenever"),
    ):
        refused = converge(backup_jobs={"files": job})
        assert refused["failed"]
        assert word in refused["output"]
    with host.sudo():
        assert host.file("/etc/echodiary/backup/jobs.json").sha256sum == was


def test_the_password_of_another_repository_is_refused_and_taken_back(host: Host, converge: Callable[..., Any]) -> None:
    refused = converge(backup_password="of-another-repository")
    assert refused["failed"]
    with host.sudo():
        assert "of-another-repository" not in host.file("/etc/echodiary/backup/jobs.json").content_string
        host.check_output("echodiary-backup list")


def test_no_secret_in_what_the_run_said(records: list[dict[str, Any]]) -> None:
    assert records
    assert "of-another-repository" not in str(records)
