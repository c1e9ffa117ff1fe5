#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``diagnose``. The work is done by the action plugin of the same name and by module_utils/_diagnose."""

from __future__ import annotations

DOCUMENTATION = r"""
module: diagnose
short_description: Collect what is looked at in an incident into one archive per host, without secrets
version_added: 0.1.0
description:
  - Takes units, containers, logs, processes, memory, disks, sockets, HAProxy's and deploys' state of a host into C(<host>.tar.gz) on the
    controller. Nothing is written on the host, whose disk may be what is full.
  - Secrets are taken out on the host, before anything leaves it. Those are O(secrets), the values of containers' environments and of
    environment files that are named like secrets, and whatever looks like one. Values of containers' environments are left out altogether.
options:
  dest:
    description: Directory on the controller. It is made, for its owner only.
    type: path
    required: true
  minutes:
    description: How far back logs go.
    type: int
    default: 60
  secrets:
    description: Values to take out wherever they stand, as they are and as URLs write them. Four characters at least.
    type: list
    elements: str
    default: []
  extra:
    description: More files of the archive, path to text, redacted like the rest.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Says what would be collected, and collects nothing.
    support: full
  diff_mode:
    description: Nothing is changed on the host.
    support: none
  idempotent:
    description: Each run takes another picture.
    support: none
  platform:
    description: Hosts with systemd and Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)) for logs and processes of others.
  - What looks like nothing and is a secret all the same stays in. Read a bundle before you publish it.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Take a picture of every host
  echodiary.infra.diagnose:
    dest: .incidents/{{ inventory_hostname }}
    secrets: "{{ echodiary_secrets.values() | list }}"
  become: true
"""

RETURN = r"""
path:
  description: The archive on the controller.
  returned: always
  type: str
size:
  description: Its bytes. 0 in check mode.
  returned: always
  type: int
files:
  description: What is in it.
  returned: always
  type: list
  elements: str
summary:
  description: What is worth knowing at once, as lines.
  returned: always
  type: list
  elements: str
"""
