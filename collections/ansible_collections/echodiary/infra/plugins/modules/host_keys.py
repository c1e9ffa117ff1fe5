#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``host_keys``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_keys
short_description: Wait for the hosts of an account, and make their keys known to ssh
version_added: 0.1.0
description:
  - Waits until each running instance that is declared is online at Session Manager, asks it there for the public keys of its sshd, and
    writes them to a file of known hosts, so that the first ssh to it need not believe anybody.
  - A line has the instance's id, its private and its public address. Only lines of the environment's instances are changed, and those of
    instances that are no more go. Of instances whose keys are known nothing is asked.
  - An instance that says other keys than those that are known is an error. Nothing of it is replaced until people say so.
  - Where people come in by ssh (C(access) is C(ssh_from)) the hosts need no agent. Those that have one are asked in the same way, the
    others are named.
  - It was run against an imitation of AWS, not against AWS.
options:
  file:
    description: The file of known hosts. C(group_vars/all/known_hosts.txt) beside the inventory by default.
    type: path
  every:
    description: Whether instances are asked whose keys are known, too, and compared with them.
    type: bool
    default: false
  accept:
    description: Ids of instances whose keys are replaced by those that they say now.
    type: list
    elements: str
    default: []
  wait:
    description: Seconds until all of them have to be online.
    type: float
    default: 600
attributes:
  check_mode:
    description: Says who would be waited for. Nothing is asked of a host, waited for or written.
    support: full
  diff_mode:
    description: There is none.
    support: none
  idempotent:
    description: Of instances whose keys are known nothing is asked.
    support: full
extends_documentation_fragment:
  - echodiary.infra.account
  - echodiary.infra.controller
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Know the hosts
  echodiary.infra.host_keys:
    declared: "{{ aws_environment }}"
    environment: production
    account: "123456789012"
    login: {region: ap-northeast-2}
"""

RETURN = r"""
file:
  description: The file of known hosts.
  type: str
  returned: success
"""
