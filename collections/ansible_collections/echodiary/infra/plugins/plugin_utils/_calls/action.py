# SPDX-License-Identifier: GPL-3.0-or-later
"""One action plugin asks another as if it stood in the play: here, or on another host as a task with ``delegate_to`` would.

A delegated task of the play would call that host in every run, and most runs have nothing to ask it.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError
from ansible.executor.task_executor import TaskExecutor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible.plugins.action import ActionBase
    from ansible.plugins.connection import ConnectionBase
    from ansible.vars.hostvars import HostVarsVars

    from .variables import TaskVars


def run(
    action: ActionBase, name: str, arguments: Mapping[str, Any], task_vars: TaskVars, connection: ConnectionBase | None = None
) -> dict[str, Any]:
    """What the action ``name`` returns on the host of ``action``, or over another connection."""
    task = action._task.copy()
    task.args = dict(arguments)
    other = action._shared_loader_obj.action_loader.get(
        name,
        task=task,
        connection=connection or action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    done: dict[str, Any] = other.run(task_vars=task_vars)
    return done


def run_on(action: ActionBase, host: str, name: str, arguments: Mapping[str, Any], task_vars: TaskVars) -> dict[str, Any]:
    """The same on ``host``, which may be another one; a host that does not answer is a failed result that says so."""
    try:
        if host == task_vars["inventory_hostname"]:
            return run(action, name, arguments, task_vars)
        return _over_there(action, host, name, arguments, task_vars)
    except AnsibleError as error:
        return {"failed": True, "msg": " ".join(str(error).split())}


@contextlib.contextmanager
def on(action: ActionBase, host: str, task_vars: TaskVars) -> Iterator[tuple[ActionBase, TaskVars]]:
    """The same action on another host, for several calls. AnsibleError where it cannot be reached."""
    if host not in task_vars["hostvars"]:
        raise AnsibleError(f"the inventory has no host {host}")
    theirs = task_vars["hostvars"][host]
    found: TaskVars = {**task_vars, "inventory_hostname": host, "ansible_python_interpreter": theirs.get("ansible_python_interpreter")}
    other = copy.copy(action)
    other._connection = _connection(action, theirs)
    try:
        yield other, found
    finally:
        other._connection.close()


def _over_there(action: ActionBase, host: str, name: str, arguments: Mapping[str, Any], task_vars: TaskVars) -> dict[str, Any]:
    with on(action, host, task_vars) as (other, found):
        return run(action, name, arguments, found, other._connection)


def connect_anew(action: ActionBase, task_vars: TaskVars) -> str:
    """Why no new connection comes to the host of ``action``; empty when one does. One that is shared would say nothing: it is there."""
    other = _connection(action, task_vars)
    if other.transport == "ssh":
        other.set_option("ssh_args", f"-o ControlMaster=no -o ControlPath=none {other.get_option('ssh_args')}")
        other.set_option("reconnection_retries", 0)
    try:
        code, _, said = other.exec_command("true")
    except AnsibleError as error:
        code, said = 255, str(error).encode()
    finally:
        other.close()
    return "" if code == 0 else " ".join(said.decode(errors="replace").split())[-300:]


def _executor(action: ActionBase) -> TaskExecutor:
    """Since ansible-core 2.21 it finds the task that runs by itself, and is not told."""
    given = {
        "host": None,
        "task": action._task,
        "job_vars": {},
        "play_context": action._play_context.copy(),
        "loader": action._loader,
        "shared_loader_obj": action._shared_loader_obj,
        "final_q": None,
        "variable_manager": None,
    }
    taken = inspect.signature(TaskExecutor).parameters
    return TaskExecutor(**{name: value for name, value in given.items() if name in taken})


def _connection(action: ActionBase, theirs: HostVarsVars | TaskVars) -> ConnectionBase:
    """Made as Ansible makes the one of a delegated task: how a host is reached, and as whom, is known there and nowhere else."""
    executor = _executor(action)
    kind = theirs.get("ansible_connection") or action._task.connection
    executor._connection = executor._get_connection(theirs, action._templar, kind)
    executor._set_connection_options(theirs, action._templar)
    return executor._connection
