# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``deploy_backup``: which backup, on which host. Whatever becomes of it, the task is well, and nobody waits long."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._backup import saving
from ..plugin_utils._calls import action, host, packages
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import roster
from ..plugin_utils._component.names import short
from ..plugin_utils._database import component as components
from ..plugin_utils._database import dump_options
from ..plugin_utils._deploy import beside, bounded

if TYPE_CHECKING:
    from ..module_utils._background.shapes import Told
    from ..plugin_utils._deploy.beside import Choice, Result

#: for a host to answer (s), beside what it is told to wait
_PATIENCE = 15.0
_PACKAGE, _DUMP = "_background", "_dump"


class Options(TypedDict):
    state: str
    component: str
    hosts: list[str]
    release: str
    migrated: bool
    begun: dict[str, Any]
    wait: float


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.deploy_backup: {state: begun, component: shop, hosts: [app1]}``"""

    ARGUMENTS = {
        "state": {"type": "str", "required": True, "choices": ["begun", "looked", "ended"]},
        "component": {"type": "str", "required": True},
        "hosts": {"type": "list", "elements": "str", "default": []},
        "release": {"type": "str", "default": ""},
        "migrated": {"type": "bool", "default": False},
        "begun": {"type": "dict", "default": {}},
        "wait": {"type": "float", "default": 0.0},
    }

    def _answer(self, args: Options) -> Result:
        try:
            return {"begun": self._begun, "looked": self._looked, "ended": self._ended}[args["state"]](args)
        except SpecError as error:
            return beside.undecided(bounded.reason(error))

    def _begun(self, args: Options) -> Result:
        choice = self._choice(args, migrated=args["migrated"])
        if choice is None:
            return beside.nothing()
        if self._check:
            return beside.would(choice)
        told = self._told(choice, {"do": "begin", "longest": beside.LONGEST, **self._command(args, choice)})
        return beside.began(choice, told)

    def _looked(self, args: Options) -> Result:
        choice = beside.of_result(args["begun"])
        if choice is None:
            found: Any = {**beside.nothing(), **args["begun"]}
            return found  # type: ignore[no-any-return]
        return beside.ended(choice, self._told(choice, {"do": "look", "wait": args["wait"]}))

    def _ended(self, args: Options) -> Result:
        choice = self._choice(args, migrated=False)
        if choice is not None and not self._check:
            self._told(choice, {"do": "end"})
        return beside.nothing()

    def _choice(self, args: Options, *, migrated: bool) -> Choice | None:
        places = saving.places(roster.Roster(self._loader, self._templar, self._vars, []), args["component"])
        found = components.of(self, self._vars, args["component"], "backups") if not places else None
        hosts = args["hosts"] or [self._vars["inventory_hostname"]]
        return beside.choose(short(args["component"]), places, found.backup if found else None, hosts, migrated=migrated)

    def _command(self, args: Options, choice: Choice) -> dict[str, Any]:
        if choice.job:
            return {"command": [beside.PROGRAM, "run", choice.job, "--tag", beside.TAG]}
        given: Any = {name: spec.get("default") for name, spec in dump_options.ARGUMENTS.items()}
        phases = (self._vars.get("ansible_facts") or {}).get("deploy_phases") or []
        own = {"state": "created", "component": args["component"], "id": beside.dump_id(phases), "release": args["release"]}
        asked: Any = {**given, **own}
        found = components.of(self, self._vars, args["component"], dump_options.purpose("created"))
        completed = dump_options.completed(asked, found, own) if found else asked
        theirs: Any = {**self._vars, "ansible_python_interpreter": self._vars["hostvars"][choice.host].get("ansible_python_interpreter")}
        sent = host.payload(packages.package(_DUMP), dump_options.manifest(completed, check=False), keep=True)
        return {"command": ["sh", "-c", host.command(host.interpreter(self, theirs))], "given": base64.b64encode(sent).decode()}

    def _told(self, choice: Choice, asked: dict[str, Any]) -> Told:
        """By the host, or in its place, since it may say nothing for as long as it likes."""
        defaults = {"unit": choice.unit, "about": f"echodiary.infra: {choice.what}", "command": [], "given": "", "longest": 0, "wait": 0.0}
        wanted: Any = {**defaults, **asked}
        heard: list[Told] = []

        def ask() -> None:
            with action.on(self, choice.host, self._vars) as (other, found):
                heard.append(host.call(other, packages.package(_PACKAGE), wanted, found))

        why = bounded.attempt(_PATIENCE + wanted["wait"], ask)
        return {"failed": True, "changed": False, "msg": why} if why else heard[0]
