# SPDX-License-Identifier: GPL-3.0-or-later
"""Every decision of a watcher, as pure functions of what it remembers, what it sees, the policy and the time.

The numbers are Argo CD's (self-heal back-off 2 s x3 up to 300 s) and Puppet's and Nomad's idea of a breaker: who has to
correct the same thing three times in half an hour is not repairing but fighting.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

from gitops import apply_policy
from gitops.plans import Targets
from gitops.policy import Policy
from gitops.watch.state import Attempt, State

BACKOFF_FIRST, BACKOFF_FACTOR, BACKOFF_CAP = 2.0, 3.0, 300.0
BREAKER_CORRECTIONS, BREAKER_WINDOW = 3, 1800.0


def backoff(count: int) -> float:
    """Seconds to wait after the count-th attempt: 2, 6, 18, 54, 162, 300, 300 …"""
    # an exponent beyond this is at the cap anyway, and floats end somewhere
    return float(min(BACKOFF_CAP, BACKOFF_FIRST * BACKOFF_FACTOR ** min(max(count - 1, 0), 20)))


# Git


@dataclass(frozen=True)
class Desired:
    """The commit to enforce; empty when none may be. ``note`` is for people."""

    commit: str
    note: str = ""


def fetched(state: State, head: str, error: str) -> State:
    """What is known after asking git. A branch that moved ends a quarantine and gives what flapped another chance."""
    if error:
        return dataclasses.replace(state, fetch_error=error).counted("git_fetch_fail")
    moved = bool(state.head) and head != state.head
    lifted = {} if moved and state.quarantined.get("commit") != head else state.quarantined
    fresh = dataclasses.replace(state, head=head, fetch_error="", quarantined=lifted)
    return dataclasses.replace(fresh, flapping={}, corrections={}, attempts={}) if moved else fresh


def desired(state: State) -> Desired:
    """HEAD, unless it was rolled back; then, and while git cannot be asked, the last commit that is known to be good."""
    notes = []
    if state.fetch_error:
        notes.append(f"git cannot be asked ({state.fetch_error})")
    commit = state.head
    if state.quarantined and state.quarantined["commit"] == state.head:
        commit = state.good if state.good != state.head else ""
        notes.append(f"HEAD {state.head[:8]} is quarantined since {state.quarantined['since']}: {state.quarantined['reason']}")
    if notes:
        notes.append(f"{commit[:8]} is enforced" if commit else "no commit is known to be good: nothing is put right")
    return Desired(commit, "; ".join(notes))


def released(state: State, releases: Sequence[dict[str, Any]], report: model.Report, now: float) -> State:
    """A release that was rolled back, by the deploy itself or by people, is not brought back by healing.

    ``releases``: entries of the history of releases, newest first; of each component the newest that moved anything counts. HEAD is
    to blame when it is the commit of that release, or when putting ``report`` right would bring the release's image back.
    """
    if not state.head or state.quarantined.get("commit") == state.head:
        return state
    for newest, left in _rolled_back(releases):
        if left.get("commit") == state.head or _wants(report, str(left.get("digest") or "")):
            why = newest.get("why") or newest.get("error") or "no reason given"
            return quarantine(state, state.head, f"its release was rolled back: {' '.join(str(why).split())[:200]}", now)
    return state


def _rolled_back(releases: Sequence[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    """Of each component the entry that counts, and the release that was left by it. Entries of an older version name no component; they
    count as those of one."""
    moves = [entry for entry in releases if entry.get("kind") in ("deploy", "rollback")]
    ended = [entry for entry in moves if entry.get("outcome") in ("succeeded", "taken_back")]
    newest: dict[str, dict[str, Any]] = {}
    for entry in ended:
        newest.setdefault(entry.get("component") or "", entry)
    for entry in newest.values():
        left = entry if entry["outcome"] == "taken_back" else _left_by(entry, moves)
        if entry.get("component") or not _came_back(left, ended[: ended.index(entry)]):
            yield entry, left


def _came_back(left: dict[str, Any], newer: Iterable[dict[str, Any]]) -> bool:
    """With success, by a version that names the component."""
    return any(entry["outcome"] == "succeeded" and entry.get("digest") == left.get("digest", "") for entry in newer)


def _wants(report: model.Report, digest: str) -> bool:
    """Does anything that differs differ because git asks for this image?"""
    return bool(digest) and any(
        digest in found.resource
        or any(digest in str(after) for _before, after in found.fields.values())
        or any(digest in line for line in found.diff.splitlines() if line.startswith("+"))
        for _host, _one, found in report.differing()
    )


def _left_by(rollback: dict[str, Any], moves: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The entry that a rollback names as the one it leaves, by id or digest; nothing for a deploy."""
    named = rollback.get("rollback_of")
    others = (entry for entry in moves if entry is not rollback)
    return next((entry for entry in others if named and named in (entry.get("id"), entry.get("digest"))), {})


