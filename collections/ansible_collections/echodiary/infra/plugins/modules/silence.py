#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``silence``. The work is begun by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: silence
short_description: Silence alerts in Alertmanager while something is changed, and never fail for it
version_added: 0.1.0
description:
  - Asks the Alertmanager on the task's host for a silence that ends by itself, or ends one before its time.
  - An Alertmanager that is down, or a host that cannot be reached, is a warning after a bounded time, and the task is well. So it can be
    delegated to a monitoring host with C(run_once) inside a block.
options:
  state:
    description: V(start) makes or extends it, V(end) ends it.
    type: str
    choices: [start, end]
    default: start
  id:
    description: The silence to extend or end, as RV(id) gave it. V(end) without one does nothing.
    type: str
    default: ''
  url:
    description: Alertmanager's API, as that host reaches it.
    type: str
    default: http://127.0.0.1:9093/api/v2
  alerts:
    description: A regular expression of names of alerts.
    type: str
    default: .+
  environment:
    description: Only alerts whose label C(environment) is this. Empty for all.
    type: str
    default: ''
  minutes:
    description: When it ends by itself.
    type: float
    default: 15
  comment:
    description: Why.
    type: str
    default: deploy
attributes:
  check_mode:
    description: Nothing is silenced.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Each start extends the silence.
    support: none
  platform:
    description: Needs Python on the host.
    support: full
    platforms: posix
seealso:
  - module: echodiary.infra.notify
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Silence what a deploy does to itself
  echodiary.infra.silence:
    alerts: ContainerRestarting|TargetDown
    environment: production
    comment: deploy of v1.4.0
  delegate_to: mon1
  run_once: true
  register: quiet

- name: End it
  echodiary.infra.silence:
    state: end
    id: "{{ quiet.id }}"
  delegate_to: mon1
  run_once: true
"""

RETURN = r"""
id:
  description: The silence. Empty where there is none.
  returned: always
  type: str
refused:
  description: Why it was not taken.
  returned: when it was not
  type: str
"""
