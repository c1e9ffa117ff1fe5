# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of log, from the store that a host of the inventory keeps; where that cannot be asked, from the hosts themselves."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.echodiary.infra.plugins.module_utils._logs import shapes
from ansible_collections.echodiary.infra.plugins.module_utils._logs.shapes import Line

from gitops import exits, questions, runner
from gitops.errors import GitopsError
from gitops.operations import Context
from gitops.questions import Question

ACTION = "echodiary.infra.log_lines"


class Told(NamedTuple):
    """``lines``: oldest first. ``cut``: there are older ones. ``silent``: hosts that did not answer, and why."""

    lines: tuple[Line, ...] = ()
    cut: bool = False
    silent: tuple[str, ...] = ()
    answered: bool = False


def ask(context: Context, question: Question) -> Told:
    told = _asked(context, question, "store")
    if told.answered:
        return told
    why = told.silent[0] if told.silent else "no host of the inventory has the component logs"
    context.say(f"gitops: the store was not asked: {why}; asking the hosts themselves")
    told = _asked(context, question, "host")
    if not told.answered:
        raise GitopsError(f"nobody answered: {'; '.join(told.silent[:3]) or 'the inventory has no such host'}")
    for one in told.silent:
        context.say(f"gitops: not in it: {one}")
    return told


def follow(context: Context, question: Question, show: Callable[[Told], None]) -> None:
    """Until somebody interrupts it. A store that is away is waited for."""
    with tempfile.TemporaryDirectory(prefix="gitops-", dir=runner.memory()) as private:
        pipe = Path(private) / "lines"
        os.mkfifo(pipe, 0o600)
        threading.Thread(target=_show, args=(pipe, context, show), daemon=True).start()
        told = _asked(context, question, "store", str(pipe))
    why = told.silent[0] if told.silent else "no host of the inventory has the component logs"
    if not told.answered:
        raise GitopsError(f"nothing can be followed: {why}; without --follow the hosts are asked themselves")


def _show(pipe: Path, context: Context, show: Callable[[Told], None]) -> None:
    first = True
    with pipe.open(encoding="utf-8") as lines:
        for said in map(json.loads, lines):
            if "away" in said:
                context.say(f"gitops: {said['away']}; waiting for it")
            if "lines" in said:
                show(Told(tuple(sorted(said["lines"], key=shapes.moment)), answered=True))
                if said["cut"] and not first:
                    context.say("gitops: more came than is shown; ask for less, or for more by --last")
            first = False


def code(told: Told) -> int:
    """What was said is all there is, or part of it is not known."""
    return exits.UNKNOWN if told.silent else exits.GOOD


def _asked(context: Context, question: Question, source: str, pipe: str = "") -> Told:
    heard: list[dict[str, Any]] = []

    def listen(event: dict[str, Any]) -> None:
        data = event.get("event_data") or {}
        if event.get("event") == "runner_on_ok" and data.get("task_action") == ACTION:
            heard.append(data.get("res") or {})

    place = context.place
    order = runner.Order(
        "playbooks/logs.yml",
        place.root,
        place.inventory,
        place.environment,
        limit=question.typed.hosts if source == "host" else (),
        extra={**questions.variables(question, source), **({"logs_follow": pipe} if pipe else {})},
        # 0 is none
        deadline=0 if pipe else context.policy.deadline,
    )
    done = runner.play(order, listen)
    if done.status != "successful" and not done.failures:
        raise GitopsError(f"the logs could not be asked: {runner.why(done, order.deadline)}")
    silent = tuple(f"{one.host}: {one.msg}" for one in done.failures)
    lines = sorted((line for one in heard for line in one["lines"]), key=shapes.moment)
    cut = len(lines) > question.typed.last or any(one["cut"] for one in heard)
    return Told(tuple(lines[-question.typed.last :]), cut, silent, bool(heard))
