# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: collects what the hosts of the play returned, and says how the deploy ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._deploy import schema as schemas
from ..plugin_utils._deploy import verdict as verdicts
from ..plugin_utils._deploy import verified
from ..plugin_utils._deploy.hosts import rolled
from ..plugin_utils._fleet.words import clean
from ..plugin_utils._logs import command

if TYPE_CHECKING:
    from ansible.vars.hostvars import HostVarsVars

    from ..plugin_utils._calls.variables import Phase


class Options(TypedDict):
    what: str
    migrated: str
    left_out: list[str]
    release: str
    also: str
    logs: list[str]


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.deploy_verdict: {what: …}``"""

    ARGUMENTS = {
        "what": {"type": "str", "required": True},
        "migrated": {"type": "str", "default": ""},
        "left_out": {"type": "list", "elements": "str", "default": []},
        "release": {"type": "str", "default": ""},
        "also": {"type": "str", "default": ""},
        "logs": {"type": "list", "elements": "str", "default": []},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        names = self._vars["ansible_play_hosts_all"]
        # Ansible puts a host's variables together whenever it is asked for them.
        hostvars = {name: self._vars["hostvars"][name] for name in names}
        phases = (self._vars.get("ansible_facts") or {}).get("deploy_phases") or []
        hosts: dict[str, verdicts.Ended] = {
            name: {
                "roll": rolled(hostvars[name].get("deploy_roll"), hostvars[name].get("deploy_rolled")),
                "back": hostvars[name].get("deploy_back"),
                "served": hostvars[name].get("deploy_served"),
            }
            for name in names
        }
        found = verdicts.verdict(hosts, verdicts.failed_in(phases), _errors(hostvars, names, hosts), args["left_out"])
        seconds = verdicts.seconds_of(phases, time.time())
        commanded = [known.get("deploy_commanded") for known in hostvars.values()]
        shown = bool(self._vars.get("deploy_schema_shown"))
        schema = schemas.found((hostvars[name].get("deploy_schema") for name in names), commanded, shown=shown)
        asked = {"release": args["release"], "also": args["also"]}
        told = verdicts.message(args["what"], found, seconds, args["migrated"], check=self._check, schema=schema, **asked)
        saved = [str(one["msg"]) for known in hostvars.values() if (one := known.get("deploy_saved")) and one.get("state") and one["msg"]]
        verified_by = verified.words(hosts[name].get("roll") for name in names)
        lines = self._lines(args["logs"], phases)
        return {
            **found._asdict(),
            **schema.facts(),
            "seconds": seconds,
            "well": found.well,
            "changed": False,
            "speaker": _speaker(hosts),
            "verified": verified_by,
            "logs": lines,
            "msg": "\n".join(filter(None, [told, verified_by, *saved, lines and f"logs: {lines}"])),
        }

    def _lines(self, components: list[str], phases: list[Phase]) -> str:
        """The command that shows what they said meanwhile."""
        if self._check or not components or not phases:
            return ""
        return command.window(self._vars.get("ansible_inventory_sources") or [], phases[0]["at"], time.time(), components)


def _speaker(hosts: Mapping[str, verdicts.Ended]) -> str:
    """One host says for all how it ended: the first that can still be reached."""
    reached = [name for name in sorted(hosts) if not _unreachable(hosts[name])]
    return next(iter(reached), "")


def _unreachable(ended: verdicts.Ended) -> bool:
    return any(result and result.get("unreachable") for result in (ended.get("roll"), ended.get("back")))


def _errors(hostvars: Mapping[str, HostVarsVars], names: list[str], hosts: Mapping[str, verdicts.Ended]) -> list[str]:
    """What the failed task of each host said; the summary of a fleet has one line for each."""
    found = []
    for name in names:
        failed = hostvars[name].get("ansible_failed_result")
        if failed:
            broken = verdicts.broken(hostvars[name].get("deploy_tried"))
            found.append(f"{name}: {broken}{clean(str(failed.get('msg') or 'no message')).strip()}")
        elif _unreachable(hosts[name]):
            found.append(f"{name}: unreachable while it was rolled; what runs there is not known")
    return found
