#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``account``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: account
short_description: Make the AWS account of an environment as it is declared
version_added: 0.1.0
description:
  - Reads what is there of the environment, compares it field by field with what is declared, shows the plan, makes it so, and reads it
    again.
  - Reading and planning are this collection's; every change is made by the module of C(amazon.aws) or C(community.aws) that does it, and by
    an operation of AWS's where there is none, or where it does not do it truthfully. Each kind's file says which, and why.
  - There is no state to lose. What belongs to an environment is known by its tags and its names; what was made by hand under these names
    is taken over, and only gets its tags.
  - What was done is taken back when a step fails, in the reverse order, as far as AWS has a way back. What is not taken back is named.
  - What holds data (buckets, secrets, keys, images, logs) is never replaced, removed or taken back.
  - A right that is missing ends the run and is named. Nothing is taken for absent that could not be looked at.
  - With credentials of another account than O(account) nothing is read.
  - It was run against an imitation of AWS, not against AWS.
options:
  replace:
    description: Resources that may be removed and made anew, as in V(subnet:echodiary-production-public-a).
    type: list
    elements: str
    default: []
  prune:
    description: Whether what bears the environment's tags and is not declared is removed.
    type: bool
    default: false
  restart:
    description: Whether changes are made for which AWS restarts what they are of, such as the type of an instance.
    type: bool
    default: true
  admin_keys:
    description: Public keys that the account C(admin) of an instance lets in from its first start on.
    type: list
    elements: str
    default: []
  lease:
    description:
      - Result of the task of M(echodiary.infra.deploy_lock) that took the lock V(account), whether it failed or not. A lease that was
        refused ends this task before anything is asked of AWS. One that was granted is renewed before every change; where it is
        somebody else's by then nothing more is changed, and nothing is taken back.
      - Without it nothing keeps two runs apart, which is told.
    type: dict
    default: {}
  only:
    description:
      - V(lease_table) makes the table that C(echodiary_lease) names and nothing else, where it is this environment's own and there is
        none yet, so that the first run has a lease, too.
      - Without it everything is made.
    type: str
    choices: [lease_table]
attributes:
  check_mode:
    description: Reads, and shows what it would do. Nothing is written, also in an empty account.
    support: full
  diff_mode:
    description: The plan is always shown, with both values of every field.
    support: none
  idempotent:
    description: What is as declared is not written again.
    support: full
extends_documentation_fragment:
  - echodiary.infra.account
  - echodiary.infra.controller
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Provision the account
  echodiary.infra.account:
    declared: "{{ aws_environment }}"
    environment: production
    account: "123456789012"
    login: {region: ap-northeast-2}
"""

RETURN = r"""
endpoints:
  description: Where the database and the cache are, as the application's secret calls it. Of what is declared, and is there.
  type: dict
  returned: always
  contains:
    database_host:
      description: Address of the database.
      type: str
    redis_url:
      description: URL of the cache.
      type: str
secret:
  description: Name of the application's secret.
  type: str
  returned: always
plan:
  description: What differed before, one entry for each resource.
  type: list
  elements: dict
  returned: always
  contains:
    resource:
      description: Kind and name, as in V(vpc:echodiary-production).
      type: str
    action:
      description: V(create), V(update), V(restart), V(replace), V(irreversible) or V(orphan).
      type: str
    fields:
      description: By name what was found and what is declared. Ids are shown as the names of what they stand for.
      type: dict
    refused:
      description: Why it is not done, and what to do; empty where it is done.
      type: str
    origin:
      description: Who moved since it was applied. V(pending) is the declaration, V(corrective) somebody in the account, V(conflict) both.
      type: str
      returned: where it is known what was last applied
    by:
      description: Who changed it last, when, and by which operation, as CloudTrail tells it.
      type: str
      returned: where CloudTrail knows
"""
