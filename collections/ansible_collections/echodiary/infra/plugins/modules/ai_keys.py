#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``ai_keys``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_keys
short_description: Make and revoke keys of the gateway before model servers
version_added: 0.1.0
description:
  - A file of the inventory has the variable C(ai_gateway_keys), with the SHA-256 of each key and never a key.
  - A key that is made is 256 bits from the system's own source. It is returned once, and nobody keeps it.
  - Every other variable of the file, and every comment, stays as it is. The file is replaced in one step.
  - What hosts know changes when role ai_gateway is applied; playbook echodiary.infra.ai_keys does both.
  - Runs on the controller alone.
options:
  path:
    description: The file that has them all. One that has others than O(known) is refused.
    type: path
    required: true
  known:
    description: Keys that the inventory has.
    type: dict
    required: true
  make:
    description: Name of a key to make. A name that is there already is refused.
    type: str
    default: ""
  revoke:
    description: Name of a key to take away. A name that is not there is refused.
    type: str
    default: ""
  requests:
    description: Requests that the new key may send in a window, where it is another number than of all.
    type: int
  concurrency:
    description: Requests of it at a time.
    type: int
  tokens_per_day:
    description: Tokens of it in a day; V(0) for any number.
    type: int
extends_documentation_fragment:
  - echodiary.infra.controller
attributes:
  check_mode:
    description: Says whether the file would change. Nothing is made.
    support: full
  diff_mode:
    description: The file has nothing secret, and is shown before and after.
    support: full
  idempotent:
    description: Without O(make) and O(revoke) nothing changes. A second key of a name is refused.
    support: partial
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Make a key
  echodiary.infra.ai_keys:
    path: "{{ inventory_dir }}/group_vars/all/ai_keys.yml"
    known: "{{ ai_gateway_keys | default({}) }}"
    make: shop
    tokens_per_day: 200000
  register: made
  run_once: true
"""

RETURN = r"""
path:
  description: The file.
  type: str
  returned: always
keys:
  description: All keys as they are now, by name, without any key itself.
  type: dict
  returned: always
listed:
  description: The same for people, a line each.
  type: list
  elements: str
  returned: always
key:
  description: The new key. Empty in check mode, and where none was made.
  type: str
  returned: always
"""
