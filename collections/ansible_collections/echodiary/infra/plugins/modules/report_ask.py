#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``report_ask``. The work is begun by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report_ask
short_description: Ask Prometheus all that a weekly report is made of, in one call
version_added: 0.1.0
description:
  - Sends all queries of the report from the task's host, at the same time, and returns what was answered. A question that is not answered
    is an answer that says why.
options:
  plan:
    description: As M(echodiary.infra.report_plan) has returned it.
    type: dict
    required: true
  url:
    description: Prometheus, as that host reaches it.
    type: str
    default: http://127.0.0.1:9090
  log_errors:
    description: Which lines of a log store are errors, as a filter of LogsQL.
    type: str
    default: level:in(ERROR,CRITICAL,FATAL,ALERT,EMERGENCY,error,err,critical,crit,fatal,alert,emerg)
  log_user:
    description: Who asks the log store.
    type: str
    default: logs
  log_password:
    description: What it asks for. Empty where it asks for nothing.
    type: str
    default: ''
attributes:
  check_mode:
    description: Asks as well, since nothing is changed by it.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Reads only.
    support: full
  platform:
    description: Needs Python on the host.
    support: full
    platforms: posix
seealso:
  - module: echodiary.infra.report
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Ask Prometheus
  echodiary.infra.report_ask:
    plan: "{{ planned.plan }}"
  delegate_to: mon1
  run_once: true
  register: heard
"""

RETURN = r"""
asked:
  description: The answers, for M(echodiary.infra.report).
  returned: when the host could be asked
  type: dict
seconds:
  description: How long it took.
  returned: when the host could be asked
  type: float
"""
