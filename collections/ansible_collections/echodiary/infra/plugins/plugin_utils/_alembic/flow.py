# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task to its result: look, judge, and only then migrate. ``call`` is the remote call, so this runs without Ansible as well."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from .._common.errors import SpecError
from .._inside import words as inside
from . import compat, findings, lint, predict, sql, words
from . import options as options_of
from .options import Options

if TYPE_CHECKING:
    from ...module_utils._alembic.shapes import Run, Said
    from ...module_utils._inside.shapes import Difference, Error, Index, Migrated, Read, Step, Tables

    #: runs in, the host's answer out
    Call = Callable[[list[Run]], Said]

BREAKS = "breaks-running-release"


class Serving(NamedTuple):
    """A release that still runs: what its code expects of the tables, and the revisions that it contains."""

    image: str
    models: Tables
    revisions: frozenset[str]


def run(options: Options, call: Call, check: bool) -> dict[str, Any]:
    """The task's result. What is refused or fails is a failed result with everything that was found out until then."""
    flow = _Flow(options, call, check)
    began = time.monotonic()
    try:
        flow.go()
        flow.result["fit"] = True
    except SpecError as error:
        flow.result.update(failed=True, msg=str(error))
    flow.result.update(seconds=round(time.monotonic() - began, 3), remote_calls=flow.calls)
    return flow.result


class _Flow:
    def __init__(self, options: Options, call: Call, check: bool) -> None:
        self.options, self._call, self.check, self.calls = options, call, check, 0
        self.place = options.image or options.virtualenv or ""
        self.result: dict[str, Any] = {"changed": False, "failed": False, "msg": "", "warnings": []}

    def go(self) -> None:
        read, serving = self._look()
        if self.options.state == "compare":
            self._compare(read)
            return
        if read["unknown"] and self.options.state != "current":
            raise SpecError(words.unknown(read, self.place))
        found = self._judge(read, serving)
        if self.options.state in ("current", "lint"):
            self._answer(read, found)
            return
        self._refuse(found)
        self._move(read, serving, found)

    def _look(self) -> tuple[Read, list[Serving]]:
        """What there is, and what the releases that run expect of it: one call."""
        images = self.options.serving
        runs = [options_of.reading(self.options), *(options_of.reading_models(self.options, image) for image in images)]
        answers = self._ask(runs, [self.place, *images])
        read: Read = answers[0]
        self.result.update(
            before=read["current"], current=read["current"], heads=read["heads"], unknown=read["unknown"],
            invalid_indexes=read["invalid_indexes"], database=read["server"]["database"],
            driver=read["server"].get("driver", ""), versions=read["versions"], pending=read["steps"],
        )  # fmt: skip
        self.result["warnings"] += read.get("notes", [])
        return read, [_serving(image, answer) for image, answer in zip(images, answers[1:], strict=True)]

    def _ask(self, runs: list[Run], places: list[str]) -> list[Any]:
        """What each run found: Read or Migrated, as it was asked."""
        self.calls += 1
        answer = self._call(runs)
        if answer.get("failed"):
            raise SpecError(answer["msg"])
        for one, place in zip(answer["answers"], places, strict=False):
            if "error" in one:
                self._note_failure(one["error"])
                raise SpecError(inside.trouble(one["error"], place))
        return answer["answers"]

    def _note_failure(self, error: Error) -> None:
        """A migration that failed half way has moved the database: the result says so, too."""
        if error["kind"] != "failed":
            return
        facts = {"current": error["current"], "invalid_indexes": error["invalid_indexes"], "blocked": error["blocked"]}
        self.result.update(facts, attempts=error["attempts"], changed=error["current"] != error["began_at"])

    def _judge(self, read: Read, serving: list[Serving]) -> list[findings.Finding]:
        raw = [one for step in read["steps"] for one in lint.step(step, read["version_table"], read["server"]["version"])]
        raw += [one for release in serving for one in _foreseen(read, release)]
        judged = findings.judge(raw, self.options.allowances)
        pending = {step["revision"] for step in read["steps"]}
        idle = findings.idle(self.options.allowances, judged, set(read["ancestors"]), pending)
        self.result.update(findings=[one.as_dict() for one in judged], unused_allow=idle)
        self.result["warnings"] += [
            f"allow {one['revision']} {one['rule']}: {one['why']}" for one in idle if one["revision"] not in read["ancestors"]
        ]
        return judged

    def _refuse(self, found: list[findings.Finding]) -> None:
        refused = [one for one in found if one.level == findings.REFUSED]
        if refused:
            raise SpecError(words.refused(refused))

    def _answer(self, read: Read, found: list[findings.Finding]) -> None:
        """States that only ask."""
        if self.options.state == "lint":
            self._refuse(found)
            self.result["msg"] = f"{len(read['steps'])} revisions after {inside.at(read['current'])} are fit to run"
            return
        pending = f"{len(read['steps'])} pending" if len(read["heads"]) < 2 else "several heads"
        self.result["msg"] = (
            f"{read['server']['database']} is at {inside.at(read['current'])}, head is {inside.at(read['heads'])}: {pending}"
        )
        if read["unknown"]:
            self.result["msg"] = words.unknown(read, self.place)

    def _compare(self, read: Read) -> None:
        differences = read["differences"]
        if differences is None:
            raise SpecError(f"{self.place}: its env.py names no target_metadata, so there is nothing to compare the database with")
        differences += [_invalid(one) for one in read["invalid_indexes"]]
        said = "; ".join(words.difference(one) for one in differences)
        pending = f" ({len(read['steps'])} revisions are pending)" if read["steps"] else ""
        self.result.update(
            differences=differences,
            sync="OutOfSync" if differences or read["steps"] or read["unknown"] else "Synced",
            msg=f"{len(differences)} differences{pending}: {said}" if differences else f"the schema is what the models say{pending}",
            diff=[{"prepared": words.difference(one) + "\n"} for one in differences],
        )

    def _move(self, read: Read, serving: list[Serving], found: list[findings.Finding]) -> None:
        steps, goal = read["steps"], self._goal(read)
        self.result.update(target=goal, applied=[], diff=[{"prepared": words.preview(step)} for step in steps])
        if not steps:
            if read["invalid_indexes"]:
                raise SpecError(inside.invalid(read["invalid_indexes"]))
            self.result["msg"] = f"already at {goal or 'base'}"
            return
        self.result["changed"] = True
        if self.check:
            self.result["msg"] = f"would go from {inside.at(read['current'])} to {goal}: {', '.join(step['revision'] for step in steps)}"
            return
        self.result["changed"] = False
        run = options_of.migrating(self.options, goal, [step["revision"] for step in steps])
        self._finish(read, self._migrate(run, read["current"]), goal, serving, found)

    def _migrate(self, run: Run, before: list[str]) -> Migrated:
        """One that fails says where it left the database; one that was lost is asked after."""
        try:
            done: Migrated = self._ask([run], [self.place])[0]
        except SpecError as error:
            if "attempts" in self.result and self.result["current"] is not None:
                raise
            now = self._where()
            self.result.update(current=now, changed=now is not None and now != before)
            raise SpecError(f"{error}; {words.afterwards(before, now)}") from error
        return done

    def _where(self) -> list[str] | None:
        try:
            found: list[str] = self._ask([options_of.reading(self.options)], [self.place])[0]["current"]
        except SpecError:
            return None
        return found

    def _goal(self, read: Read) -> str:
        """One revision by name: what head means must not change between looking and doing."""
        if self.options.state == "head":
            return read["heads"][0] if read["heads"] else ""
        return self.options.target

    def _finish(self, read: Read, done: Migrated, goal: str, serving: list[Serving], found: list[findings.Finding]) -> None:
        moved = done["current"] != done["from"]
        self.result.update(
            changed=moved, current=done["current"], applied=done["applied"], invalid_indexes=done["invalid_indexes"],
            attempts=done["attempts"], blocked=done["blocked"], waited=done["waited"], holders=done["holders"], notes=done["notes"],
        )  # fmt: skip
        self.result["warnings"] += words.waits(done["blocked"])
        if done["current"] != ([] if goal == "base" else [goal]) and goal not in done["current"]:
            raise SpecError(
                f"Alembic ended without an error, but the database is at {inside.at(done['current'])} instead of {goal}: look at env.py"
            )
        if done["invalid_indexes"]:
            raise SpecError(inside.invalid(done["invalid_indexes"]))
        for release in serving:
            _live_with(release, read, done, found)
        if moved:
            self.result["msg"] = f"from {inside.at(done['from'])} to {inside.at(done['current'])}: {', '.join(done['applied'])}"
        else:
            waited = f", which this one waited {done['waited']} s for" if done["waited"] else ""
            self.result["msg"] = f"already at {goal}: another run has migrated{waited}"


