#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``drill_plan``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_plan
short_description: Say whether a disaster drill may begin
version_added: 0.1.0
description:
  - Refuses, before anything is touched, what may not be destroyed, a sheet that says nothing, and a page that could not be written.
  - No host is called.
options:
  environment:
    description: Name of the environment.
    type: str
    required: true
  loss:
    description: What is lost.
    type: str
    choices: [host, database, everything]
    required: true
  host:
    description: With O(loss=host), which one.
    type: str
    default: ''
  destroy:
    description: Whether the drill destroys it. With C(false) it is lost already, and only brought back.
    type: bool
    default: true
  allowed:
    description: Whether the inventory says that this environment may be destroyed.
    type: bool
    default: false
  production:
    description:
      - Environments in which nothing is destroyed, whatever O(allowed) says. Letters count small and large, and C(production-eu) is one
        of C(production).
    type: list
    elements: str
    default: [production, prod, live]
  destroyer:
    description: File of tasks that destroys it. Needed with O(destroy).
    type: path
  sheet:
    description: File with what C(echodiary-backup sheet) has printed.
    type: path
  report:
    description: Page that the table is written into. One that does not exist is made.
    type: path
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.drill_report
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See whether it may be
  echodiary.infra.drill_plan:
    environment: staging
    loss: database
    allowed: true
    destroyer: "{{ playbook_dir }}/destroy.yml"
"""

RETURN = r"""
called:
  description: What is lost, as people say it.
  returned: success
  type: str
  sample: host app1
restores:
  description: Whether data has to come back.
  returned: success
  type: bool
"""
