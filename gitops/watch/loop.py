# SPDX-License-Identifier: GPL-3.0-or-later
"""The watcher's rounds: ask git, look, decide, act, tell, remember. The only place in gitops/watch with side effects."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._host.exposition import Sample
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import metrics, model

from gitops import apply_policy, exits, fleet, history, pauses, policy, repository
from gitops.errors import BlockedError, GitopsError
from gitops.operations import Context
from gitops.plans import Targets
from gitops.watch import core, deliver, notices, resumes
from gitops.watch import state as states
from gitops.watch.state import State
from gitops.workspace import only_one, read_json, write_json

FILE = "watch.json"


def watch(context: Context, *, once: bool) -> int:
    """Until somebody ends it; with ``once`` a single round, whose verdict is the exit code."""
    with only_one(context.place, "watch"):
        while True:
            code, wake = Round(context).run()
            if once:
                return code
            rest = context.policy.interval + random.uniform(0, context.policy.jitter)  # noqa: S311 (no secret, only spread)
            soonest = rest if wake is None else max(1.0, min(rest, wake - context.clock.now()))
            context.clock.sleep(soonest)


def resume(context: Context, host: str, component: str) -> list[str]:
    """What flapped in this scope and may be tried again. A watcher's state is its own: it is asked, and does it in its next round."""
    state = states.from_dict(read_json(context.place.state / FILE, {}))
    freed = _flapping(state, policy.Scope((host,), (component,)))
    if freed:
        resumes.ask(context.place, host, component)
    return freed


def _flapping(state: State, scope: policy.Scope) -> list[str]:
    return [key for key in sorted(core.flapping_components(state)) if scope.covers(*key.split("/", 1))]


