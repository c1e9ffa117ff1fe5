#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``deploy_backup``. The work is done by the action plugin of the same name; module_utils/_background begins it there."""

from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_backup
short_description: Save a component's database beside what a deploy does
version_added: 0.1.0
description:
  - Begins a backup on the host that makes it, which goes on by itself as a unit of systemd, and tells later what became of it.
  - It goes into the repository, tagged C(deploy), where C(backup_jobs) of some host of the inventory saves the component's database. Else
    it is a dump, where the component keeps dumps. Of one that RDS saves none is made, since RDS has its own point in time.
  - The task never fails, and waits 15 seconds at most for a host to answer. What went wrong is RV(msg), with RV(warning).
  - Check mode says what would be saved, and calls no host.
options:
  state:
    description:
      - V(begun) begins it; of one name there is one at a time. V(looked) says what became of what was begun.
      - V(ended) ends one that still goes on, of an earlier deploy for example. A dump that was ended leaves nothing.
    type: str
    required: true
    choices: [begun, looked, ended]
  component:
    description: Whose database, as the inventory lists it.
    type: str
    required: true
  hosts:
    description: Hosts that run it. The first of them by name keeps its dumps where it declares no host of its own.
    type: list
    elements: str
    default: []
  release:
    description: What ran when it was made, kept with a dump.
    type: str
    default: ''
  migrated:
    description: Whether a dump was made for a migration already. Then none is made beside it.
    type: bool
    default: false
  begun:
    description: What V(begun) returned, for V(looked).
    type: dict
    default: {}
  wait:
    description: Seconds that V(looked) waits for its end.
    type: float
    default: 0
attributes:
  check_mode:
    description: Says what would be saved.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Each time another backup is made.
    support: none
  platform:
    description: Runs on the controller, and calls the host that saves.
    support: full
    platforms: posix
seealso:
  - module: echodiary.infra.database_dump
  - module: echodiary.infra.deploy_verdict
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Save while hosts roll
  echodiary.infra.deploy_backup:
    state: begun
    component: shop
    hosts: [app1, app2]
  register: saving
  become: true

- name: See what became of it
  echodiary.infra.deploy_backup:
    state: looked
    component: shop
    begun: "{{ saving }}"
  become: true
"""

RETURN = r"""
state:
  description: C(begun), C(busy), C(running), C(done), C(would), C(warned) or C(nothing).
  returned: always
  type: str
msg:
  description: One line; empty where there is nothing to say.
  returned: always
  type: str
warning:
  description: Whether something went wrong.
  returned: always
  type: bool
host:
  description: The host that saves.
  returned: where there is one
  type: str
unit:
  description: Unit of systemd there.
  returned: where there is one
  type: str
what:
  description: What is saved, in words.
  returned: where there is one
  type: str
"""
