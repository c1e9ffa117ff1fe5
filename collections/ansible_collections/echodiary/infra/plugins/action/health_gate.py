# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``health_gate``: asks from the host or from here, judges here, and stops as soon as it is decided."""

from __future__ import annotations

import concurrent.futures
import time
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._converge import masking
from ..module_utils._gate import main as asking
from ..plugin_utils import _gate_options as options
from ..plugin_utils import _gate_timeline as timeline
from ..plugin_utils import _gate_words as words
from ..plugin_utils import _remote
from ..plugin_utils._gate_model import INCONCLUSIVE, Condition, GateError, Settings, Tick

display = Display()

PACKAGE = _remote.Package("_gate", ("_converge.model", "_converge.run", "_gate.probes", "_gate.logs", "_gate.main"))
#: while nothing changes, people hear from a waiting gate this often (s)
TELL = 15.0


class ActionModule(ActionBase):
    """``echodiary.infra.health_gate: {http: [{url: …}]}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        self._vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=options.SPEC, required_one_of=options.REQUIRED_ONE_OF)
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._calls, self._overhead, self._told = 0, 0.0, (float("-inf"), ("", ""))
        try:
            settings, conditions = options.settings(args), options.conditions(args)
            began = time.monotonic()
            decision, line = self._wait(settings, conditions, began)
            found = self._outcome(args, decision, line, conditions, time.monotonic() - began)
        except GateError as error:
            raise AnsibleActionFail(masking.mask(str(error), args["secrets"])) from None
        except _remote.NoAnswerError as error:
            found = self._unheard(args, str(error))
        result.update(masking.mask(found, args["secrets"]))
        return result

    def _wait(self, settings: Settings, conditions: list[Condition], began: float) -> tuple[timeline.Decision, list[Tick]]:
        """Each call asks for as many ticks as the gate still needs to open, so a gate that opens at once is one call."""
        line: list[Tick] = []
        if self._task.check_mode:
            line = self._ticks(conditions, 1, settings, line, began)
            return timeline.at_once(line[-1]), line
        while True:
            for tick in self._ticks(conditions, timeline.missing(line, settings), settings, line, began):
                line.append(tick)
                decision = timeline.decide(line, settings, tick.at)
                if decision:
                    return decision, line
            elapsed = time.monotonic() - began
            if elapsed >= settings.deadline:
                return timeline.at_deadline(line, settings), line
            self._tell(line, settings, elapsed)

    def _ticks(self, conditions: list[Condition], count: int, settings: Settings, line: list[Tick], began: float) -> list[Tick]:
        """The host and the controller ask at the same time; what they heard is put together tick by tick."""
        asked = {origin: [one for one in conditions if one.origin == origin] for origin in ("controller", "host")}
        started = time.monotonic()
        delay = max(0.0, line[-1].at + settings.interval - (started - began) - self._overhead) if line else 0.0
        manifests = {
            origin: {
                "probes": [probe for one in of for probe in one.probes],
                "count": count,
                "interval": settings.interval,
                "delay": delay,
                "budget": max(0.0, settings.deadline - (started - began)),
                "age": started - began,
                "stop_after": timeline.unwanted_left(line, settings),
            }
            for origin, of in asked.items()
            if of
        }
        heard = self._heard(manifests)
        ended = time.monotonic() - began
        self._overhead = max(0.0, ended + began - started - max(answer["seconds"] for answer in heard.values()))
        offsets = [ended - answer["seconds"] for answer in heard.values()]
        rounds = min(len(answer["ticks"]) for answer in heard.values())
        return [
            Tick(
                max(offset + answer["ticks"][index]["at"] for offset, answer in zip(offsets, heard.values(), strict=True)),
                _findings(conditions, {origin: (asked[origin], answer["ticks"][index]["answers"]) for origin, answer in heard.items()}),
            )
            for index in range(rounds)
        ]

    def _heard(self, manifests: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        if "host" not in manifests:
            return {"controller": asking.run(manifests["controller"])}
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            here = pool.submit(asking.run, manifests["controller"]) if "controller" in manifests else None
            there = self._call(manifests["host"])
            return {"host": there, **({"controller": here.result()} if here else {})}

    def _call(self, manifest: dict[str, Any]) -> dict[str, Any]:
        self._calls += 1
        return _remote.call(self, PACKAGE, manifest, self._vars)

    def _tell(self, line: list[Tick], settings: Settings, elapsed: float) -> None:
        """A line when something else is to blame than before, and now and then as a sign of life."""
        culprit = line[-1].culprit()
        about = (culprit[0], culprit[1].verdict) if culprit else ("", "")
        told, before = self._told
        if about == before and elapsed - told < TELL:
            return
        self._told = (elapsed, about)
        display.display(f"{self._vars['inventory_hostname']}  {words.waiting(line, settings, elapsed)}")

    def _outcome(
        self, args: dict[str, Any], decision: timeline.Decision, line: list[Tick], conditions: list[Condition], elapsed: float
    ) -> dict[str, Any]:
        good = decision.verdict == timeline.PASSED
        inconclusive = decision.verdict == INCONCLUSIVE
        tolerated = inconclusive and args["on_inconclusive"] == "pass"
        message = words.ended(decision, line, conditions, elapsed)
        culprit = line[-1].culprit()
        logs = self._logs(args) if not good and not self._task.check_mode else {}
        found = {
            "changed": False,
            "failed": not good and not tolerated and not self._task.check_mode,
            "verdict": decision.verdict,
            "inconclusive": inconclusive,
            "condition": culprit[0] if culprit else None,
            "msg": words.with_logs(message, logs),
            "timeline": words.timeline(line),
            "last": words.last(line),
            "logs": logs,
            "seconds": round(elapsed, 2),
            "remote_calls": self._calls,
        }
        if tolerated or (self._task.check_mode and not good):
            why = "on_inconclusive is pass, so the run goes on" if tolerated else "this is check mode, so the run goes on"
            found["warnings"] = [f"{self._vars['inventory_hostname']}: {message}; {why}"]
        return found

    def _unheard(self, args: dict[str, Any], why: str) -> dict[str, Any]:
        """The host that asks does not answer: nothing is known of any condition, which is what inconclusive means."""
        tolerated = args["on_inconclusive"] == "pass"
        found: dict[str, Any] = {
            "changed": False,
            "failed": not tolerated,
            "verdict": INCONCLUSIVE,
            "inconclusive": True,
            "condition": None,
        }
        found.update(msg=f"gate inconclusive: {why}", timeline=[], last={}, logs={}, seconds=0.0, remote_calls=self._calls)
        if tolerated:
            found["warnings"] = [f"{self._vars['inventory_hostname']}: {found['msg']}; on_inconclusive is pass, so the run goes on"]
        return found

    def _logs(self, args: dict[str, Any]) -> dict[str, str]:
        """What failed is known; a log that cannot be had must not hide it."""
        if not args["logs"]:
            return {}
        try:
            logs: dict[str, str] = self._call({"logs": args["logs"], "lines": args["log_lines"]})["logs"]
        except _remote.NoAnswerError as error:
            return dict.fromkeys(args["logs"], str(error))
        return logs


def _findings(conditions: list[Condition], heard: dict[str, tuple[list[Condition], list[dict[str, Any]]]]) -> dict[str, Any]:
    """Condition name -> what was found, in the order in which the conditions were given."""
    found = {}
    for of, answers in heard.values():
        rest = iter(answers)
        for condition in of:
            found[condition.name] = condition.judge([next(rest) for _ in condition.probes])
    return {condition.name: found[condition.name] for condition in conditions}