class Round:
    """One round. Holds the state while it changes, and writes it after every step that must not be repeated."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.place = context.place
        self.policy = context.policy
        self._enforced = ""
        self.state: State = states.from_dict(read_json(context.place.state / FILE, {}))

    def run(self) -> tuple[int, float | None]:
        """The exit code of the verdict, and when to look again (None: at the next interval)."""
        self._resume()
        try:
            project = self._project()
            report = self._look(project)
            if core.desired(self.state).commit != self._enforced:
                # Only now did the hosts tell that HEAD was rolled back: what counts is another commit.
                project = self._checkout()
                report = self._look(project)
            for wave in core.decide(self.state, report, self.policy, self._now()).waves:
                report, go_on = self._put_right(report, self._still_wanted(report, wave), project)
                if not go_on:
                    break
        except GitopsError as error:
            return self._could_not_look(error), None
        after = core.decide(self.state, report, self.policy, self._now())
        self._end(report, after)
        waits = [attempt.next for attempt in self.state.attempts.values() if attempt.failed and attempt.next > self._now()]
        return exits.of(report), min([*waits, *([after.wake] if after.wake else [])], default=None)

    def _resume(self) -> None:
        """What people asked for since; done and written down before the wish is forgotten."""
        with resumes.taken(self.place) as scopes:
            freed = {key for scope in scopes for key in _flapping(self.state, scope)}
            if freed:
                self.state = core.resumed(self.state, freed)
                self._save()

    def _now(self) -> float:
        return self.context.clock.now()

    def _save(self) -> None:
        write_json(self.place.state / FILE, states.as_dict(self.state))

    # Git

    def _project(self) -> Path:
        """A checkout of the commit to enforce; the policy is that commit's, too."""
        root = self.place.root
        if not self.policy.remote:
            self.state = core.fetched(self.state, repository.git(root, "rev-parse", "HEAD").strip(), "")
            return self._checkout()
        try:
            head = repository.fetch(root, self.policy.remote, self.policy.branch)
            if self.policy.allowed_signers and head != self.state.head:
                repository.check_signature(root, head, root / self.policy.allowed_signers)
            self.state = core.fetched(self.state, head, "")
        except repository.GitError as error:
            self.state = core.fetched(self.state, self.state.head, str(error))
            if not self.state.head:
                raise
        return self._checkout()

    def _checkout(self) -> Path:
        root = self.place.root
        self._enforced = core.desired(self.state).commit
        if not self.policy.remote:
            return root
        project = repository.checkout(root, self._enforced or self.state.head, self.place.state / "checkout")
        if not self.context.fixed_policy:
            self.policy = policy.load(project / self.place.policy.relative_to(root))
        return project

    # Looking

    def _look(self, project: Path, limit: list[str] | None = None) -> model.Report:
        due = core.schema_is_due(self.state, self.policy, self._now()) and not limit
        seen = fleet.look(self.place, self.policy, limit or [], project, releases=True, schema=due)
        self.state = core.released(self.state, seen.releases, seen.report, self._now())
        if due:
            self.state = dataclasses.replace(self.state, schema=self._now())
        return self._judged(fleet.with_schema(seen.report, fleet.previous(self.place)))

    def _judged(self, report: model.Report) -> model.Report:
        note = core.desired(self.state).note
        report = dataclasses.replace(report, notes=(*report.notes, note) if note and note not in report.notes else report.notes)
        found = pauses.read(self.place)
        return apply_policy.judged(report, self.policy, found, self._now(), core.flapping_components(self.state))

    def _could_not_look(self, error: GitopsError) -> int:
        """The reports stay as they are, and grow stale: that is what the alert on the verdict's age is for."""
        self.context.say(f"gitops: {error}")
        topics = [*notices.of_git(self.state), ("check", "on-check-failed", str(error), "")]
        self.state = notices.told(self.state, topics, timestamps.to_text(self._now()), self.place.environment)
        self._deliver()
        self._save()
        return error.code

    # Acting

    def _still_wanted(self, report: model.Report, wave: Targets) -> Targets:
        """A wave may have taken minutes: a pause or a window that began meanwhile counts for the next."""
        decided = core.decide(self.state, self._judged(report), self.policy, self._now())
        now = {host: set(names) for one in decided.waves for host, names in one.items()}
        kept = {host: [name for name in names if name in now.get(host, set())] for host, names in wave.items()}
        return {host: names for host, names in kept.items() if names}

    def _put_right(self, before: model.Report, wave: Targets, project: Path) -> tuple[model.Report, bool]:
        """The report after this wave, and whether the next may begin."""
        if not wave:
            return before, True
        commit = core.desired(self.state).commit
        reason = f"heal to {commit[:8]}"
        began = self._now()
        try:
            lock = fleet.lock_host(self.policy, before)
            done = fleet.apply(self.place, self.policy, wave, f"gitops {reason}", lock, project, unattended=True)
            bad, taken_back = {**done.failed, **done.taken_back}, done.taken_back
        except BlockedError as error:
            self.context.say(f"gitops: {error}")
            return before, False
        except GitopsError as error:
            bad, taken_back = dict.fromkeys(wave, str(error)), {}
        # Attempts are written down before anything else can go wrong: a crash must not make a loop of heals.
        self.state = core.tried(self.state, before, wave, bad, self._now())
        self.state = core.rolled_back(self.state, before, taken_back, commit, self._now())
        self.state = self.state.counted("sync_failed" if bad else "sync_succeeded")
        self._save()
        outcome = "rolled back" if taken_back else "failed" if bad else "done"
        details = {"outcome": outcome, "reason": reason, "commit": commit, "seconds": round(self._now() - began, 1)}
        self._record(before, wave, bad, details)
        again = fleet.replaced(before, self._look(project, sorted(wave)))
        report = self._judged(dataclasses.replace(again, notes=before.notes))
        return report, not bad and core.wave_is_well(report, wave)

    def _record(self, before: model.Report, wave: Targets, bad: dict[str, str], details: dict[str, Any]) -> None:
        history.append(self.place, self._now(), "heal", targets=wave, failed=bad, **details)
        now = timestamps.to_text(self._now())
        for event, topic, text in notices.of_heal(before, wave, bad):
            self.state = notices.happened(self.state, event, topic, text, now, self.place.environment)

    # Telling

    def _end(self, report: model.Report, decision: core.Decision) -> None:
        now = self._now()
        self.state = core.settled(self.state, report, self.policy, core.desired(self.state).commit, now)
        topics = [
            *notices.of_git(self.state),
            ("check", "", "works again", ""),
            *notices.of_report(report, self.state, self.policy, decision.left),
        ]
        self.state = notices.told(self.state, topics, timestamps.to_text(now), self.place.environment)
        fleet.keep(self.place, report, self._samples(report), self.policy.textfile_directory)
        self._deliver()
        self._save()

    def _deliver(self) -> None:
        """To each target in order; what one does not take waits for that one, until a later round."""
        for notice in self.state.outbox:
            if not notice.get("said"):
                self.context.say(notice["text"])
        self.state = dataclasses.replace(self.state, outbox=tuple({**notice, "said": True} for notice in self.state.outbox))
        for target in self.policy.notify:
            self._deliver_to(target)
        left = tuple(notice for notice in self.state.outbox if deliver.waiting(notice, self.policy.notify))
        self.state = dataclasses.replace(self.state, outbox=left)
        self._save()

    def _deliver_to(self, target: policy.Target) -> None:
        for number, notice in enumerate(self.state.outbox):
            if target not in deliver.waiting(notice, self.policy.notify):
                continue
            try:
                deliver.deliver(notice, target)
            except deliver.DeliveryError as error:
                self.context.say(f"gitops: a notification waits: {error}")
                self.state = self.state.counted("notifications_failed")
                return
            outbox = [*self.state.outbox]
            outbox[number] = deliver.taken(notice, target)
            self.state = dataclasses.replace(self.state, outbox=tuple(outbox)).counted("notifications_succeeded")
            self._save()

    def _samples(self, report: model.Report) -> list[Sample]:
        """What only a watcher knows."""
        totals = self.state.totals
        where = {"namespace": self.place.environment}
        found = [
            Sample("app_sync_total", {**where, "phase": phase, "dry_run": "false"}, totals.get(f"sync_{phase.lower()}", 0))
            for phase in ("Succeeded", "Failed")
        ]
        found.append(Sample("git_fetch_fail_total", where, totals.get("git_fetch_fail", 0)))
        found += [
            Sample("notifications_deliveries_total", {**where, "succeeded": said}, totals.get(f"notifications_{name}", 0))
            for said, name in (("true", "succeeded"), ("false", "failed"))
        ]
        if self.state.quarantined:
            found.append(Sample("quarantined_info", {**where, "revision": self.state.quarantined["commit"]}, 1))
        for host, one in report.components():
            attempt = self.state.attempts.get(f"{host.name}/{one.name}")
            if attempt and attempt.failed:
                found.append(Sample("heal_failed", metrics.labels(report.environment, host.name, one.name), 1))
        return found
