# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: what a deploy is going to do, before anything is touched. All judgement is in _deploy.plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._component import names, release, roster
from ..plugin_utils._component import released as releases
from ..plugin_utils._component.requests import REQUEST
from ..plugin_utils._converge.trial_options import STEP
from ..plugin_utils._deploy import asked, gate, plan
from ..plugin_utils._logs import command

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json
    from ..plugin_utils._calls.variables import TaskVars
    from ..plugin_utils._deploy.declared_requests import Request

#: whose log has every request that failed
EDGE = "haproxy"
_GATE: dict[str, Any] = {
    "prometheus": {"type": "str", "default": ""},
    "url": {"type": "str", "default": "http://127.0.0.1:9090"},
    "port": {"type": "int", "default": 80},
    "path": {"type": "str", "default": ""},
    "every": {"type": "bool", "default": False},
    "error_rate": {"type": "float", "default": 0.01},
    "p95": {"type": "float", "default": 1.0},
    "min_samples": {"type": "int", "default": 20},
    "lookback": {"type": "float", "default": 30.0},
}


class Gate(TypedDict):
    prometheus: str
    url: str
    port: int
    path: str
    every: bool
    error_rate: float
    p95: float
    min_samples: int
    lookback: float


class Options(TypedDict):
    kind: str
    component: str
    release: str
    pinned: str
    group: str
    members: list[str] | None
    canary: int
    batch_size: int
    revision: str
    reason: str
    who: str
    commit: str
    environment: str
    lease_host: str
    requests: list[Request] | None
    verify_requests: list[Request] | None
    edge_url: str
    migrations_allowed: list[dict[str, str]]
    rollout: list[plan.Share]
    rollout_rest: list[plan.Share]
    gate: Gate


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.deploy_plan: {component: …, lease_host: …}``"""

    ARGUMENTS = {
        "kind": {"type": "str", "default": "deploy", "choices": ["deploy", "rollback", "restart", "migrate"]},
        "component": {"type": "str", "required": True},
        "release": {"type": "str", "default": ""},
        "pinned": {"type": "str", "default": ""},
        "group": {"type": "str", "default": "app"},
        "members": {"type": "list", "elements": "str"},
        "canary": {"type": "int", "default": 1},
        "batch_size": {"type": "int", "default": 4},
        "revision": {"type": "str", "default": plan.HEAD},
        "reason": {"type": "str", "default": ""},
        "who": {"type": "str", "default": ""},
        "commit": {"type": "str", "default": ""},
        "environment": {"type": "str", "default": ""},
        "lease_host": {"type": "str", "required": True},
        "requests": {"type": "list", "elements": "dict"},
        "verify_requests": {"type": "list", "elements": "dict", "options": REQUEST},
        "edge_url": {"type": "str", "default": "http://127.0.0.1"},
        "migrations_allowed": {"type": "list", "elements": "dict", "default": []},
        "rollout": {"type": "list", "elements": "dict", "default": [], "options": STEP},
        "rollout_rest": {"type": "list", "elements": "dict", "default": [], "options": STEP},
        "gate": {"type": "dict", "options": _GATE, "apply_defaults": True},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        released = releases.has_release(args["component"], self._vars.get("playbook_dir", "."))
        given = self._release(args["component"]) if released else {}
        decided = plan.plan(_order(args, self._vars, given))
        found = asked.asked(release.declared(names.short(args["component"]), given) if released else None, _given(args))
        return {**plan.Run(decided, self._context(args, found)).result(), "changed": False}

    def _release(self, component: str) -> dict[str, Json]:
        """As this host has it."""
        known = roster.Roster(self._loader, self._templar, self._vars, [component])
        return known.one(self._vars["inventory_hostname"], component).release

    def _keeps_logs(self) -> bool:
        return command.kept(known.get("components") for known in self._vars["hostvars"].values())

    def _context(self, args: Options, found: asked.Asked) -> plan.Context:
        if not args["lease_host"]:
            raise plan.PlanError("no host can hold the lease: there is none in the component's group; set deploy_lease_host")
        directory = self._templar.template(self._vars.get("node_exporter_textfile_directory", ""))
        components = self._vars["hostvars"][args["lease_host"]].get("components") or []
        return plan.Context(
            reason=args["reason"],
            who=args["who"],
            commit=args["commit"],
            environment=args["environment"],
            textfiles=plan.textfiles(components, directory),
            asked=", ".join(str(one.get("name", "")) for one in found.requests),
            requests=found.requests,
            verify=found.verify,
            allowed=[str(one.get("rule", "")) for one in args["migrations_allowed"]],
            rollouts=[args["rollout"], args["rollout_rest"]],
            gate=_settings(args["gate"], found),
            check=self._check,
            logs=[names.short(args["component"]), EDGE] if self._keeps_logs() else [],
        )


def _given(args: Options) -> asked.Given:
    return asked.Given(args["requests"], args["verify_requests"], args["edge_url"], args["gate"]["path"])


def _settings(given: Gate, found: asked.Asked) -> gate.Settings:
    named: Any = {**given, "path": found.path, "host": found.host, "backend": found.backend, "latency": found.latency}
    return gate.Settings(**named)


def _order(args: Options, task_vars: TaskVars, given: Mapping[str, Json]) -> plan.Order:
    """``given``: the component's release, as rendered; empty for one that has none."""
    migrate = given.get("migrate")
    return plan.Order(
        kind=args["kind"],
        component=args["component"],
        release=args["release"],
        pinned=args["pinned"],
        canary=args["canary"],
        batch_size=args["batch_size"],
        revision=args["revision"],
        reason=args["reason"],
        released=bool(given),
        hosts=task_vars["ansible_play_hosts_all"],
        members=task_vars["groups"].get(args["group"], []) if args["members"] is None else args["members"],
        named=bool(names.typed()),
        commanded=isinstance(migrate, dict) and bool(migrate.get("command")),
    )
