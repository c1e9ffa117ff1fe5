#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``deploy_phase``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_phase
short_description: Say which phase of a deploy begins, and remember when
version_added: 0.1.0
description:
  - Prints a line with the seconds since the first phase, and keeps name and time in the fact C(deploy_phases).
  - From that fact M(echodiary.infra.deploy_verdict) tells in which phase a deploy ended, and how long each took.
  - No host is called.
options:
  name:
    description: The phase. C(lock) and C(preflight) are those in which nothing is changed, C(take_back) the one that goes back.
    type: str
    required: true
  text:
    description: What happens in it.
    type: str
    default: ''
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
notes:
  - Run it with C(run_once). The fact is then set for all hosts of the play.
seealso:
  - module: echodiary.infra.deploy_verdict
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Begin to migrate
  echodiary.infra.deploy_phase:
    name: migrate
    text: 0003 -> 0004
  run_once: true
"""

RETURN = r"""
ansible_facts:
  description: Facts for the rest of the play.
  returned: always
  type: dict
  contains:
    deploy_phases:
      description: The phases so far, in order.
      type: list
      elements: dict
      contains:
        name:
          description: The phase.
          type: str
        at:
          description: When it began, in seconds since the epoch.
          type: float
    deploy_caller:
      description: Who runs this, and where it can be watched.
      type: dict
      contains:
        who:
          description: The pipeline's actor, or who is logged in.
          type: str
        url:
          description: The page of the pipeline's run. Empty for a run by hand.
          type: str
"""
