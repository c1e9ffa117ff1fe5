#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``account_look``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: account_look
short_description: Compare the AWS account of an environment while the play goes on
version_added: 0.1.0
description:
  - Begins to read and compare the account as M(echodiary.infra.account) does in check mode, and does not wait for it. The callback
    P(echodiary.infra.drift#callback) hears the answer when the play is over, and tells it as host C(aws) with component C(account).
  - Nothing is written. Whatever keeps it from being judged is told in the report, and fails nothing.
  - It was run against an imitation of AWS, not against AWS.
options:
  admin_keys:
    description: As of M(echodiary.infra.account).
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: The same, since nothing is changed.
    support: full
  diff_mode:
    description: The report has the differences.
    support: none
  idempotent:
    description: Nothing is changed.
    support: full
extends_documentation_fragment:
  - echodiary.infra.account
  - echodiary.infra.controller
seealso:
  - module: echodiary.infra.account
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Begin to look at the account
  echodiary.infra.account_look:
    declared: "{{ aws_environment }}"
    environment: production
    account: "123456789012"
    login: {region: ap-northeast-2}
  run_once: true
"""

RETURN = r"""
answer:
  description: Directory on the controller in which the answer will be.
  type: str
  returned: success
began:
  description: When it was begun, by the controller's monotonic clock.
  type: float
  returned: success
"""
