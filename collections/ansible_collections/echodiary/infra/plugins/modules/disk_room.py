#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``disk_room``. The work is done by the action plugin of the same name and by module_utils/_disk."""

from __future__ import annotations

DOCUMENTATION = r"""
module: disk_room
short_description: Show what fills a host's disks, and let go of what nobody needs
version_added: 0.1.0
description:
  - Says how full the disks are, which directories are big, and what may go. That is images that no container uses, logs that rotation has
    put aside, the journal beyond a size, and downloaded packages.
  - Images that are kept for a rollback stay, as do those of stopped containers and those of O(keep). Containers, volumes and people's files
    are never touched.
options:
  remove:
    description: Whether to let go of what may go. Otherwise it only looks.
    type: bool
    default: false
  keep:
    description:
      - Images that stay, by any of their names. So do those that are pinned of the host's components (C(<component>_image)), and those
        that back up their databases.
    type: list
    elements: str
    default: []
  days:
    description: Rotated logs stay for as many days.
    type: float
    default: 7.0
  journal:
    description: Mebibytes of the journal that stay.
    type: int
    default: 200
  full:
    description: From how many per cent of space or inodes on a file system counts as full.
    type: int
    default: 80
attributes:
  check_mode:
    description: Says what would go, and removes nothing.
    support: full
  diff_mode:
    description: RV(things) says it all.
    support: none
  idempotent:
    description: Where nothing may go, nothing is done.
    support: full
  platform:
    description: Debian and Ubuntu hosts with Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)).
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See what could go
  echodiary.infra.disk_room:
  become: true
  register: room

- name: Let it go
  echodiary.infra.disk_room:
    remove: true
    keep: ["{{ shop_image }}"]
  become: true
"""

RETURN = r"""
filesystems:
  description: Each with C(mount), C(percent), C(inodes_percent) and C(free) in bytes, the fullest first.
  returned: always
  type: list
  elements: dict
full:
  description: Mount points of those that count as full.
  returned: always
  type: list
  elements: str
things:
  description: What may go, or went, largest first, with C(kind), C(name) and the C(bytes) it frees at most.
  returned: always
  type: list
  elements: dict
kept:
  description: Images that stay although no container uses them, and why.
  returned: always
  type: list
  elements: str
biggest:
  description: The biggest directories, as lines.
  returned: always
  type: list
  elements: str
after:
  description: RV(filesystems) afterwards.
  returned: always
  type: list
  elements: dict
failed_to_remove:
  description: What could not be removed, and why.
  returned: always
  type: list
  elements: str
"""
