#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``load_report``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: load_report
short_description: Say what a load test measured, and keep it
version_added: 0.1.0
description:
  - A table of each edge and step, errors by kind, what was short, the objectives of the inventory, the last result beside it, and in the
    last line what to do next.
  - Fails where the test was stopped because requests failed or nothing was answered, and with O(fail) where an objective was missed.
options:
  plan:
    description: As M(echodiary.infra.load_plan) has returned it.
    type: dict
    required: true
  ran:
    description: As M(echodiary.infra.load_run) has returned it.
    type: dict
    required: true
  directory:
    description: Where results are kept, one file each, in a directory per environment. Relative to where the command was typed.
    type: path
    default: .load
  release:
    description: Which release served.
    type: str
    default: ''
  prometheus:
    description: Prometheus' answer to the query of M(echodiary.infra.load_run).
    type: str
    default: ''
  prometheus_trouble:
    description: Why there is none.
    type: str
    default: ''
  fail:
    description: Whether a missed objective is a failure.
    type: bool
    default: false
  command:
    description: As it was typed, for what to do next.
    type: str
    default: ansible-playbook echodiary.infra.load
attributes:
  check_mode:
    description: Says all of it, and keeps nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Keeps the same file for the same test.
    support: full
extends_documentation_fragment:
  - echodiary.infra.controller
seealso:
  - module: echodiary.infra.load_run
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Say what came of it
  echodiary.infra.load_report:
    plan: "{{ planned.plan }}"
    ran: "{{ sent }}"
    fail: true
"""

RETURN = r"""
result:
  description: What is kept.
  returned: always
  type: dict
table:
  description: What was printed.
  returned: always
  type: list
  elements: str
file:
  description: Where it is kept. Empty where it could not be.
  returned: always
  type: str
missed:
  description: Objectives that were missed.
  returned: always
  type: list
  elements: str
"""
