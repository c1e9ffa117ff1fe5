#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``security_report``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: security_report
short_description: Say what a security check found, and what became of the findings of the last one
version_added: 0.1.0
description:
  - Prints a table, writes a report that only its owner can read, and says whether something in it counts. What that ends is up to the play.
  - Without O(outcomes) only what it is given is judged, so that nothing is looked at in vain.
options:
  environment:
    description: Name of the environment. A report of another one is no last run of this one.
    type: str
    required: true
  outcomes:
    description: As M(echodiary.infra.security_check) has returned them, of all hosts.
    type: list
    elements: dict
  allowed:
    description: What is let be. An entry after its last day is a finding itself, and what it is about counts again.
    type: list
    elements: dict
    default: []
    suboptions:
      finding:
        description: Its id, in which C(*) stands for anything. Begins with the name of a check.
        type: str
        required: true
      host:
        description: Of which host, in which C(*) stands for anything.
        type: str
        default: '*'
      reason:
        description: Why.
        type: str
        required: true
      until:
        description: The last day, as in C(2027-03-01).
        type: str
        required: true
  fail_from:
    description: From which severity on a finding counts.
    type: str
    choices: [info, low, medium, high, critical]
    default: medium
  strict:
    description: Whether what was not checked counts, too.
    type: bool
    default: false
  path:
    description: The report. What it holds is the last run, before it is written anew.
    type: path
    required: true
attributes:
  check_mode:
    description: Says the same, and does not write the report.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: A report of what was found is no change.
    support: full
  platform:
    description: Runs on the controller.
    support: full
    platforms: posix
seealso:
  - module: echodiary.infra.security_check
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Say what was found
  echodiary.infra.security_report:
    environment: staging
    outcomes: "{{ security_checked.outcomes }}"
    allowed:
      - {finding: "tls:none", reason: the load balancer before it ends TLS, until: 2027-03-01}
    path: .security/staging.json
  delegate_to: localhost
"""

RETURN = r"""
good:
  description: Whether nothing counts.
  returned: when there are outcomes
  type: bool
next:
  description: What to do first.
  returned: when there are outcomes
  type: str
report:
  description: What was written.
  returned: when there are outcomes
  type: dict
  contains:
    findings:
      description: Those that count, the worst first.
      type: list
      elements: dict
    allowed:
      description: Those that are let be.
      type: list
      elements: dict
    carried:
      description: Of the last run, where this one did not look.
      type: list
      elements: dict
    new:
      description: Host and id of what the last run did not find.
      type: list
      elements: str
    gone:
      description: Host and id of what this one does not find any more.
      type: list
      elements: str
    unchecked:
      description: What was not looked at, and why.
      type: list
      elements: dict
    unmatched:
      description: Entries of O(allowed) that are about nothing.
      type: list
      elements: dict
"""