def schema_is_due(state: State, policy: Policy, now: float) -> bool:
    """Comparing the schema starts a container: now and then is enough. 0 is never."""
    return policy.schema_interval > 0 and now - state.schema >= policy.schema_interval


# What to put right


@dataclass(frozen=True)
class Decision:
    """``waves``: what to put right, one after the other. ``left``: "host/component" -> why it is left. ``wake``: when to look again."""

    waves: tuple[Targets, ...]
    left: dict[str, str]
    wake: float | None = None


def decide(state: State, report: model.Report, policy: Policy, now: float) -> Decision:
    chosen: Targets = {}
    left: dict[str, str] = {}
    wakes = []
    enforced = bool(desired(state).commit)
    for host, one in report.components():
        if one.name == model.TASKS or host.msg or not apply_policy.is_left(one):
            continue
        key = f"{host.name}/{one.name}"
        attempt = state.attempts.get(key, Attempt())
        why = _why_not(key, host.name, one, state, policy, now, enforced=enforced)
        if why:
            left[key] = why
        elif now < attempt.next:
            left[key] = f"tried {attempt.count} times; again at {timestamps.to_text(attempt.next)}"
            wakes.append(attempt.next)
        else:
            chosen.setdefault(host.name, []).append(one.name)
    return Decision(waves(chosen, report, policy), left, min(wakes, default=None))


def _why_not(key: str, host: str, one: model.Component, state: State, policy: Policy, now: float, *, enforced: bool) -> str:
    if policy.mode(one.name) != "heal":
        return f"mode {policy.mode(one.name)}"
    if host == model.AWS and not apply_policy.is_left(one, apply_policy.ATTENDED_ONLY):
        return "it takes a restart, which is left to people: python -m gitops sync --limit aws"
    if not enforced:
        return "HEAD is quarantined and no commit is known to be good"
    moving = sorted(found for found in state.flapping if found.startswith(f"{key}/"))
    if moving:
        return f"Flapping: {moving[0].removeprefix(f'{key}/')} was corrected {BREAKER_CORRECTIONS} times in {BREAKER_WINDOW / 60:.0f} min"
    return apply_policy.withheld(host, one, policy, now)


def waves(chosen: Targets, report: model.Report, policy: Policy) -> tuple[Targets, ...]:
    """The account, then the hosts of the first wave's groups. Hosts of no wave come last, together."""
    groups = {host.name: set(host.groups) for host in report.hosts}
    left = dict(chosen)
    ordered: list[Targets] = [{model.AWS: left.pop(model.AWS)}] if model.AWS in left else []
    for wave in policy.waves:
        ours = {host: left.pop(host) for host in list(left) if groups.get(host, set()) & set(wave)}
        ordered += [ours] if ours else []
    return (*ordered, left) if left else tuple(ordered)


def wave_is_well(report: model.Report, wave: Targets) -> bool:
    """The next wave begins when everything that this one touched is as declared and works."""
    for host in report.hosts:
        for one in host.components:
            if one.name in wave.get(host.name, []) and (one.sync, one.health) != (model.SYNCED, "Healthy"):
                return False
    return not any(host.msg and host.name in wave for host in report.hosts)


# After it was put right, or not


def tried(state: State, before: model.Report, wave: Targets, bad: dict[str, str], now: float) -> State:
    """``bad``: "host/component" or "host" -> why it failed. Counts attempts and corrections, and opens the breaker."""
    attempts, corrections = dict(state.attempts), dict(state.corrections)
    for host, one in before.components():
        if one.name not in wave.get(host.name, []):
            continue
        key = f"{host.name}/{one.name}"
        count = attempts.get(key, Attempt()).count + 1
        attempts[key] = Attempt(count, now + backoff(count), bad.get(key, bad.get(host.name, "")))
        for resource in _corrected(one):
            where = f"{key}/{resource}"
            corrections[where] = (*_recent(corrections.get(where, ()), now), now)
    return _broken(dataclasses.replace(state, attempts=attempts, corrections=corrections), now)


