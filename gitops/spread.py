# SPDX-License-Identifier: GPL-3.0-or-later
"""One check by several workers: shards of the fleet go out as ansible-runner streams, and their reports come back as one.

A worker is any command that reads a job on standard input and writes what became of it to standard output: `ansible-runner
worker` here, or the same through ssh or in a container elsewhere. It needs the tools, not the repository: the job brings that.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import ansible_runner
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import git, model

from gitops import repository, runner
from gitops.errors import GitopsError
from gitops.place import Place
from gitops.policy import Policy

_PROGRAMS = Path(sys.executable).parent
LOCAL = ("env", f"PATH={_PROGRAMS}:{os.environ.get('PATH', '')}", str(_PROGRAMS / "ansible-runner"), "worker")


def shards(hosts: Sequence[str], workers: int) -> list[list[str]]:
    """As even as it goes, neighbours apart; no empty ones."""
    return [list(hosts[number::workers]) for number in range(min(workers, len(hosts)))]


def check(place: Place, policy: Policy, hosts: Sequence[str], workers: Sequence[Sequence[str]]) -> model.Report:
    """The report of all ``hosts``; ``workers`` are commands, one shard each. A worker that fails leaves its hosts unknown."""
    parts = shards(hosts, len(workers))
    with tempfile.TemporaryDirectory(prefix="gitops-") as scratch:
        project = _exported(place.root, Path(scratch) / "project")
        with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
            jobs = [
                pool.submit(_shard, place, policy, project, part, worker, Path(scratch) / str(number))
                for number, (part, worker) in enumerate(zip(parts, workers, strict=False))
            ]
            report = model.merged([job.result() for job in jobs])
    # A job has no history to ask: which commit it was is known here.
    return dataclasses.replace(report, git=git.head(place.root))


def _exported(root: Path, project: Path) -> Path:
    """What git knows, as it is checked out, and nothing else: no environment of tools, no keys of the lab."""
    for name in repository.git(root, "ls-files", "-z").split("\0"):
        source = root / name
        if name and (source.is_file() or source.is_symlink()):
            target = project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return project


def _shard(place: Place, policy: Policy, project: Path, hosts: list[str], worker: Sequence[str], scratch: Path) -> model.Report:
    scratch.mkdir()
    job = _transmitted(place, policy, project, hosts, scratch)
    try:
        with job.open("rb") as given, (scratch / "answer").open("wb") as out:
            done = subprocess.run(worker, stdin=given, stdout=out, stderr=subprocess.PIPE, timeout=policy.deadline, check=False)
        with (scratch / "answer").open("rb") as back:
            ansible_runner.run(streamer="process", _input=back, private_data_dir=str(scratch / "back"), quiet=True)
        report = next((found for found in map(runner.read_report, (scratch / "back").rglob("drift")) if found), None)
        why = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it sent no report"]
    except (OSError, subprocess.TimeoutExpired, GitopsError, ValueError) as error:
        report, why = None, [str(error)]
    return report or _unknown(place, hosts, f"the worker {worker[0]} failed: {why[0]}")


def _transmitted(place: Place, policy: Policy, project: Path, hosts: list[str], scratch: Path) -> Path:
    """The job as a file: playbooks, collection, inventory, and what to do with them."""
    order = runner.Order("playbooks/drift.yml", project, place.inventory, place.environment, limit=hosts, deadline=policy.deadline)
    private = scratch / "job"
    shutil.copytree(project, private / "project", symlinks=True)
    if place.inventory.is_dir():
        shutil.copytree(place.inventory, private / "inventory")
    else:
        (private / "inventory").mkdir()
        shutil.copy(place.inventory, private / "inventory")
    # On the worker the project is wherever runner unpacks it; the report goes where runner collects what comes back.
    variables = {key: value for key, value in runner.environment(order, "${AWX_ISOLATED_DATA_DIR}/drift").items() if key not in _PLACES}
    with (scratch / "stream").open("wb") as stream:
        ansible_runner.run(
            streamer="transmit",
            _output=stream,
            private_data_dir=str(private),
            playbook=order.playbook,
            limit=",".join(hosts),
            envvars=variables,
            settings={"job_timeout": int(policy.deadline), "suppress_ansible_output": True},
            quiet=True,
        )
    return scratch / "stream"


#: what only holds on this machine
_PLACES = ("ANSIBLE_CONFIG", "ANSIBLE_COLLECTIONS_PATH", "PATH")


def _unknown(place: Place, hosts: list[str], why: str) -> model.Report:
    from gitops import clock

    lost = tuple(model.Host(host, reached=False, msg=why) for host in hosts)
    return model.Report(place.environment, timestamps.to_text(clock.RealClock().now()), hosts=lost)
