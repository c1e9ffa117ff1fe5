#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``report_plan``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report_plan
short_description: Say of which week and which components a report is made
version_added: 0.1.0
description:
  - Finds the components that have a release, their backends at HAProxy and their objectives (C(<component>_slo_...)) in the inventory.
    No host is asked.
options:
  environment:
    description: What the environment is called.
    type: str
    default: ''
  end:
    description: When the week ended, as V(2026-12-01) or V(2026-12-01T18:00:00+09:00). Now by default.
    type: str
    default: ''
  days:
    description: How many days it has, 1 to 45. As many before are compared with them.
    type: int
    default: 7
  inventory:
    description: The inventory as it was typed, for the commands that are printed.
    type: str
    default: ''
  watcher:
    description: The host that has Prometheus. Its objectives count. Empty for none.
    type: str
    default: ''
  logs:
    description: URL of a log store that speaks LogsQL, as the O(watcher) reaches it. That of its component C(logs) by default.
    type: str
    default: ''
attributes:
  check_mode:
    description: Changes nothing anyway.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Says the same of the same inventory and the same O(end).
    support: full
extends_documentation_fragment:
  - echodiary.infra.controller
seealso:
  - module: echodiary.infra.report_ask
  - module: echodiary.infra.report
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See what is told of
  echodiary.infra.report_plan:
    environment: production
    watcher: mon1
  register: planned
  run_once: true
"""

RETURN = r"""
plan:
  description: What M(echodiary.infra.report_ask) and M(echodiary.infra.report) are handed.
  returned: always
  type: dict
"""