def _corrected(one: model.Component) -> Iterable[str]:
    """What somebody on the host had moved. A process that follows its file moved nothing by itself."""
    moved = [found.resource for found in one.resources if found.origin in ("corrective", "conflict") and found.sync != model.SYNCED]
    return [resource for resource in moved if not resource.startswith("process:")] or moved


def _recent(times: Iterable[float], now: float) -> tuple[float, ...]:
    return tuple(time for time in times if now - time < BREAKER_WINDOW)


def _broken(state: State, now: float) -> State:
    fresh = {where: now for where, times in state.corrections.items() if len(_recent(times, now)) >= BREAKER_CORRECTIONS}
    return dataclasses.replace(state, flapping={**fresh, **state.flapping})


def rolled_back(state: State, before: model.Report, taken_back: dict[str, str], commit: str, now: float) -> State:
    """A commit whose change was taken back is not tried again until the branch moves.

    Only where git had moved: a repair that was taken back says nothing about the commit.
    """
    moved = {f"{host.name}/{one.name}" for host, one, found in before.differing() if found.origin in ("pending", "conflict")}
    blamed = sorted(set(taken_back) & moved)
    if not blamed or commit != state.head:
        return state
    why = f"{blamed[0]} was taken back: {(taken_back[blamed[0]] or 'no reason given').splitlines()[0]}"
    return quarantine(state, commit, why, now)


def quarantine(state: State, commit: str, reason: str, now: float) -> State:
    return dataclasses.replace(state, quarantined={"commit": commit, "reason": reason, "since": timestamps.to_text(now)})


def settled(state: State, report: model.Report, policy: Policy, commit: str, now: float) -> State:
    """At the end of a round: what is calm is forgotten, and a commit at which all that is healed is well is good."""
    verdicts = {f"{host.name}/{one.name}": (one.sync, one.health) for host, one in report.components()}
    calm = {key for key, verdict in verdicts.items() if verdict == (model.SYNCED, "Healthy")}
    attempts = {key: attempt for key, attempt in state.attempts.items() if not (key in calm and now >= attempt.next + BACKOFF_CAP)}
    attempts = {key: dataclasses.replace(attempt, failed="") if key in calm else attempt for key, attempt in attempts.items()}
    corrections = {where: _recent(times, now) for where, times in state.corrections.items()}
    flapping = {where: since for where, since in state.flapping.items() if not _has_calmed(where, calm, corrections, now, since)}
    healed = [verdicts[key] for key in verdicts if policy.mode(key.partition("/")[2]) == "heal"]
    judged = [host for host in report.hosts if host.name != model.AWS or policy.mode(model.ACCOUNT) == "heal"]
    well = all(verdict == (model.SYNCED, "Healthy") for verdict in healed) and not any(host.msg for host in judged)
    return dataclasses.replace(
        state,
        attempts=attempts,
        corrections={where: times for where, times in corrections.items() if times},
        flapping=flapping,
        good=commit if well and healed and commit else state.good,
    )


def _has_calmed(where: str, calm: set[str], corrections: dict[str, tuple[float, ...]], now: float, since: float) -> bool:
    """Back as declared without us, and for as long as the breaker looks back."""
    host, component, _resource = where.split("/", 2)
    return f"{host}/{component}" in calm and now - since >= BREAKER_WINDOW and not corrections.get(where)


def flapping_components(state: State) -> set[str]:
    return {"/".join(where.split("/", 2)[:2]) for where in state.flapping}


def resumed(state: State, covers: Iterable[str]) -> State:
    """People said that these components may be tried again."""
    chosen = set(covers)
    return dataclasses.replace(
        state,
        flapping={where: since for where, since in state.flapping.items() if "/".join(where.split("/", 2)[:2]) not in chosen},
        corrections={where: times for where, times in state.corrections.items() if "/".join(where.split("/", 2)[:2]) not in chosen},
        attempts={key: attempt for key, attempt in state.attempts.items() if key not in chosen},
    )
