#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``drill_phase``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_phase
short_description: Say which phase of a drill begins, and when
version_added: 0.1.0
description:
  - Prints a line with the seconds since the loss, and returns the phases so far with this one.
  - No host is called.
options:
  name:
    description: The phase. C(loss) is where it begins, C(back) where all is there again.
    type: str
    required: true
  text:
    description: What happens in it.
    type: str
    default: ''
  phases:
    description: Those before it, as this module has returned them.
    type: list
    elements: dict
    default: []
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.drill_report
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Begin with the hosts
  echodiary.infra.drill_phase:
    name: site
    phases: "{{ drill_phases }}"
  run_once: true
  register: marked
"""

RETURN = r"""
phases:
  description: All phases so far, in order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The phase.
      type: str
    at:
      description: When it began, in seconds since the epoch.
      type: float
"""
