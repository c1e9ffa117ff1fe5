# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: whom load is sent to, how much of it and by what, before anything is sent. All judgement is in _load."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import production
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component.names import short
from ..plugin_utils._component.roster import Roster
from ..plugin_utils._load import bounds, declared, edges, programs
from ..plugin_utils._load.shapes import Plan


class Options(TypedDict):
    environment: str
    component: str
    hosts: list[str]
    seconds: int
    users: int
    rate: float
    stop_errors: float
    parts: list[str]
    targets: list[str]
    paths: list[str]
    locustfile: str | None
    hey: str
    locust: str
    watcher: str
    production: list[str]


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.load_plan: {component: echodiary, hosts: [app1], seconds: 30}``"""

    ARGUMENTS = {
        "environment": {"type": "str", "default": ""},
        "component": {"type": "str", "required": True},
        "hosts": {"type": "list", "elements": "str", "required": True},
        "seconds": {"type": "int", "default": 30},
        "users": {"type": "int", "default": 10},
        "rate": {"type": "float", "default": 20.0},
        "stop_errors": {"type": "float", "default": 0.2},
        "parts": {"type": "list", "elements": "str", "choices": list(bounds.PARTS), "default": list(bounds.PARTS)},
        "targets": {"type": "list", "elements": "str", "default": []},
        "paths": {"type": "list", "elements": "str", "default": []},
        "locustfile": {"type": "path"},
        "hey": {"type": "str", "default": "hey"},
        "locust": {"type": "str", "default": ""},
        "watcher": {"type": "str", "default": ""},
        "production": {"type": "list", "elements": "str", "default": list(production.NAMES)},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        wrong = list(bounds.refusals(args["seconds"], args["users"], args["rate"], args["stop_errors"], args["paths"]))
        if wrong:
            raise SpecError(f"nothing was sent: {'; '.join(wrong)}")
        if args["locustfile"] and not Path(args["locustfile"]).is_file():
            raise SpecError(f"nothing was sent: {args['locustfile']} (load_locustfile) is no file")
        known = Roster(self._loader, self._templar, self._vars, [args["component"]])
        found = declared.read(known, args["component"], sorted(args["hosts"]), args["watcher"])
        plan = _plan(args, found)
        return {
            "changed": False,
            "plan": plan,
            "production": production.is_one(args["environment"], args["production"]),
            "msg": _words(plan),
        }


def _plan(args: Options, found: declared.Declared) -> Plan:
    own = args["locustfile"] or ""
    locustfile = own or found.locustfile
    parts = [one for one in bounds.PARTS if one in args["parts"] and (one != bounds.JOURNEY or locustfile)]
    if not parts:
        raise SpecError(
            f"nothing was sent: {short(args['component'])} has no journey; name its locustfile: -e load_locustfile=<file> (docs/load.md)"
        )
    chosen = edges.chosen(found.edges, found.names, args["targets"])
    paths = args["paths"] or found.paths
    few = bounds.too_few(args["users"], args["rate"], len(chosen), len(paths) if bounds.RATE in parts else 1)
    if few:
        raise SpecError(f"nothing was sent: {few}")
    return {
        "environment": args["environment"],
        "component": short(args["component"]),
        "edges": chosen,
        "parts": parts,
        "seconds": args["seconds"],
        "users": args["users"],
        "rate": args["rate"],
        "stop_errors": args["stop_errors"],
        "paths": paths,
        "locustfile": locustfile,
        # What a locustfile of one's own writes, nobody else knows how to remove.
        "rows": "" if own else found.rows,
        "hey": programs.hey(args["hey"]) if bounds.RATE in parts and args["seconds"] else "",
        "locust": programs.find_locust(args["locust"]) if bounds.JOURNEY in parts and args["seconds"] else "",
        "objectives": found.objectives,
    }


def _words(plan: Plan) -> str:
    if not plan["seconds"]:
        return f"rows that load tests have left in {plan['environment'] or 'this environment'} are removed; no load is sent"
    where = ", ".join(edge["url"] for edge in plan["edges"])
    much = f"{plan['rate']:g} requests a second by {plan['users']} users"
    return (
        f"{' and then '.join(plan['parts'])}, {plan['seconds']} s each, {much}, to {where} of {plan['environment'] or 'this environment'}"
    )
