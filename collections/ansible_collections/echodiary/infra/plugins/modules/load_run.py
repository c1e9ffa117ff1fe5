#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``load_run``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: load_run
short_description: Send a bounded load, and remove what it has written
version_added: 0.1.0
description:
  - Sends what M(echodiary.infra.load_plan) has planned, from the controller, part after part, and ends by itself.
  - What sends hangs on the task. When that ends in whatever way, killed for one, so do all generators.
  - Ends early when too many requests fail. What the edge turns away with 429 is counted apart, and is no failure.
  - Rows that the way has written are removed through the API, by their mark; those of a run that was killed by the next one.
  - Of two at a time from one machine the second is refused.
options:
  plan:
    description: As M(echodiary.infra.load_plan) has returned it.
    type: dict
    required: true
  directory:
    description: Where it is kept which runs have left rows. Relative to where the command was typed.
    type: path
    default: .load
attributes:
  check_mode:
    description: Sends nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Every run sends anew.
    support: none
extends_documentation_fragment:
  - echodiary.infra.controller
seealso:
  - module: echodiary.infra.load_report
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Send it
  echodiary.infra.load_run:
    plan: "{{ planned.plan }}"
  register: sent
"""

RETURN = r"""
run:
  description: Marks what it has sent and written. Every request has the header C(X-Request-ID) C(load-<run>).
  returned: success
  type: str
samples:
  description: What each generator saw.
  returned: success
  type: list
  elements: dict
stopped:
  description: Why it ended early, or nothing.
  returned: success
  type: str
rows:
  description: Of this run, how many rows were written, found, removed and left.
  returned: success
  type: dict
leftover:
  description: The same of runs that were cut off before.
  returned: success
  type: dict
query:
  description: What Prometheus is asked afterwards.
  returned: success
  type: str
"""
