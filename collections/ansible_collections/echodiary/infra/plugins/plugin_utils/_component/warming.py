# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a converge task have in common is done before Ansible forks a worker for each: files are read, templates compiled.

Nothing is decided here and no error is told: a worker does for itself whatever it does not find done.
"""

from __future__ import annotations

import contextlib

from ansible.errors import AnsibleError
from ansible.inventory.host import Host
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.template import Templar

from .._common.errors import SpecError
from . import source as sources
from . import templates


class Warming:
    """Remembers for which components and for which kinds of hosts it has been done."""

    def __init__(self) -> None:
        self._components: set[str] = set()
        self._kinds: set[tuple[str, ...]] = set()

    def before_fork(self, task: Task, host: Host, play: Play) -> bool:
        """Whether there was anything to do. Hosts of the same groups have, as a rule, the same components."""
        kind = (str(task.args.get("components")), *(group.name for group in host.get_groups()))
        if kind in self._kinds:
            return False
        self._kinds.add(kind)
        with contextlib.suppress(AnsibleError, SpecError, OSError):
            return self._warm(task, host, play)
        return False

    def _warm(self, task: Task, host: Host, play: Play) -> bool:
        loader = play.get_loader()
        variables = play.get_variable_manager().get_vars(play=play, host=host, task=task)
        templar = Templar(loader=loader, variables=variables)
        wanted = templar.template(task.args.get("components"))
        new = [name for name in wanted if name not in self._components] if isinstance(wanted, list) else []
        self._components.update(new)
        for name in new:
            source = sources.load(name, variables.get("playbook_dir", "."), loader)
            templates.digest_long(source)
            templates.compile_tree(source, templar)
        return bool(new)
