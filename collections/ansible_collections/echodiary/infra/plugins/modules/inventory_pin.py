#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``inventory_pin``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: inventory_pin
short_description: Write one variable into a file of the inventory
version_added: 0.1.0
description:
  - The lines of that variable are replaced; every other variable, and every comment, stays as it is.
  - A variable that is not there is added at the end.
  - The file is replaced in one step and never half-written. One that is no mapping of variables is refused.
  - A deploy writes with it which release runs, so that what converges to the inventory does not undo it.
  - Runs on the controller alone.
options:
  path:
    description: The file. Its directory has to exist.
    type: path
    required: true
  variable:
    description: Name of the variable.
    type: str
    required: true
  value:
    description: Its value, a string or a number.
    type: raw
    required: true
  comment:
    description: Who writes the variable, and what for. Stands above it where it is added, unless the file says so already.
    type: str
    required: true
attributes:
  check_mode:
    description: Says whether the file would change.
    support: full
  diff_mode:
    description: Shows the file before and after.
    support: full
  idempotent:
    description: A file that says the same is left alone.
    support: full
  platform:
    description: The controller.
    support: full
    platforms: posix
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Write which release runs
  echodiary.infra.inventory_pin:
    path: "{{ inventory_dir }}/group_vars/all/release.yml"
    variable: shop_image
    value: "{{ image }}"
    comment: Which release runs.
  run_once: true
"""

RETURN = r"""
path:
  description: The file.
  type: str
  returned: always
"""
