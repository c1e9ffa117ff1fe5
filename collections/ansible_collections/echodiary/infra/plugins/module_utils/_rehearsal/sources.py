# SPDX-License-Identifier: GPL-3.0-or-later
"""Where last night's dump is: with the host's backup program, where it is there and knows the job; else in the component's local store."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, cast

from .._dump.client import blocks
from .._dump.store import Store
from .._host import timestamps
from .._host.run import run, tail
from .errors import RehearsalError

if TYPE_CHECKING:
    from .shapes import Dump

#: ``jobs --json``, ``list JOB --json`` and ``fetch JOB --snapshot ID --to -``
PROGRAM_PATH = "/usr/local/sbin/echodiary-backup"
PROGRAM, STORE = "program", "store"
_BLOCK = 1 << 20
_LIST_TIME = 120


def program(job: str, component: str, path: str = PROGRAM_PATH) -> tuple[Dump | None, str]:
    """The newest snapshot of the job, where none is named of the one that saves the component's database here. None and why, which is empty
    where there is no such program, or no such job."""
    if not os.path.exists(path):
        return None, ""
    own = [] if job else jobs(component, path)
    if len(own) > 1:
        return None, f"{path} has several jobs of {component} ({', '.join(own)}); say which: -e deploy_rehearse_job={own[0]}"
    return _newest(job or own[0], path) if job or own else (None, "")


def jobs(component: str, path: str = PROGRAM_PATH) -> list[str]:
    """Of this host, that save the component's database. Of a program that does not tell them, one that is called as the component."""
    done = run([path, "jobs", "--json"], _LIST_TIME)
    try:
        listed = json.loads(done.output) if done.code == 0 else None
        if listed is None:
            return [component]
        return [str(one["job"]) for one in listed if (one["kind"], one["component"]) == ("postgres", component)]
    except (ValueError, KeyError, TypeError):
        return [component]


def _newest(job: str, path: str) -> tuple[Dump | None, str]:
    done = run([path, "list", job, "--json"], _LIST_TIME)
    try:
        listed = json.loads(done.output) if done.code == 0 else None
        if not listed:
            return None, f"{path} list {job} says {tail(done.output, 1) or 'nothing'} ({done.code})"
        return _snapshot(listed[-1], job), ""
    except (ValueError, KeyError, TypeError) as error:
        return None, f"{path} list {job} cannot be read: {error!r}"


def _snapshot(one: dict[str, Any], job: str) -> Dump:
    when, size = int(timestamps.of_docker(str(one["time"]))), int(one.get("bytes") or 0)
    return {"source": PROGRAM, "id": str(one["id"]), "job": job, "timestamp": when, "size": size, "sha256": ""}


def store(directory: str, database: str) -> tuple[Dump | None, list[str]]:
    """The newest of that database, and what cannot be read. That it is whole is seen when it is copied, all of which is read then."""
    kept = Store(directory)
    newest = next((one for one in kept.all() if not database or one["database"] == database), None)
    if newest is None:
        return None, kept.damaged
    when = int(newest.get("timestamp") or timestamps.to_wall(newest["time"]))
    found: Dump = {
        "source": STORE, "id": newest["id"], "job": "", "timestamp": when, "size": newest["size"], "sha256": newest["sha256"],
    }  # fmt: skip
    return found, kept.damaged


def part(directory: str, identifier: str, offset: int, length: int) -> bytes:
    with open(Store(directory).dump(identifier), "rb") as handle:
        handle.seek(offset)
        return handle.read(length)


def stream(dump: Dump, directory: str, path: str = PROGRAM_PATH) -> Iterable[bytes]:
    """All of it, from where it is on this host."""
    if dump["source"] == STORE:
        return blocks(Store(directory).dump(dump["id"]))
    return _fetched([path, "fetch", dump["job"], "--snapshot", dump["id"], "--to", "-"])


def _fetched(command: list[str]) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        output = cast("IO[bytes]", process.stdout)  # asked for above
        try:
            yield from iter(lambda: output.read(_BLOCK), b"")
            code = process.wait(60)
        finally:
            output.close()
            if process.poll() is None:
                process.kill()
                process.wait()
        if code:
            errors.seek(0)
            said = tail(errors.read().decode(errors="replace"), 2) or f"exit {code} without a word"
            raise RehearsalError(f"{' '.join(command[:3])} failed: {said}; see: {command[0]} list {command[2]}")
