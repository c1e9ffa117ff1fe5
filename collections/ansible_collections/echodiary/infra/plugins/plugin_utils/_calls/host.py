# SPDX-License-Identifier: GPL-3.0-or-later
"""One call on a host: a package of module_utils and a manifest in, one answer out.

Ansible's own module wrapper imports ``module_utils.basic`` on the host before a module's first line runs, which costs more there than a
whole check. So the sources themselves are sent, behind ``module_utils/_loader.py``, which makes them importable there.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from ansible.errors import AnsibleConnectionFailure

from ...module_utils._host import answers
from .._common.errors import SpecError
from . import packages
from .packages import Package

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from .variables import TaskVars


class NoAnswerError(SpecError):
    """One line: the host said nothing that could be read, what it said instead, and what to look at."""


class Ran(TypedDict):
    """What Ansible says of a command that it ran."""

    rc: int
    stdout: str
    stderr: str


_BOOTSTRAP = "import sys,zlib;s=sys.stdin.buffer;exec(zlib.decompress(s.read(int(s.readline()))));answer(s)"


def call(action: ActionBase, package: Package, manifest: Mapping[str, Any], task_vars: TaskVars) -> Any:
    """Run ``package`` on the host of ``action`` with its become; the answer of its ``main``, which may say ``failed``."""
    python = interpreter(action, task_vars)
    sent = payload(package, manifest, keep=not action._task.check_mode)
    ran = execute(action, command(python), sent, task_vars)
    answer = answers.found(ran["stdout"])
    if answer is None:
        said = (ran["stderr"] or ran["stdout"]).strip()[-2000:]
        raise NoAnswerError(f"no answer from the host (exit {ran['rc']}): {said}; is {python} there, and does become work?")
    return answer


def execute(action: ActionBase, command: str, sent: bytes, task_vars: TaskVars) -> Ran:
    """One command on the host of ``action``.

    Where one host's failure is everybody's (``any_errors_fatal``, ``run_once``), a host that cannot be reached is a failure like any other:
    Ansible would take it out of the play, past every ``rescue`` and ``always``, and with it whoever had only delegated the task.
    """
    try:
        ran: Ran = action._low_level_execute_command(command, in_data=sent)
    except AnsibleConnectionFailure as error:
        if not (action._task.any_errors_fatal or action._task.run_once):
            raise
        raise NoAnswerError(f"{action._task.delegate_to or task_vars['inventory_hostname']} is unreachable: {error}") from error
    return ran


def interpreter(action: ActionBase, task_vars: TaskVars) -> str:
    """Asking the host which Python it has would be a call of its own."""
    chosen = str(action._templar.template(task_vars.get("ansible_python_interpreter") or "/usr/bin/python3"))
    return "/usr/bin/python3" if chosen.startswith("auto") else chosen


def command(interpreter: str) -> str:
    """What is run on the host: no user or site packages, nothing written as bytecode, no secret in the process list."""
    return f'{interpreter} -ISB -c "{_BOOTSTRAP}"'


def payload(package: Package, manifest: Mapping[str, Any], keep: bool = False) -> bytes:
    """``keep``: the host may keep the package compiled, for the next call to be quicker."""
    sent = packages.shipped(package)
    about = {"package": package.name, "digest": sent.digest, "size": len(sent.sources), "keep": keep}
    loader = _loader_source()
    return b"%d\n%s%s\n%s%s" % (len(loader), loader, json.dumps(about).encode(), sent.sources, zlib.compress(json.dumps(manifest).encode()))


@functools.cache
def _loader_source() -> bytes:
    return zlib.compress(packages.bare(packages.source("_loader")).encode(), 9)
