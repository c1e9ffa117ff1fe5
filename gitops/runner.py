# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks through ansible-runner: bounded in time, told as events, and answered with the report the callback wrote."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ansible_runner
import jsonschema
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model, page

from gitops.errors import GitopsError

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
OnEvent = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Failure:
    """``held``: somebody else has the lease. ``taken_back``: what was done before it failed is not done any more."""

    host: str
    action: str
    msg: str
    held: bool = False
    taken_back: bool = False


@dataclass(frozen=True)
class Run:
    """What a finished run of a playbook left behind."""

    status: str
    output: str
    report: model.Report | None
    failures: tuple[Failure, ...] = ()
    releases: tuple[dict[str, Any], ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Order:
    """What is to be run. ``limit``: hosts, all of them when empty. ``deadline`` in seconds."""

    playbook: str
    project: Path
    inventory: Path
    environment: str
    limit: Sequence[str] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    deadline: float = 600.0


def play(order: Order, on_event: OnEvent | None = None) -> Run:
    began = time.monotonic()
    failures: list[Failure] = []
    releases: list[dict[str, Any]] = []
    ending = _Ending()

    def heard(event: dict[str, Any]) -> bool:
        ending.pid = event.get("pid") or ending.pid
        failure = _failure(event)
        if failure:
            failures.append(failure)
        releases.extend(_releases(event))
        if on_event:
            on_event(event)
        return False  # nothing of a run is kept on disk: results may hold what only this process should see

    # /dev/shm where there is one: what runner writes about a run never reaches a disk
    with tempfile.TemporaryDirectory(prefix="gitops-", dir=memory()) as private:
        done = _interruptible(ending, event_handler=heard, **arguments(order, Path(private)))
        output = _output(done)
        return Run(done.status, output, read_report(Path(private) / "out"), tuple(failures), tuple(releases), time.monotonic() - began)


_STOP, _BUSY = threading.Event(), threading.Event()


def listen() -> None:
    """From now on SIGTERM and SIGINT end what runs, and then this program. Runner by itself would swallow every later one."""

    def stop(_number: int, _frame: object) -> None:
        _STOP.set()
        if not _BUSY.is_set():
            raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


class _Ending:
    """Runner kills what it is told to end. A playbook is asked first, so that it can give its lease back."""

    GRACE = 40.0

    def __init__(self) -> None:
        self.pid: int | None = None
        self._asked: float | None = None

    def now(self) -> bool:
        """Whether to kill."""
        if not _STOP.is_set() or self.pid is None:
            return _STOP.is_set()
        if self._asked is None:
            self._asked = time.monotonic()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGINT)
        return time.monotonic() - self._asked > self.GRACE


def _interruptible(ending: _Ending, **given: Any) -> Any:
    _BUSY.set()
    try:
        done = ansible_runner.run(cancel_callback=ending.now, **given)
    finally:
        _BUSY.clear()
    if _STOP.is_set():
        raise KeyboardInterrupt
    return done


def memory() -> str | None:
    """Where what is written reaches no disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 (a directory of our own is made in it)


def arguments(order: Order, private: Path) -> dict[str, Any]:
    """For ansible_runner.run."""
    return {
        "private_data_dir": str(private),
        "project_dir": str(order.project),
        "playbook": order.playbook,
        "inventory": str(order.inventory),
        "limit": ",".join(order.limit) or None,
        "extravars": dict(order.extra),
        "envvars": environment(order, str(private / "out")),
        "settings": {"job_timeout": int(order.deadline), "suppress_ansible_output": True},
        "quiet": True,
    }


def environment(order: Order, out: str) -> dict[str, str]:
    """The programs beside this Python first; the report, alone, where we read it."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "ANSIBLE_CONFIG": str(order.project / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(order.project / "collections"),
        "ANSIBLE_CALLBACKS_ENABLED": "echodiary.infra.warm,echodiary.infra.drift,echodiary.infra.lease",
        "ANSIBLE_FORCE_COLOR": "0",
        "ECHODIARY_DRIFT_DIRECTORY": out,
        "ECHODIARY_DRIFT_ENVIRONMENT": order.environment,
        "ECHODIARY_DRIFT_RAW": "1",
    }


def read_report(out: Path) -> model.Report | None:
    """The one report below the directory, if the run came as far as writing it."""
    for path in out.glob("*/report.json"):
        return parse(path.read_text(encoding="utf-8"))
    return None


def parse(text: str) -> model.Report:
    data = json.loads(text)
    schema = json.loads((page.ASSETS / "drift-report-1.schema.json").read_text(encoding="utf-8"))
    problem = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(data))
    if problem is not None:
        raise GitopsError(f"the report is not of version {model.VERSION}: {problem.json_path}: {problem.message[:200]}; update both sides")
    return model.from_dict(data)


def _failure(event: dict[str, Any]) -> Failure | None:
    data = event.get("event_data") or {}
    if event.get("event") not in ("runner_on_failed", "runner_on_unreachable") or data.get("ignore_errors"):
        return None
    found = data.get("res") or {}
    said, flags = " ".join(str(found.get("msg") or "no message").split()), (found.get("held") is True, found.get("taken_back") is True)
    return Failure(str(data.get("host", "")), str(data.get("task_action", "")), said, *flags)


def _releases(event: dict[str, Any]) -> list[dict[str, Any]]:
    """What the history of releases said, newest first."""
    data = event.get("event_data") or {}
    if event.get("event") != "runner_on_ok" or data.get("task_action") != "echodiary.infra.release_history":
        return []
    return list((data.get("res") or {}).get("entries") or [])


def _output(done: Any) -> str:
    with contextlib.suppress(OSError, AttributeError):
        return str(done.stdout.read())
    return ""


def why(run: Run, deadline: float) -> str:
    """Why a run gave no report, on one line."""
    if run.status == "timeout":
        return f"no end after {deadline:.0f} s"
    lines = [line.strip() for line in _COLOUR.sub("", run.output).splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("[ERROR]", "ERROR!", "fatal:"))]
    warnings = [line for line in lines if line.startswith("[WARNING]")]
    said = [*errors[:1], *warnings[:1]] if errors else lines[:1]
    return "; ".join(said or [run.status])[:500]


def hosts_done(on_host: Callable[[str], None], action: str = "echodiary.infra.converge") -> OnEvent:
    """Calls ``on_host`` once for each host whose converge has ended, however it ended."""
    seen: set[str] = set()

    def heard(event: dict[str, Any]) -> None:
        data = event.get("event_data") or {}
        ended = event.get("event") in ("runner_on_ok", "runner_on_failed", "runner_on_unreachable", "runner_on_skipped")
        host = str(data.get("host", ""))
        if ended and host not in seen and (data.get("task_action") == action or event["event"] == "runner_on_unreachable"):
            seen.add(host)
            on_host(host)

    return heard
