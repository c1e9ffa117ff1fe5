# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest snapshot of a database, from the store alone into a server that is thrown away, and what it holds counted.

The release that serves here is started on it. How long all of that took is how long a restore takes (RTO), and how old the snapshot was is
how much would be lost (RPO): Prometheus is told both.
The live database is asked what it holds, and nothing else; where it does not answer, that is said, and what came back is judged by itself.
"""

from __future__ import annotations

import json
import subprocess
import time
from datetime import UTC, datetime
from typing import IO, NamedTuple, cast

from . import config as configs
from . import content, fetch, listing, metrics, producers, release, throwaway, times
from .config import Config, Job
from .content import Content, Fault
from .errors import BackupError
from .release import Tried
from .restic import Restic
from .retention import SCHEDULED

#: what failed before anything could be counted, and when nothing more was to be counted
SNAPSHOT, SMOKE = "snapshot", "smoke"


class Back(NamedTuple):
    """What came back, and how the release was on it."""

    content: Content
    tried: Tried


def restore_test(config: Config, name: str) -> str:
    job = configs.job(config, name)
    if job["kind"] != "postgres":
        raise BackupError(f"{name} is of kind {job['kind']}; what is restored and counted is a database")
    again = f"sudo echodiary-backup restore-test {name}"
    restic, began, now = Restic(config, again), time.monotonic(), datetime.now(UTC)
    chosen = fetch.choose(_scheduled(listing.entries(restic.snapshots(name), config["jobs"])), name, "latest")
    age = (now - times.of_restic(chosen["time"])).total_seconds()
    live, silent = _live(job)
    phases: dict[str, float] = {}
    try:
        restored, tried = _restored(restic, name, job, chosen, phases, began)
    except BackupError as error:
        metrics.restore_tested(config, name, now, metrics.Tested(False, phases, age, 0, {SNAPSHOT: False}))
        raise BackupError(f"snapshot {chosen['id'][:8]} of {chosen['time']} does not come back: {error}") from error
    required = job.get("restore_test", {}).get("release") == release.REQUIRED
    found = [*content.faults(restored, live, job.get("restore_test", {}).get("least_rows", 0.9)), *smoke(tried, required)]
    asked = [*content.CHECKS, *([SMOKE] if tried.good is not None or required else [])]
    checks = {SNAPSHOT: True, **{check: check not in {one.check for one in found} for check in asked}}
    metrics.restore_tested(config, name, now, metrics.Tested(not found, phases, age, restored.rows, checks))
    words = f"snapshot {chosen['id'][:8]} of {chosen['time']}, {_span(age)} old"
    if found:
        raise BackupError(f"{words}, is not good enough: {_said(found)}. See docs/backup.md, Restore test")
    took = f"{words}: {restored.rows} rows in {len(restored.tables)} tables were back in {sum(phases.values()):.0f} s"
    return "; ".join(part for part in (took, silent, _how(tried)) if part)


def smoke(tried: Tried, required: bool) -> list[Fault]:
    """Pure. Not to have been tried is a fault only where the job wants it to be."""
    if tried.good or (tried.good is None and not required):
        return []
    return [Fault(SMOKE, _how(tried))]


def _how(tried: Tried) -> str:
    return f"no release was tried on it: {tried.words}" if tried.good is None and tried.words else tried.words


def count(config: Config, name: str) -> str:
    """What the live database holds, as JSON: rows of each table, all of them, and its revision."""
    job = configs.job(config, name)
    if job["kind"] != "postgres":
        raise BackupError(f"{name} is of kind {job['kind']}; what is counted is a database")
    live, _ = _live(job)
    if live is None:
        raise BackupError(f"{job['database']['name']} at {job['database']['host']} did not answer")
    return json.dumps({"tables": live.tables, "rows": live.rows, "revision": live.revision})


def _scheduled(present: list[listing.Entry]) -> list[listing.Entry]:
    """What the clock makes is what there will be; one that was made for a deploy says nothing of that."""
    return [one for one in present if SCHEDULED in one["tags"]] or present


def _restored(restic: Restic, name: str, job: Job, chosen: listing.Entry, phases: dict[str, float], began: float) -> Back:
    """``phases``: seconds of each, added as they end."""
    image = job.get("restore_test", {}).get("image") or job["database"]["image"]
    with throwaway.made(f"echodiary-restore-test-{name}", image) as server:
        phases["start"], begun = time.monotonic() - began, time.monotonic()
        _fill(restic, name, job, chosen, server)
        phases["restore"], begun = time.monotonic() - begun, time.monotonic()
        found = content.read(server.sql(content.ASK, throwaway.RESTORED))
        phases["check"] = time.monotonic() - begun
        return Back(found, release.tried(name, job, server, phases))


def _fill(restic: Restic, name: str, job: Job, chosen: listing.Entry, server: throwaway.Server) -> None:
    """As it comes from the store: nothing of it is written to a disk of this host's."""
    program = server.client("pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={throwaway.RESTORED}")
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    given, complaints = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stderr)
    try:
        restic.ask("dump", "--no-lock", chosen["id"], "/" + listing.FILES[job["kind"]].format(name), output=given)
    finally:
        given.close()
        said = complaints.read().decode(errors="replace")
        code = process.wait()
    if code:
        raise BackupError(f"pg_restore: {' / '.join(said.strip().splitlines()[:2])[:300] or f'exit {code}'}")


def _live(job: Job) -> tuple[Content | None, str]:
    """What it holds; or None, and that it was not to be had."""
    database, name = job["database"], f"echodiary-backup-live-{time.monotonic_ns()}"
    command = producers.client(database, name, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-")
    done = subprocess.run(command, input=f"{database['password']}\n{content.ASK}", capture_output=True, text=True, check=False)
    if done.returncode:
        return None, f"{database['name']} at {database['host']} did not answer, so nothing was compared with it"
    return content.read(done.stdout), ""


def _said(found: list[Fault]) -> str:
    return "; ".join(f"{one.check}: {one.words}" for one in found)


def _span(seconds: float) -> str:
    hours = max(0, int(seconds)) // 3600
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h {int(seconds) // 60 % 60} min"
