#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``account_teardown``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: account_teardown
short_description: Take an environment out of its AWS account
version_added: 0.1.0
description:
  - Removes what bears the environment's tags, in the reverse order of M(echodiary.infra.account), the database with a last snapshot.
  - What outlives the environment is kept and told, each with the command that ends it. That is a bucket with anything in it, a registry
    with images, snapshots of the database, a key, GitHub as identity provider. The secret can be had back for 30 days.
  - Nothing is taken back. Where a step fails, the same task goes on from there.
  - At the end the account is read again, and its index of tags is asked for what nobody here knows.
  - With credentials of another account than O(account) nothing is read.
  - It was run against an imitation of AWS, not against AWS.
options:
  confirm:
    description: The environment's name, as somebody typed it. Without it nothing is removed. A check needs none.
    type: str
    default: ""
  lease:
    description:
      - Result of the task of M(echodiary.infra.deploy_lock) that took the lock V(account), whether it failed or not, as of
        M(echodiary.infra.account). The environment's own table of leases goes last, and the lease with it.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Says what would go, and what would be kept. Nothing is written.
    support: full
  diff_mode:
    description: The list is always shown.
    support: none
  idempotent:
    description: Of an environment that is gone nothing is removed again.
    support: full
extends_documentation_fragment:
  - echodiary.infra.account
  - echodiary.infra.controller
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Take the environment away
  echodiary.infra.account_teardown:
    declared: "{{ aws_environment }}"
    environment: staging
    account: "123456789012"
    login: {region: ap-northeast-2}
    confirm: "{{ confirm }}"
"""

RETURN = r"""
removed:
  description: What went, or would go, in this order.
  type: list
  elements: str
  returned: always
  sample: ["instance:app1", "vpc:echodiary-staging"]
kept:
  description: What outlives the environment.
  type: list
  elements: dict
  returned: always
  contains:
    resource:
      description: Its name.
      type: str
    why:
      description: What is in it, or why it stays.
      type: str
"""
