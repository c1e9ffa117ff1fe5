# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the account's action in this process: its door, the modules and boto3 as they are, with no process and no socket for each.

What that leaves out, ansible-playbook's start and how it packs a module, test_playbook.py has. A run can be divided (divided.py): a copy of
the process has a copy of the account.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import itertools
import json
import os
import shutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import yaml
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.module_utils.testing import patch_module_args
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.template import Templar
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.echodiary.infra.plugins.action import account, account_teardown, host_keys

from lab.strict.server import Server
from tests.integration.account import clock, wire
from tests.integration.account.environment import LOGIN, Environment
from tests.integration.local_play import ROOT, Played

_PLAYBOOKS = ROOT / "collections/ansible_collections/echodiary/infra/playbooks"
_TASK, _KEYS, _AWAY = "Provision the account", "Reach the hosts, and know their keys", "Take the environment away"
#: of a task, the action behind it
_ACTIONS = {_TASK: account, _KEYS: host_keys, _AWAY: account_teardown}


class Inside(Environment):
    """As an Environment, whose runs stay in here."""

    def run(self, *words: str, readable: bool = False) -> Played:
        del readable
        typed = dict(one.split("=", 1) for flag, one in itertools.pairwise(words) if flag == "-e")
        said: list[str] = []
        with _heard(said), mock.patch.dict(os.environ, self.surroundings):
            variables = _variables(self.inventory, typed)
            try:
                found = _answer(_TASK, variables, "--check" in words)
                if self.agents:
                    _answer(_KEYS, {**variables, "provisioned": found}, "--check" in words)
            except AnsibleError as error:
                return _Told(4 if isinstance(error, AnsibleConnectionFailure) else 2, [*said, str(error)], {})
        return _Told(0, said, found)

    def tear_down(self, *words: str) -> Played:
        typed = dict(one.split("=", 1) for flag, one in itertools.pairwise(words) if flag == "-e")
        said: list[str] = []
        with _heard(said), mock.patch.dict(os.environ, self.surroundings):
            try:
                found = _answer(_AWAY, _variables(self.inventory, typed), "--check" in words, "teardown")
            except AnsibleError as error:
                return _Told(4 if isinstance(error, AnsibleConnectionFailure) else 2, [*said, str(error)], {})
        return _Told(0, said, found, _AWAY)

    def moves(self, name: str) -> None:
        """To another place, with all that was written down."""
        self.place = Path(shutil.copytree(self.place, self.place.with_name(f"{self.place.name}-{name}")))
        self.inventory = self.place / self.inventory.name

    @property
    def surroundings(self) -> dict[str, str]:
        return {**LOGIN, "XDG_STATE_HOME": str(self.place / "state"), "AWS_ENDPOINT_URL": self.aws.url}


class _Told(Played):
    """As of a run of ansible-playbook."""

    def __init__(self, code: int, said: list[str], found: Mapping[str, Any], task: str = _TASK) -> None:
        self.code, self.output = code, "\n".join(said)
        self.task = {task: dict(found)}


@contextlib.contextmanager
def inside(place: Path) -> Iterator[Inside]:
    """An environment in an empty account."""
    with Server() as aws, within(Environment(aws, place)) as env:
        yield env


@contextlib.contextmanager
def within(env: Environment, meanwhile: Callable[[], None] = lambda: None) -> Iterator[Inside]:
    """The same environment, whose runs stay in here for a while. ``meanwhile``: what others do when a run waits."""
    its = Inside.__new__(Inside)
    vars(its).update(vars(env))
    with wire.answered(env.aws), clock.hurried(meanwhile):
        yield its


@contextlib.contextmanager
def _heard(said: list[str]) -> Iterator[None]:
    """What actions tell people while they are at work."""
    with contextlib.ExitStack() as stack:
        for action in _ACTIONS.values():
            stack.enter_context(mock.patch.object(action, "display", SimpleNamespace(display=said.append)))
        yield


def _execute_module(its: Any, module_name: str, module_args: Mapping[str, Any], **_: Any) -> dict[str, Any]:
    """In place of an action's own."""
    del its
    return module(module_name, module_args)


def module(name: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """What it answers, as a task would have it."""
    namespace, collection, word = name.split(".")
    found, said = importlib.import_module(f"ansible_collections.{namespace}.{collection}.plugins.modules.{word}"), io.StringIO()
    with patch_module_args({**args, "_ansible_remote_tmp": "/tmp", "_ansible_keep_remote_files": False}), contextlib.redirect_stdout(said):
        try:
            found.main()
        except SystemExit:
            answer: dict[str, Any] = json.loads(said.getvalue())
            return answer
        except Exception:
            return {"failed": True, "module_stderr": traceback.format_exc()}
    return {"failed": True, "msg": "it said nothing"}


def _answer(name: str, variables: dict[str, Any], check: bool, playbook: str = "provision") -> dict[str, Any]:
    """The task of the playbook, by the action itself."""
    loader = DataLoader()
    (play,) = loader.load_from_file(str(_PLAYBOOKS / f"{playbook}.yml"), trusted_as_template=True)
    (asked,) = (task for task in _flat(play["tasks"]) if task.get("name") == name)
    (action,) = (word for word in asked if word.startswith("echodiary.infra."))
    templar = Templar(loader=loader, variables=variables)
    about = {"action": action, "async_val": 0, "check_mode": check, "diff": False, "any_errors_fatal": False, "run_once": False}
    task = SimpleNamespace(
        args=templar.template({**play.get("module_defaults", {}).get(action, {}), **asked[action]}), delegate_to=None, **about
    )
    task.copy = lambda: SimpleNamespace(**vars(task))
    door = _ACTIONS[name].ActionModule(task, SimpleNamespace(_shell=SimpleNamespace(tmpdir=None)), None, loader, templar, None)
    door._load_name = action
    with mock.patch.object(type(door), "_execute_module", _execute_module):
        answer: dict[str, Any] = door.run(task_vars=variables)
    return answer


def _flat(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those of blocks as well."""
    for task in tasks:
        yield task
        yield from _flat(task.get("block", []))


def _variables(inventory: Path, typed: Mapping[str, str]) -> dict[str, Any]:
    """Of localhost, once the playbook has named the hosts that are declared."""
    loader = DataLoader()
    hosts = InventoryManager(loader=loader, sources=[str(inventory)])
    manager = VariableManager(loader=loader, inventory=hosts)
    declared = yaml.safe_load((inventory / "group_vars/all/aws.yml").read_text())["aws_environment"]["hosts"]
    for name, host in declared.items():
        hosts.add_dynamic_host({"host_name": name, "groups": [host["role"]], "host_vars": {}}, {})
    play = Play.load({"hosts": "localhost", "gather_facts": False, "tasks": []}, variable_manager=manager, loader=loader)
    found: dict[str, Any] = manager.get_vars(play=play, host=hosts.get_host("localhost"))
    # leases have tests of their own: nobody keeps any here
    others = {"ansible_inventory_sources": [str(inventory)], "account_lease": {"changed": False, "skipped": True}}
    return {**found, "hostvars": HostVars(hosts, manager, loader), **others, **typed}
