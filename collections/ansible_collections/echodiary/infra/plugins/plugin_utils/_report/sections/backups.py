# SPDX-License-Identifier: GPL-3.0-or-later
"""How old backups are, and whether one was seen to come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from .. import commands, model, words
from ..asking import Query

if TYPE_CHECKING:
    from ..asking import Found
    from ..shapes import Plan

KEY, TITLE = "backups", "Backups"
_HOUR, _DAY = 3600, 86_400
#: where no job says how old its newest may be (s), and how long ago a restore may have been (s); as the alerts have them
_OLDEST, _OLDEST_TEST = 26 * _HOUR, 32 * _DAY
_READ = {True: "as it was written", False: "DAMAGED"}


class Figures(NamedTuple):
    """Of a job, or of a component's dumps (``job`` is then empty). ``host``: that saved it last. Seconds. ``test_ok``: None where no
    restore was ever tried."""

    job: str
    component: str
    host: str
    age: float | None
    allowed: float
    test_age: float | None
    test_ok: bool | None
    test_seconds: float | None

    @property
    def name(self) -> str:
        return self.job or f"dumps of {self.component}"

    @property
    def too_old(self) -> bool:
        return self.age is None or self.age > self.allowed


def queries(_plan: Plan) -> dict[str, Query]:
    saved, tested = "echodiary_backup_last_success_timestamp_seconds", "echodiary_restore_test"
    return {
        "age": Query(f'time() - max by (backup_job, component, instance) ({saved}{{backup_job!=""}})'),
        "dumps": Query(f'time() - max by (component) ({saved}{{backup_job=""}})'),
        "allowed": Query(f"{_HOUR} * max by (backup_job) (echodiary_backup_job_hours)"),
        "tested": Query("max by (backup_job) (echodiary_backup_job_restore_tested)"),
        "test_age": Query(f"time() - max by (backup_job) ({tested}_last_success_timestamp_seconds)"),
        "test_ok": Query(f"min by (backup_job) ({tested}_ok)"),
        "test_seconds": Query(f"sum by (backup_job) (max by (backup_job, phase) ({tested}_seconds))"),
        "read_ok": Query("min(echodiary_backup_read_ok)"),
    }


def figures(found: Found) -> list[Figures]:
    allowed = {job: value for (job,), value in found.by("allowed", "backup_job").items()}
    newest = _newest(found)
    jobs = [_job(found, newest.get(job, _Saved("", "", None)), job, allowed.get(job, _OLDEST)) for job in sorted({*newest, *allowed})]
    dumps = found.by("dumps", "component").items()
    return [*jobs, *(Figures("", component, "", age, _OLDEST, None, None, None) for (component,), age in dumps)]


class _Saved(NamedTuple):
    component: str
    host: str
    age: float | None


def _newest(found: Found) -> dict[str, _Saved]:
    """A job that moved to another host has left its metric on the one before."""
    oldest_first = sorted(found.by("age", "backup_job", "component", "instance").items(), key=lambda one: -one[1])
    return {job: _Saved(component, host, age) for (job, component, host), age in oldest_first}


def _job(found: Found, saved: _Saved, job: str, allowed: float) -> Figures:
    ok = found.one("test_ok", backup_job=job)
    return Figures(
        job, saved.component, saved.host, saved.age, allowed, found.one("test_age", backup_job=job), None if ok is None else ok > 0,
        found.one("test_seconds", backup_job=job),
    )  # fmt: skip


def section(plan: Plan, found: Found) -> model.Section:
    if found.trouble:
        return model.unknown(KEY, TITLE, found.trouble)
    every, read = figures(found), found.one("read_ok")
    if not every:
        return model.unknown(KEY, TITLE, "Prometheus has no metric of any backup")
    tested = {job for (job,) in found.by("tested", "backup_job")}
    todos = _todos(plan, every, tested, read)
    return model.Section(
        KEY,
        TITLE,
        "bad" if todos else "good",
        ", ".join(f"{one.name} {words.span(one.age)} old" if one.age is not None else f"{one.name} never made" for one in every),
        tables=[_table(every)],
        notes=[]
        if read is None
        else [f"the part of the repository that was read back last is {'as it was written' if read else 'DAMAGED'}"],
        todos=todos,
        figures={"backups": [one._asdict() for one in every], "read_ok": read},
    )


def _table(every: list[Figures]) -> model.Table:
    rows = [_row(one) for one in every]
    head = ("backup", "of", "age", "may be", "last restore that was tried", "came back, ago", "took")
    return model.Table(head, rows, frozenset({2, 3, 5, 6}))


def _row(one: Figures) -> tuple[str, ...]:
    spans = (words.span(one.age), words.span(one.allowed))
    return (one.name, one.component, *spans, _test(one), words.span(one.test_age), words.span(one.test_seconds))


def _test(one: Figures) -> str:
    return "never" if one.test_ok is None else "well" if one.test_ok else "FAILED"


def _todos(plan: Plan, every: list[Figures], tested: set[str], read: float | None) -> list[model.Todo]:
    found = [todo for one in every for todo in _of(plan, one, one.job in tested)]
    if read == 0:
        text = "a part of the backup repository is not as it was written: look at it, and save anew"
        found.append(model.Todo(text, commands.playbook(plan, "backups"), urgent=True))
    return found


def _of(plan: Plan, one: Figures, tested: bool) -> Iterator[model.Todo]:
    if one.too_old:
        age = f"is {words.span(one.age)} old, {words.span(one.allowed)} are allowed" if one.age is not None else "was never made"
        text = f"the newest backup of {one.name} {age}: save it by hand, and see what is wrong"
        yield model.Todo(text, _again(plan, one), urgent=True)
    again = commands.on_host(plan, one.host, f"echodiary-backup restore-test {one.job}") if one.host else commands.playbook(plan, "backups")
    if one.test_ok is False:
        text = f"a backup of {one.name} was restored and is not good enough: try it again, and read why"
        yield model.Todo(text, again, urgent=True)
    elif tested and (one.test_age is None or one.test_age > _OLDEST_TEST):
        when = "ever" if one.test_age is None else f"for {words.span(one.test_age)}"
        yield model.Todo(f"no backup of {one.name} was seen to come back {when}", again)


def _again(plan: Plan, one: Figures) -> str:
    if one.job and one.host:
        return commands.on_host(plan, one.host, f"echodiary-backup run {one.job}")
    return commands.playbook(plan, "backup", *([f"component={one.component}"] if one.component else []))
