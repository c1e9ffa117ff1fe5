#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``evidence``. The work is done by the action plugin of the same name and by module_utils/_evidence."""

from __future__ import annotations

DOCUMENTATION = r"""
module: evidence
short_description: Say what a host still knows about how something came to be as it is
version_added: 0.1.0
description:
  - For resources that M(echodiary.infra.converge) found changed, tells modification time and owner of files, since when a unit is in its
    state, when a container was created and started, what the package manager did last, and who had logged in shortly before.
  - It is a hint for people. Times of files can be set, and somebody who logged in need not be the one who changed something.
  - The callback P(echodiary.infra.drift#callback) puts it beside the differences.
options:
  components:
    description:
      - Components as M(echodiary.infra.converge) returned them. What git alone moved is not asked about.
      - One of O(components) and O(resources) is required.
      - Containers are looked for in the component's own Compose project, and in the slot that serves.
    type: list
    elements: dict
  resources:
    description:
      - Kind and name of resources, such as C(file:/etc/haproxy/haproxy.cfg), as converge returns them.
      - Whose container it is, is not known here; where several projects have a service of that name, only that is told.
    type: list
    elements: str
attributes:
  check_mode:
    description: It only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
  idempotent:
    description: It only reads.
    support: full
  platform:
    description: Hosts with systemd and Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)) for files and journals that others may not read.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Look at the host
  echodiary.infra.converge:
    components: "{{ components }}"
  check_mode: true
  register: seen
  become: true

- name: Ask how what differs came to be
  echodiary.infra.evidence:
    components: "{{ seen.components }}"
  become: true
"""

RETURN = r"""
components:
  description: Component to resource to what is known about it, as words.
  returned: always
  type: dict
  sample:
    haproxy: {"file:/etc/haproxy/haproxy.cfg": {"modified": "2026-11-21T16:03:12Z", "owner": "root", "logins before": "ann 10.0.0.7"}}
evidence:
  description: Resource to what is known about it, as words. What nothing is known about is left out.
  returned: always
  type: dict
  sample:
    "file:/etc/haproxy/haproxy.cfg": {"modified": "2026-11-21T16:03:12Z", "owner": "root", "logins before": "ann 10.0.0.7"}
"""