def _serving(image: str, answer: Read) -> Serving:
    if answer["models"] is None:
        raise SpecError(f"compat_image {image}: its env.py names no target_metadata, so nobody can say what it expects; leave it out")
    return Serving(image, answer["models"], frozenset(answer["revisions"] or ()))


def _foreseen(read: Read, serving: Serving) -> list[findings.Finding]:
    """Step by step, what the running release would miss: refused before anything is touched."""
    found: list[findings.Finding] = []
    tables = read["schema"] or {}
    for step in read["steps"]:
        following = predict.after(tables, sql.statements(step["sql"]))
        for problem in compat.caused(serving.models, tables, following):
            name = f"{problem.table}.{problem.column}".rstrip(".")
            found.append(_breaks(step, name, f"{problem.text}; {serving.image} still runs"))
        # whatever it does with the tables, it says that it is not ready on a schema older than its own
        if step["direction"] == "down" and step["revision"] in serving.revisions:
            found.append(
                _breaks(step, "", f"{serving.image} still runs and was made for this revision: go back to a release before it first")
            )
        tables = following
    return found


def _breaks(step: Step, name: str, message: str) -> findings.Finding:
    return findings.Finding(step["revision"], step["direction"], BREAKS, 0, name, message)


def _live_with(serving: Serving, read: Read, done: Migrated, found: list[findings.Finding]) -> None:
    """The real tables now, not the foreseen ones; what was allowed was allowed."""
    allowed = {one.statement for one in found if one.rule == BREAKS and one.level == findings.ALLOWED}
    caused = compat.caused(serving.models, read["schema"] or {}, done["schema"] or {})
    problems = [one for one in caused if f"{one.table}.{one.column}".rstrip(".") not in allowed]
    if problems:
        raise SpecError(words.incompatible(problems, serving.image, inside.at(done["current"]), inside.at(read["current"])))


def _invalid(one: Index) -> Difference:
    return {"kind": "index", "table": one["table"], "name": one["index"], "models": "valid", "database": "invalid"}
