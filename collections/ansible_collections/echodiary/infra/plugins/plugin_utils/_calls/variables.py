# SPDX-License-Identifier: GPL-3.0-or-later
"""Of the variables that a task sees, those that actions ask for by name. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from ansible.vars.hostvars import HostVars

    from ...module_utils._kinds.model import Json


class Phase(TypedDict):
    """``at``: when a phase of a deploy began (s since the epoch)."""

    name: str
    at: float


class Facts(TypedDict, total=False):
    deploy_phases: list[Phase]


class TaskVars(TypedDict, total=False):
    inventory_hostname: str
    hostvars: HostVars
    groups: dict[str, list[str]]
    ansible_play_hosts_all: list[str]
    ansible_play_batch: list[str]
    ansible_facts: Facts
    ansible_python_interpreter: str | None
    deploy_lease_host: str
    echodiary_lease: Json
    echodiary_aws: Json
    echodiary_environment: Json
    playbook_dir: str
    ansible_inventory_sources: list[str]
    node_exporter_textfile_directory: str
    deploy_schema_shown: bool
