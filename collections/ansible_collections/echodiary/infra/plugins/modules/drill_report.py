#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``drill_report``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_report
short_description: Say what a disaster drill measured, and write its table
version_added: 0.1.0
description:
  - How long it took to be back (RTO), how old what was restored was (RPO), how many rows were lost, and the seconds of each phase.
  - In the page, one line of each environment and loss between two marks; everything else of it stays as it is.
  - Fails, after it has written, where it took longer than its goal or a table that was there is not.
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
  phases:
    description: As M(echodiary.infra.drill_phase) has returned them.
    type: list
    elements: dict
    required: true
  snapshot:
    description: Time of what was restored, UTC. Empty where nothing was.
    type: str
    default: ''
  before:
    description: What C(echodiary-backup count) said before the loss.
    type: dict
  after:
    description: What it said afterwards.
    type: dict
  observed:
    description:
      - What somebody saw who wrote and asked all the while - C(lost) rows, requests C(asked), and C(failed) of them. Its C(lost) is what
        counts, where it is there.
    type: dict
    default: {}
  goal:
    description: Minutes that it may take. 0 for no goal.
    type: float
    default: 0.0
  path:
    description: The page. Nothing is written without.
    type: path
attributes:
  check_mode:
    description: Says what would be written.
    support: full
  diff_mode:
    description: Shows the page before and after.
    support: full
  idempotent:
    description: The same figures leave the page as it is.
    support: full
extends_documentation_fragment:
  - echodiary.infra.controller
seealso:
  - module: echodiary.infra.drill_phase
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Write what was measured
  echodiary.infra.drill_report:
    environment: staging
    loss: database
    phases: "{{ drill_phases }}"
    snapshot: 2026-12-01T02:30:00Z
    goal: 10
    path: docs/dr.md
"""

RETURN = r"""
rto:
  description: Seconds from the loss until all was there again.
  returned: success
  type: float
rpo:
  description: Seconds that what was restored was older than the loss. None where nothing was restored.
  returned: success
  type: float
rows:
  description: Rows that are there again.
  returned: success
  type: int
rows_lost:
  description: Rows that are not.
  returned: success
  type: int
failed_requests:
  description: Requests that failed meanwhile.
  returned: success
  type: int
steps:
  description: Phase to its seconds.
  returned: success
  type: dict
"""
