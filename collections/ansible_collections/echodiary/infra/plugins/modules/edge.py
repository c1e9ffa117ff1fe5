#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``edge``. The work is done by the action plugin of the same name and by module_utils/_edge."""

from __future__ import annotations

DOCUMENTATION = r"""
module: edge
short_description: Take a host out of traffic, let it back in, or answer everybody with a maintenance message
version_added: 0.1.0
description:
  - Tells HAProxy on the host, as role C(haproxy) has it, what its edge answers apart from its configuration. It holds at once, for every
    new request, and outlives a reload, a restart and a reboot. Deploys and M(echodiary.infra.converge) leave it as it is.
  - What the host asks itself through 127.0.0.1 is always served.
  - Without O(traffic) and O(message) it only reads.
options:
  traffic:
    description:
      - V(in) takes requests.
      - V(leaving) takes them too, while C(/health) and C(/ready) answer 503, so that a load balancer sends no more of them.
      - V(out) answers 503 to everything, and waits for the requests that are in flight.
    type: str
    choices: [in, leaving, out]
  message:
    description: What everybody but health checks is told, with 503, as JSON or as a page. Empty ends that.
    type: str
  drain:
    description: With O(traffic=out), seconds for which requests in flight are waited for. They are not cut off afterwards.
    type: float
    default: 30.0
  backend:
    description: The only backend of HAProxy that is waited for and looked at. Empty for those of all applications of the host.
    type: str
    default: ''
  minutes:
    description:
      - For how long this is meant to hold. It is kept with who said so and when, and shown wherever the host's state is; nothing ends by
        itself.
    type: int
attributes:
  check_mode:
    description: Says what would be told, and tells nothing.
    support: full
  diff_mode:
    description: RV(was) and RV(said) are the difference.
    support: none
  idempotent:
    description: What the edge was told already is not told again.
    support: full
  platform:
    description: Hosts with HAProxy 3.0 or later and Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)), for HAProxy's runtime socket.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Have the load balancer send no more requests here
  echodiary.infra.edge:
    traffic: leaving
  become: true

- name: Take the host out
  echodiary.infra.edge:
    traffic: out
  become: true

- name: Tell everybody why nothing works
  echodiary.infra.edge:
    message: The diary moves to a larger database. Back at 04:00.
  become: true
"""

RETURN = r"""
edge:
  description: C(traffic) and C(message) as they are afterwards.
  returned: always
  type: dict
  sample: {"traffic": "in", "message": ""}
before:
  description: The same, before.
  returned: always
  type: dict
differs:
  description: Whether it was to be told anything new, whatever a task makes of C(changed).
  returned: always
  type: bool
said:
  description: RV(edge) as words.
  returned: always
  type: str
was:
  description: RV(before) as words.
  returned: always
  type: str
serving:
  description:
    - The slot that is well and would get requests, with its backend where the host has several applications. Empty where one of them has
      none.
  returned: always
  type: str
requests_left:
  description: Requests that were still in flight when O(drain) was over.
  returned: with O(traffic=out)
  type: int
"""
