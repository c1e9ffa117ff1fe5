# SPDX-License-Identifier: GPL-3.0-or-later
"""From what tasks returned to hosts, components and resources. Pure: a result in, report parts out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.echodiary.infra.plugins.module_utils._host import users
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import HEALTH_ORDER, SYNC_ORDER, worst_sync
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.module_utils._converge.exchange import Outcome
    from ansible_collections.echodiary.infra.plugins.module_utils._inside.shapes import Difference
    from ansible_collections.echodiary.infra.plugins.module_utils._kinds.documents import Told as Change
    from ansible_collections.echodiary.infra.plugins.plugin_utils._common.results import Result
    from ansible_collections.echodiary.infra.plugins.plugin_utils._lease.shapes import Result as Looked

#: These say or compute something; they hold no opinion about the state of a host.
SILENT = frozenset(
    f"{prefix}{name}"
    for prefix in ("", "ansible.builtin.", "ansible.legacy.")
    for name in (
        "add_host", "assert", "async_status", "debug", "fail", "gather_facts", "group_by", "import_playbook", "import_role",
        "import_tasks", "include_role", "include_tasks", "include_vars", "meta", "pause", "ping", "set_fact", "set_stats", "setup",
        "slurp", "stat", "validate_argument_spec", "wait_for", "wait_for_connection",
    )
)  # fmt: skip
#: Asking the lock, the history, a gate or what serves is about a deploy and not about what the host is.
SILENT_HERE = frozenset(f"echodiary.infra.{name}" for name in ("account_look", "deploy_lock", "release", "release_history", "health_gate"))
BAD = ("failed", "taken_back")
#: of a component in a report that is the schema of a database; followed by whose it is where there are several
SCHEMA = "schema"
SILENCE = "nothing was heard of it"


def component(data: Outcome, *, check: bool) -> model.Component:
    """One entry of a converge result. ``check``: its changes are still to be made; else they were made."""
    status = str(data.get("status", "ok"))
    left = check or status in BAD
    return model.Component(
        name=str(data["name"]),
        sync=_sync(data),
        health=_known(data.get("health"), HEALTH_ORDER),
        status=status,
        msg=str(data.get("msg") or ""),
        notes=tuple(str(note) for note in data.get("notes") or ()),
        said=tuple(str(one) for one in data.get("said") or ()),
        ages=tuple({"what": str(one["what"]), "at": str(one["at"]), "hours": float(one["hours"])} for one in data.get("ages") or ()),
        resources=(*_resources(data, left=left), *_release(data)),
        seconds=round(sum((data.get("seconds") or {}).values()), 3),
        release=dict(data.get("release") or {}),
    )


def _sync(data: Outcome) -> str:
    """A component that was skipped was not looked at, whatever it says of itself."""
    return model.UNKNOWN if data.get("status") == "skipped" else _known(data.get("sync"), SYNC_ORDER)


def _known(value: str | None, order: tuple[str, ...]) -> str:
    return str(value) if value in order else "Unknown"


def _resources(data: Outcome, *, left: bool) -> Iterator[model.Resource]:
    undeclared = set(data.get("watched") or ())
    return (_resource(change, left=left, undeclared=str(change["resource"]) in undeclared) for change in data.get("changes") or ())


def _resource(change: Change, *, left: bool, undeclared: bool) -> model.Resource:
    return model.Resource(
        resource=str(change["resource"]),
        sync=model.OUT_OF_SYNC if left else model.SYNCED,
        action=str(change.get("action", "update")),
        origin=str(change.get("origin", "pending")),
        why=str(change.get("why") or ""),
        fields={name: list(pair) for name, pair in (change.get("fields") or {}).items()},
        diff=str(change.get("diff") or ""),
        undeclared=undeclared,
    )


def _release(data: Outcome) -> tuple[model.Resource, ...]:
    """What runs, shown although it is as declared: the first thing anybody asks."""
    release = data.get("release") or {}
    if not release.get("image"):
        return ()
    why = f"slot {release['slot']}" if release.get("slot") else ""
    return (model.Resource(f"release:{release['image']}", sync=model.SYNCED, action="none", origin="", why=why),)


def is_schema(component: str) -> bool:
    """A host may be the first of several applications, and has the schema of each."""
    return component == SCHEMA or component.startswith(f"{SCHEMA}-")


def schema(result: Result, *, failed: bool) -> model.Component:
    """The answer of ``alembic: {state: compare}``: a schema that differs from the models is drift like any other."""
    name = f"{SCHEMA}-{result['component']}" if result.get("component") else SCHEMA
    if failed or "sync" not in result:
        return model.Component(name, sync=model.UNKNOWN, health="Unknown", status="failed", msg=_message(result))
    resources = [*_revisions(result), *(_difference(found) for found in result.get("differences") or ())]
    return model.Component(name, sync=str(result["sync"]), resources=tuple(resources), seconds=float(result.get("seconds") or 0))


def _revisions(result: Result) -> list[model.Resource]:
    current, heads = list(result.get("current") or []), list(result.get("heads") or [])
    if current == heads:
        return []
    fields = {"revision": [", ".join(current) or "none", ", ".join(heads)]}
    unknown = result.get("unknown") or []
    why = f"the release does not know {', '.join(unknown)}" if unknown else "migrations are pending"
    name = f"schema:{result.get('database', '')}"
    return [model.Resource(name, action="migrate", origin="conflict" if unknown else "pending", fields=fields, why=why)]


def _difference(found: Difference) -> model.Resource:
    place = ".".join(filter(None, (found.get("table"), found.get("name"))))
    fields = {str(found.get("kind", "definition")): [found.get("database"), found.get("models")]}
    return model.Resource(f"schema:{place}", action="report", origin="corrective", fields=fields, why="the models say otherwise")


def task(name: str, action: str, result: Result, *, check: bool, skipped: bool = False) -> model.Resource | None:
    """An ordinary task's opinion: changed is a difference, skipped because of check mode is unknown, else as declared.

    ``skipped`` is told apart because Ansible removes that key from what callbacks get to see.
    """
    if action in SILENT or action in SILENT_HERE:
        return None
    resource = f"task:{name}"
    if skipped:
        why = _skipped_by_check_mode(result)
        return model.Resource(resource, sync=model.UNKNOWN, action="none", origin="", why=why) if check and why else None
    if not result.get("changed"):
        return model.Resource(resource, sync=model.SYNCED, action="none", origin="")
    left = model.OUT_OF_SYNC if check else model.SYNCED
    return model.Resource(resource, sync=left, action="update", origin="pending", diff=_diff(result), why=action)


def in_the_way(lock: Looked) -> str:
    """What a lock that was looked at says to people: who holds or froze it, or why nobody knows; nothing of one that is free or ours."""
    freeze = lock.get("freeze")
    free = lock.get("held") is False and not (freeze and freeze["active"])
    return "" if free or lock.get("token") is not None else lock.get("msg", "")


def unseen(name: str, result: Result) -> model.Resource:
    """A task that failed and whose failure the play ignores: what it would have looked at is unknown."""
    return model.Resource(f"task:{name}", sync=model.UNKNOWN, action="none", origin="", why=_message(result))


_CHECKED = re.compile(r"\bansible_check_mode\b")


def _skipped_by_check_mode(result: Result) -> str:
    """Why nobody looked; empty when the task was skipped because it does not apply here."""
    condition = str(result.get("false_condition", ""))
    if _CHECKED.search(condition):
        return f"skipped in check mode: when {condition}"
    if "skip_reason" in result or condition:
        return ""
    return f"skipped in check mode: {_message(result)}"


def _diff(result: Result) -> str:
    if result.get("_ansible_no_log"):
        return ""
    given = result.get("diff") or []
    return "\n".join(str(one["prepared"]) for one in ([given] if isinstance(given, Mapping) else given) if one.get("prepared"))


def _message(result: Result) -> str:
    return " ".join(str(result.get("msg") or result.get("reason") or "no message").split())


#: resource to what is known of it, as words
Told = Mapping[str, Mapping[str, str]]


def _with_evidence(one: model.Component, told: Told) -> model.Component:
    found = tuple(dataclasses.replace(seen, host=dict(told.get(seen.resource, seen.host))) for seen in one.resources)
    return dataclasses.replace(one, resources=found)


def _as_asked(one: model.Component, why: str, host: str) -> model.Component:
    """On a host where nothing was released yet, nobody waits for an answer."""
    if not why or one.health != "Healthy" or not one.release.get("slot"):
        return one
    return dataclasses.replace(one, health="Degraded", msg=one.msg or f"{why}; look on {host} at: {users.LOOK}")


class Collected:
    """What a run has told so far, per host. The only thing here that remembers."""

    def __init__(self) -> None:
        self._hosts: dict[str, model.Host] = {}
        self._tasks: dict[str, list[model.Resource]] = {}
        #: (host, component) -> what its users get, and who asked
        self._asked: dict[tuple[str, str], str] = {}

    def expect(self, host: str, groups: tuple[str, ...] = ()) -> None:
        """A host of the play: until something is heard of it, it is unknown."""
        self._hosts.setdefault(host, model.Host(host, msg=SILENCE, groups=groups))

    def converged(self, host: str, result: Result, *, check: bool) -> None:
        found = [component(entry, check=check) for entry in result["components"]]
        now = self._heard(host)
        asked = (one for entry in result["components"] for one in entry.get("asked") or ())
        self._asked.update({(one["host"], one["component"]): f"{one['why']}, asked from {host}" for one in asked})
        kept = [one for one in now.components if one.name not in {new.name for new in found}]
        self._hosts[host] = dataclasses.replace(
            now,
            components=(*kept, *found),
            undeclared=tuple(result.get("undeclared") or ()),
            remote_calls=now.remote_calls + int(result.get("remote_calls") or 0),
            seconds=round(now.seconds + float(result.get("seconds") or 0), 3),
        )

    def compared(self, host: str, result: Result, *, failed: bool) -> None:
        now = self._heard(host)
        calls = now.remote_calls + int(result.get("remote_calls") or 0)
        self._hosts[host] = dataclasses.replace(now, components=(*now.components, schema(result, failed=failed)), remote_calls=calls)

    def did(self, host: str, resource: model.Resource) -> None:
        self._heard(host)
        self._tasks.setdefault(host, []).append(resource)

    def failed(self, host: str, title: str, result: Result) -> None:
        """A task that failed leaves the rest of its host unseen."""
        self._hosts[host] = dataclasses.replace(self._heard(host), msg=f"{title}: {_message(result)}")

    def unreachable(self, host: str, result: Result) -> None:
        self._hosts[host] = dataclasses.replace(self._heard(host), reached=False, msg=_message(result))

    def evidence(self, host: str, found: Told, components: Mapping[str, Told] | None = None) -> None:
        """What the host could tell about each resource that somebody changed there; of each component by itself where that is known."""
        now = self._heard(host)
        known = {name: told for name, told in (components or {}).items() if name}
        told = tuple(_with_evidence(one, known.get(one.name, {}) if known else found) for one in now.components)
        self._hosts[host] = dataclasses.replace(now, components=told)

    def account(self, answer: Any) -> None:
        """What was found out of the account, or why nothing was. It stands before the hosts, which stand on it."""
        found = answer.get("component")
        if found is None:
            self._hosts = {model.AWS: model.Host(model.AWS, reached=False, msg=_message(answer)), **self._hosts}
            return
        self._hosts = {model.AWS: model.Host(model.AWS, components=(component(found, check=True),)), **self._hosts}
        self.evidence(model.AWS, found.get("evidence") or {})

    def hosts(self) -> tuple[model.Host, ...]:
        return tuple(self._with_tasks(self._as_users_see(host)) for host in self._hosts.values())

    def _as_users_see(self, host: model.Host) -> model.Host:
        """A component that serves, as it says, and does not answer where its users ask."""
        found = [_as_asked(one, self._asked.get((host.name, one.name), ""), host.name) for one in host.components]
        return dataclasses.replace(host, components=tuple(found))

    def _heard(self, host: str) -> model.Host:
        known = self._hosts.get(host)
        if known is None or known.msg == SILENCE:
            known = self._hosts[host] = model.Host(host, groups=known.groups if known else ())
        return known

    def _with_tasks(self, host: model.Host) -> model.Host:
        told = self._tasks.get(host.name, [])
        if not told:
            return host
        shown = tuple(one for one in told if one.sync != model.SYNCED or one.action != "none")
        sync = worst_sync(one.sync for one in told)
        note = f"{len(told)} tasks, {len(told) - len([one for one in told if one.sync != model.SYNCED])} as declared"
        return dataclasses.replace(
            host, components=(*host.components, model.Component(model.TASKS, sync=sync, notes=(note,), resources=shown))
        )
