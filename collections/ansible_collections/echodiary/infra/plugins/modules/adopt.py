#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``adopt``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: adopt
short_description: Write into the inventory what hosts have and nobody declared
version_added: 0.1.0
description:
  - Adds entries to C(baseline_allowed), which role C(echodiary.infra.baseline) reads. What hosts share is one entry; the rest names them.
  - What is in the file, comments too, stays as it is. The file is replaced in one step and never half-written.
  - Nothing on a host is changed. The file is there to be read before it is committed, since what is in it is not told any more.
  - Runs on the controller alone.
options:
  path:
    description: The file. It is made when it is not there.
    type: path
    required: true
  found:
    description: By host the resources that a check named, as in V(stranger:/etc/cron.d/backup).
    type: dict
    required: true
  reason:
    description: Why they are let be.
    type: str
    required: true
  last_day:
    description: The last day on which they are, as in V(2027-01-31). For good when empty.
    type: str
    default: ""
  everywhere:
    description: Whether O(found) names all hosts that there are. What all of them have is then let be on hosts that come later, too.
    type: bool
    default: false
attributes:
  check_mode:
    description: Says what would be written.
    support: full
  diff_mode:
    description: Shows the file before and after.
    support: full
  idempotent:
    description: What is allowed is not found again, so that it is not written twice.
    support: full
  platform:
    description: The controller.
    support: full
    platforms: posix
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Let be what the image brought
  echodiary.infra.adopt:
    path: "{{ inventory_dir }}/group_vars/all/allowed.yml"
    found:
      app1: ["stranger:/etc/sudoers.d/90-cloud-init-users"]
    reason: the image's own account
  run_once: true
"""

RETURN = r"""
path:
  description: The file.
  type: str
  returned: always
resources:
  description: What is let be from now on.
  type: list
  elements: str
  returned: always
"""
