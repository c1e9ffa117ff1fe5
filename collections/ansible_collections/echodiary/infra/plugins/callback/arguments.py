# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Before anything is touched: what was typed is what was declared, or the run ends. The judgement is plugin_utils/_arguments/."""

from __future__ import annotations

DOCUMENTATION = r"""
name: arguments
type: notification
author: EchoDiary maintainers (@echodiary)
short_description: Values that were typed become the declared types, or are refused
description:
  - Values of C(-e name=value) and of INI inventories are text, and any text is true. Those of variables that a role of this collection or
    the playbook declares become the declared type here, once, before the first task. One that is not of that type ends the run.
  - Words that the shell left without a variable (C(-e reason='two words')) end the run with the form that works, and so does a variable
    that nobody declares and that is close to one that somebody does.
  - C(components) is what each host has, and the inventory says it. Typed, it would be said of all of them, which ends the run with the
    command that converges a part of one host.
  - What a playbook takes stands in C(meta/argument_specs.yml) of its directory or the one above, written like a role's, with one entry per
    playbook. One that only imports others takes what those take, and playbooks of one command have their variables in common.
  - A text with a template in it stays as it is.
requirements:
  - named in C(callbacks_enabled) of the configuration
"""

from pathlib import Path
from typing import NoReturn

from ansible import context
from ansible.playbook import Playbook
from ansible.playbook.play import Play
from ansible.plugins.callback import CallbackBase
from ansible.vars.manager import VariableManager
from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import declared, given, playbooks

#: What ansible-playbook ends with for options it cannot read.
REFUSED = 5


class CallbackModule(CallbackBase):
    """``_declared``: of the playbook that runs."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "echodiary.infra.arguments"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        plays = playbook.get_plays()
        self._name = Path(playbook._file_name)
        typed = [playbooks.path_of(str(name)) for name in context.CLIARGS.get("args") or ()]
        self._declared = declared.declared(self._name, typed=typed)
        self._refuse(given.left_over(map(str, context.CLIARGS.get("extra_vars") or ())))
        if plays:
            self._refuse(given.of_every_host(plays[0].get_variable_manager().extra_vars, self._declared.playbook or ()))
            self._refuse(self._misspelt(plays))
            self._convert(plays[0].get_variable_manager())

    def v2_playbook_on_play_start(self, play: Play) -> None:
        """Again: an inventory that was read anew has its text again."""
        self._convert(play.get_variable_manager())

    def _convert(self, manager: VariableManager) -> None:
        problems = []
        inventory = manager._inventory
        for where in (manager.extra_vars, *(each.vars for each in (*inventory.groups.values(), *inventory.hosts.values()))):
            done = given.conversions(where, self._declared.among(where))
            where.update(done.values)
            problems += done.problems
        self._refuse(sorted(set(problems)))

    def _misspelt(self, plays: list[Play]) -> list[str]:
        manager = plays[0].get_variable_manager()
        if not manager.extra_vars:
            return []
        known = self._declared.options
        # A playbook that says what it takes has no variables of its users' own, and a name may lack the role's prefix.
        doubtful = given.misspelt(manager.extra_vars, known, known if self._declared.playbook is not None else ())
        # Whoever has a variable of that name in the inventory or the play means that one.
        own = _names(plays) if doubtful else set()
        return [f"{name} is a variable that nothing here takes; write {right}" for name, right in doubtful.items() if name not in own]

    def _refuse(self, problems: list[str]) -> None:
        if problems:
            self._end(problems)

    def _end(self, problems: list[str]) -> NoReturn:
        """An error of a callback is a warning to Ansible: only this ends the run."""
        for problem in problems:
            self._display.error(problem, wrap_text=False)
        self._display.error(
            f"{self._name.name} did not begin, nothing was touched: correct what is said above, then again", wrap_text=False
        )
        raise SystemExit(REFUSED)


def _names(plays: list[Play]) -> set[str]:
    """What the plays and the inventory know without what was typed."""
    manager = plays[0].get_variable_manager()
    typed = dict(manager.extra_vars)
    manager.extra_vars.clear()
    try:
        known = {name for host in manager._inventory.hosts.values() for name in manager.get_vars(host=host, include_hostvars=False)}
    finally:
        manager.extra_vars.update(typed)
    return known | {name for play in plays for name in play.get_vars()}
