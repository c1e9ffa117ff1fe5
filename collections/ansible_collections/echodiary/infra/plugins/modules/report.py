#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``report``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Write the weekly report
version_added: 0.1.0
description:
  - Makes a report of what M(echodiary.infra.report_ask) was answered, of histories of releases, and of what the controller has itself (the
    last security check, what the account costs as it is declared, when commits were made).
  - Writes it as a page (C(index.html)), as Markdown (C(report.md)) and as JSON (C(report.json)) into a directory for each environment and
    day, and returns a text for chats. What is not known is said to be unknown, and never fails the task.
options:
  plan:
    description: As M(echodiary.infra.report_plan) has returned it.
    type: dict
    required: true
  asked:
    description: As M(echodiary.infra.report_ask) has returned it.
    type: dict
    default: {}
  trouble:
    description: Why there is none.
    type: str
    default: ''
  histories:
    description: Results of M(echodiary.infra.release_history) in a loop over RV(echodiary.infra.report_plan#module:plan.services).
    type: list
    elements: dict
    default: []
  security:
    description: The report of the last security check. C(.security/<environment>.json) where it is empty.
    type: path
    default: ''
  drift:
    description: The newest drift report (C(report.json)). C(.drift/<environment>/report.json) where it is empty.
    type: path
    default: ''
  heals:
    description: The history of a watcher (role gitops). C(.gitops/<environment>/history.jsonl) where it is empty.
    type: path
    default: ''
  declared:
    description: The AWS account as it is declared (C(aws_environment)). Empty for none.
    type: dict
    default: {}
  region:
    description: Whose prices.
    type: str
    default: ''
  prices:
    description: A file of prices in place of the collection's.
    type: path
  usage:
    description: GB a month over what is assumed, as M(echodiary.infra.account_cost) takes it.
    type: dict
    default: {}
  repository:
    description: A checkout that has the commits which releases were built from.
    type: path
    default: .
  directory:
    description: Where reports are written, relative to where the command was typed.
    type: path
    default: .report
  link:
    description: Where people find the page, for the text. Its file by default.
    type: str
    default: ''
attributes:
  check_mode:
    description: Says all of it, and writes nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Writes the same files for the same day.
    support: full
extends_documentation_fragment:
  - echodiary.infra.controller
seealso:
  - module: echodiary.infra.report_plan
  - module: echodiary.infra.notify
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Write it
  echodiary.infra.report:
    plan: "{{ planned.plan }}"
    asked: "{{ heard.asked }}"
    histories: "{{ histories.results }}"
  register: made
  run_once: true
"""

RETURN = r"""
report:
  description: All figures, and what is to be done.
  returned: always
  type: dict
text:
  description: What people are told in a chat, at most 1900 characters.
  returned: always
  type: str
colour:
  description: Of such a message.
  returned: always
  type: str
page:
  description: The page. Empty where none was written.
  returned: always
  type: str
"""
